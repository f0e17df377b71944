/** One process as a value: its state, its deadlines, what can happen to it, and what a step of it wants done. */

import type { LifecycleName } from "../config/eventnames.ts";
import type { ProcessConfig } from "../config/model.ts";
import type { Probe } from "../config/probes.ts";
import type { Now } from "../doors.ts";
import type { AgainCause, StartCause, StopCause } from "./causes.ts";
import type { Checked } from "./health.ts";
import { type Leftover, type Life, NO_LIFE, type Tree, type Waiting, withLife } from "./life.ts";
import type { Word } from "./messages.ts";
import type { RunOutcome, What } from "./run.ts";
import type { State } from "./states.ts";

/** What a process can wait for; several of them can run at once. */
export type DeadlineName =
  | "startup"
  | "ready"
  | "ready-check"
  | "unready-kill"
  | "restart"
  | "again"
  | "fatal-retry"
  | "depends"
  | "kill"
  | "health"
  | "reload";

/** Those that an earlier release knows; the others are stored with the life. (CMN-021) */
export const PLAIN_DEADLINES: ReadonlySet<DeadlineName> = new Set(["startup", "restart", "kill"]);

/** Those at which a process starts by itself, or gives up to wait for that. */
export const START_DEADLINES: ReadonlySet<DeadlineName> = new Set(["restart", "again", "fatal-retry", "depends"]);

/** When each is due, monotonic. */
export type Deadlines = { readonly [D in DeadlineName]?: number };

export type ProcessState = {
  readonly state: State;
  /** 0 when no process exists; in UNKNOWN the old one (PROC-213). */
  readonly pid: number;
  /** The keeper's number for the child or the spawn under way; 0 while a start is still being prepared. */
  readonly child: number;
  /** Grows with every attempt; a late answer to a preparation that nobody waits for any more carries an older one. */
  readonly attempt: number;
  readonly startWallMs: number;
  readonly stopWallMs: number;
  readonly startMonoMs: number;
  /** Failures in a row: the retry counter (PROC-035, PROC-041). */
  readonly tries: number;
  /** `NO_DEADLINES` when nothing is waited for. */
  readonly deadlines: Deadlines;
  readonly exitStatus: number | null;
  readonly spawnError: string;
  /** A stop was asked for: the exit that follows is ours. */
  readonly stopping: boolean;
  /** SIGKILLs sent in this stop. */
  readonly kills: number;
  /** Runs in a row that lasted less than a second: the governor of `restartWaitMs`. */
  readonly shortRuns: number;
  /** What further features know of it; `NO_LIFE` for a process that uses none. */
  readonly life: Life;
};

