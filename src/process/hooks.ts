/**
 * Hooks: commands of the user's at turns of a program's life. Here is what is due when a process has changed its state; who decides something by its result
 * is a part of the table. (HOOK)
 */
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { callOffRuns, orderRun } from "./auxiliary.ts";
import type { Reason } from "./causes.ts";
import { endLateChecks } from "./checkruns.ts";
import { type Told, withLife } from "./life.ts";
import type { Run, RunEnd, What } from "./run.ts";
import { type ProcessInput, type ProcessState, type Transition, then, unchanged } from "./state.ts";
import type { State } from "./states.ts";
import { decodeWaitStatus, endingSignal } from "./waitstatus.ts";

/** What the whole knows of a step. */
export type HookContext = {
  /** Nothing new is run: supervisord goes down. (CMN-010) */
  readonly startsNothing: boolean;
  /** What the start was for that this step began. */
  readonly start: Reason | null;
  /** Why the run ended that this step ended. */
  readonly end: Reason | null;
  /** Why it is stopped, if it is. */
  readonly stop: Reason;
};

/** Processes without any cost nothing. */
export function hasHooks(config: ProcessConfig): boolean {
  const { preStart, postStart, preStop, stopCommand, postStop, onFatal } = config;
  if (preStart !== null || postStart !== null || preStop !== null) return true;
  return stopCommand !== null || postStop !== null || onFatal !== null;
}

/** A hook is due now. What it is for is added by `followStep`, who knows it. */
export function orderHook(config: ProcessConfig, process: ProcessState, what: What, now: Now): Transition {
  return orderRun(
    process,
    { what, timeoutMs: what === "stop_command" ? Math.max(0, config.stopWaitSecs) * 1000 : config.hookTimeout },
    now,
  );
}

/** What follows from a step of a process that has hooks. */
export function followStep(
  config: ProcessConfig,
  before: ProcessState,
  step: Transition,
  input: ProcessInput,
  context: HookContext,
  now: Now,
): Transition {
  const entered = new Set(step.effects.flatMap((effect) => (effect.type === "event" ? [effect.state] : [])));
  const noted: Transition = { process: withTold(config, before, step.process, input, context, now), effects: step.effects };
  const checked = then(noted, (it) => endLateChecks(it, context.startsNothing, now));
  const ended = then(checked, (it) => callOffRuns(it, (run) => isOver(run, it), now));
  const hasRun = input.type === "exited" && input.notSpawned === undefined;
  const left = hasRun && config.postStop !== null ? then(ended, (it) => orderOfEnd(config, it, "post_stop", now)) : ended;
  const begun = context.startsNothing ? left : then(left, (it) => begin(config, it, entered, now));
  return { process: withReasons(begun.process, context), effects: begun.effects };
}

/** Nobody needs it any more: its program has gone on without it. What stops a program that has ended runs to its end, if it has begun. (HOOK-003..005) */
function isOver({ what, child }: Run, { state, pid }: ProcessState): boolean {
  if (what === "post_start") return state !== "RUNNING";
  if (what === "pre_start") return state !== "STARTING";
  return (what === "pre_stop" || what === "stop_command") && pid === 0 && child === 0;
}

/** (HOOK-009) */
function withReasons(process: ProcessState, { stop }: HookContext): ProcessState {
  const { runs, told } = process.life;
  const reasons: { readonly [W in What]?: Reason | undefined } = { pre_start: told?.start, pre_stop: stop, stop_command: stop };
  const lacksOne = ({ what, reason }: Run): boolean => reason === undefined && reasons[what] !== undefined;
  if (runs?.some(lacksOne) !== true) return process;
  const named = runs.map((run): Run => {
    const reason = lacksOne(run) ? reasons[run.what] : undefined;
    return reason === undefined ? run : { ...run, reason };
  });
  return { ...process, life: withLife(process.life, { runs: named }) };
}

/** (HOOK-004, HOOK-008) */
function begin(config: ProcessConfig, process: ProcessState, entered: ReadonlySet<State>, now: Now): Transition {
  const start = process.life.told?.start;
  if (process.state === "RUNNING" && entered.has("RUNNING") && config.postStart !== null) {
    return orderRun(process, { what: "post_start", timeoutMs: config.hookTimeout, ...(start !== undefined && { reason: start }) }, now);
  }
  return entered.has("FATAL") && config.onFatal !== null ? orderOfEnd(config, process, "on_fatal", now) : unchanged(process);
}

/** One that is told how the last run ended, if there was one. (HOOK-007, HOOK-008) */
function orderOfEnd(config: ProcessConfig, process: ProcessState, what: "post_stop" | "on_fatal", now: Now): Transition {
  const { start, end } = process.life.told ?? {};
  const reason = end?.reason ?? start;
  const told = { ...(reason !== undefined && { reason }), ...(end !== undefined && { end }) };
  return orderRun(process, { what, timeoutMs: config.hookTimeout, ...told }, now);
}

/** (HOOK-009) */
function withTold(
  config: ProcessConfig,
  before: ProcessState,
  process: ProcessState,
  input: ProcessInput,
  { start, end, stop }: HookContext,
  now: Now,
): ProcessState {
  const known = process.life.told ?? {};
  const { end: _, ...withoutEnd } = known;
  const { stop: __, ...withoutStop } = known;
  let told: Told = input.type === "spawned" && known.end !== undefined ? withoutEnd : known;
  if (start !== null && (start !== told.start || told.stop !== undefined)) told = { ...withoutStop, start };
  if (process.state === "STOPPING" && before.state !== "STOPPING") told = { ...told, stop };
  if (input.type === "exited") told = { ...told, end: endOf(config, before, input.waitStatus, end ?? "exit", now) };
  const life = withLife(process.life, { told: told === known ? process.life.told : told });
  return life === process.life ? process : { ...process, life };
}

function endOf(config: ProcessConfig, before: ProcessState, waitStatus: number, reason: Reason, now: Now): RunEnd {
  const { status } = decodeWaitStatus(waitStatus);
  const { signal } = endingSignal(waitStatus);
  const expected = before.state === "STOPPING" || config.exitCodes.includes(status);
  const ranMs = Math.max(0, Math.round(now.monoMs - before.startMonoMs));
  return { code: status < 0 ? null : status, signal, expected, ranMs, reason };
}
