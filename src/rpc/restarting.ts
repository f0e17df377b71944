/**
 * Stop and start in one call, which the daemon carries out to its end: a client that stops first and starts then, and goes away in between, leaves a
 * process stopped. Made of the verbs of stopping and starting, so that their orders and faults are the same; nothing here orders anything itself.
 */
import { ok, type Result } from "../result.ts";
import { flag, namespec } from "./args.ts";
import { processesByPriority, type Row, rowsOf } from "./fanout.ts";
import { type Fault, SUCCESS } from "./faults.ts";
import { method, type Param } from "./method.ts";
import { findGroupOrProcess, isGroup, refOf } from "./names.ts";
import type { ProcessView, SupervisorPort } from "./port.ts";
import { checkCommand, startInOrder, startOne } from "./starting.ts";
import { canStop, stopInOrder, stopOne } from "./stopping.ts";

const WAIT = {
  name: "wait",
  type: "boolean",
  help: "Answer only when it is running again, or failed to (the default); false: as soon as it has been stopped and spawned",
  optional: true,
} as const satisfies Param;
const ROWS = "A struct per process: name, group, status (80 or a fault number), description";

export const restartProcess = method({
  name: "restartProcess",
  listed: false,
  params: [{ name: "name", type: "string", help: "A process ('name', 'group:name') or a whole group ('group:*')" }, WAIT],
  returns: { type: "boolean", help: "True; for a group the rows of restartAllProcesses" },
  faults: ["BAD_NAME", "NO_FILE", "NOT_EXECUTABLE", "ALREADY_STARTED", "FAILED", "SPAWN_ERROR", "ABNORMAL_TERMINATION"],
  help: "Stop a process if it runs, and start it. One whose command cannot be executed is left running.",
  async run(port, name, wait) {
    const text = namespec(name);
    if (!text.ok) return text;
    const found = findGroupOrProcess(port, text.value);
    if (!found.ok) return found;
    if (!isGroup(found.value)) return restartOne(port, found.value, { called: text.value, wait: flag(wait) });
    return ok(await restartInOrder(port, processesByPriority([found.value]), flag(wait)));
  },
});

export const restartAllProcesses = method({
  name: "restartAllProcesses",
  listed: false,
  params: [WAIT],
  returns: { type: "array", help: ROWS },
  faults: [],
  help: "Stop all running processes by priority, and when the last has stopped start all. What cannot be executed is left running.",
  run: async (port, wait) => ok(await restartInOrder(port, processesByPriority(port.groups()), flag(wait))),
});

type Restart = { readonly called: string; readonly wait: boolean };

async function restartOne(port: SupervisorPort, process: ProcessView, { called, wait }: Restart): Promise<Result<true, Fault>> {
  const command = await checkCommand(port, process);
  if (!command.ok) return command;
  const now = current(port, process);
  if (canStop(now)) {
    const stopped = await stopOne(port, now, { called, wait: true });
    if (!stopped.ok) return stopped;
  }
  return startOne(port, current(port, process), { called, wait });
}

/** What cannot be executed or stopped has its row, and is not touched any more. */
async function restartInOrder(port: SupervisorPort, processes: readonly ProcessView[], wait: boolean): Promise<readonly Row[]> {
  const checks = await rowsOf(processes.map((process) => ({ process, outcome: checkCommand(port, process), atOnce: true })));
  const broken = checks.filter(failed);
  const stops = await stopInOrder(port, views(port, processes, broken), true);
  const out = [...broken, ...stops.filter(failed)];
  return [...out, ...(await startInOrder(port, views(port, processes, out), wait))];
}

function failed({ status }: Row): boolean {
  return status !== SUCCESS;
}

/** As they are by now, without those of `out`. */
function views(port: SupervisorPort, processes: readonly ProcessView[], out: readonly Row[]): readonly ProcessView[] {
  const names = new Set(out.map(({ group, name }) => `${group}:${name}`));
  return processes.filter(({ group, name }) => !names.has(`${group}:${name}`)).map((process) => current(port, process));
}

/** One that was removed meanwhile stays as it was seen last: starting it says so. */
function current(port: SupervisorPort, process: ProcessView): ProcessView {
  return port.process(refOf(process)) ?? process;
}
