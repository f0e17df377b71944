/**
 * Auxiliary runs: commands that run beside a process for its sake: hooks, checks, reloads. How far each has come is kept with the life of the process, so a
 * successor goes on with each where it stands and none runs twice for one cause. (CMN-022..026)
 *
 * A new kind of run is added so:
 * 1. Its option, its word in `What` (`run.ts`), and its row in `RUNS` below: the command, the bounds, what becomes of its output.
 * 2. Who decides that it is due calls `orderRun`: from the table of the process, or from `hooks.ts` for what follows from a change of state.
 * 3. Its result is the input `run-ended` of the table: a cell for it in the rows that heed it. It carries the outcome, and the last 1 KiB of its stdout where
 *    the row says that this is captured. A run that was called off (`callOffRuns`) has no result.
 * The rest follows: it waits for a free place, gets what the program has (user, limits, environment …), its label is `GROUP:NAME:WHAT`, it is ended after its
 * time with its process group, a successor and a shutdown take care of it.
 */
import { durationInWords } from "../config/durations.ts";
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { withLife } from "./life.ts";
import type { Run, RunOutcome, What } from "./run.ts";
import type { InputOf, ProcessEffect, ProcessState } from "./state.ts";
import { decodeWaitStatus, endingSignal } from "./waitstatus.ts";

/** From SIGTERM to SIGKILL, and from SIGKILL until nobody waits for it any more. (CMN-024) */
export const RUN_END_MS = 2000;

const SIGTERM = 15;
const SIGKILL = 9;

type Kind = {
  /** The command as it is written; null: there is none (any more). */
  readonly command: (config: ProcessConfig, process: ProcessState) => string | null;
  /** Of hooks there is one at a time, and a failure of one is told. (HOOK-001, HOOK-010) */
  readonly isHook: boolean;
  /** Checks have places of their own. (CMN-026) */
  readonly place: "check" | "other";
  /** The last of its stdout is a part of the result; else it goes to the program's log. (CMN-023) */
  readonly isCaptured: boolean;
  /** It serves the way down: a shutdown lets it have its time. All others are ended by it. (CMN-010, HOOK-011) */
  readonly isOfTheWayDown: boolean;
};

const HOOK = { isHook: true, place: "other", isCaptured: false, isOfTheWayDown: false } as const;

export const RUNS: { readonly [W in What]: Kind } = {
  pre_start: { ...HOOK, command: ({ preStart }) => preStart },
  post_start: { ...HOOK, command: ({ postStart }) => postStart },
  pre_stop: { ...HOOK, isOfTheWayDown: true, command: ({ preStop }) => preStop },
  stop_command: { ...HOOK, isOfTheWayDown: true, command: ({ stopCommand }) => stopCommand },
  post_stop: { ...HOOK, isOfTheWayDown: true, command: ({ postStop }) => postStop },
  on_fatal: { ...HOOK, command: ({ onFatal }) => onFatal },
  check: { isHook: false, place: "check", isCaptured: true, isOfTheWayDown: false, command: checkCommand },
  reload_command: { ...HOOK, isHook: false, command: ({ reloadCommand }) => reloadCommand },
};

/** Of readiness until it runs, of health from then on. */
function checkCommand({ readyWhen, healthcheck }: ProcessConfig, { state }: ProcessState): string | null {
  const probe = state === "RUNNING" ? healthcheck : readyWhen;
  return probe?.kind === "exec" ? probe.command : null;
}

/** What happens to runs; their ends are the input `run-ended` of the process. */
export type RunInput =
  | { readonly type: "run-prepared"; readonly number: number; readonly child: number }
  | { readonly type: "run-unprepared"; readonly number: number; readonly outcome: RunOutcome }
  | { readonly type: "run-spawned"; readonly child: number; readonly pid: number }
  | { readonly type: "run-not-spawned"; readonly child: number; readonly text: string }
  | { readonly type: "run-exited"; readonly child: number; readonly waitStatus: number; readonly output: string }
  /** The keeper has never heard of it: it is run again. */
  | { readonly type: "run-lost"; readonly child: number }
  /** The time of one has come. */
  | { readonly type: "run-due" };

type RunEffect = Exclude<ProcessEffect, { type: "event" }>;
/** A transition that changes no state. */
export type RunTransition = { readonly process: ProcessState; readonly effects: readonly RunEffect[] };
export type RunStep = RunTransition & { readonly ended: InputOf<"run-ended"> | null };

export type RunOrder = Pick<Run, "what" | "timeoutMs"> & Partial<Pick<Run, "reason" | "end">>;

/** Of a word that may be one of a later release. */
export function isCapturedRun(what: string): boolean {
  return Object.hasOwn(RUNS, what) && RUNS[what as What].isCaptured;
}

/** The runs of a process; nearly every one has none. */
export function runsOf({ life }: ProcessState): readonly Run[] {
  return life.runs ?? [];
}

