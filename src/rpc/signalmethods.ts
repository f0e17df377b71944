/** Signals to one process, a group, everything: to the process alone, and never a change of its state. (RPC-100) */

import { STATES } from "../process/states.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { ResultRow } from "./answerrows.ts";
import { signalNumber } from "./args.ts";
import type { ProcessView, SupervisorControl } from "./control.ts";
import { inStates, rowsOf } from "./fanout.ts";
import { type Failure, type Fault, fault, isFault } from "./faults.ts";
import { method, type Param } from "./method.ts";
import { refOf } from "./namespec.ts";
import type { RpcValue } from "./values.ts";
import { GROUP, ONE, orders, rows } from "./verbs.ts";

const SIGNAL = { name: "signal", type: "string", help: "By name ('HUP', 'SIGHUP') or number ('1')" } as const satisfies Param;
const ROWS = rows(" that was signalled");

const signal = orders<RpcValue>({
  /** The order of the checks is what clients see: name, signal, state. (RPC-093, RPC-099) */
  one(control, process, value, called) {
    const number = signalNumber(value);
    if (!number.ok) return number;
    return STATES[process.state].signallable ? signalOne(control, process, number.value) : refuse(fault("NOT_RUNNING", called));
  },
  each: signalEach,
});

export const signalProcess = method({
  name: "signalProcess",
  params: [ONE, SIGNAL],
  returns: { type: "boolean", help: "True; for a group the rows of signalProcessGroup" },
  faults: ["BAD_NAME", "BAD_SIGNAL", "NOT_RUNNING", "FAILED"],
  help: "Send a signal to a process.",
  run: signal.one,
});

export const signalProcessGroup = method({
  name: "signalProcessGroup",
  params: [GROUP, SIGNAL],
  returns: ROWS,
  faults: ["BAD_NAME"],
  help: "Send a signal to all processes of a group that can take one.",
  run: signal.group,
});

export const signalAllProcesses = method({
  name: "signalAllProcesses",
  params: [SIGNAL],
  returns: ROWS,
  faults: [],
  help: "Send a signal to all processes that can take one.",
  run: signal.all,
});

/** A bad signal is a row of each process, and nothing at all when there is none to signal. (RPC-103) */
async function signalEach(
  control: SupervisorControl,
  processes: readonly ProcessView[],
  value: RpcValue,
): Promise<Result<readonly ResultRow[], Failure>> {
  const targets = inStates(processes, "signallable", true);
  if (targets.length === 0) return ok([]);
  const number = signalNumber(value);
  if (number.ok) {
    return ok(await rowsOf(targets.map((process) => ({ process, outcome: signalOne(control, process, number.value), atOnce: true }))));
  }
  const failure = number.error;
  if (!isFault(failure)) return refuse(failure);
  return ok(await rowsOf(targets.map((process) => ({ process, outcome: refuse(failure), atOnce: true }))));
}

async function signalOne(control: SupervisorControl, process: ProcessView, signal: number): Promise<Result<true, Fault>> {
  const sent = await control.signal(refOf(process), signal);
  return sent.ok ? sent : refuse(fault("FAILED", sent.error));
}
