/** Durations as options give them: a number with a unit behind it, seconds without one; kept in milliseconds. */
import { ok, type Result, refuse } from "../result.ts";
import { quoted } from "./quoting.ts";

/** From the largest to the smallest. */
const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

const MS_OF: ReadonlyMap<string, number> = new Map<string, number>([["", 1000], ...UNITS]);
const SHAPE = /^([0-9]+\.?[0-9]*|\.[0-9]+)(ms|[smhd])?$/i;

/** Ten years: more is a typing error. */
export const DURATION_MS_MAX = 3650 * 86_400_000;

/** `500ms`, `10s`, `1.5m`, `2h`, `1d`, or seconds. What is not nothing is a millisecond at least. `atLeast` in milliseconds. */
export function parseDuration(text: string, atLeast = 0): Result<number, string> {
  const match = SHAPE.exec(text);
  const ms = Number(match?.[1] ?? Number.NaN) * (MS_OF.get((match?.[2] ?? "").toLowerCase()) ?? Number.NaN);
  if (!(ms <= DURATION_MS_MAX)) return refuse(`not a valid duration: ${quoted(text)}`);
  const whole = ms > 0 ? Math.max(1, Math.round(ms)) : 0;
  return whole >= atLeast ? ok(whole) : refuse(`not a valid duration: ${quoted(text)} (at least ${durationText(atLeast)})`);
}

/** As it would stand in a file, in the largest unit that needs no fraction: `1500ms`, `90s`, `10m`. */
export function durationText(ms: number): string {
  const [unit, factor] = ms === 0 ? (["s", 1] as const) : (UNITS.find(([, one]) => ms % one === 0) ?? UNITS[4]);
  return `${ms / factor}${unit}`;
}

/** In a sentence: seconds up to two minutes, then in the largest unit that needs no fraction: `60 s`, `90 s`, `10 m`. */
export function durationInWords(ms: number): string {
  if (ms % 1000 === 0 && ms <= 120_000) return `${ms / 1000} s`;
  return durationText(ms).replace(/[a-z]/, " $&");
}
