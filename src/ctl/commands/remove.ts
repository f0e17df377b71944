/** `remove`: takes groups that are down out of the active ones. (CTL-163) */

import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import { EXIT } from "../exit.ts";
import { groupsOf } from "../patterns.ts";
import type { Command, Line } from "../session.ts";

export const run: Command = async (session, args) => {
  const names = await groupsOf(args.words, () => session.supervisor.getAllProcessInfo());
  if (!names.ok) return names;
  for (const name of names.value) {
    const removed = await session.supervisor.removeProcessGroup(name);
    const line = removed.ok ? removedLine(name) : removeError(name, removed.error);
    if (line === null) return removed;
    session.report(line);
  }
  return ok(null);
};

/** Also what `update` says of a group that it removes. (CTL-154) */
export function removedLine(name: string): Line {
  return { text: `${name}: removed process group`, exit: null, data: { group: name, result: "removed process group" } };
}

function removeError(name: string, failure: Failure): Line | null {
  const line = (text: string): Line => ({ text: `ERROR: ${text}: ${name}`, exit: EXIT.GENERIC, data: { group: name, error: text } });
  if (isFault(failure, FAULTS.STILL_RUNNING)) return line("process/group still running");
  return isFault(failure, FAULTS.BAD_NAME) ? line("no such process/group") : null;
}
