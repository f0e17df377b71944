/** Limits of resources as options give them: the soft limit alone, or the soft and the hard one. */
import { ok, type Result, refuse } from "../result.ts";
import { parseByteSize } from "./numbers.ts";
import { quoted } from "./quoting.ts";

export type LimitValue = number | "unlimited";
/** `hard` null: it stays as it is, and is raised to `soft` where it is lower. */
export type Limit = { readonly soft: LimitValue; readonly hard: LimitValue | null };

/** `SOFT` or `SOFT:HARD`, each a whole number, a size with KB, MB or GB, or `unlimited`. */
export function parseLimit(text: string): Result<Limit, string> {
  const parts = text.split(":");
  const [soft, hard] = parts.map(limitValue);
  const isOrdered = hard === undefined || hard === null || soft === undefined || soft === null || magnitude(soft) <= magnitude(hard);
  if (soft === undefined || soft === null || hard === null || parts.length > 2 || !isOrdered) {
    return refuse(`not a valid limit: ${quoted(text)}`);
  }
  return ok({ soft, hard: hard ?? null });
}

/** As it would stand in a file. */
export function limitText({ soft, hard }: Limit): string {
  return hard === null ? String(soft) : `${soft}:${hard}`;
}

function limitValue(text: string): LimitValue | null {
  if (text.toLowerCase() === "unlimited") return "unlimited";
  const size = parseByteSize(text);
  return size.ok && size.value >= 0 ? size.value : null;
}

function magnitude(value: LimitValue): number {
  return value === "unlimited" ? Number.POSITIVE_INFINITY : value;
}
