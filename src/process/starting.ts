/** How a process starts: the attempt, its preparation, the spawn, and what is done when startsecs are over or the spawn failed. */

import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { assert } from "../result.ts";
import { hasFailed, isUnderWay, outcomeWords } from "./auxiliary.ts";
import type { StartCause } from "./causes.ts";
import { checkedBy, isAwaitedCheck } from "./checkruns.ts";
import { beginHealth } from "./checks.ts";
import { backOff } from "./ending.ts";
import { orderHook } from "./hooks.ts";
import { withLife } from "./life.ts";
import { processMessages as say } from "./loglines.ts";
import { countStart } from "./policy.ts";
import { awaitReadiness, awaitsReadiness, isPlain, latched, probedReady, tellReady } from "./readiness.ts";
import { attempted, refuseStart } from "./refusing.ts";
import { newSaid } from "./said.ts";
import {
  type Action,
  adding,
  change,
  log,
  NO_DEADLINES,
  type ProcessEffect,
  type ProcessInput,
  type ProcessState,
  type Transition,
  then,
  unchanged,
  withoutStarts,
} from "./state.ts";
import { STATES } from "./states.ts";
import { beginStop, stopChildless } from "./stopping.ts";

/** Why this input starts a process that is down; null: it does not. */
export function startCause(process: ProcessState, input: ProcessInput): StartCause | null {
  const { state, life } = process;
  if (!STATES[state].stopped && state !== "BACKOFF") return null;
  if (state === "UNKNOWN") return null;
  if (input.type === "start") return input.cause ?? "user";
  if (input.type !== "deadline") return null;
  switch (input.name) {
    case "restart":
      return state === "BACKOFF" ? "retry" : "restart";
    case "again":
      return life.again ?? "restart";
    case "fatal-retry":
      return "fatal-retry";
    default:
      return null;
  }
}

/** The beginning of an attempt; the event precedes every check of the command. (PROC-024, PROC-025, PROC-027) */
export function start(config: ProcessConfig, process: ProcessState, now: Now, input: ProcessInput): Transition {
  const cause = startCause(process, input) ?? "user";
  const counted = countStart(config, process.life.policy, cause, now.monoMs);
  if ("refused" in counted) return refuseStart(config, process, counted.refused, now);
  // Failures of a one-shot are counted over its runs, as far as nobody has ordered another one. (ONE-001)
  const tries = config.type === "oneshot" && cause !== "retry" && cause !== "restart" ? 0 : process.tries;
  const fresh = attempted({ ...process, tries, life: withLife(process.life, { policy: counted.policy }) }, now);
  return adding(change(fresh, "STARTING"), preparation(config, fresh));
}

/** What has to be prepared for the start that is under way, as far as it has come; with pre_start in two parts. (HOOK-002) */
export function preparation({ preStart }: ProcessConfig, { attempt, life }: ProcessState): Extract<ProcessEffect, { type: "prepare" }> {
  if (life.mayStart === true) return { type: "prepare", attempt, part: "command" };
  return preStart === null ? { type: "prepare", attempt } : { type: "prepare", attempt, part: "variables" };
}

/** pre_start gets its turn, once for an attempt: a successor may prepare what its first turn has begun to prepare. */
export const read: Action<"read"> = (config, process, now, { attempt }) => {
  if (attempt !== process.attempt || process.life.mayStart === true || isUnderWay(process, "pre_start")) return unchanged(process);
  return config.preStart === null ? mayStart(process) : orderHook(config, process, "pre_start", now);
};

/** Only pre_start decides anything. (HOOK-002) */
export const preStartEnded: Action<"run-ended"> = (config, process, now, { what, outcome }) => {
  if (what !== "pre_start") return unchanged(process);
  if (!hasFailed(outcome)) return mayStart(process);
  return failToSpawn(config, process, `pre_start failed (${outcomeWords(outcome, config.hookTimeout)})`, now);
};

function mayStart(process: ProcessState): Transition {
  const { attempt } = process;
  return {
    process: { ...process, life: withLife(process.life, { mayStart: true }) },
    effects: [{ type: "prepare", attempt, part: "command" }],
  };
}

/** The start that is due waits for its conditions; the state stays. */
export const hold: Action<"hold"> = (_, process, __, { waiting }) => {
  const it = withoutStarts(process);
  const deadlines = waiting.untilMs === undefined ? it.deadlines : { ...it.deadlines, depends: waiting.untilMs };
  return unchanged({ ...it, deadlines, life: withLife(it.life, { waiting, again: process.life.again }) });
};

/** A start that must not be fails at once, on the way of any failed start, so that who listens for FATAL hears of it. (CMN-011) */
export const refuse: Action<"refuse"> = (config, process, now, { text }) => refuseStart(config, process, text, now);

