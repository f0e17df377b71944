/** How often a program may be started by itself: a limit as an option gives it, and retries without a limit. */
import { ok, type Result, refuse } from "../result.ts";
import { durationText, parseDuration } from "./durations.ts";
import { parseInteger, parseIntegerIn } from "./numbers.ts";
import { quoted } from "./quoting.ts";

/** At most `count` within `ms`. */
export type RestartLimit = { readonly count: number; readonly ms: number };

const COUNTS = [1, 1000] as const;

/** `N/DURATION`. */
export function parseRestartLimit(text: string): Result<RestartLimit, string> {
  const [number = "", duration, ...more] = text.split("/");
  const count = parseIntegerIn(number, COUNTS);
  const ms = parseDuration(duration ?? "", 1);
  if (!count.ok || !ms.ok || more.length > 0) return refuse(`not a valid restart limit: ${quoted(text)}`);
  return ok({ count: count.value, ms: ms.value });
}

/** As it would stand in a file. */
export function restartLimitText({ count, ms }: RestartLimit): string {
  return `${count}/${durationText(ms)}`;
}

/** So many failed starts are never reached; a number all the same, since clients are told it as one. */
export const INFINITE_RETRIES = 2 ** 31 - 1;

/** A number, or the word `infinite`. */
export function parseRetries(text: string): Result<number, string> {
  return text.toLowerCase() === "infinite" ? ok(INFINITE_RETRIES) : parseInteger(text);
}

/** As it would stand in a file. */
export function retriesText(retries: number): string {
  return retries === INFINITE_RETRIES ? "infinite" : String(retries);
}
