/** The history of the shell in a file: a line per command, as readline keeps it, so that a file of the original's goes on. (CTL-057, CLI-087) */
import { readFileSync, writeFileSync } from "node:fs";
import { pathOf } from "../../bytes.ts";

export const HISTORY_LINES_MAX = 1000;

/** libedit puts this in front. */
const LIBEDIT_HEADER = "_HiStOrY_V2_";

/** The newest line last; none when the file cannot be read. */
export function readHistory(file: string | null): readonly string[] {
  if (file === null) return [];
  try {
    const lines = readFileSync(pathOf(file), "utf8").split("\n");
    return lines.filter((line) => line !== "" && line !== LIBEDIT_HEADER).slice(-HISTORY_LINES_MAX);
  } catch {
    return [];
  }
}

/** A file that cannot be written is no reason to complain when somebody leaves. */
export function writeHistory(file: string | null, lines: readonly string[]): void {
  if (file === null) return;
  try {
    writeFileSync(
      pathOf(file),
      lines
        .slice(-HISTORY_LINES_MAX)
        .map((line) => `${line}\n`)
        .join(""),
      { mode: 0o600 },
    );
  } catch {
    // (CTL-057)
  }
}
