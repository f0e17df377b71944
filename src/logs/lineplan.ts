/** Which targets want whole lines of a channel, and in which form: from the options of the program and those of [supervisord]. */
import type { SyslogAddress } from "../config/logtargets.ts";
import type { ChannelConfig, DaemonConfig, ProcessConfig } from "../config/model.ts";
import type { Channel } from "./echo.ts";
import type { SyslogForm, SyslogSettings } from "./linerecords.ts";
import { type LineFormat, type LineSource, lineHead } from "./lines.ts";

export type LinePlan = {
  /** How the log file, and the paths of `targets`, get them; null: they get the bytes as they come. */
  readonly file: LineFormat | null;
  /** How supervisord's own stdout or stderr gets them; null: not at all. */
  readonly console: LineFormat | null;
  readonly paths: readonly string[];
  readonly syslog: { readonly form: SyslogForm; readonly address: SyslogAddress } | null;
  readonly journal: boolean;
  /** For syslog and the journal. */
  readonly settings: SyslogSettings;
  /** Lines per second to console, syslog and journal; 0: all. */
  readonly rate: number;
};

/** Where syslog listens unless something else is said. */
export const SYSLOG_SOCKET = "/dev/log";

/** null: nobody wants lines, as with Supervisor. (LOGX-001) */
export function linePlan(config: ProcessConfig, channel: Channel, daemon: DaemonConfig): LinePlan | null {
  const settings = config[channel];
  const file = fileFormat(settings);
  const console = consoleFormat(settings, daemon);
  const paths = settings.targets.filter((target) => target.startsWith("/"));
  const syslog = isForSyslog(settings) ? syslogForm(config, settings.rate) : null;
  const journal = settings.targets.includes("journal");
  if (file === null && console === null && paths.length === 0 && syslog === null && !journal) return null;
  const { syslogFacility, syslogTag, syslogLevels } = config;
  const ofSyslog = { facility: syslogFacility ?? "user", tag: syslogTag, levels: syslogLevels ?? (["info", "info"] as const) };
  return { file, console, paths, syslog, journal, settings: ofSyslog, rate: settings.rate };
}

/** Lines go to syslog as the original sends them. (LOG-076) */
export function isForOriginalSyslog(config: ProcessConfig, channel: Channel): boolean {
  const settings = config[channel];
  return isForSyslog(settings) && syslogForm(config, settings.rate) === null;
}

function isForSyslog({ syslog, targets }: ChannelConfig): boolean {
  return syslog || targets.includes("syslog");
}

/** null: none of our options says anything about it. (LOGX-040, LOGX-041) */
function syslogForm({ syslogFacility, syslogTag, syslogLevels, syslogAddress }: ProcessConfig, rate: number): LinePlan["syslog"] {
  if (syslogAddress.kind !== "unix") return { form: "rfc5424", address: syslogAddress };
  if (syslogFacility !== null || syslogTag !== null || syslogLevels !== null) return { form: "rfc3164", address: syslogAddress };
  return syslogAddress.path === SYSLOG_SOCKET && rate === 0 ? null : { form: "original", address: syslogAddress };
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
export function addedPerLine({ file, console, paths, syslog, journal, settings }: LinePlan, source: Omit<LineSource, "pid">): number {
  const shown = { ...source, process: shownName(source) };
  const tag: LineFormat = { format: "text", timestamp: "none", prefix: settings.tag ?? "{process}" };
  const records = (syslog === null ? 0 : 1) + (journal ? 2 : 0);
  return addedBy(file, source) * (1 + paths.length) + addedBy(console, shown) + records * (LONGEST.record + addedBy(tag, shown));
}

/** Of a pid, a time, the keys of JSON, and what else is in a record of syslog. */
const LONGEST = { pid: 4_194_304, wallMs: 0, offsetMinutes: 0, keys: 128, record: 400 } as const;

function addedBy(format: LineFormat | null, source: Omit<LineSource, "pid">): number {
  if (format === null || format.format === "raw") return 1;
  if (format.format === "json") return LONGEST.keys + JSON.stringify([source.group, source.process]).length;
  return Buffer.byteLength(lineHead(format, { ...source, pid: LONGEST.pid }, LONGEST)) + 1;
}