export type ProcessInput =
  /** Without a cause: a user's. `deps` false: it does not wait for what it depends on. */
  | { readonly type: "start"; readonly cause?: StartCause; readonly deps?: false }
  /** Its files of variables have been read: commands may run before the start. */
  | { readonly type: "read"; readonly attempt: number }
  /** With `tree` nothing of the run is to survive its end. */
  | { readonly type: "prepared"; readonly attempt: number; readonly child: number; readonly tree?: Tree }
  | { readonly type: "unprepared"; readonly attempt: number; readonly text: string }
  | { readonly type: "spawned"; readonly pid: number }
  | { readonly type: "spawn-failed"; readonly text: string }
  /** `notSpawned`: the child never became the program, and why. */
  | { readonly type: "exited"; readonly waitStatus: number; readonly notSpawned?: string }
  | (StopOrder & { readonly type: "stop" })
  /** The same, but what needs this process has to be down first. */
  | (StopOrder & { readonly type: "stop-later" })
  | { readonly type: "signal"; readonly signal: number }
  | { readonly type: "signal-failed"; readonly signal: number; readonly errno: string }
  /** Without a name: the earliest. Nothing happens when it is not due. */
  | { readonly type: "deadline"; readonly name?: DeadlineName }
  | { readonly type: "give-up" }
  /** A check has ended. `child` and `check` tell which: of another it comes too late. */
  | { readonly type: "probed"; readonly purpose: CheckPurpose; readonly child: number; readonly check: number; readonly found: Checked }
  /** A word of the program itself, or a line of its output, says that it is ready. */
  | { readonly type: "ready"; readonly child: number }
  /** It says something of itself. `sender`: who has sent it, as the kernel says; `uid`: whose the program is. */
  | {
      readonly type: "said";
      readonly child: number;
      readonly sender: { readonly pid: number; readonly uid: number };
      readonly uid: number;
      readonly words: readonly Word[];
    }
  /** Checks begin anew. `counts`: whether failures that were counted still count. */
  | { readonly type: "recheck"; readonly counts: "kept" | "zero" }
  /** So many bytes of memory are too many. `child` tells of which run. */
  | { readonly type: "too-large"; readonly child: number; readonly bytes: number }
  /** A start must wait until its conditions hold. */
  | { readonly type: "hold"; readonly waiting: Waiting }
  /** A start must wait until nothing of the last run is left. */
  | { readonly type: "start-later"; readonly cause: StartCause; readonly deps?: false }
  /** Nobody of that run is left, but for those. */
  | { readonly type: "swept"; readonly child: number; readonly left: readonly Leftover[] }
  /** A start must not be, and why. (CMN-011) */
  | { readonly type: "refuse"; readonly text: string }
  /** An auxiliary run has come to its end or its deadline. `output`: the last of its stdout, where that is captured. */
  | {
      readonly type: "run-ended";
      readonly what: What;
      readonly number: number;
      readonly outcome: RunOutcome;
      readonly output: string;
      /** How long it ran, and how long it might, where it was run. */
      readonly ranMs?: number;
      readonly timeoutMs?: number;
    };

export type PreparedPart = "variables" | "command";

export type CheckPurpose = "ready" | "health";

/** Without a cause: a user's. With `again` it starts by itself once it is down. */
type StopOrder = { readonly cause?: StopCause; readonly again?: false } | { readonly cause: AgainCause; readonly again: true };

export type InputType = ProcessInput["type"];
export type InputOf<T extends InputType> = Extract<ProcessInput, { readonly type: T }>;

/** What happens to a process besides its changes of state. (EVX-001) */
export type LifecycleNews = {
  readonly name: LifecycleName;
  /** In their order in the payload. */
  readonly keys: Readonly<Record<string, string | number>>;
  /** A sentence for people. */
  readonly text: string;
};

export type LogLine = { readonly level: "critical" | "warn" | "info" | "debug"; readonly text: string };

export type ProcessEffect =
  | ({ readonly type: "log" } & LogLine)
  | {
      readonly type: "event";
      readonly state: State;
      readonly from: State;
      readonly pid: number;
      readonly tries: number;
      readonly expected: boolean;
      readonly spawnError: string;
    }
  | ({ readonly type: "lifecycle" } & LifecycleNews)
  /** In parts where commands run in between: what they need, then the rest. Answered with `read` or `prepared`, or `unprepared`. */
  | { readonly type: "prepare"; readonly attempt: number; readonly part?: PreparedPart }
  | { readonly type: "spawn"; readonly child: number }
  /** Answered with `probed`. */
  | {
      readonly type: "probe";
      readonly purpose: CheckPurpose;
      readonly child: number;
      readonly check: number;
      readonly probe: Probe;
      readonly timeoutMs: number;
    }
  | { readonly type: "signal"; readonly child: number; readonly signal: number; readonly to: "process" | "group" }
  /** The descendants of the main process, while it lives: they are remembered, or killed with it. */
  | { readonly type: "tree"; readonly child: number; readonly pid: number; readonly act: "look" | "kill" }
  /** A reload that was ordered is over: the empty text, or why it failed. */
  | { readonly type: "reload-ended"; readonly token: string; readonly text: string }
  /** An auxiliary run begins: it is prepared, and answered with `run-prepared` or `run-unprepared`. */
  | { readonly type: "run"; readonly what: What; readonly number: number }
  | { readonly type: "spawn-run"; readonly number: number; readonly child: number }
  /** To its process group. */
  | { readonly type: "signal-run"; readonly child: number; readonly signal: number };

export type Transition = { readonly process: ProcessState; readonly effects: readonly ProcessEffect[] };

