/**
 * The life of one process as a table: what each input does in each state, and which states that leads to. A pure function comes of it:
 * (process, input, now) → (process, effects). STARTING has three rows, for what differs while there is no child yet; everybody else sees one state.
 *
 * Deadlines are monotonic and exact; the original looks once a second at the wall clock. Nothing here acts: effects are data, in the order in
 * which they must be carried out, an event before the log line that belongs to it (PROC-006).
 */

import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { assert } from "../result.ts";
import { check, checkRanRunning, probedRunning, recheckRunning } from "./checks.ts";
import { exitedInRunning, exitedInStarting, exitedInStopping, exitedInUnknown, exitedNotReady } from "./ending.ts";
import { tooLarge } from "./memory.ts";
import { askAnew, askReady, notReadyInTime } from "./readiness.ts";
import { giveUp } from "./refusing.ts";
import { reloadedTooLong, said } from "./saying.ts";
import {
  alreadyRunning,
  becameReady,
  checkRanStarting,
  hold,
  prepared,
  preStartEnded,
  probedStarting,
  read,
  refuse,
  spawned,
  spawnedBefore,
  spawnFailed,
  start,
  startupOver,
  unprepared,
} from "./starting.ts";
import {
  type Action,
  type DeadlineName,
  earliestDeadline,
  type InputOf,
  type InputType,
  type ProcessInput,
  type ProcessState,
  type Transition,
  unchanged,
  withoutDeadline,
} from "./state.ts";
import type { State } from "./states.ts";
import {
  callOffStart,
  killHard,
  killUnready,
  signal,
  signalFailed,
  stayDown,
  stop,
  stopHookEnded,
  stopLater,
  stopPreparing,
  stopRetrying,
  stopWhenSpawned,
} from "./stopping.ts";
import { startLater, swept } from "./sweeping.ts";

export type Row =
  | Exclude<State, "STARTING">
  | "STARTING, preparing"
  | "STARTING, spawning"
  | "STARTING, alive"
  | "STARTING, not ready in time";
/** States that follow, one after the other. */
export type Path = State | `${State} ${string}`;
export type Cell<T extends InputType> = { readonly act: Action<T>; readonly paths: readonly Path[] };
type AnyCell = {
  readonly act: (config: ProcessConfig, process: ProcessState, now: Now, input: ProcessInput) => Transition;
  readonly paths: readonly Path[];
};
/** What happens with each input. A deadline that is not named is never set. */
type Cells = { readonly [T in Exclude<InputType, "deadline">]: Cell<T> } & {
  readonly deadline: { readonly [D in DeadlineName]?: Cell<"deadline"> };
};

/** What is done, and the states that it can lead to: the tests hold both against each other. */
function to<T extends InputType>(act: Action<T>, ...paths: readonly Path[]): Cell<T> {
  return { act, paths };
}

/** Cannot happen, and why. It is a bug of the caller: the checks that users see are made before. */
function never(why: string): AnyCell {
  const act = (config: ProcessConfig, process: ProcessState, _: Now, input: ProcessInput): never => {
    throw new Error(`broken invariant: ${input.type} for ${config.name} in ${process.state}: it ${why}`);
  };
  return { act, paths: [] };
}

/** Nothing happens. */
const stay: AnyCell = { act: (_, process) => unchanged(process), paths: [] };

/** Nothing of it lives. A refused signal of which we hear after the end is nothing any more, and neither is an answer to an older preparation. */
const DOWN = {
  start: to(start, "STARTING", "STARTING BACKOFF FATAL"),
  read: stay,
  prepared: stay,
  unprepared: stay,
  spawned: never("has no child"),
  "spawn-failed": never("has no spawn under way"),
  exited: never("has no child"),
  stop: to(callOffStart),
  "stop-later": stay,
  signal: never("has no child"),
  "signal-failed": stay,
  deadline: {},
  "give-up": stay,
  hold: to(hold),
  refuse: to(refuse, "STARTING BACKOFF FATAL"),
  "start-later": to(startLater),
  swept: to(swept),
  probed: stay,
  ready: stay,
  said: stay,
  recheck: stay,
  "too-large": stay,
  "run-ended": stay,
} as const satisfies Cells;

/** There is a child, or the keeper is making one. */
const UP = {
  start: to(alreadyRunning),
  read: stay,
  prepared: stay,
  unprepared: stay,
  spawned: to(spawnedBefore),
  "spawn-failed": never("is up"),
  stop: to(stop, "STOPPING"),
  "stop-later": to(stopLater),
  signal: to(signal),
  "signal-failed": to(signalFailed, "UNKNOWN"),
  deadline: {},
  "give-up": stay,
  hold: stay,
  refuse: stay,
  "start-later": stay,
  swept: stay,
  probed: stay,
  ready: stay,
  said: to(said),
  recheck: stay,
  "too-large": stay,
  "run-ended": stay,
} as const satisfies Omit<Cells, "exited">;

