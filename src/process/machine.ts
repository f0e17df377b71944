/**
 * The life of one process as a pure function: (process, input, now) → (process, effects). The whole machine is here and on two screens.
 *
 * Deadlines are monotonic and exact; the original looks once a second at the wall clock. Nothing here acts: effects are data, in the order in
 * which they must be carried out, an event before the log line that belongs to it (PROC-006).
 */

import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { assert, unreachable } from "../result.ts";
import { isShortRun, restartWaitMs } from "./brake.ts";
import { badExitCode, EXITED_TOO_QUICKLY, processMessages as say } from "./messages.ts";
import { STATES, type State } from "./states.ts";
import { decodeWaitStatus, type Ending } from "./waitstatus.ts";

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
  /** When `deadline` is due, monotonic; what it means depends on the state. */
  readonly deadlineMs: number | null;
  readonly exitStatus: number | null;
  readonly spawnError: string;
  /** A stop was asked for: the exit that follows is ours. */
  readonly stopping: boolean;
  /** SIGKILLs sent in this stop. */
  readonly kills: number;
  /** Runs in a row that lasted less than a second: the governor of `restartAt`. */
  readonly shortRuns: number;
};

export type ProcessInput =
  | { readonly type: "start" }
  | { readonly type: "prepared"; readonly attempt: number; readonly child: number }
  | { readonly type: "unprepared"; readonly attempt: number; readonly text: string }
  | { readonly type: "spawned"; readonly pid: number }
  | { readonly type: "spawn-failed"; readonly text: string }
  | { readonly type: "exited"; readonly waitStatus: number }
  | { readonly type: "stop" }
  | { readonly type: "signal"; readonly signal: number }
  | { readonly type: "signal-failed"; readonly signal: number; readonly errno: string }
  | { readonly type: "deadline" }
  | { readonly type: "give-up" };

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
    }
  | { readonly type: "prepare"; readonly attempt: number }
  | { readonly type: "spawn"; readonly child: number }
  | { readonly type: "signal"; readonly child: number; readonly signal: number; readonly to: "process" | "group" };

export type Transition = { readonly process: ProcessState; readonly effects: readonly ProcessEffect[] };

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
  deadlineMs: null,
  exitStatus: null,
  spawnError: "",
  stopping: false,
  kills: 0,
  shortRuns: 0,
};

const SIGKILL = 9;
/** SIGKILL is repeated, ever more slowly, for a process that does not die of it (a sleep the kernel does not interrupt). */
const KILL_AGAIN_MS_MIN = 1000;
const KILL_AGAIN_MS_MAX = 300_000;

/** One step of one process. Broken assertions are bugs of the caller: the checks that users see are made before. */
export function stepProcess(config: ProcessConfig, process: ProcessState, input: ProcessInput, now: Now): Transition {
  switch (input.type) {
    case "start":
      return start(config, process, now);
    case "prepared":
      return prepared(process, input);
    case "unprepared":
      return isPreparing(process) && input.attempt === process.attempt ? spawnFailed(config, process, input.text, now) : unchanged(process);
    case "spawned":
      return spawned(config, process, input.pid, now);
    case "spawn-failed":
      return spawnFailed(config, process, input.text, now);
    case "exited":
      return exited(config, process, input.waitStatus, now);
    case "stop":
      return stop(config, process, now);
    case "signal":
      return signal(config, process, input.signal);
    case "signal-failed":
      return signalFailed(config, process, input);
    case "deadline":
      return deadline(config, process, now);
    case "give-up":
      return process.state === "BACKOFF" ? change({ ...process, tries: 0, deadlineMs: null }, "FATAL") : unchanged(process);
    default:
      return unreachable(input);
  }
}

/** A start is being prepared: the command is being looked up, the keeper knows nothing of it yet. */
export function isPreparing(process: ProcessState): boolean {
  return process.state === "STARTING" && process.child === 0;
}

function unchanged(process: ProcessState): Transition {
  return { process, effects: [] };
}

