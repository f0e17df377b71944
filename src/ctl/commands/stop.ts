/** `stop`: waits until each process is down. (CTL-093..CTL-099) */

import { ok, type Result } from "../../result.ts";
import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { splitNamespec } from "../../rpc/namespec.ts";
import type { Failure } from "../client/failure.ts";
import { EXIT } from "../exit.ts";
import { isPattern } from "../patterns.ts";
import { isRunning } from "../processstate.ts";
import type { Command, Session } from "../session.ts";
import { giveOrder, type Order } from "./orders.ts";
import { RAW, reportRows, rowOf } from "./resultlines.ts";

export const STOP: Order = {
  toOne: (supervisor, name) => supervisor.stopProcess(name),
  toGroup: (supervisor, group) => supervisor.stopProcessGroup(group),
  toAll: (supervisor) => supervisor.stopAllProcesses(),
  toSeveral: (supervisor, names) => supervisor.stopProcesses(names),
  concerns: isRunning,
  words: {
    [SUCCESS]: "stopped",
    [FAULTS.BAD_NAME]: "no such process",
    [FAULTS.BAD_SIGNAL]: "bad signal name",
    [FAULTS.NOT_RUNNING]: "not running",
    [FAULTS.FAILED]: RAW,
  },
  ignored: FAULTS.NOT_RUNNING,
  unknownGroupExit: EXIT.GENERIC,
};

export const run: Command = (session, args) => {
  if (!args.options.has("dependants")) return giveOrder(session, args.words, STOP);
  const many = args.words.find((name) => name === "all" || isPattern(name) || splitNamespec(name).process === null);
  if (many === undefined) return stopWithDependants(session, args.words);
  session.wrongUse(`Error: --dependants takes names of processes, not ${many}`, EXIT.GENERIC, args.row);
  return Promise.resolve(ok(null));
};

/** A line for each process that was stopped, in the order in which they went down. */
async function stopWithDependants(session: Session, names: readonly string[]): Promise<Result<unknown, Failure>> {
  const words = { ...STOP.words, [FAULTS.UNKNOWN_METHOD]: "this supervisord has no --dependants" };
  for (const name of names) {
    const given = await session.supervisor.stopWithDependants(name);
    const { group, process } = splitNamespec(name);
    const rows = given.ok ? given : rowOf({ group, name: process ?? name }, given);
    if (!rows.ok) return rows;
    const reported = reportRows(session, { ...STOP, words }, ok("status" in rows.value ? [rows.value] : rows.value));
    if (!reported.ok) return reported;
  }
  return ok(null);
}
