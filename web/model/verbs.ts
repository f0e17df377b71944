/** What can be done to processes: which it applies to, when it is done, and what takes it back. */
import type { Row } from "./flapping.ts";
import { isTrouble } from "./states.ts";
import type { Verb } from "./texts.ts";

export type Progress = "pending" | "done" | { readonly failed: string };

/** The outcome of a deed for one process. `before`: what it looked like when the deed began. */
export type Outcome = {
  readonly verb: Verb;
  readonly progress: Progress;
  readonly at: number;
  /** The daemon has said yes; what follows is seen in the states. */
  readonly accepted: boolean;
  readonly before: string;
};

const RUNS: ReadonlySet<string> = new Set(["STARTING", "RUNNING", "BACKOFF"]);

export function isUp(row: Row): boolean {
  return RUNS.has(row.state);
}

/** A start of it waits for what it depends on. */
export function isWaiting({ life }: Row): boolean {
  return life.waitsFor !== null && life.waitsFor.length > 0;
}

/** Down, and nothing that takes it there is under way. */
function isDown(row: Row): boolean {
  return !isUp(row) && row.state !== "STOPPING";
}

/** Whether a verb has anything to do for it. A start of many, or a restart, runs no job that is down: its schedule does that, or a person. (CRON-002) */
export function applies(verb: Verb, row: Row): boolean {
  const { life } = row;
  const { job } = life;
  switch (verb) {
    case "start":
      return isDown(row) && (job === null || job.paused);
    case "stop":
    case "dependants":
      return isUp(row) || (isDown(row) && (isWaiting(row) || row.retryAt !== null));
    case "restart":
      return row.state !== "STOPPING" && (job === null || isUp(row));
    case "run":
      return job !== null && isDown(row);
    case "pause":
      return job !== null && !job.paused;
    case "resume":
      return job?.paused === true;
    case "rolling":
      return isUp(row);
    case "reload":
      return row.state === "RUNNING" && life.reload !== null;
    case "alone":
      return isDown(row) && isWaiting(row);
    case "signal":
      return row.pid !== 0;
    case "clear":
      return row.stdoutLog || row.stderrLog;
  }
}

/** Done to many, these are asked for first; clearing cannot be taken back and is asked for always. */
export function asksFirst(verb: Verb, count: number): boolean {
  return verb === "clear" || verb === "rolling" || (count > 1 && verb !== "start");
}

const UNDOES: Partial<Readonly<Record<Verb, Verb>>> = {
  start: "stop",
  stop: "start",
  alone: "stop",
  dependants: "start",
  pause: "resume",
  resume: "pause",
};

export function undoOf(verb: Verb): Verb | null {
  return UNDOES[verb] ?? null;
}

/** A verb as it is meant for these: a job that is named alone is run by a start. (CRON-002) */
export function meant(verb: Verb, rows: readonly (Row | undefined)[]): Verb {
  const isJob = rows.length === 1 && rows[0] !== undefined && rows[0].life.job !== null;
  return verb === "start" && isJob ? "run" : verb;
}

/** Changes whenever its life does. */
export function lifeOf(row: Row): string {
  return [row.startedAt, row.stoppedAt, row.lastExit?.at, row.retryAt, row.spawnError, row.restarts].join();
}

/** What has become of an accepted deed, by the state of its process. */
export function settled({ verb, before }: Outcome, row: Row, why: (row: Row) => string): Progress {
  switch (verb) {
    case "stop":
    case "dependants":
      return isUp(row) || row.state === "STOPPING" ? "pending" : "done";
    case "start":
    case "restart":
    case "rolling":
    case "run":
    case "alone":
      if (row.state === "RUNNING") return "done";
      // It is ordered, and starts when it can; or it is a job, whose schedule goes on.
      if (isWaiting(row) || (verb === "start" && row.life.job !== null)) return "done";
      if (lifeOf(row) === before || row.state === "STARTING" || row.state === "STOPPING" || row.state === "STOPPED") return "pending";
      return isTrouble(row) ? { failed: why(row) } : "done";
    case "clear":
    case "signal":
    case "reload":
    case "pause":
    case "resume":
      return "done";
  }
}
