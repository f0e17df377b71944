/**
 * Times as users write them after --since, and as programs write them at the start of their lines. Logs have no times of their own here, so these
 * are all that --since can go by. Local time, unless the text says otherwise.
 */

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `30s`, `1h30m`, `2d`; `14:30`, today or yesterday; `2026-01-31`, `2026-01-31 14:30[:05][Z or +02:00]`. Milliseconds since 1970, null for no time. */
export function parseSince(text: string, nowMs: number): number | null {
  const ago = /^(?:\d+(?:\.\d+)?[smhdw])+$/.test(text) ? [...text.matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)] : null;
  if (ago !== null) return nowMs - ago.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS_MS[unit ?? ""] ?? 0), 0);
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text);
  if (clock !== null) return atClock(clock, nowMs);
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (date !== null) return timeOf([date[1], date[2], date[3], "0", "0", "0"], null);
  return parseTimeAt(text.length <= 16 ? `${text}:00` : text);
}

/** The last time that a clock showed this. */
function atClock([, hour, minute, second]: RegExpExecArray, nowMs: number): number | null {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return null;
  const today = new Date(nowMs);
  today.setHours(Number(hour), Number(minute), Number(second ?? 0), 0);
  if (today.getTime() > nowMs) today.setDate(today.getDate() - 1);
  return today.getTime();
}

/** The time may stand behind a bracket or a level; further in it is part of what is told. */
const LINE_START_MAX = 40;
const ISO = /(\d{4})[-/](\d\d)[-/](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,]\d+)? ?(Z|UTC|[+-]\d\d:?\d\d)?/;
const SYSLOG = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)\b/;
const COMMON = /\[(\d\d)\/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\]/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The time that a line begins with: ISO 8601 and its cousins, syslog's (whose year is `nowMs`'s), that of web servers. null: none. */
export function timeOfLine(line: string, nowMs: number): number | null {
  const start = line.slice(0, LINE_START_MAX + 30);
  const iso = parseTimeAt(start);
  if (iso !== null) return iso;
  const syslog = SYSLOG.exec(start);
  if (syslog !== null && syslog.index <= LINE_START_MAX) {
    const [, month = "", day, hour, minute, second] = syslog;
    const thisYear = new Date(nowMs).getFullYear();
    const at = (year: number) => timeOf([String(year), String(MONTHS.indexOf(month) + 1), day, hour, minute, second], null);
    const time = at(thisYear);
    return time !== null && time > nowMs + (UNITS_MS["d"] ?? 0) ? at(thisYear - 1) : time;
  }
  const common = COMMON.exec(line.slice(0, LINE_START_MAX * 4)); // behind address and user
  if (common === null) return null;
  const [, day, month = "", year, hour, minute, second, zone] = common;
  return timeOf([year, String(MONTHS.indexOf(month) + 1), day, hour, minute, second], zone ?? null);
}

function parseTimeAt(text: string): number | null {
  const found = ISO.exec(text);
  if (found === null || found.index > LINE_START_MAX) return null;
  return timeOf(found.slice(1, 7), found[7] ?? null);
}

/** Year, month from 1, day, hour, minute, second. */
function timeOf(parts: readonly (string | undefined)[], zone: string | null): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
  if (zone === null) return new Date(year, month - 1, day, hour, minute, second).getTime();
  return Date.UTC(year, month - 1, day, hour, minute, second) - offsetMs(zone);
}

function offsetMs(zone: string): number {
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (offset === null) return 0; // Z, UTC
  return (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000;
}
