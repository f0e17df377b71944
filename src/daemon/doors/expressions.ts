/**
 * Expressions of users on lines of programs. One that is bound to go back and forth over a line for hours is stopped by the engine after a while, so that
 * it costs its own program its readiness and nobody else anything.
 */
import { createContext, Script } from "node:vm";

/** For all the lines of one block. */
const PATIENCE_MS = 100;

const search = new Script("lines.findIndex((line) => expression.test(line))");

/** The first of the lines that the expression matches; null: none does, or it takes too long to find out. */
export function firstMatch(expression: string, lines: readonly string[]): string | null {
  if (lines.length === 0) return null;
  const scope = createContext(Object.assign(Object.create(null) as object, { lines, expression: new RegExp(expression, "u") }));
  try {
    return lines[search.runInContext(scope, { timeout: PATIENCE_MS }) as number] ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return null;
    throw error;
  }
}
