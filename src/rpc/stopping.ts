/** Stopping one process, a group, everything: by rising priority, unlike the daemon's own shutdown. (RPC-089) */
import { STATES } from "../process/states.ts";
import { ok, type Result, refuse } from "../result.ts";
import { flag, groupName, namespec } from "./args.ts";
import { processesByPriority, type Row, rowName, rowsOf } from "./fanout.ts";
import { type Fault, fault } from "./faults.ts";
import { method, type Param } from "./method.ts";
import { findGroup, findGroupOrProcess, isGroup, refOf } from "./names.ts";
import type { ProcessView, SupervisorPort } from "./port.ts";

const WAIT = {
  name: "wait",
  type: "boolean",
  help: "Answer only when it has stopped (the default)",
  optional: true,
} as const satisfies Param;
const ROWS = "A struct per process that was stopped: name, group, status (80 or a fault number), description";

export const stopProcess = method({
  name: "stopProcess",
  params: [{ name: "name", type: "string", help: "A process ('name', 'group:name') or a whole group ('group:*')" }, WAIT],
  returns: { type: "boolean", help: "True; for a group the rows of stopProcessGroup" },
  faults: ["BAD_NAME", "NOT_RUNNING", "FAILED"],
  help: "Stop a process.",
  async run(port, name, wait) {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findGroupOrProcess(port, text.value);
    if (!found.ok) return found;
    if (isGroup(found.value)) return ok(await stopEach(port, found.value.processes, flag(wait)));
    return stopOne(port, found.value, { called: text.value, wait: flag(wait) });
  },
});

export const stopProcessGroup = method({
  name: "stopProcessGroup",
  params: [{ name: "name", type: "string", help: "A group" }, WAIT],
  returns: { type: "array", help: ROWS },
  faults: ["BAD_NAME"],
  help: "Stop all running processes of a group.",
  async run(port, name, wait) {
    const text = groupName(name);
    if (!text.ok) return text;
    const group = findGroup(port, text.value);
    return group.ok ? ok(await stopEach(port, group.value.processes, flag(wait))) : group;
  },
});

export const stopAllProcesses = method({
  name: "stopAllProcesses",
  params: [WAIT],
  returns: { type: "array", help: ROWS },
  faults: [],
  help: "Stop all running processes.",
  run: async (port, wait) => ok(await stopAll(port, flag(wait))),
});

/** All are told at once and none waits for another. (RPC-089, RPC-090) */
export function stopAll(port: SupervisorPort, wait: boolean): Promise<readonly Row[]> {
  return stopInOrder(port, processesByPriority(port.groups()), wait);
}

type Stop = { readonly called: string; readonly wait: boolean };

/** What waits for its restart is not running, and would be a moment later. */
export function canStop(process: ProcessView): boolean {
  return STATES[process.state].running || process.restartDue;
}

/** `called` is the name as the client gave it. (RPC-081..087) */
export function stopOne(
  port: SupervisorPort,
  process: ProcessView,
  { called, wait }: Stop,
): Promise<Result<true, Fault>> | Result<true, Fault> {
  if (!canStop(process)) return refuse(fault("NOT_RUNNING", called));
  return port
    .stop(refOf(process), wait ? "stopped" : "ordered")
    .then((stopped) => (stopped.ok ? ok(true) : refuse(fault("FAILED", stopped.error))));
}

function stopEach(port: SupervisorPort, processes: readonly ProcessView[], wait: boolean): Promise<readonly Row[]> {
  return stopInOrder(
    port,
    [...processes].sort((a, b) => a.priority - b.priority),
    wait,
  );
}

/** In the order that is given; none waits for another. */
export function stopInOrder(port: SupervisorPort, processes: readonly ProcessView[], wait: boolean): Promise<readonly Row[]> {
  const deeds = processes.filter(canStop).map((process) => {
    const outcome = stopOne(port, process, { called: rowName(process), wait });
    return { process, outcome, atOnce: !wait || process.state === "BACKOFF" };
  });
  return rowsOf(deeds);
}
