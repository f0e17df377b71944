/** `stop`: waits until each process is down. (CTL-093..CTL-099) */

import { ok } from "../../result.ts";
import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { isRunning } from "../processstate.ts";
import { upcheck } from "../upcheck.ts";
import { giveOrder, type Order } from "./orders.ts";
import { RAW } from "./results.ts";

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

export const run: Command = async (session, args) => {
  const up = await upcheck(session);
  if (!up.ok || !up.value) return up;
  if (args.words.length > 0) return giveOrder(session, args.words, STOP);
  session.wrongUse("Error: stop requires a process name", EXIT.GENERIC, args.row);
  return ok(null);
};
