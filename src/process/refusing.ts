/** Starts that come to nothing without a child: those that must not be, and those that are given up. */
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { withLife } from "./life.ts";
import { processMessages as say } from "./loglines.ts";
import { adding, change, log, NO_DEADLINES, type ProcessState, type Transition, then, withoutStarts } from "./state.ts";

/** FATAL, for good or until it is retried. (RST-007) */
export function giveUp(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const deadlines = config.fatalRetry === null ? NO_DEADLINES : { "fatal-retry": now.monoMs + config.fatalRetry };
  return change({ ...process, tries: 0, deadlines }, "FATAL");
}

/** The process at the beginning of another attempt. */
export function attempted(process: ProcessState, now: Now): ProcessState {
  return {
    ...process,
    attempt: process.attempt + 1,
    startWallMs: now.wallMs,
    startMonoMs: now.monoMs,
    exitStatus: null,
    spawnError: "",
    stopping: false,
    kills: 0,
    deadlines: NO_DEADLINES,
    life: withLife(process.life, {
      wanted: undefined,
      stopCause: undefined,
      again: undefined,
      waiting: undefined,
      stopAfter: undefined,
      later: undefined,
      mayStart: undefined,
    }),
  };
}

/** On the way of any failed start, so that who listens for FATAL hears of it. (CMN-011) */
export function refuseStart(config: ProcessConfig, process: ProcessState, text: string, now: Now): Transition {
  const failed = { ...withoutStarts(process), spawnError: text };
  const fatal = (it: ProcessState): Transition =>
    adding(giveUp(config, it, now), log("info", say.spawnError(text)), log("info", say.refused(config.name, text)));
  if (process.state === "BACKOFF") return fatal(failed);
  const { process: starting, effects } = change(attempted(failed, now), "STARTING");
  const waiting = then({ process: { ...starting, tries: 1, spawnError: text }, effects }, (it) => change(it, "BACKOFF"));
  return then(waiting, fatal);
}
