/**
 * The known name that a misspelt one was probably meant to be. A suggestion is only worth showing when it is close: at most a third of the
 * letters may differ, else the reader is sent the wrong way.
 */

/** Longer texts are no misspelt names; comparing them would only cost time. */
const NAME_LENGTH_MAX = 64;

/** The nearest of `known` to `name`, letter case aside, or null when none is near. Ties go to the earlier one. */
export function nearest(name: string, known: Iterable<string>): string | null {
  if (name.length > NAME_LENGTH_MAX) return null;
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** The hint that goes with a word which is near a known one; `behind` is what followed the word. */
export function suggested(text: string, known: Iterable<string>, behind = ""): string | null {
  const near = nearest(text, known);
  return near === null ? null : `did you mean ${near}${behind}?`;
}

/** Letters to add, drop, change or swap with their neighbour; `limit` or more is answered as `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return Math.min(at(last, b.length), limit);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