/** What a process does with an input. Whatever it returns replaces the process; the effects are carried out in their order. */
export type Action<T extends InputType> = (config: ProcessConfig, process: ProcessState, now: Now, input: InputOf<T>) => Transition;

export const NO_DEADLINES: Deadlines = {};

/** A process that was never started. (PROC-004) */
export const NEVER_STARTED: ProcessState = {
  state: "STOPPED",
  pid: 0,
  child: 0,
  attempt: 0,
  startWallMs: 0,
  stopWallMs: 0,
  startMonoMs: 0,
  tries: 0,
  deadlines: NO_DEADLINES,
  exitStatus: null,
  spawnError: "",
  stopping: false,
  kills: 0,
  shortRuns: 0,
  life: NO_LIFE,
};

/** A start is being prepared: the command is being looked up, the keeper knows nothing of it yet. */
export function isPreparing(process: ProcessState): boolean {
  return process.state === "STARTING" && process.child === 0;
}

/** The deadline that comes first, without those that start it unless `starts`; null: there is none. Asked of many processes in every turn. */
export function earliestDeadline({ deadlines }: ProcessState, starts = true): DeadlineName | null {
  let earliest: DeadlineName | null = null;
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const name in deadlines) {
    const dueMs = deadlines[name as DeadlineName];
    if (dueMs === undefined || dueMs >= earliestMs) continue;
    if (!starts && START_DEADLINES.has(name as DeadlineName)) continue;
    earliest = name as DeadlineName;
    earliestMs = dueMs;
  }
  return earliest;
}

/** The deadlines that remain when one of them has come. */
export function withoutDeadline(deadlines: Deadlines, name: DeadlineName): Deadlines {
  const { [name]: _, ...others } = deadlines;
  return Object.keys(others).length === 0 ? NO_DEADLINES : others;
}

/** Without what is due to start it, by deadline or by a condition. (CMN-008) */
export function withoutStarts(process: ProcessState): ProcessState {
  const life = withLife(process.life, { again: undefined, waiting: undefined, later: undefined });
  const kept = Object.entries(process.deadlines).filter(([name]) => !START_DEADLINES.has(name as DeadlineName));
  const isSame = kept.length === Object.keys(process.deadlines).length;
  if (life === process.life && isSame) return process;
  return { ...process, life, deadlines: isSame ? process.deadlines : kept.length === 0 ? NO_DEADLINES : Object.fromEntries(kept) };
}

/** It will start by itself, at a time or when a condition holds: a stop has something to call off. (CMN-009) */
export function hasStartDue({ deadlines, life }: ProcessState): boolean {
  if (life.again !== undefined || life.waiting !== undefined || life.later !== undefined) return true;
  return Object.keys(deadlines).some((name) => START_DEADLINES.has(name as DeadlineName));
}

/**
 * When it starts by itself, monotonic; null: nobody has ordered a pause. The moment between an end and a restart at once is none. (RST-010)
 */
export function pausedUntilMs({ state, deadlines, life }: ProcessState): number | null {
  const { restart, again, "fatal-retry": retry } = deadlines;
  if (restart !== undefined && (state === "BACKOFF" || (life.policy?.row ?? 0) > 0)) return restart;
  return again ?? retry ?? null;
}

export function unchanged(process: ProcessState): Transition {
  return { process, effects: [] };
}

/** A change of state with its event. Nothing happens when the state is the same. (PROC-005) */
export function change(process: ProcessState, state: State, expected = false): Transition {
  if (process.state === state) return unchanged(process);
  const { state: from, pid, tries, spawnError } = process;
  return { process: { ...process, state }, effects: [{ type: "event", state, from, pid, tries, expected, spawnError }] };
}

export function log(level: LogLine["level"], text: string): ProcessEffect {
  return { type: "log", level, text };
}

/** Several transitions as one. */
export function then(first: Transition, next: (process: ProcessState) => Transition): Transition {
  const second = next(first.process);
  return { process: second.process, effects: [...first.effects, ...second.effects] };
}

export function adding(transition: Transition, ...effects: readonly ProcessEffect[]): Transition {
  return { process: transition.process, effects: [...transition.effects, ...effects] };
}
