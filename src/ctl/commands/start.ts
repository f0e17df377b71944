/** `start`: names one after the other, each waited for; a group or all in one go. (CTL-084..CTL-092) */

import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { EXIT } from "../exit.ts";
import { isRunning } from "../processstate.ts";
import type { Command } from "../session.ts";
import { giveOrder, type Order } from "./orders.ts";

const START: Order = {
  toOne: (supervisor, name) => supervisor.startProcess(name),
  toGroup: (supervisor, group) => supervisor.startProcessGroup(group),
  toAll: (supervisor) => supervisor.startAllProcesses(),
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

export const run: Command = (session, args) => giveOrder(session, args.words, START);