/** A change of state with its event. Nothing happens when the state is the same. (PROC-005) */
function change(process: ProcessState, state: State, details: { pid?: number; expected?: boolean } = {}): Transition {
  if (process.state === state) return unchanged(process);
  const event: ProcessEffect = {
    type: "event",
    state,
    from: process.state,
    pid: details.pid ?? process.pid,
    tries: process.tries,
    expected: details.expected ?? false,
  };
  return { process: { ...process, state }, effects: [event] };
}

function log(level: LogLine["level"], text: string): ProcessEffect {
  return { type: "log", level, text };
}

/** Several transitions as one. */
function then(first: Transition, next: (process: ProcessState) => Transition): Transition {
  const second = next(first.process);
  return { process: second.process, effects: [...first.effects, ...second.effects] };
}

function adding(transition: Transition, ...effects: ProcessEffect[]): Transition {
  return { process: transition.process, effects: [...transition.effects, ...effects] };
}

/** The beginning of an attempt; the event precedes every check of the command. (PROC-024, PROC-025, PROC-027) */
function start(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  if (process.pid !== 0 || process.child !== 0 || isPreparing(process)) {
    return adding(unchanged(process), log("warn", say.alreadyRunning(config.name)));
  }
  const attempt = process.attempt + 1;
  const fresh: ProcessState = {
    ...process,
    attempt,
    startWallMs: now.wallMs,
    startMonoMs: now.monoMs,
    exitStatus: null,
    spawnError: "",
    stopping: false,
    kills: 0,
    deadlineMs: null,
  };
  return adding(change(fresh, "STARTING"), { type: "prepare", attempt });
}

function prepared(process: ProcessState, input: { attempt: number; child: number }): Transition {
  if (!isPreparing(process) || input.attempt !== process.attempt) return unchanged(process);
  return { process: { ...process, child: input.child }, effects: [{ type: "spawn", child: input.child }] };
}

/** The keeper has the child. startsecs=0 is RUNNING at once (PROC-030); a stop that came meanwhile is carried out now. */
function spawned(config: ProcessConfig, process: ProcessState, pid: number, now: Now): Transition {
  // A daemon that begins without stored states adopts the child from the keeper's list, and is told of the spawn only afterwards.
  if (process.pid === pid && process.state !== "STARTING") return unchanged(process);
  const isAwaited = process.state === "STARTING" && process.child !== 0 && (process.pid === 0 || process.pid === pid);
  assert(isAwaited, `${config.name} was spawned in ${process.state}`);
  const running: ProcessState = {
    ...process,
    pid,
    startWallMs: now.wallMs,
    startMonoMs: now.monoMs,
    deadlineMs: now.monoMs + config.startSecs * 1000,
  };
  const first: Transition = { process: running, effects: [log("info", say.spawned(config.name, pid))] };
  if (process.stopping) return then(first, (child) => stop(config, { ...child, stopping: false }, now));
  if (config.startSecs <= 0) return then(first, (child) => succeed(config, child));
  return first;
}

/** STARTING to RUNNING. (PROC-010, PROC-029) */
function succeed(config: ProcessConfig, process: ProcessState): Transition {
  const settled = change({ ...process, deadlineMs: null, tries: 0 }, "RUNNING");
  return adding(settled, log("info", say.success(config.name, config.startSecs)));
}

/** An attempt that failed before there was a child. One that nobody wants any more is stopped, not retried. (PROC-011, PROC-062) */
function spawnFailed(config: ProcessConfig, process: ProcessState, text: string, now: Now): Transition {
  assert(process.state === "STARTING" && process.pid === 0, `${config.name} failed to spawn in ${process.state}`);
  const failed = { ...process, child: 0, stopping: false, spawnError: text };
  const noted: Transition = { process: failed, effects: [log("info", say.spawnError(text))] };
  return then(noted, (it) => (process.stopping ? stopChildless(it) : backOff(config, it, now)));
}

/** One failure more: wait longer, or give up when there were too many. `lines` follow the event. (PROC-035, PROC-037..039) */
function backOff(config: ProcessConfig, process: ProcessState, now: Now, ...lines: ProcessEffect[]): Transition {
  const tries = process.tries + 1;
  const waiting = adding(change({ ...process, tries, deadlineMs: now.monoMs + tries * 1000 }, "BACKOFF"), ...lines);
  return tries <= config.startRetries ? waiting : then(waiting, (it) => giveUp(config, it));
}

