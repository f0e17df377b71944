/**
 * Whole lines of what a child writes, and what is made of them for a log: time and prefix before each, or an object of JSON. The bytes between two reads
 * come in any pieces and give the same lines; a rest without an end is held back, as the state that a successor goes on with. (LOGX-002, LOGX-003)
 */
import { filledPrefix } from "../config/lineprefix.ts";
import type { Channel } from "./echo.ts";
import { cutCharacterLength } from "./undecodable.ts";

export type Timestamp = "none" | "iso" | "utc" | "epoch";

/** What is made of lines. `raw`: nothing. */
export type LineFormat = { readonly format: "raw" | "text" | "json"; readonly timestamp: Timestamp; readonly prefix: string };

/** Whose lines they are. */
export type LineSource = { readonly group: string; readonly process: string; readonly pid: number; readonly channel: Channel };

/** When they were read, and the local zone's offset then, in minutes east. */
export type LineMoment = { readonly wallMs: number; readonly offsetMinutes: number };

/** `whole`: lines, each with its LF. */
export type WholeLines = { readonly held: Uint8Array; readonly whole: Uint8Array };

/** The lines that end here. A line of more than `max` bytes is several, and none of them ends within a character. */
export function takeWholeLines(held: Uint8Array, bytes: Uint8Array, max: number): WholeLines {
  if (bytes.length === 0) return { held, whole: NOTHING };
  const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
  const parts: Uint8Array[] = [];
  let from = 0; // of what is in no part yet
  let line = 0; // the begin of a line
  while (all.length - line > max) {
    const end = all.lastIndexOf(LF, line + max);
    if (end >= line) {
      line = end + 1;
      continue;
    }
    const cut = line + cutLength(all.subarray(line, line + max));
    parts.push(all.subarray(from, cut), LINE_END);
    from = line = cut;
  }
  const end = Math.max(all.lastIndexOf(LF) + 1, from);
  parts.push(all.subarray(from, end));
  return { held: new Uint8Array(all.subarray(end)), whole: joined(parts) };
}

/** The output has ended: what is held back is a line. */
export function endLines(held: Uint8Array): Uint8Array {
  return held.length === 0 ? NOTHING : joined([held, LINE_END]);
}

/** Whole lines as a target gets them. (LOGX-006, LOGX-007) */
export function formatLines(whole: Uint8Array, format: LineFormat, source: LineSource, moment: LineMoment): Uint8Array {
  if (whole.length === 0 || format.format === "raw") return whole;
  return format.format === "json" ? jsonLines(whole, source, moment) : textLines(whole, lineHead(format, source, moment));
}

/** What stands before a line as text. */
export function lineHead({ timestamp, prefix }: LineFormat, source: LineSource, moment: LineMoment): string {
  const time = timestamp === "none" ? "" : `${stamp(timestamp, moment)} `;
  return time + filledPrefix(prefix, { ...source, pid: String(source.pid) });
}

/** The moment as a text: local time with its offset, the time of Greenwich, or seconds since 1970. (LOGX-006) */
export function stamp(timestamp: Exclude<Timestamp, "none">, { wallMs, offsetMinutes }: LineMoment): string {
  const ms = Math.floor(wallMs);
  if (timestamp === "epoch") return `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")}`;
  if (timestamp === "utc") return new Date(ms).toISOString();
  const minutes = Math.abs(offsetMinutes);
  const offset = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
  return `${new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, -1)}${offsetMinutes < 0 ? "-" : "+"}${offset}`;
}

/** How many lines end in these bytes. */
export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count += 1;
  return count;
}

/** Where the `count`-th line from `from` on ends, or the bytes do. Of many short lines no more than so many are made into longer ones at once. */
export function endOfLines(bytes: Uint8Array, from: number, count: number): number {
  let end = from;
  for (let left = count; left > 0; left--) {
    const at = bytes.indexOf(LF, end);
    if (at === -1) return bytes.length;
    end = at + 1;
  }
  return end;
}

/** The lines without their ends. */
export function splitLines(whole: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; from < whole.length; ) {
    const at = whole.indexOf(LF, from);
    const end = at === -1 ? whole.length : at;
    lines.push(whole.subarray(from, end));
    from = end + 1;
  }
  return lines;
}

const LF = 0x0a;
const LINE_END = new Uint8Array([LF]);
const NOTHING = new Uint8Array(0);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

function cutLength(line: Uint8Array): number {
  return line.length - cutCharacterLength(line) || line.length;
}

/** Each byte is a character of Latin-1 on the way, so that any bytes stay what they are and the engine's own search does the work. */
function textLines(whole: Uint8Array, head: string): Uint8Array {
  if (head === "") return whole;
  const before = Buffer.from(head).toString("latin1");
  const text = Buffer.from(whole.buffer, whole.byteOffset, whole.length - 1).toString("latin1");
  return Buffer.from(`${before}${text.replaceAll("\n", `\n${before}`)}\n`, "latin1");
}

/** What an append to a log takes at most is not reached by a line of which each byte is escaped: then it is two. */
const JSON_LINE_MAX = 768 * 1024;

function jsonLines(whole: Uint8Array, { group, process, pid, channel }: LineSource, moment: LineMoment): Uint8Array {
  const head = JSON.stringify({ time: stamp("utc", moment), group, process, pid, channel });
  const before = `${head.slice(0, -1)},"message":`;
  const line = (text: string): string => {
    const message = JSON.stringify(text);
    if (message.length <= JSON_LINE_MAX) return `${before}${message}}\n`;
    return line(text.slice(0, text.length >> 1)) + line(text.slice(text.length >> 1));
  };
  const text = decoder.decode(whole.subarray(0, -1));
  return Buffer.from(text.split("\n").map(line).join(""));
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
