/** When a log is rotated by the clock: `never`, or a word and perhaps a time, as a schedule. (LOGX-020) */

import { ok, type Result, refuse } from "../result.ts";
import { parseSchedule, type Schedule } from "./cronfields.ts";
import { nearest } from "./nearest.ts";
import { quoted } from "./quoting.ts";

/** Minute and hour stand before it. The hours are named, so that one that comes twice when clocks are changed counts once. */
const FIELDS = { hourly: "0-23 * * *", daily: "* * *", weekly: "* * 1", monthly: "1 * *" } as const;
const WORDS = ["never", ...Object.keys(FIELDS)];

/** null: never. `hourly@:MM`, and for the others `@HH:MM`. */
export function parseRotationTime(text: string): Result<Schedule | null, string> {
  const [word = "", ...times] = text.trim().toLowerCase().split("@");
  if (word === "never" && times.length === 0) return ok(null);
  const time = times.length === 0 ? (word === "hourly" ? ":00" : "00:00") : (times[0] ?? "");
  const match = /^(?:([01]?\d|2[0-3]))?:([0-5]\d)$/.exec(time);
  const fits = match !== null && times.length <= 1 && (match[1] === undefined) === (word === "hourly");
  if (!Object.hasOwn(FIELDS, word) || !fits) return refuse(`${quoted(text)} is not one of ${WORDS.join(", ")}, with @HH:MM (hourly@:MM)`);
  const [, hour, minute] = match;
  const fields = FIELDS[word as keyof typeof FIELDS];
  const schedule = parseSchedule(`${Number(minute)} ${hour === undefined ? "" : `${Number(hour)} `}${fields}`);
  return schedule.ok ? ok({ ...schedule.value, text: text.trim().toLowerCase() }) : schedule;
}

/** What to do about a text that is none. */
export function rotationTimeRemedy(text: string): string {
  const [word = "", time] = text.trim().toLowerCase().split("@");
  if (Object.hasOwn(FIELDS, word)) return word === "hourly" ? "write hourly, or hourly@:30" : `write ${word}, or ${word}@03:00`;
  const near = nearest(word, WORDS);
  if (near === null) return "write daily, or daily@03:00";
  return `did you mean ${near}${time === undefined || near === "never" ? "" : `@${time}`}?`;
}