function giveUp(config: ProcessConfig, process: ProcessState): Transition {
  return adding(change({ ...process, tries: 0, deadlineMs: null }, "FATAL"), log("info", say.gaveUp(config.name)));
}

/** The child has been reaped. The pid is still in the events (PROC-056) and gone afterwards. (PROC-055) */
function exited(config: ProcessConfig, process: ProcessState, waitStatus: number, now: Now): Transition {
  assert(process.pid !== 0, `${config.name} exited in ${process.state} without a child`);
  const ending = decodeWaitStatus(waitStatus);
  const ended: ProcessState = { ...process, stopWallMs: now.wallMs, deadlineMs: null };
  return then(finish(config, ended, ending, now), (it) => unchanged({ ...it, pid: 0, child: 0, stopping: false, kills: 0 }));
}

function finish(config: ProcessConfig, process: ProcessState, ending: Ending, now: Now): Transition {
  switch (process.state) {
    case "STOPPING":
      return stopped(config, process, ending);
    case "STARTING":
      if (now.monoMs - process.startMonoMs < config.startSecs * 1000) return exitedTooQuickly(config, process, ending, now);
      return then(change({ ...process, tries: 0 }, "RUNNING"), (it) => exitedByItself(config, it, ending, now));
    case "RUNNING":
      return exitedByItself(config, process, ending, now);
    case "UNKNOWN":
      // The original dies of this (PROC-188). Here the process is known again: it has ended, as it would have without the failed signal.
      return process.stopping ? stopped(config, process, ending) : exitedByItself(config, process, ending, now);
    case "STOPPED":
    case "BACKOFF":
    case "EXITED":
    case "FATAL":
      throw new Error(`broken invariant: ${config.name} exited in ${process.state}`);
    default:
      return unreachable(process.state);
  }
}

/** (PROC-053) */
function stopped(config: ProcessConfig, process: ProcessState, { status, words }: Ending): Transition {
  const level = config.exitCodes.includes(status) ? "info" : "warn";
  return adding(change({ ...process, exitStatus: status }, "STOPPED"), log(level, say.stopped(config.name, words)));
}

/** The exit code does not matter: too early is too early. (PROC-032, PROC-033) */
function exitedTooQuickly(config: ProcessConfig, process: ProcessState, { words }: Ending, now: Now): Transition {
  const failed = { ...process, spawnError: EXITED_TOO_QUICKLY, exitStatus: null };
  return backOff(config, failed, now, log("warn", say.exited(config.name, words, false)));
}

/** (PROC-050..052) */
function exitedByItself(config: ProcessConfig, process: ProcessState, { status, words }: Ending, now: Now): Transition {
  const expected = config.exitCodes.includes(status);
  const ranMs = now.monoMs - process.startMonoMs;
  const shortRuns = isShortRun(ranMs, expected) ? process.shortRuns + 1 : 0;
  const spawnError = expected ? process.spawnError : badExitCode(status);
  const deadlineMs = wantsRestart(config, expected) ? now.monoMs + restartWaitMs(shortRuns, ranMs, expected) : null;
  const ended: ProcessState = { ...process, exitStatus: status, tries: 0, shortRuns, spawnError, deadlineMs };
  return adding(change(ended, "EXITED", { expected }), log(expected ? "info" : "warn", say.exited(config.name, words, expected)));
}

/** Whether a process that has ended by itself runs again; the restart is the deadline of EXITED. (PROC-020) */
function wantsRestart(config: ProcessConfig, expected: boolean): boolean {
  switch (config.autorestart) {
    case "always":
      return true;
    case "never":
      return false;
    case "unexpected":
      return !expected;
    default:
      return unreachable(config.autorestart);
  }
}

/**
 * A stop request. BACKOFF stops at once and keeps its counter (PROC-042, PROC-119). EXITED stays EXITED (PROC-023), but a restart that waits is
 * called off. Nothing to do where nothing runs.
 */
