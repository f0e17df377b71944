/**
 * Expressions of users on lines of programs. One that is bound to go back and forth over a line for hours is stopped by the engine after a while, so that
 * it costs its own program its readiness and nobody else anything.
 */
import { createContext, Script } from "node:vm";

/** For all the lines of one block, and then, when that was not enough, for each of them. */
const PATIENCE_MS = 50;
const LINE_PATIENCE_MS = 5;
/** So many lines of one block are tried one by one. */
const LINES_MAX = 10;

const TOO_LONG = Symbol("too long");

const search = new Script("lines.findIndex((line) => expression.test(line))");

/** The first of the lines that the expression matches; null: none does, or it takes too long to find out. A line that takes too long is passed over. */
export function firstMatch(expression: string, lines: readonly string[]): string | null {
  const regexp = new RegExp(expression, "u");
  const found = matchIn(regexp, lines, PATIENCE_MS);
  if (found !== TOO_LONG) return found;
  for (const line of lines.slice(-LINES_MAX)) {
    const one = matchIn(regexp, [line], LINE_PATIENCE_MS);
    if (one !== null && one !== TOO_LONG) return one;
  }
  return null;
}

function matchIn(expression: RegExp, lines: readonly string[], timeout: number): string | typeof TOO_LONG | null {
  if (lines.length === 0) return null;
  const scope = createContext(Object.assign(Object.create(null) as object, { lines, expression }));
  try {
    return lines[search.runInContext(scope, { timeout }) as number] ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return TOO_LONG;
    throw error;
  }
}
