/** Words in columns as the original's help prints them: as few rows as fit, filled down the columns. (CTL-066, CTL-067) */

const GAP = 2;

/** Lines without line ends. Words are shown in the order given; a column is padded to its widest word, also the last one when it is full. */
export function inColumns(words: readonly string[], width: number): readonly string[] {
  for (let rows = 1; rows <= words.length; rows++) {
    const columns = Math.ceil(words.length / rows);
    const isLast = rows === words.length;
    const widths = isLast ? [0] : Array.from({ length: columns }, (_, column) => longest(words.slice(column * rows, (column + 1) * rows)));
    const total = widths.reduce((sum, each) => sum + each + GAP, -GAP);
    if (total > width && !isLast) continue;
    return Array.from({ length: rows }, (_, row) => line(words, widths, rows, row));
  }
  return [];
}

function line(words: readonly string[], widths: readonly number[], rows: number, row: number): string {
  const shown: string[] = [];
  for (const [column, width] of widths.entries()) {
    const word = words[row + rows * column];
    if (word !== undefined) shown.push(word.padEnd(width));
  }
  return shown.join(" ".repeat(GAP));
}

function longest(words: readonly string[]): number {
  return words.reduce((most, word) => Math.max(most, word.length), 0);
}
