/** How a process is stopped and signalled: the stop signal, SIGKILL when that does not help, and signals that the kernel refuses. */

import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { hasFailed, overdueRuns } from "./auxiliary.ts";
import type { StopCause } from "./causes.ts";
import { orderHook } from "./hooks.ts";
import { type Life, withLife } from "./life.ts";
import { processMessages as say } from "./loglines.ts";
import { againAfterStop } from "./restarting.ts";
import {
  type Action,
  adding,
  change,
  type InputOf,
  log,
  NO_DEADLINES,
  type ProcessEffect,
  type ProcessState,
  type Transition,
  then,
  unchanged,
  withoutStarts,
} from "./state.ts";

const SIGKILL = 9;
/** SIGKILL is repeated, ever more slowly, for a process that does not die of it (a sleep the kernel does not interrupt). */
const KILL_AGAIN_MS_MIN = 1000;
const KILL_AGAIN_MS_MAX = 300_000;

/** What the whole knows of itself: it is not kept with the process. */
const PLAIN_CAUSES: ReadonlySet<StopCause> = new Set(["user", "shutdown", "update"]);

/** Remembers what it is stopped for; the last word counts, but nothing that would start it again counts more than a user's. (CMN-008) */
function ordered(process: ProcessState, { cause, again }: InputOf<"stop">): ProcessState {
  const kept = cause === undefined || PLAIN_CAUSES.has(cause) ? undefined : cause;
  const life = withLife(process.life, {
    stopCause: kept,
    again: again === true ? cause : undefined,
    waiting: undefined,
    wanted: undefined,
    stopAfter: undefined,
  });
  return life === process.life ? process : { ...process, life };
}

export const stop: Action<"stop"> = (config, process, now, input) => beginStop(config, ordered(process, input), now);

/** What needs it goes first: it runs on until it is told again. (DEP-020) */
export const stopLater: Action<"stop-later"> = (_, process, __, { cause, again }) => {
  const stopAfter = { ...(cause !== undefined && { cause }), ...(again === true && { again }) };
  return unchanged({ ...process, life: withLife(process.life, { stopAfter }) });
};

/** It is on its way down already: only what comes afterwards can change. */
export const stayDown: Action<"stop"> = (_, process, __, input) => unchanged(input.again === true ? process : ordered(process, input));

/** It is down: now, or after the pause, it starts again if it was stopped for that. */
export function isDown(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const down = { ...process, deadlines: NO_DEADLINES };
  return change(process.life.again === undefined ? down : againAfterStop(config, down, now), "STOPPED");
}

/** Before the main process has ended, whose descendants can be told by their parents until then. (KILL-001, KILL-003) */
function ofTree(config: ProcessConfig, { child, pid }: ProcessState, act: "look" | "kill"): readonly ProcessEffect[] {
  return config.killTree ? [{ type: "tree", child, pid, act }] : [];
}

/** STOPPING at once; pre_stop gets its turn first, and then all the time that it may take. (HOOK-005) */
export function beginStop(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  if (config.preStop === null) return kill(config, process, now);
  const stopping = change({ ...process, stopping: true, kills: 0, deadlines: NO_DEADLINES }, "STOPPING");
  return then(stopping, (it) => orderHook(config, it, "pre_stop", now));
}

/** Debug line, event, then the signal (PROC-109..111), or the command that stands for it. (HOOK-006) */
function kill(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const deadlines = { kill: now.monoMs + config.stopWaitSecs * 1000 };
  const stop = (it: ProcessState): Transition => change({ ...it, stopping: true, kills: 0, deadlines }, "STOPPING");
  if (config.stopCommand !== null) {
    const stopping = adding(stop(process), ...ofTree(config, process, "look"));
    return then(stopping, (it) => orderHook(config, it, "stop_command", now));
  }
  const asGroup = config.stopAsGroup;
  const noted: Transition = { process, effects: [log("debug", say.killing(config.name, process.pid, config.stopSignal, asGroup))] };
  return adding(then(noted, stop), ...ofTree(config, process, "look"), stopSignal(config, process));
}

