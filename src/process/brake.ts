/**
 * The brake for restarts: a program that ends or fails at once again and again would take a whole processor, so its next start waits. A program that ends
 * as expected may have done its work in that time: it waits the longer the shorter it ran, and not at all when it ran for 50 ms.
 */

/** So many short runs may follow each other at once. */
const SHORT_RUNS_FREE = 5;
const SHORT_RUN_MS = 1000;
/** A run of this length that ends as expected has done something: a job, some requests. */
const WORK_MS = 50;

/** Whether a run counts for the brake; any other one lets it go. */
export function isShortRun(ranMs: number, expected: boolean): boolean {
  return ranMs < (expected ? WORK_MS : SHORT_RUN_MS);
}

/** How long a restart waits after so many short runs in a row, the last one included. */
export function restartWaitMs(shortRuns: number, ranMs: number, expected: boolean): number {
  if (shortRuns < SHORT_RUNS_FREE) return 0;
  return Math.max(0, expected ? (SHORT_RUN_MS * (WORK_MS - ranMs)) / WORK_MS : SHORT_RUN_MS - ranMs);
}