/** A run that is due now: it begins when what it must not overlap has ended. */
export function orderRun(process: ProcessState, order: RunOrder, now: Now): RunTransition {
  const number = (process.life.lastRun ?? 0) + 1;
  const run: Run = { ...order, number, isQueued: true, child: 0, pid: 0, sinceMs: now.monoMs, sinceWallMs: now.wallMs };
  return beginRuns({ ...process, life: withLife(process.life, { lastRun: number, runs: [...runsOf(process), run] }) });
}

/** Ends those that are meant; they have no result. */
export function callOffRuns(process: ProcessState, isMeant: (run: Run) => boolean, now: Now): RunTransition {
  if (!runsOf(process).some((run) => isMeant(run) && run.ending === undefined)) return { process, effects: [] };
  return endThose(process, (run) => isMeant(run) && run.ending === undefined, now);
}

/** Time is over for those that are meant: they have failed, and get SIGKILL at once. (HOOK-006) */
export function overdueRuns(config: ProcessConfig, process: ProcessState, what: What, now: Now): RunTransition {
  const isMeant = (run: Run): boolean => run.what === what && run.ending === undefined;
  const told = runsOf(process)
    .filter(isMeant)
    .flatMap((run) => tellFailure(config, run, { kind: "timeout" }));
  if (told.length === 0) return { process, effects: [] };
  const { process: next, effects } = endThose(process, isMeant, now, SIGKILL);
  return { process: next, effects: [...told, ...effects] };
}

/** There is no more time: SIGKILL for whatever still runs. (CTR-005) */
export function killRuns(process: ProcessState, now: Now): RunTransition {
  const isAlive = ({ ending }: Run): boolean => ending === undefined || ending === "asked";
  return runsOf(process).some(isAlive) ? endThose(process, isAlive, now, SIGKILL) : { process, effects: [] };
}

/** It is due or runs, and its result is awaited. */
export function isUnderWay(process: ProcessState, ...whats: readonly What[]): boolean {
  return process.life.runs?.some(({ what, ending }) => ending === undefined && whats.includes(what)) === true;
}

/** Something of it may still run, and is waited for at a shutdown. (KILL-008) */
export function hasRuns(process: ProcessState): boolean {
  return runsOf(process).some(({ ending }) => ending !== "left");
}

/** When the next of them is due, monotonic; infinity: none. */
export function runsDueMs({ life }: ProcessState): number {
  if (life.runs === undefined) return Number.POSITIVE_INFINITY;
  return Math.min(...life.runs.map(({ untilMs }) => untilMs ?? Number.POSITIVE_INFINITY));
}

/** What has happened to a run of the process. Whatever comes too late for one that is gone is nothing. */
export function stepRuns(config: ProcessConfig, process: ProcessState, input: RunInput, now: Now): RunStep {
  const run = runsOf(process).find((one) => isAbout(input, one, now));
  if (run === undefined) return { process, effects: [], ended: null };
  switch (input.type) {
    case "run-prepared": {
      const begun = { ...run, child: input.child, sinceMs: now.monoMs, sinceWallMs: now.wallMs, untilMs: now.monoMs + run.timeoutMs };
      return { ...changed(process, run, begun), effects: [{ type: "spawn-run", number: run.number, child: input.child }], ended: null };
    }
    case "run-unprepared":
      return gone(config, process, run, now, input.outcome);
    case "run-spawned":
      return { ...changed(process, run, { ...run, pid: input.pid }), ended: null };
    case "run-not-spawned":
      return gone(config, process, run, now, { kind: "not-run", text: input.text });
    case "run-exited":
      return gone(config, process, run, now, outcomeOf(input.waitStatus), input.output);
    case "run-lost":
      return lost(process, run);
    case "run-due":
      return due(config, process, run, now);
  }
}

function isAbout(input: RunInput, run: Run, now: Now): boolean {
  switch (input.type) {
    case "run-prepared":
    case "run-unprepared":
      return run.number === input.number && run.child === 0 && run.isQueued !== true;
    case "run-due":
      return run.untilMs !== undefined && run.untilMs <= now.monoMs;
    default:
      return run.child === input.child;
  }
}

/** It is there no more; what waited for that begins. */
function gone(config: ProcessConfig, process: ProcessState, run: Run, now: Now, outcome: RunOutcome, output = ""): RunStep {
  const left = beginRuns(without(process, run));
  return run.ending === undefined ? ended(config, left, run, now, outcome, output) : { ...left, ended: null };
}

function ended(
  config: ProcessConfig,
  { process, effects }: RunTransition,
  run: Run,
  now: Now,
  outcome: RunOutcome,
  output: string,
): RunStep {
  const { what, number, timeoutMs, sinceMs } = run;
  const input = { type: "run-ended", what, number, outcome, output, timeoutMs, ranMs: Math.max(0, now.monoMs - sinceMs) } as const;
  return { process, effects: [...effects, ...tellFailure(config, run, outcome)], ended: input };
}

