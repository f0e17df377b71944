/** Schedules as the option `cron` gives them: five or six fields as cron has them, a word such as @daily, or @every DURATION. (CRON) */
import { ok, type Result, refuse } from "../result.ts";
import { parseDuration } from "./durations.ts";
import { nearest } from "./nearest.ts";
import { quoted } from "./quoting.ts";

/** A schedule as data, so that it can be stored and compared. Lists are sorted and without repetitions. */
export type Schedule = (Calendar | Every) & {
  /** As it was written. */
  readonly text: string;
};

/** From the beginning of the last run, by the monotonic clock. */
type Every = { readonly kind: "every"; readonly ms: number };

/** Local dates and times. */
export type Calendar = {
  readonly kind: "calendar";
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** 0 to 6, from Sunday. */
  readonly weekdays: readonly number[];
  /** Day and weekday are both restricted: either suffices, as cron has it. Otherwise both must match. */
  readonly eitherDay: boolean;
  /** The field of the hour begins with `*`: it goes by real time where clocks change. (CRON-004) */
  readonly everyHour: boolean;
};

type Field = { readonly name: string; readonly min: number; readonly max: number; readonly words?: readonly string[] };

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTHS_IN_FULL = "January February March April May June July August September October November December".split(" ");
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const SECOND: Field = { name: "second", min: 0, max: 59 };
const FIELDS: readonly Field[] = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day", min: 1, max: 31 },
  { name: "month", min: 1, max: 12, words: MONTHS },
  { name: "weekday", min: 0, max: 7, words: WEEKDAYS },
];

const WORDS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const EVERY_MS_MIN = 1000;
/** In leap years. */
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The error says what is wrong with which field. */
export function parseSchedule(text: string): Result<Schedule, string> {
  const schedule = scheduleOf(text.trim());
  return schedule.ok ? ok({ ...schedule.value, text }) : refuse(`not a valid schedule: ${quoted(text)}: ${schedule.error}`);
}

/** What to do about a text that is none. */
export function scheduleRemedy(text: string): string {
  const near = text.startsWith("@") ? nearest(text.toLowerCase(), Object.keys(WORDS)) : null;
  return near === null ? "write minute hour day month weekday, such as 30 2 * * *, or @daily, or @every 10m" : `did you mean ${near}?`;
}

function scheduleOf(text: string): Result<Calendar | Every, string> {
  const words = text.split(/\s+/);
  const [first = "", second = ""] = words;
  if (first.toLowerCase() === "@every") return everyOf(words.length === 2 ? second : "");
  const fields = first.startsWith("@") ? WORDS[text.toLowerCase()] : text;
  if (fields === undefined) return refuse(`${text} is not one of ${Object.keys(WORDS).join(", ")}, @every DURATION`);
  return calendarOf(fields.split(/\s+/).filter((part) => part !== ""));
}

function everyOf(text: string): Result<Calendar | Every, string> {
  if (text === "") return refuse("@every needs one duration behind it, such as @every 10m");
  const ms = parseDuration(text);
  if (!ms.ok) return ms;
  return ms.value < EVERY_MS_MIN ? refuse("@every is at least 1s") : ok({ kind: "every", ms: ms.value });
}

function calendarOf(parts: readonly string[]): Result<Calendar, string> {
  if (parts.length !== 5 && parts.length !== 6) {
    return refuse(`${parts.length} ${parts.length === 1 ? "field" : "fields"} instead of 5 or 6`);
  }
  const seconds: Result<readonly number[], string> = parts.length === 6 ? valuesOf(SECOND, parts[0] ?? "") : ok([0]);
  if (!seconds.ok) return seconds;
  const texts = parts.slice(-5);
  const lists: (readonly number[])[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const values = valuesOf(field, texts[index] ?? "");
    if (!values.ok) return values;
    lists.push(values.value);
  }
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = lists;
  const isOpen = texts.map((text) => text.startsWith("*"));
  const calendar: Calendar = {
    kind: "calendar",
    seconds: seconds.value,
    minutes,
    hours,
    days,
    months,
    weekdays,
    eitherDay: isOpen[2] === false && isOpen[4] === false,
    everyHour: isOpen[1] === true,
  };
  const never = dateThatNeverComes(calendar);
  return never === null ? ok(calendar) : refuse(`it never comes (${never})`);
}

/** A list of single values, ranges and steps. */
function valuesOf(field: Field, text: string): Result<readonly number[], string> {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const some = rangeOf(field, part);
    if (!some.ok) return some;
    const { from, to, step } = some.value;
    // The weekday 7 is Sunday again.
    for (let value = from; value <= to; value += step) values.add(field.name === "weekday" ? value % 7 : value);
  }
  return ok([...values].sort((a, b) => a - b));
}

type Range = { readonly from: number; readonly to: number; readonly step: number };

/** `*`, `5`, `1-5`, each with `/step` or without; a single value with a step goes on to the end, as in the Go version. */
function rangeOf(field: Field, part: string): Result<Range, string> {
  const [range = "", stepText, more] = part.split("/");
  if (more !== undefined) return refuse(`${field.name} ${quoted(part)} has more than one step`);
  const step = stepText === undefined ? 1 : /^\d+$/.test(stepText) ? Number(stepText) : 0;
  if (step < 1 || step > field.max) return refuse(`${field.name} step ${stepText === "" ? "''" : stepText} is not 1 to ${field.max}`);
  if (range === "*") return ok({ from: field.min, to: lastOf(field), step });
  const [fromText = "", toText, third] = range.split("-");
  if (third !== undefined) return refuse(`${field.name} ${quoted(range)} is not a range`);
  const from = numberOf(field, fromText);
  if (!from.ok) return from;
  const end: Result<number, string> =
    toText === undefined ? ok(stepText === undefined ? from.value : lastOf(field)) : numberOf(field, toText);
  if (!end.ok) return end;
  // fri-sun: Sunday ends the week as well as it begins it.
  const to = field.name === "weekday" && toText !== undefined && end.value === 0 && from.value > 0 ? 7 : end.value;
  return from.value <= to ? ok({ from: from.value, to, step }) : refuse(`${field.name} ${range} runs backwards`);
}

/** The last value of `*`; without the second Sunday. */
function lastOf(field: Field): number {
  return field.name === "weekday" ? 6 : field.max;
}

function numberOf(field: Field, text: string): Result<number, string> {
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    return value >= field.min && value <= field.max ? ok(value) : refuse(`${field.name} ${text} is not ${field.min} to ${field.max}`);
  }
  const word = field.words?.indexOf(text.toLowerCase()) ?? -1;
  if (word >= 0) return ok(word + field.min);
  const words = field.words === undefined ? "" : ` or a name from ${field.words[0]} to ${field.words.at(-1)}`;
  return refuse(`${field.name} ${quoted(text)} is not a number${words}`);
}

/** Such as `February 30`; null: it comes. */
function dateThatNeverComes({ eitherDay, months, days }: Calendar): string | null {
  if (eitherDay) return null;
  const [month = 1] = months;
  const [day = 1] = days;
  if (months.some((one) => day <= (DAYS_IN_MONTH[one - 1] ?? 31))) return null;
  return `${MONTHS_IN_FULL[month - 1]} ${day}`;
}
