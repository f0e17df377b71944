/** `add`: makes configured groups active. (CTL-162) */

import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import { EXIT } from "../exit.ts";
import { groupsOf } from "../patterns.ts";
import type { Command, Line } from "../session.ts";

export const run: Command = async (session, args) => {
  const names = await groupsOf(args.words, () => session.supervisor.getAllConfigInfo());
  if (!names.ok) return names;
  for (const name of names.value) {
    const added = await session.supervisor.addProcessGroup(name);
    const line = added.ok ? addedLine(name) : addError(name, added.error);
    if (line === null) return added;
    session.report(line);
  }
  return ok(null);
};

/** Also what `update` says of a group that it adds. (CTL-154) */
export function addedLine(name: string): Line {
  return { text: `${name}: added process group`, exit: null, data: { group: name, result: "added process group" } };
}

function addError(name: string, failure: Failure): Line | null {
  const line = (text: string, exit: number | null): Line => ({ text: `ERROR: ${text}`, exit, data: { group: name, error: text } });
  if (isFault(failure, FAULTS.SHUTDOWN_STATE)) return line("shutting down", EXIT.GENERIC);
  if (isFault(failure, FAULTS.ALREADY_ADDED)) return line("process group already active", null);
  if (isFault(failure, FAULTS.BAD_NAME)) return line(`no such process/group: ${name}`, EXIT.GENERIC);
  return null;
}
