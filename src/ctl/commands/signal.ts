/** `signal`: the signal goes as it was written, the daemon reads it. (CTL-106..CTL-109) */

import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { EXIT } from "../exit.ts";
import { isSignallable } from "../processstate.ts";
import type { Command } from "../session.ts";
import { giveOrder, type Order } from "./orders.ts";
import { RAW } from "./resultlines.ts";

function signalOrder(signal: string): Order {
  return {
    toOne: (supervisor, name) => supervisor.signalProcess(name, signal),
    toGroup: (supervisor, group) => supervisor.signalProcessGroup(group, signal),
    toAll: (supervisor) => supervisor.signalAllProcesses(signal),
    concerns: isSignallable,
    words: {
      [SUCCESS]: "signalled",
      [FAULTS.BAD_NAME]: "no such process",
      [FAULTS.BAD_SIGNAL]: "bad signal name",
      [FAULTS.NOT_RUNNING]: "not running",
      [FAULTS.FAILED]: RAW,
    },
    ignored: null,
    unknownGroupExit: EXIT.GENERIC,
  };
}

export const run: Command = async (session, args) => {
  const [signal = "", ...names] = args.words;
  const given = await giveOrder(session, names, signalOrder(signal));
  if (session.terminal.screen.errorIsTerminal) {
    const { hintAtOrder } = await import("./explain.ts");
    await hintAtOrder(session, signal, names);
  }
  return given;
};
