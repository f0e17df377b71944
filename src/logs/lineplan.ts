/** Which targets want whole lines of a channel, and in which form: from the options of the program and those of [supervisord]. */
import type { ChannelConfig, DaemonConfig } from "../config/model.ts";
import { type LineFormat, type LineSource, lineHead } from "./lines.ts";

export type LinePlan = {
  /** How the log file gets them; null: it gets the bytes as they come. */
  readonly file: LineFormat | null;
  /** How supervisord's own stdout or stderr gets them; null: not at all. */
  readonly console: LineFormat | null;
};

/** null: nobody wants lines, as with Supervisor. (LOGX-001) */
export function linePlan(settings: ChannelConfig, daemon: DaemonConfig): LinePlan | null {
  const file = fileFormat(settings);
  const console = consoleFormat(settings, daemon);
  return file === null && console === null ? null : { file, console };
}

/** A time or a prefix makes raw bytes lines of text. */
function fileFormat({ format, timestamp, prefix }: ChannelConfig): LineFormat | null {
  if (format === "raw" && timestamp === "none" && prefix === "") return null;
  return { format: format === "raw" ? "text" : format, timestamp, prefix };
}

/** In the background there is none. */
function consoleFormat({ console }: ChannelConfig, daemon: DaemonConfig): LineFormat | null {
  if (!daemon.nodaemon || !(console ?? daemon.console === "all")) return null;
  return { format: daemon.consoleFormat, timestamp: daemon.consoleTimestamp, prefix: daemon.consolePrefix };
}

/** As `status` shows it. */
export function shownName({ group, process }: Pick<LineSource, "group" | "process">): string {
  return group === process ? process : `${group}:${process}`;
}

/** Bytes that the targets get with each line besides it, at most. */
export function addedPerLine({ file, console }: LinePlan, source: Omit<LineSource, "pid">): number {
  return addedBy(file, source) + addedBy(console, { ...source, process: shownName(source) });
}

/** Of a pid, a time, and the keys of JSON. */
const LONGEST = { pid: 4_194_304, wallMs: 0, offsetMinutes: 0, keys: 128 } as const;

function addedBy(format: LineFormat | null, source: Omit<LineSource, "pid">): number {
  if (format === null || format.format === "raw") return 1;
  if (format.format === "json") return LONGEST.keys + JSON.stringify([source.group, source.process]).length;
  return Buffer.byteLength(lineHead(format, { ...source, pid: LONGEST.pid }, LONGEST)) + 1;
}