/** One that was being ended need not come back. */
function lost(process: ProcessState, run: Run): RunStep {
  if (run.ending !== undefined) return { ...beginRuns(without(process, run)), ended: null };
  const { untilMs: _, ...rest } = run;
  const again = changed(process, run, { ...rest, child: 0, pid: 0 });
  return { ...again, effects: [{ type: "run", what: run.what, number: run.number }], ended: null };
}

function due(config: ProcessConfig, process: ProcessState, run: Run, now: Now): RunStep {
  if (run.ending === undefined) {
    const ending = endThose(process, ({ number }) => number === run.number, now);
    return ended(config, ending, run, now, { kind: "timeout" }, "");
  }
  if (run.ending === "asked") return { ...endThose(process, ({ number }) => number === run.number, now, SIGKILL), ended: null };
  const { untilMs: _, ...rest } = run;
  return { ...beginRuns(changed(process, run, { ...rest, ending: "left" }).process), ended: null };
}

/** Those that have not been spawned are dropped; for the others nobody waits, but the next of its kind and a shutdown. */
function endThose(process: ProcessState, isMeant: (run: Run) => boolean, now: Now, signal: 9 | 15 = SIGTERM): RunTransition {
  const effects: RunEffect[] = [];
  const runs = runsOf(process).flatMap((run): Run[] => {
    if (!isMeant(run)) return [run];
    if (run.child === 0) return [];
    effects.push({ type: "signal-run", child: run.child, signal });
    return [{ ...run, ending: signal === SIGKILL ? "killed" : "asked", untilMs: now.monoMs + RUN_END_MS }];
  });
  const next = beginRuns(withRuns(process, runs));
  return { process: next.process, effects: [...effects, ...next.effects] };
}

/** Those that need not wait for others any more. */
function beginRuns(process: ProcessState): RunTransition {
  const effects: RunEffect[] = [];
  const runs = runsOf(process).map((run, index, all): Run => {
    if (run.isQueued !== true || mustWait(run, all.slice(0, index))) return run;
    effects.push({ type: "run", what: run.what, number: run.number });
    const { isQueued: _, ...begun } = run;
    return begun;
  });
  return { process: effects.length === 0 ? process : withRuns(process, runs), effects };
}

/** Nobody waits for one that overstays but the next of its own kind; of hooks one runs at a time. (CMN-024, HOOK-010) */
function mustWait({ what }: Run, before: readonly Run[]): boolean {
  return before.some(
    (other) =>
      (other.what === what && other.ending !== "left") || (RUNS[what].isHook && RUNS[other.what].isHook && other.ending === undefined),
  );
}

function withRuns(process: ProcessState, runs: readonly Run[]): ProcessState {
  return { ...process, life: withLife(process.life, { runs: runs.length === 0 ? undefined : runs }) };
}

function without(process: ProcessState, run: Run): ProcessState {
  return withRuns(
    process,
    runsOf(process).filter((one) => one !== run),
  );
}

function changed(process: ProcessState, run: Run, next: Run): RunTransition {
  return {
    process: withRuns(
      process,
      runsOf(process).map((one) => (one === run ? next : one)),
    ),
    effects: [],
  };
}

function outcomeOf(waitStatus: number): RunOutcome {
  const { signal } = endingSignal(waitStatus);
  return signal === null ? { kind: "exit", code: decodeWaitStatus(waitStatus).status } : { kind: "signal", signal };
}

export function hasFailed(outcome: RunOutcome): boolean {
  return outcome.kind !== "exit" || outcome.code !== 0;
}

/** `exit 3`, `SIGKILL`, `not ended within 30 s`. */
export function outcomeWords(outcome: RunOutcome, timeoutMs: number): string {
  switch (outcome.kind) {
    case "exit":
      return `exit ${outcome.code}`;
    case "signal":
      return outcome.signal;
    case "timeout":
      return `not ended within ${durationInWords(timeoutMs)}`;
    case "not-run":
      return outcome.text;
  }
}

/** (HOOK-001) */
function tellFailure(config: ProcessConfig, { what, timeoutMs }: Run, outcome: RunOutcome): readonly RunEffect[] {
  if (!RUNS[what].isHook || !hasFailed(outcome)) return [];
  const text = `hook: ${config.name} ${what} failed (${outcomeWords(outcome, timeoutMs)})`;
  const code = outcome.kind === "exit" ? outcome.code : "";
  const signal = outcome.kind === "signal" ? outcome.signal : "";
  return [
    { type: "log", level: "warn", text },
    { type: "lifecycle", name: "LIFECYCLE_HOOK_FAILED", keys: { hook: what, code, signal }, text },
  ];
}