export const TABLE: { readonly [R in Row]: Cells } = {
  STOPPED: { ...DOWN, deadline: { again: to<"deadline">(start, "STARTING", "STARTING BACKOFF FATAL") } },
  "STARTING, preparing": {
    ...DOWN,
    start: to(alreadyRunning),
    read: to(read),
    "run-ended": to(preStartEnded, "BACKOFF", "BACKOFF FATAL"),
    prepared: to(prepared),
    unprepared: to(unprepared, "BACKOFF", "BACKOFF FATAL"),
    "spawn-failed": to(spawnFailed, "BACKOFF", "BACKOFF FATAL"),
    stop: to(stopPreparing, "STOPPING STOPPED"),
    hold: stay,
    refuse: stay,
    "start-later": stay,
  },
  "STARTING, spawning": {
    ...UP,
    spawned: to(spawned, "RUNNING", "STOPPING"),
    "spawn-failed": to(spawnFailed, "BACKOFF", "BACKOFF FATAL", "STOPPING STOPPED"),
    exited: never("has no child yet"),
    stop: to(stopWhenSpawned),
    "signal-failed": stay,
    said: stay,
  },
  "STARTING, alive": {
    ...UP,
    spawned: to(spawned, "RUNNING"),
    exited: to(exitedInStarting, "BACKOFF", "BACKOFF FATAL", "RUNNING EXITED", "RUNNING EXITED STARTING BACKOFF FATAL"),
    deadline: {
      startup: to(startupOver, "RUNNING"),
      "ready-check": to(askReady),
      ready: to(notReadyInTime),
    },
    probed: to(probedStarting, "RUNNING"),
    ready: to(becameReady, "RUNNING"),
    said: to(said, "RUNNING"),
    recheck: to(askAnew),
    "run-ended": to(checkRanStarting, "RUNNING"),
  },
  "STARTING, not ready in time": {
    ...UP,
    exited: to(exitedNotReady, "BACKOFF", "BACKOFF FATAL"),
    deadline: { "unready-kill": to(killUnready) },
  },
  RUNNING: {
    ...UP,
    exited: to(exitedInRunning, "EXITED", "EXITED STARTING BACKOFF FATAL"),
    deadline: { health: to(check), reload: to(reloadedTooLong) },
    probed: to(probedRunning),
    recheck: to(recheckRunning),
    "run-ended": to(checkRanRunning),
    "too-large": to(tooLarge),
  },
  BACKOFF: {
    ...DOWN,
    stop: to(stopRetrying, "STOPPED"),
    start: to(start, "STARTING", "FATAL"),
    deadline: { restart: to<"deadline">(start, "STARTING", "FATAL") },
    "give-up": to(giveUp, "FATAL"),
    refuse: to(refuse, "FATAL"),
  },
  STOPPING: {
    ...UP,
    exited: to(exitedInStopping, "STOPPED"),
    stop: to(stayDown),
    "stop-later": stay,
    deadline: { kill: to(killHard) },
    "run-ended": to(stopHookEnded),
  },
  EXITED: { ...DOWN, deadline: { restart: to<"deadline">(start, "STARTING", "STARTING BACKOFF FATAL") } },
  FATAL: { ...DOWN, deadline: { "fatal-retry": to<"deadline">(start, "STARTING") } },
  UNKNOWN: {
    ...UP,
    exited: to(exitedInUnknown, "EXITED", "EXITED STARTING BACKOFF FATAL", "STOPPED"),
    stop: to(stayDown),
    "stop-later": stay,
    signal: never("does what nobody knows"),
    "signal-failed": stay,
  },
};

/** One step of one process. */
export function stepProcess(config: ProcessConfig, process: ProcessState, input: ProcessInput, now: Now): Transition {
  const cells = TABLE[rowOf(process)];
  if (input.type !== "deadline") return apply(cells, input.type, input, config, process, now);
  const name = input.name ?? earliestDeadline(process);
  const dueMs = name === null ? undefined : process.deadlines[name];
  if (name === null || dueMs === undefined || now.monoMs < dueMs) return unchanged(process);
  const cell = cells.deadline[name];
  assert(cell !== undefined, `${config.name} has the deadline ${name} in ${process.state}`);
  return cell.act(config, { ...process, deadlines: withoutDeadline(process.deadlines, name) }, now, { type: "deadline", name });
}

function apply<T extends Exclude<InputType, "deadline">>(
  cells: { readonly [I in Exclude<InputType, "deadline">]: Cell<I> },
  type: T,
  input: InputOf<T>,
  config: ProcessConfig,
  process: ProcessState,
  now: Now,
): Transition {
  return cells[type].act(config, process, now, input);
}

/** Where a process stands in the table. */
export function rowOf({ state, child, pid, life }: ProcessState): Row {
  if (state !== "STARTING") return state;
  if (pid !== 0) return life.ready?.failed === undefined ? "STARTING, alive" : "STARTING, not ready in time";
  return child === 0 ? "STARTING, preparing" : "STARTING, spawning";
}
