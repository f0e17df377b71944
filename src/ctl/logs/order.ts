/** The lines of several logs in the order of the times that they begin with. */
import { timeOfLine } from "./linetimes.ts";

export type Lines<S> = { readonly source: S; readonly lines: readonly string[] };
export type Placed<S> = { readonly source: S; readonly line: string };

/** A line with a time, and those behind it that have none. */
type Piece<S> = { readonly atMs: number; readonly lines: Placed<S>[] };

/** null: a log with lines has no times, so there is no order among them but that of the logs. */
export function byTime<S>(logs: readonly Lines<S>[], nowMs: number): readonly Placed<S>[] | null {
  const pieces = logs.map((log) => piecesOf(log, nowMs));
  if (pieces.includes(null)) return null;
  return pieces
    .flatMap((some) => some ?? [])
    .sort((a, b) => a.atMs - b.atMs)
    .flatMap(({ lines }) => lines);
}

/** What stands before the first time goes with it. A clock that was set back changes no order within a log. */
function piecesOf<S>({ source, lines }: Lines<S>, nowMs: number): Piece<S>[] | null {
  const pieces: Piece<S>[] = [];
  let before: Placed<S>[] = [];
  for (const line of lines) {
    const atMs = timeOfLine(line, nowMs);
    const last = pieces.at(-1);
    if (atMs !== null) {
      pieces.push({ atMs: Math.max(last?.atMs ?? atMs, atMs), lines: [...before, { source, line }] });
      before = [];
    } else (last?.lines ?? before).push({ source, line });
  }
  return before.length > 0 ? null : pieces;
}