export function alreadyRunning(config: ProcessConfig, process: ProcessState): Transition {
  return adding(unchanged(process), log("warn", say.alreadyRunning(config.name)));
}

/** The command was found; one of an older attempt is not waited for. */
export const prepared: Action<"prepared"> = (_, process, __, { attempt, child, tree }) => {
  if (attempt !== process.attempt) return unchanged(process);
  return {
    process: { ...process, child, life: withLife(process.life, { tree, mayStart: undefined }) },
    effects: [{ type: "spawn", child }],
  };
};

export const unprepared: Action<"unprepared"> = (config, process, now, { attempt, text }) =>
  attempt === process.attempt ? failToSpawn(config, process, text, now) : unchanged(process);

/** The keeper has the child. startsecs=0 is RUNNING at once (PROC-030); a stop that came meanwhile is carried out now. */
export const spawned: Action<"spawned"> = (config, process, now, { pid }) => {
  assert(process.pid === 0 || process.pid === pid, `${config.name} was spawned as ${pid} beside ${process.pid}`);
  const running: ProcessState = {
    ...process,
    pid,
    startWallMs: now.wallMs,
    startMonoMs: now.monoMs,
    deadlines: { startup: now.monoMs + config.startSecs * 1000 },
    life: withLife(process.life, { said: newSaid(config) }),
  };
  const first: Transition = { process: running, effects: [log("info", say.spawned(config.name, pid))] };
  if (process.stopping) return then(first, (child) => beginStop(config, child, now));
  if (!isPlain(config)) return then(first, (child) => unchanged(awaitReadiness(config, child, now)));
  return config.startSecs <= 0 ? then(first, (child) => succeed(config, { ...child, deadlines: NO_DEADLINES }, now)) : first;
};

/** A daemon that begins without stored states adopts the child from the keeper's list, and is told of the spawn only afterwards. */
export const spawnedBefore: Action<"spawned"> = (config, process, _, { pid }) => {
  assert(process.pid === pid, `${config.name} was spawned in ${process.state}`);
  return unchanged(process);
};

/** STARTING to RUNNING. (PROC-010, PROC-029) */
export function succeed(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const tries = config.type === "oneshot" ? process.tries : 0;
  const running = change(beginHealth(config, { ...process, tries }, now), "RUNNING");
  return adding(running, log("info", say.success(config.name, config.startSecs)), ...tellReady(config, process, now));
}

/** startsecs are over; a process that has to become ready needs that as well. (RDY-002) */
export function startupOver(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  return awaitsReadiness(process) ? unchanged(process) : succeed(config, process, now);
}

/** What a check has made of a process that starts: it runs as soon as it is ready and startsecs are over. */
function becomeRunning(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  return awaitsReadiness(process) || process.deadlines.startup !== undefined ? unchanged(process) : succeed(config, process, now);
}

/** The result of a check of a process that starts. */
export const probedStarting: Action<"probed"> = (config, process, now, input) => {
  if (input.purpose !== "ready" || input.child !== process.child) return unchanged(process);
  const after = probedReady(config, process, input.check, input.found, now);
  return after === null ? unchanged(process) : becomeRunning(config, after, now);
};

/** A command that was run to find out whether it is ready, has ended. (RDY-005) */
export const checkRanStarting: Action<"run-ended"> = (config, process, now, input) => {
  const { ready } = process.life;
  if (ready === undefined || !isAwaitedCheck(process, input)) return unchanged(process);
  const { child } = process;
  return probedStarting(config, process, now, { type: "probed", purpose: "ready", child, check: ready.check, found: checkedBy(input) });
};

/** It has said itself that it is ready, or a line of it has. */
export const becameReady: Action<"ready"> = (config, process, now, input) =>
  input.child !== process.child || process.life.ready === undefined || process.life.ready.isReady
    ? unchanged(process)
    : becomeRunning(config, latched(process, now), now);

export const spawnFailed: Action<"spawn-failed"> = (config, process, now, { text }) => failToSpawn(config, process, text, now);

/** An attempt that failed before there was a child. One that nobody wants any more is stopped, not retried. (PROC-011, PROC-062) */
function failToSpawn(config: ProcessConfig, process: ProcessState, text: string, now: Now): Transition {
  const failed = { ...process, child: 0, stopping: false, spawnError: text, life: withLife(process.life, { tree: undefined }) };
  const noted: Transition = { process: failed, effects: [log("info", say.spawnError(text))] };
  return then(noted, (it) => (process.stopping ? stopChildless(config, it, now) : backOff(config, it, now)));
}