function stopSignal({ stopSignal: signal, stopAsGroup }: ProcessConfig, { child }: ProcessState): ProcessEffect {
  return { type: "signal", child, signal, to: stopAsGroup ? "group" : "process" };
}

/** pre_stop is over, whatever came of it; or stop_command has failed, and the stop signal takes its place. (HOOK-005, HOOK-006) */
export const stopHookEnded: Action<"run-ended"> = (config, process, now, { what, outcome }) => {
  if (process.kills > 0) return unchanged(process);
  if (what === "pre_stop" && process.deadlines.kill === undefined) return kill(config, process, now);
  if (what !== "stop_command" || !hasFailed(outcome)) return unchanged(process);
  const text = say.killing(config.name, process.pid, config.stopSignal, config.stopAsGroup);
  return { process, effects: [log("debug", text), stopSignal(config, process)] };
};

/** stopwaitsecs are over: SIGKILL, to the group if killasgroup. One WARN line; later repetitions are silent. (PROC-112, PROC-116) */
export const killHard: Action<"deadline"> = (config, process, now) =>
  then(killWithSigkill(config, process, now, "kill"), (it) => overdueRuns(config, it, "stop_command", now));

/** The same for one that was not ready in time: it is STARTING. (RDY-004) */
export const killUnready: Action<"deadline"> = (config, process, now) => killWithSigkill(config, process, now, "unready-kill");

function killWithSigkill(config: ProcessConfig, process: ProcessState, now: Now, deadline: "kill" | "unready-kill"): Transition {
  const again = Math.min(Math.max(config.stopWaitSecs * 1000, KILL_AGAIN_MS_MIN) * 2 ** process.kills, KILL_AGAIN_MS_MAX);
  const lines = process.kills === 0 ? [log("warn", say.killingHard(config.name, process.pid))] : [];
  return {
    process: { ...process, kills: process.kills + 1, deadlines: { ...process.deadlines, [deadline]: now.monoMs + again } },
    effects: [
      ...lines,
      log("debug", say.killing(config.name, process.pid, SIGKILL, config.killAsGroup)),
      ...ofTree(config, process, "kill"),
      { type: "signal", child: process.child, signal: SIGKILL, to: config.killAsGroup ? "group" : "process" },
    ],
  };
}

/** The child is on its way: it is stopped as soon as there is a pid. */
export const stopWhenSpawned: Action<"stop"> = (_, process, __, input) => unchanged({ ...ordered(process, input), stopping: true });

/** Out of STARTING as any stop, but there is no child to signal and none to wait for. (PROC-118) */
export function stopChildless(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  return then(change({ ...process, deadlines: NO_DEADLINES }, "STOPPING"), (it) => isDown(config, it, now));
}

export const stopPreparing: Action<"stop"> = (config, process, now, input) => stopChildless(config, ordered(process, input), now);

/** A retry that waits is given up at once; its counter stays. (PROC-042, PROC-119) */
export const stopRetrying: Action<"stop"> = (config, process, now, input) => {
  const noted: Transition = { process: ordered(process, input), effects: [log("debug", say.stopInBackoff(config.name))] };
  return then(noted, (it) => isDown(config, it, now));
};

/** What is down stays as it is (PROC-023), but what is due to start it is called off. */
export const callOffStart: Action<"stop"> = (_, process, __, { again, cause = "user" }) => {
  if (again === true) return unchanged(process);
  const it = withoutStarts(process);
  const life = withLife(it.life, { wanted: calledOff(process, it, cause), stopAfter: undefined });
  return unchanged(life === it.life ? it : { ...it, life });
};

/** FATAL alone does not say that nobody wants it any more, nor does one that has waited for its first start. (CMN-007, CMN-008) */
function calledOff(before: ProcessState, after: ProcessState, by: StopCause): Life["wanted"] {
  const isFirst = before.attempt === 0 && before.life.waiting !== undefined;
  return isFirst || (before.state === "FATAL" && before !== after) ? { up: false, by } : before.life.wanted;
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
