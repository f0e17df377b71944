/** Which lines of a log are shown: the last so many, those since a time, those that match. */
import { timeOfLine } from "./linetimes.ts";

export type Choice = {
  /** How many of the last ones; null: all. */
  readonly lines: number | null;
  readonly sinceMs: number | null;
  readonly grep: RegExp | null;
  readonly nowMs: number;
};

/** So many when nobody says how many, and when a time cannot choose. */
export const LINES_DEFAULT = 10;

export const TIMELESS = "no line begins with a time, so --since cannot choose";

export type Chosen = {
  readonly lines: readonly string[];
  /** Reading further back in the log would bring no more. */
  readonly isEnough: boolean;
  /** A time was asked for, and no line has one. */
  readonly isTimeless: boolean;
};

/** `isWhole`: the lines are the whole log. */
export function choose(lines: readonly string[], choice: Choice, isWhole: boolean): Chosen {
  const since = choice.sinceMs === null ? null : startOf(lines, choice.sinceMs, choice.nowMs);
  const young = since === null ? lines : lines.slice(since.index);
  const matching = choice.grep === null ? young : young.filter((line) => choice.grep?.test(line));
  const isTimeless = since !== null && !since.hasTimes && lines.length > 0;
  const most = choice.lines ?? (isTimeless ? LINES_DEFAULT : null);
  const isFull = most !== null && matching.length >= most;
  return {
    lines: most === null ? matching : matching.slice(Math.max(0, matching.length - most)),
    isEnough: isWhole || isFull || (since !== null && since.index > 0),
    isTimeless,
  };
}

/**
 * The first line that is young enough. A line without a time belongs to the one before it, as the lines of a stack trace do; lines in front of the
 * first time are of unknown age and go with it. A log without any times is shown as if no time had been asked for.
 */
function startOf(lines: readonly string[], sinceMs: number, nowMs: number): { readonly index: number; readonly hasTimes: boolean } {
  let hasTimes = false;
  // From the end: the clock of a program may have been set back long ago, and only the last stretch counts.
  for (let index = lines.length - 1; index >= 0; index--) {
    const time = timeOfLine(lines[index] ?? "", nowMs);
    if (time === null) continue;
    if (time < sinceMs) return { index: nextWithTime(lines, index + 1, nowMs), hasTimes: true };
    hasTimes = true;
  }
  return { index: 0, hasTimes };
}

/** What follows an old line without a time is as old. */
function nextWithTime(lines: readonly string[], from: number, nowMs: number): number {
  for (let index = from; index < lines.length; index++) if (timeOfLine(lines[index] ?? "", nowMs) !== null) return index;
  return lines.length;
}
