/**
 * Hooks: commands of the user's at turns of a program's life. Here is what is due when a process has changed its state; who decides something by its result
 * is a part of the table. (HOOK)
 */
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { callOffRuns, orderRun } from "./auxiliary.ts";
import type { Reason } from "./causes.ts";
import { type Told, withLife } from "./life.ts";
import type { RunEnd } from "./run.ts";
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
};

/** Processes without any cost nothing. */
export function hasHooks({ postStart, onFatal }: ProcessConfig): boolean {
  return postStart !== null || onFatal !== null;
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
  const ended = step.process.state === "RUNNING" ? noted : then(noted, (it) => callOffRuns(it, ({ what }) => what === "post_start", now));
  return context.startsNothing ? ended : then(ended, (it) => begin(config, it, entered, now));
}

/** (HOOK-004, HOOK-008) */
function begin(config: ProcessConfig, process: ProcessState, entered: ReadonlySet<State>, now: Now): Transition {
  const { start, end } = process.life.told ?? {};
  if (process.state === "RUNNING" && entered.has("RUNNING") && config.postStart !== null) {
    return orderRun(process, { what: "post_start", timeoutMs: config.hookTimeout, ...(start !== undefined && { reason: start }) }, now);
  }
  if (!entered.has("FATAL") || config.onFatal === null) return unchanged(process);
  const reason = end?.reason ?? start;
  const told = { ...(reason !== undefined && { reason }), ...(end !== undefined && { end }) };
  return orderRun(process, { what: "on_fatal", timeoutMs: config.hookTimeout, ...told }, now);
}

/** (HOOK-009) */
function withTold(
  config: ProcessConfig,
  before: ProcessState,
  process: ProcessState,
  input: ProcessInput,
  { start, end }: HookContext,
  now: Now,
): ProcessState {
  const known = process.life.told ?? {};
  const { end: _, ...withoutEnd } = known;
  let told: Told = input.type === "spawned" && known.end !== undefined ? withoutEnd : known;
  if (start !== null && start !== told.start) told = { ...told, start };
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
