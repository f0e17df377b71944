/** `clear`: empties the logs of processes. A group has no form of its own here. (CTL-141..CTL-145) */

import { ok, type Result } from "../../result.ts";
import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { splitNamespec } from "../../rpc/namespec.ts";
import type { Failure } from "../client/failure.ts";
import { namesOf } from "../patterns.ts";
import type { Command, Session } from "../session.ts";
import { reportRows, rowOf } from "./resultlines.ts";

const CLEAR = {
  words: { [SUCCESS]: "cleared", [FAULTS.BAD_NAME]: "no such process", [FAULTS.FAILED]: "failed" },
  ignored: null,
} as const;

export const run: Command = async (session, args) => {
  if (args.words.includes("all")) return reportRows(session, CLEAR, await session.supervisor.clearAllProcessLogs());
  const names = await namesOf(session.supervisor, args.words);
  if (!names.ok) return names;
  for (const name of names.value) {
    const cleared = await clear(session, name);
    if (!cleared.ok) return cleared;
  }
  return ok(null);
};

async function clear(session: Session, name: string): Promise<Result<unknown, Failure>> {
  const { group, process } = splitNamespec(name);
  // A group is no process; the original says "group:None".
  const row = rowOf({ group: process === null ? name : group, name: process ?? name }, await session.supervisor.clearProcessLogs(name));
  return row.ok ? reportRows(session, CLEAR, ok([row.value])) : row;
}
