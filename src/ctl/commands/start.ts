/** `start`: names one after the other, each waited for; a group or all in one go. (CTL-084..CTL-092) */

import { ok } from "../../result.ts";
import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { splitNamespec } from "../../rpc/namespec.ts";
import { EXIT } from "../exit.ts";
import { isPattern } from "../patterns.ts";
import { isRunning } from "../processstate.ts";
import type { Command } from "../session.ts";
import { giveOrder, type Order } from "./orders.ts";

export const START: Order = {
  toOne: (supervisor, name) => supervisor.startProcess(name),
  toGroup: (supervisor, group) => supervisor.startProcessGroup(group),
  toAll: (supervisor) => supervisor.startAllProcesses(),
  toSeveral: (supervisor, names) => supervisor.startProcesses(names),
  concerns: (info) => !isRunning(info),
  words: {
    [SUCCESS]: "started",
    [FAULTS.BAD_NAME]: "no such process",
    [FAULTS.NO_FILE]: "no such file",
    [FAULTS.NOT_EXECUTABLE]: "file is not executable",
    [FAULTS.ALREADY_STARTED]: "already started",
    [FAULTS.SPAWN_ERROR]: "spawn error",
    [FAULTS.ABNORMAL_TERMINATION]: "abnormal termination",
  },
  ignored: FAULTS.ALREADY_STARTED,
  unknownGroupExit: EXIT.INVALID_ARGS,
  resumesJobs: true,
};

const { toSeveral: _, ...ONE_BY_ONE } = START;
const ALONE: Order = {
  ...ONE_BY_ONE,
  toOne: (supervisor, name) => supervisor.startProcessAlone(name),
  words: { ...START.words, [FAULTS.UNKNOWN_METHOD]: "this supervisord has no --no-deps" },
};

export const run: Command = (session, args) => {
  if (!args.options.has("no-deps")) return giveOrder(session, args.words, START);
  const many = args.words.find((name) => name === "all" || (!isPattern(name) && splitNamespec(name).process === null));
  if (many === undefined) return giveOrder(session, args.words, ALONE);
  session.wrongUse(`Error: --no-deps takes names of processes, not ${many}`, EXIT.INVALID_ARGS, args.row);
  return Promise.resolve(ok(null));
};
