/**
 * Expressions of users on lines of programs. One that is bound to go back and forth over a line for hours is stopped by the engine after a while, so that
 * it costs its own program its readiness and nobody else anything. The engine counts time on the wall; on a busy host most of that belongs to others, so
 * what was stopped begins again with more of it, until it has had its share of the processor.
 */
import { createContext, Script } from "node:vm";

/** For all the lines of one block, and then, when that was not enough, for each of them. */
const PATIENCE_MS = 50;
const LINE_PATIENCE_MS = 5;
/** How often more time is given, twice as much each time. */
const TRIES_MAX = 7;
/** So many lines of one block are tried one by one. */
const LINES_MAX = 10;

const TOO_LONG = Symbol("too long");

type Found = string | typeof TOO_LONG | null;

const search = new Script("lines.findIndex((line) => expression.test(line))");

/** The first of the lines that the expression matches; null: none does, or it takes too long to find out. A line that takes too long is passed over. */
export function firstMatch(expression: string, lines: readonly string[], processorMs: () => number = processorTime): string | null {
  const regexp = new RegExp(expression, "u");
  const found = matchWithin(PATIENCE_MS, regexp, lines, processorMs);
  if (found !== TOO_LONG) return found;
  for (const line of lines.slice(-LINES_MAX)) {
    const one = matchWithin(LINE_PATIENCE_MS, regexp, [line], processorMs);
    if (one !== null && one !== TOO_LONG) return one;
  }
  return null;
}

/** With so much time of the processor at least, before it takes too long. */
function matchWithin(patienceMs: number, expression: RegExp, lines: readonly string[], processorMs: () => number): Found {
  const began = processorMs();
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const found = matchIn(expression, lines, patienceMs * 2 ** tries);
    if (found !== TOO_LONG || processorMs() - began >= patienceMs) return found;
  }
  return TOO_LONG;
}

/** What this process has used of it so far. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function matchIn(expression: RegExp, lines: readonly string[], timeout: number): Found {
  if (lines.length === 0) return null;
  const scope = createContext(Object.assign(Object.create(null) as object, { lines, expression }));
  try {
    return lines[search.runInContext(scope, { timeout }) as number] ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return TOO_LONG;
    throw error;
  }
}
