/** How a process is stopped and signalled: the stop signal, SIGKILL when that does not help, and signals that the kernel refuses. */

import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { processMessages as say } from "./loglines.ts";
import { type Action, adding, change, log, NO_DEADLINES, type ProcessState, type Transition, then, unchanged } from "./state.ts";

const SIGKILL = 9;
/** SIGKILL is repeated, ever more slowly, for a process that does not die of it (a sleep the kernel does not interrupt). */
const KILL_AGAIN_MS_MIN = 1000;
const KILL_AGAIN_MS_MAX = 300_000;

/** Debug line, event, then the signal. (PROC-109..111) */
export function kill(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const asGroup = config.stopAsGroup;
  const noted: Transition = { process, effects: [log("debug", say.killing(config.name, process.pid, config.stopSignal, asGroup))] };
  const deadlines = { kill: now.monoMs + config.stopWaitSecs * 1000 };
  const stopping = then(noted, (it) => change({ ...it, stopping: true, kills: 0, deadlines }, "STOPPING"));
  return adding(stopping, { type: "signal", child: process.child, signal: config.stopSignal, to: asGroup ? "group" : "process" });
}

/** stopwaitsecs are over: SIGKILL, to the group if killasgroup. One WARN line; later repetitions are silent. (PROC-112, PROC-116) */
export function killHard(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const again = Math.min(Math.max(config.stopWaitSecs * 1000, KILL_AGAIN_MS_MIN) * 2 ** process.kills, KILL_AGAIN_MS_MAX);
  const lines = process.kills === 0 ? [log("warn", say.killingHard(config.name, process.pid))] : [];
  return {
    process: { ...process, kills: process.kills + 1, deadlines: { ...process.deadlines, kill: now.monoMs + again } },
    effects: [
      ...lines,
      log("debug", say.killing(config.name, process.pid, SIGKILL, config.killAsGroup)),
      { type: "signal", child: process.child, signal: SIGKILL, to: config.killAsGroup ? "group" : "process" },
    ],
  };
}

/** The child is on its way: it is stopped as soon as there is a pid. */
export function stopWhenSpawned(_: ProcessConfig, process: ProcessState): Transition {
  return unchanged({ ...process, stopping: true });
}

/** Out of STARTING as any stop, but there is no child to signal and none to wait for. (PROC-118) */
export function stopChildless(_: ProcessConfig, process: ProcessState): Transition {
  return then(change({ ...process, deadlines: NO_DEADLINES }, "STOPPING"), (it) => change(it, "STOPPED"));
}

/** A retry that waits is given up at once; its counter stays. (PROC-042, PROC-119) */
export function stopRetrying(config: ProcessConfig, process: ProcessState): Transition {
  const noted: Transition = { process, effects: [log("debug", say.stopInBackoff(config.name))] };
  return then(noted, (it) => change({ ...it, deadlines: NO_DEADLINES }, "STOPPED"));
}

/** EXITED stays EXITED (PROC-023), but a restart that waits is called off. */
export function callOffRestart(_: ProcessConfig, process: ProcessState): Transition {
  return unchanged(process.deadlines.restart === undefined ? process : { ...process, deadlines: NO_DEADLINES });
}

/** A user's signal goes to the process alone and changes nothing. (PROC-129, PROC-133) */
export const signal: Action<"signal"> = (config, process, _, input) => ({
  process,
  effects: [
    log("debug", say.sending(config.name, process.pid, input.signal)),
    { type: "signal", child: process.child, signal: input.signal, to: "process" },
  ],
});

/** The kernel refused a signal: nobody knows any more what that process does. (PROC-021, PROC-124, PROC-136) */
export const signalFailed: Action<"signal-failed"> = (config, process, _, { errno }) => {
  const text = process.stopping ? say.killFailed(config.name, process.pid, errno) : say.signalFailed(config.name, process.pid, errno);
  return then({ process, effects: [log("critical", text)] }, (it) => change({ ...it, deadlines: NO_DEADLINES }, "UNKNOWN"));
};
