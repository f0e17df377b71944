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

/** Whether a verb has anything to do for it. */
export function applies(verb: Verb, row: Row): boolean {
  switch (verb) {
    case "start":
      return !isUp(row) && row.state !== "STOPPING";
    case "stop":
      return isUp(row);
    case "restart":
      return row.state !== "STOPPING";
    case "signal":
      return row.pid !== 0;
    case "clear":
      return row.stdoutLog || row.stderrLog;
  }
}

/** Done to many, these are asked for first; clearing cannot be taken back and is asked for always. */
export function asksFirst(verb: Verb, count: number): boolean {
  return verb === "clear" || (count > 1 && verb !== "start");
}

export function undoOf(verb: Verb): Verb | null {
  if (verb === "stop") return "start";
  return verb === "start" ? "stop" : null;
}

/** Changes whenever its life does. */
export function lifeOf(row: Row): string {
  return [row.startedAt, row.stoppedAt, row.lastExit?.at, row.retryAt, row.spawnError, row.restarts].join();
}

/** What has become of an accepted deed, by the state of its process. */
export function settled({ verb, before }: Outcome, row: Row, why: (row: Row) => string): Progress {
  switch (verb) {
    case "stop":
      return isUp(row) || row.state === "STOPPING" ? "pending" : "done";
    case "start":
    case "restart":
      if (row.state === "RUNNING") return "done";
      if (lifeOf(row) === before || row.state === "STARTING" || row.state === "STOPPING" || row.state === "STOPPED") return "pending";
      return isTrouble(row) ? { failed: why(row) } : "done";
    case "clear":
    case "signal":
      return "done";
  }
}
