/** Stopping one process, a group, everything: by rising priority, unlike the daemon's own shutdown. (RPC-089) */

import { STATES } from "../process/states.ts";
import { ok, type Result, refuse } from "../result.ts";
import { type ResultRow, SCHEDULE_PAUSED } from "./answerrows.ts";
import { flag } from "./args.ts";
import type { ProcessView, SupervisorControl } from "./control.ts";
import { rowName, rowsOf } from "./fanout.ts";
import { type Fault, fault } from "./faults.ts";
import { method } from "./method.ts";
import { refOf } from "./namespec.ts";
import type { RpcValue } from "./values.ts";
import { GROUP, ONE, orders, rows, wait } from "./verbs.ts";

const WAIT = wait("Answer only when it has stopped (the default)");
const ROWS = rows(" that was stopped");

const stop = orders<RpcValue | undefined>({
  one: (control, process, value, called) => stopOne(control, process, { called, wait: flag(value) }),
  each: async (control, processes, value) => ok(await stopInOrder(control, processes, flag(value))),
});

export const stopProcess = method({
  name: "stopProcess",
  params: [ONE, WAIT],
  returns: { type: "boolean", help: "True; for a group the rows of stopProcessGroup" },
  faults: ["BAD_NAME", "NOT_RUNNING", "FAILED"],
  help: "Stop a process.",
  run: stop.one,
});

export const stopProcessGroup = method({
  name: "stopProcessGroup",
  params: [GROUP, WAIT],
  returns: ROWS,
  faults: ["BAD_NAME"],
  help: "Stop all running processes of a group.",
  run: stop.group,
});

export const stopAllProcesses = method({
  name: "stopAllProcesses",
  params: [WAIT],
  returns: ROWS,
  faults: [],
  help: "Stop all running processes.",
  run: stop.all,
});

type Stop = { readonly called: string; readonly wait: boolean };

/** What waits for its restart is not running, and would be a moment later; what its last run has left is waited for; a schedule can be paused. (CRON-002) */
export function canStop(process: ProcessView): boolean {
  return STATES[process.state].running || process.unsettled || hasActiveJob(process);
}

/** `called` is the name as the client gave it. (RPC-081..087) */
export function stopOne(
  control: SupervisorControl,
  process: ProcessView,
  { called, wait }: Stop,
): Promise<Result<true, Fault>> | Result<true, Fault> {
  const keeping = control.keepWanted([refOf(process)], false);
  if (keeping === null) return stopNow(control, process, { called, wait });
  return keeping.then((kept) => (kept.ok ? stopNow(control, process, { called, wait }) : refuse(fault("FAILED", kept.error))));
}

/** Without a word to what remembers it. */
export function stopNow(
  control: SupervisorControl,
  process: ProcessView,
  { called, wait }: Stop,
): Promise<Result<true, Fault>> | Result<true, Fault> {
  if (!canStop(process)) return refuse(fault("NOT_RUNNING", called));
  return control
    .stop(refOf(process), wait ? "stopped" : "ordered")
    .then((stopped) => (stopped.ok ? ok(true) : refuse(fault("FAILED", stopped.error))));
}

function hasActiveJob({ job }: ProcessView): boolean {
  return job !== null && !job.paused;
}

/** In the order that is given; all are told at once, and none waits for another. (RPC-089, RPC-090) */
export async function stopInOrder(
  control: SupervisorControl,
  processes: readonly ProcessView[],
  wait: boolean,
): Promise<readonly ResultRow[]> {
  const keeping = control.keepWanted(processes.map(refOf), false);
  const kept = keeping === null ? ok(true) : await keeping;
  const running = processes.filter(canStop);
  if (!kept.ok) return rowsOf(running.map((process) => ({ process, outcome: refuse(fault("FAILED", kept.error)), atOnce: true })));
  control.stopTogether(running.map(refOf));
  const ordered = running.map((process) => {
    const outcome = stopNow(control, process, { called: rowName(process), wait });
    const note = hasActiveJob(process) ? SCHEDULE_PAUSED : undefined;
    return { process, outcome, note, atOnce: !wait || process.state === "BACKOFF" };
  });
  return rowsOf(ordered);
}
