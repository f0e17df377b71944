/** `stop`: waits until each process is down. (CTL-093..CTL-099) */

import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { EXIT } from "../exit.ts";
import { isRunning } from "../processstate.ts";
import type { Command } from "../session.ts";
import { giveOrder, type Order } from "./orders.ts";
import { RAW } from "./resultlines.ts";

export const STOP: Order = {
  toOne: (supervisor, name) => supervisor.stopProcess(name),
  toGroup: (supervisor, group) => supervisor.stopProcessGroup(group),
  toAll: (supervisor) => supervisor.stopAllProcesses(),
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

export const run: Command = (session, args) => giveOrder(session, args.words, STOP);
