/**
 * Stop and start in one call, which the daemon carries out to its end: a client that stops first and starts then, and goes away in between, leaves a
 * process stopped. Made of the verbs of stopping and starting, so that their orders and faults are the same; nothing here orders anything itself.
 */

import { ok, type Result } from "../result.ts";
import type { ResultRow } from "./answerrows.ts";
import { flag } from "./args.ts";
import type { ProcessView, SupervisorControl } from "./control.ts";
import { rowsOf } from "./fanout.ts";
import { type Fault, SUCCESS } from "./faults.ts";
import { method } from "./method.ts";
import { refOf } from "./namespec.ts";
import { checkCommand, startInOrder, startOne } from "./startmethods.ts";
import { canStop, stopInOrder, stopOne } from "./stopmethods.ts";
import type { RpcValue } from "./values.ts";
import { ONE, orders, rows, wait } from "./verbs.ts";

const WAIT = wait("Answer only when it is running again, or failed to (the default); false: as soon as it has been stopped and spawned");

const restart = orders<RpcValue | undefined>({
  one: (control, process, value, called) => restartOne(control, process, { called, wait: flag(value) }),
  each: async (control, processes, value) => ok(await restartInOrder(control, processes, flag(value))),
});

export const restartProcess = method({
  name: "restartProcess",
  listed: false,
  params: [ONE, WAIT],
  returns: { type: "boolean", help: "True; for a group the rows of restartAllProcesses" },
  faults: ["BAD_NAME", "NO_FILE", "NOT_EXECUTABLE", "ALREADY_STARTED", "FAILED", "SPAWN_ERROR", "ABNORMAL_TERMINATION"],
  help: "Stop a process if it runs, and start it. One whose command cannot be executed is left running.",
  run: restart.one,
});

export const restartAllProcesses = method({
  name: "restartAllProcesses",
  listed: false,
  params: [WAIT],
  returns: rows(""),
  faults: [],
  help: "Stop all running processes by priority, and when the last has stopped start all. What cannot be executed is left running.",
  run: restart.all,
});

type Restart = { readonly called: string; readonly wait: boolean };

async function restartOne(control: SupervisorControl, process: ProcessView, { called, wait }: Restart): Promise<Result<true, Fault>> {
  const command = await checkCommand(control, process);
  if (!command.ok) return command;
  const now = current(control, process);
  if (canStop(now)) {
    const stopped = await stopOne(control, now, { called, wait: true });
    if (!stopped.ok) return stopped;
  }
  return startOne(control, current(control, process), { called, wait });
}

/** What cannot be executed or stopped has its row, and is not touched any more. */
async function restartInOrder(control: SupervisorControl, processes: readonly ProcessView[], wait: boolean): Promise<readonly ResultRow[]> {
  const checks = await rowsOf(processes.map((process) => ({ process, outcome: checkCommand(control, process), atOnce: true })));
  const broken = checks.filter(failed);
  const stops = await stopInOrder(control, views(control, processes, broken), true);
  const out = [...broken, ...stops.filter(failed)];
  return [...out, ...(await startInOrder(control, views(control, processes, out), wait))];
}

function failed({ status }: ResultRow): boolean {
  return status !== SUCCESS;
}

/** As they are by now, without those of `out`. */
function views(control: SupervisorControl, processes: readonly ProcessView[], out: readonly ResultRow[]): readonly ProcessView[] {
  const names = new Set(out.map(({ group, name }) => `${group}:${name}`));
  return processes.filter(({ group, name }) => !names.has(`${group}:${name}`)).map((process) => current(control, process));
}

/** One that was removed meanwhile stays as it was seen last: starting it says so. */
function current(control: SupervisorControl, process: ProcessView): ProcessView {
  return control.process(refOf(process)) ?? process;
}
