/**
 * The lines of the activity log. Their form is what every log parser for Supervisor expects: `2026-11-24 10:29:55,123 INFO text`, local time, UTF-8.
 * A text with line breaks is written as it is: only its first line has a stamp (LOG-002).
 */
import { bytesOf, jsonOf } from "../bytes.ts";
import type { LogLevel } from "../config/model.ts";

/** Codes and numbers of the levels. (LOG-003) */
export const LEVELS = {
  critical: { code: "CRIT", number: 50 },
  error: { code: "ERRO", number: 40 },
  warn: { code: "WARN", number: 30 },
  info: { code: "INFO", number: 20 },
  debug: { code: "DEBG", number: 10 },
  trace: { code: "TRAC", number: 5 },
  blather: { code: "BLAT", number: 3 },
} as const satisfies Record<LogLevel, { code: string; number: number }>;

/** Whether a message of `level` is written under `loglevel=threshold`. (LOG-004) */
export function isWritten(level: LogLevel, threshold: LogLevel): boolean {
  return LEVELS[level].number >= LEVELS[threshold].number;
}

/** One record with its LF, as UTF-8 but for names that are not. `offsetMinutes` is the local zone's, east of UTC. (LOG-001, LOG-002, LOG-005) */
export function formatLine(level: LogLevel, wallMs: number, offsetMinutes: number, text: string): Uint8Array {
  return bytesOf(`${stampOf(level, wallMs, offsetMinutes)}${text}\n`);
}

/** The same as an object of JSON on one line, for those who collect logs: the message with its line breaks, the time in UTC. (OBS-005) */
export function formatJsonLine(level: LogLevel, wallMs: number, text: string): Uint8Array {
  const time = new Date(Math.floor(wallMs)).toISOString();
  return Buffer.from(`${jsonOf({ time, level, message: text })}\n`);
}

/** What stands before the text: time, level and a blank. Milliseconds are cut off, not rounded. (LOG-001) */
export function stampOf(level: LogLevel, wallMs: number, offsetMinutes: number): string {
  return `${localTime(wallMs, offsetMinutes)} ${LEVELS[level].code} `;
}

/** `2026-11-24 10:29:55,123` */
function localTime(wallMs: number, offsetMinutes: number): string {
  const iso = new Date(Math.floor(wallMs) + offsetMinutes * 60_000).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)},${iso.slice(20, 23)}`;
}
