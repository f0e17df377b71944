/** Signals to one process, a group, everything: to the process alone, and never a change of its state. (RPC-100) */
import { STATES } from "../process/states.ts";
import { ok, type Result, refuse } from "../result.ts";
import { groupName, namespec, signalNumber } from "./args.ts";
import { inStates, processesByPriority, type Row, rowsOf } from "./fanout.ts";
import { type Failure, type Fault, fault, isFault } from "./faults.ts";
import { method, type Param } from "./method.ts";
import { findGroup, findGroupOrProcess, isGroup, refOf } from "./names.ts";
import type { ProcessView, SupervisorPort } from "./port.ts";
import type { RpcValue } from "./values.ts";

const SIGNAL = { name: "signal", type: "string", help: "By name ('HUP', 'SIGHUP') or number ('1')" } as const satisfies Param;
const ROWS = "A struct per process that was signalled: name, group, status (80 or a fault number), description";

export const signalProcess = method({
  name: "signalProcess",
  params: [{ name: "name", type: "string", help: "A process ('name', 'group:name') or a whole group ('group:*')" }, SIGNAL],
  returns: { type: "boolean", help: "True; for a group the rows of signalProcessGroup" },
  faults: ["BAD_NAME", "BAD_SIGNAL", "NOT_RUNNING", "FAILED"],
  help: "Send a signal to a process.",
  /** The order of the checks is what clients see: name, signal, state. (RPC-093, RPC-099) */
  async run(port, name, value) {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findGroupOrProcess(port, text.value);
    if (!found.ok) return found;
    if (isGroup(found.value)) return signalEach(port, byPriority(found.value.processes), value);
    const signal = signalNumber(value);
    if (!signal.ok) return signal;
    if (!STATES[found.value.state].signallable) return refuse(fault("NOT_RUNNING", text.value));
    return signalOne(port, found.value, signal.value);
  },
});

export const signalProcessGroup = method({
  name: "signalProcessGroup",
  params: [{ name: "name", type: "string", help: "A group" }, SIGNAL],
  returns: { type: "array", help: ROWS },
  faults: ["BAD_NAME"],
  help: "Send a signal to all processes of a group that can take one.",
  async run(port, name, value) {
    const text = groupName(name);
    if (!text.ok) return text;
    const group = findGroup(port, text.value);
    return group.ok ? signalEach(port, byPriority(group.value.processes), value) : group;
  },
});

export const signalAllProcesses = method({
  name: "signalAllProcesses",
  params: [SIGNAL],
  returns: { type: "array", help: ROWS },
  faults: [],
  help: "Send a signal to all processes that can take one.",
  run: (port, value) => signalEach(port, processesByPriority(port.groups()), value),
});

/** A bad signal is a row of each process, and nothing at all when there is none to signal. (RPC-103) */
async function signalEach(
  port: SupervisorPort,
  processes: readonly ProcessView[],
  value: RpcValue,
): Promise<Result<readonly Row[], Failure>> {
  const targets = inStates(processes, "signallable", true);
  if (targets.length === 0) return ok([]);
  const signal = signalNumber(value);
  if (signal.ok) {
    return ok(await rowsOf(targets.map((process) => ({ process, outcome: signalOne(port, process, signal.value), atOnce: true }))));
  }
  const failure = signal.error;
  if (!isFault(failure)) return refuse(failure);
  return ok(await rowsOf(targets.map((process) => ({ process, outcome: refuse(failure), atOnce: true }))));
}

async function signalOne(port: SupervisorPort, process: ProcessView, signal: number): Promise<Result<true, Fault>> {
  const sent = await port.signal(refOf(process), signal);
  return sent.ok ? sent : refuse(fault("FAILED", sent.error));
}

function byPriority(processes: readonly ProcessView[]): readonly ProcessView[] {
  return [...processes].sort((a, b) => a.priority - b.priority);
}
