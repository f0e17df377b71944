/**
 * Records for syslog as glibc's syslog() sends them to /dev/log: `<14>Nov 24 10:29:55 supervisord: text`. Always user.info, always this ident, no pid
 * (LOG-015, LOG-078). The daemon hands the datagrams to the keeper, which sends them without waiting.
 */
import type { LogLevel } from "../config/model.ts";
import { stampOf } from "./activity.ts";

/** A longer text becomes several records; it must fit into a datagram of a unix socket with its default buffer. */
export const RECORD_TEXT_MAX = 60 * 1024;

/** How much of a line without an end is held back for the rest of it; then it goes as it is. */
export const HELD_LINE_MAX = 8 * 1024;

/** A message of the activity log with logfile=syslog: each of its lines is a record with the stamp in front and an LF at the end. (LOG-013) */
export function syslogRecords(level: LogLevel, wallMs: number, offsetMinutes: number, text: string): Uint8Array[] {
  const stamp = stampOf(level, wallMs, offsetMinutes);
  const lines = text.replace(/\n+$/, "").split("\n");
  return lines.flatMap((line) => records("", encoder.encode(`${stamp}${line}\n`), wallMs, offsetMinutes));
}

/** A line of a child: `NAME TEXT`. Bytes that are not UTF-8 go as they are; the original loses them (LOG-080). (LOG-076) */
export function childRecords(name: string, line: Uint8Array, wallMs: number, offsetMinutes: number): Uint8Array[] {
  return records(`${name} `, line, wallMs, offsetMinutes);
}

/**
 * Cuts output into lines, with a line whose end has not come held back (the original makes two records of it, LOG-077). LFs at the end of a block end
 * one line and make no empty ones; those in the middle do. (LOG-076)
 */
export function takeLines(held: Uint8Array, block: Uint8Array): { readonly held: Uint8Array; readonly lines: readonly Uint8Array[] } {
  if (block.length === 0) return { held, lines: [] };
  const all = held.length === 0 ? block : Buffer.concat([held, block]);
  let end = all.length;
  while (end > 0 && all[end - 1] === LF) end -= 1;
  const lines = split(all.subarray(0, end));
  if (end < all.length) return { held: NOTHING, lines };
  const last = lines.at(-1) ?? NOTHING;
  return last.length > HELD_LINE_MAX ? { held: NOTHING, lines } : { held: last, lines: lines.slice(0, -1) };
}

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
const LF = 0x0a;
const USER_INFO = 14;
const IDENT = "supervisord";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function records(prefix: string, text: Uint8Array, wallMs: number, offsetMinutes: number): Uint8Array[] {
  const head = encoder.encode(`<${USER_INFO}>${syslogTime(wallMs, offsetMinutes)} ${IDENT}: ${prefix}`);
  const datagrams: Uint8Array[] = [];
  let from = 0;
  do {
    const end = cutAt(text, from + RECORD_TEXT_MAX);
    datagrams.push(Buffer.concat([head, text.subarray(from, end)]));
    from = end;
  } while (from < text.length);
  return datagrams;
}

/** `Nov  4 10:29:55`, local time. */
export function syslogTime(wallMs: number, offsetMinutes: number): string {
  const local = new Date(Math.floor(wallMs) + offsetMinutes * 60_000);
  return `${MONTHS[local.getUTCMonth()]} ${String(local.getUTCDate()).padStart(2)} ${local.toISOString().slice(11, 19)}`;
}

/** Not within a UTF-8 character. */
function cutAt(text: Uint8Array, end: number): number {
  if (end >= text.length) return text.length;
  let cut = end;
  while (cut > end - 3 && ((text[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
  return cut;
}

function split(text: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let from = 0;
  for (let at = text.indexOf(LF); at !== -1; at = text.indexOf(LF, from)) {
    lines.push(text.subarray(from, at));
    from = at + 1;
  }
  lines.push(text.subarray(from));
  return lines;
}