function stop(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  switch (process.state) {
    case "BACKOFF":
      return then({ process, effects: [log("debug", say.stopInBackoff(config.name))] }, (it) =>
        change({ ...it, deadlineMs: null }, "STOPPED", { pid: 0 }),
      );
    case "STARTING":
      if (isPreparing(process)) return stopChildless(process);
      if (process.pid === 0) return unchanged({ ...process, stopping: true });
      return kill(config, process, now);
    case "RUNNING":
      return kill(config, process, now);
    case "EXITED":
      return unchanged(process.deadlineMs === null ? process : { ...process, deadlineMs: null });
    case "STOPPED":
    case "STOPPING":
    case "FATAL":
    case "UNKNOWN":
      return unchanged(process);
    default:
      return unreachable(process.state);
  }
}

/** Out of STARTING as any stop, but there is no child to signal and none to wait for. (PROC-118) */
function stopChildless(process: ProcessState): Transition {
  return then(change({ ...process, deadlineMs: null }, "STOPPING"), (it) => change(it, "STOPPED"));
}

/** Debug line, event, then the signal. (PROC-109..111) */
function kill(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const asGroup = config.stopAsGroup;
  const noted: Transition = { process, effects: [log("debug", say.killing(config.name, process.pid, config.stopSignal, asGroup))] };
  const stopping = then(noted, (it) =>
    change({ ...it, stopping: true, kills: 0, deadlineMs: now.monoMs + config.stopWaitSecs * 1000 }, "STOPPING"),
  );
  return adding(stopping, { type: "signal", child: process.child, signal: config.stopSignal, to: asGroup ? "group" : "process" });
}

/** A user's signal goes to the process alone and changes nothing. (PROC-129, PROC-133) */
function signal(config: ProcessConfig, process: ProcessState, number: number): Transition {
  assert(STATES[process.state].signallable && process.child !== 0, `${config.name} was signalled in ${process.state}`);
  return {
    process,
    effects: [
      log("debug", say.sending(config.name, process.pid, number)),
      { type: "signal", child: process.child, signal: number, to: "process" },
    ],
  };
}

/** The kernel refused a signal: nobody knows any more what that process does. (PROC-021, PROC-124, PROC-136) */
function signalFailed(config: ProcessConfig, process: ProcessState, input: { signal: number; errno: string }): Transition {
  if (process.pid === 0 || process.state === "UNKNOWN") return unchanged(process);
  const text = process.stopping
    ? say.killFailed(config.name, process.pid, input.errno)
    : say.signalFailed(config.name, process.pid, input.errno);
  return then({ process, effects: [log("critical", text)] }, (it) => change({ ...it, deadlineMs: null }, "UNKNOWN"));
}

function deadline(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  if (process.deadlineMs === null || now.monoMs < process.deadlineMs) return unchanged(process);
  switch (process.state) {
    case "STARTING":
      return succeed(config, process);
    case "BACKOFF":
    case "EXITED":
      return start(config, process, now);
    case "STOPPING":
      return killHard(config, process, now);
    case "STOPPED":
    case "RUNNING":
    case "FATAL":
    case "UNKNOWN":
      throw new Error(`broken invariant: ${config.name} has a deadline in ${process.state}`);
    default:
      return unreachable(process.state);
  }
}

/** stopwaitsecs are over: SIGKILL, to the group if killasgroup. One WARN line; later repetitions are silent. (PROC-112, PROC-116) */
function killHard(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const again = Math.min(Math.max(config.stopWaitSecs * 1000, KILL_AGAIN_MS_MIN) * 2 ** process.kills, KILL_AGAIN_MS_MAX);
  const killed = { ...process, kills: process.kills + 1, deadlineMs: now.monoMs + again };
  const lines = process.kills === 0 ? [log("warn", say.killingHard(config.name, process.pid))] : [];
  return {
    process: killed,
    effects: [
      ...lines,
      log("debug", say.killing(config.name, process.pid, SIGKILL, config.killAsGroup)),
      { type: "signal", child: process.child, signal: SIGKILL, to: config.killAsGroup ? "group" : "process" },
    ],
  };
}
