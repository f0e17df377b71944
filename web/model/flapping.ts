/**
 * What keeps restarting: it runs, or is about to, each time one looks, and ends again and again. Seen from the counter of its restarts and its last exit;
 * a page that has just been opened knows no more than these. The clock is the daemon's, and comes with each message.
 */
import { keepsRestarting } from "../../src/api/steadiness.ts";
import type { ProcessRow } from "../../src/api/types.ts";

/** Restarts that are older are over. */
export const WINDOW_MS = 5 * 60_000;
/** Of one that restarts as fast as it can. */
const TIMES_MAX = 300;

/** A process as the page knows it. */
export type Row = ProcessRow & {
  /** When it was restarted lately, as far as this page has seen it; oldest first. */
  readonly restartedAt: readonly number[];
  readonly flapping: boolean;
};

/** `before`: what was known of it. */
export function withRestarts(row: ProcessRow, before: Row | undefined, now: number): Row {
  const restartedAt = [...(before?.restartedAt ?? []), ...added(row, before)].filter((at) => now - at < WINDOW_MS).slice(-TIMES_MAX);
  return { ...row, restartedAt, flapping: restartedAt.length > 0 && keepsRestarting(row, now) };
}

function added(row: ProcessRow, before: Row | undefined): readonly number[] {
  const { lastExit, restarts } = row;
  if (lastExit === null) return [];
  // Of those before the page was opened the last is known.
  const count = before === undefined ? Math.min(1, restarts) : restarts - before.restarts;
  return Array<number>(Math.min(TIMES_MAX, Math.max(0, count))).fill(lastExit.at);
}
