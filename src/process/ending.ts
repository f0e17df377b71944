/** How a process ends: what an exit means in each state, whether and when it runs again, and when that is given up. */

import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { unreachable } from "../result.ts";
import { withLife } from "./life.ts";
import { badExitCode, EXITED_BEFORE_READY, EXITED_TOO_QUICKLY, processMessages as say } from "./loglines.ts";
import { awaitsReadiness } from "./readiness.ts";
import { giveUp, refuseStart } from "./refusing.ts";
import { clearRow, countRun, restartAfterRun, retryAfterFailure } from "./restarting.ts";
import {
  type Action,
  adding,
  change,
  log,
  NO_DEADLINES,
  type ProcessEffect,
  type ProcessState,
  type Transition,
  then,
  unchanged,
} from "./state.ts";
import { isDown } from "./stopping.ts";
import { sweepAfter } from "./sweeping.ts";
import { decodeWaitStatus, type Ending } from "./waitstatus.ts";

/** What is known of a run alone. */
const OF_A_RUN = { ready: undefined, health: undefined, said: undefined, due: undefined, runningMs: undefined, tree: undefined } as const;

type Finish = (config: ProcessConfig, process: ProcessState, ending: Ending, now: Now) => Transition;

/** The child has been reaped. The pid is still in the events (PROC-056) and gone afterwards. (PROC-055) */
function exit(finish: Finish): Action<"exited"> {
  return (config, process, now, { waitStatus }) => {
    const ended: ProcessState = { ...process, stopWallMs: now.wallMs, deadlines: NO_DEADLINES };
    const finished = finish(config, ended, decodeWaitStatus(waitStatus), now);
    const sweep = sweepAfter(config, process, now);
    return then(finished, (it) =>
      unchanged({ ...it, pid: 0, child: 0, stopping: false, kills: 0, life: withLife(it.life, { ...OF_A_RUN, sweep }) }),
    );
  };
}

/** Too early, or late enough to have been RUNNING, of which nobody has heard yet. */
export const exitedInStarting = exit((config, process, ending, now) => {
  if (awaitsReadiness(process)) return failedStart(config, process, EXITED_BEFORE_READY, ending, now);
  if (now.monoMs - process.startMonoMs < config.startSecs * 1000) return exitTooQuickly(config, process, ending, now);
  const tries = config.type === "oneshot" ? process.tries : 0;
  return then(change({ ...process, tries }, "RUNNING"), (it) => exitByItself(config, it, ending, now));
});

export const exitedInRunning = exit(exitByItself);

export const exitedInStopping = exit(stopped);

/** The original dies of this (PROC-188). Here the process is known again: it has ended, as it would have without the failed signal. */
export const exitedInUnknown = exit((config, process, ending, now) =>
  process.stopping ? stopped(config, process, ending, now) : exitByItself(config, process, ending, now),
);

/** (PROC-053) */
function stopped(config: ProcessConfig, process: ProcessState, { status, words }: Ending, now: Now): Transition {
  const level = config.exitCodes.includes(status) ? "info" : "warn";
  return adding(
    isDown(config, clearRow(config, { ...process, exitStatus: status }, now), now),
    log(level, say.stopped(config.name, words)),
  );
}

/** The exit code does not matter: too early is too early. (PROC-032, PROC-033) */
function exitTooQuickly(config: ProcessConfig, process: ProcessState, ending: Ending, now: Now): Transition {
  return failedStart(config, process, EXITED_TOO_QUICKLY, ending, now);
}

function failedStart(config: ProcessConfig, process: ProcessState, spawnError: string, { words }: Ending, now: Now): Transition {
  return backOff(config, { ...process, spawnError, exitStatus: null }, now, log("warn", say.exited(config.name, words, false)));
}

/** (RDY-004) */
export const exitedNotReady = exit((config, process, ending, now) =>
  failedStart(config, process, process.life.ready?.failed ?? EXITED_BEFORE_READY, ending, now),
);

/** (PROC-050..052) */
function exitByItself(config: ProcessConfig, process: ProcessState, ending: Ending, now: Now): Transition {
  const { status, words } = ending;
  const expected = config.exitCodes.includes(status);
  if (config.type === "oneshot" && !expected) return failOneshot(config, process, ending, now);
  const spawnError = expected ? process.spawnError : badExitCode(status);
  const counted = countRun(config, process, expected, now);
  const ended: ProcessState = { ...counted, exitStatus: status, tries: 0, spawnError, deadlines: NO_DEADLINES };
  const next = wantsRestart(config, expected) ? restartAfterRun(config, ended, expected, now) : ended;
  return adding(change(next, "EXITED", expected), log(expected ? "info" : "warn", say.exited(config.name, words, expected)));
}

/** A one-shot that has failed runs again after the pause of a failed start, EXITED meanwhile, or is given up with the reason. (ONE-001) */
function failOneshot(config: ProcessConfig, process: ProcessState, { status, words }: Ending, now: Now): Transition {
  const text = status >= 0 ? badExitCode(status) : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  const counted = countRun(config, process, false, now);
  const failed: ProcessState = { ...counted, exitStatus: status, tries: process.tries + 1, spawnError: text, deadlines: NO_DEADLINES };
  const isOver = failed.tries > config.startRetries;
  const next = isOver ? failed : retryAfterFailure(config, failed, now);
  const exited = adding(change(next, "EXITED"), log("warn", say.exited(config.name, words, false)));
  return isOver ? then(exited, (it) => refuseStart(config, { ...it, pid: 0, child: 0 }, text, now)) : exited;
}

/** Whether a process that has ended by itself runs again. (PROC-020) */
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

/** One failure more: wait longer, or give up when there were too many. `lines` follow the event. (PROC-035, PROC-037..039) */
export function backOff(config: ProcessConfig, process: ProcessState, now: Now, ...lines: readonly ProcessEffect[]): Transition {
  const failed = { ...process, tries: process.tries + 1, deadlines: NO_DEADLINES };
  const isOver = failed.tries > config.startRetries;
  const waiting = adding(change(isOver ? failed : retryAfterFailure(config, failed, now), "BACKOFF"), ...lines);
  if (!isOver) return waiting;
  return adding(
    then(waiting, (it) => giveUp(config, it, now)),
    log("info", say.gaveUp(config.name)),
  );
}
