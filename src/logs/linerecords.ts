/** One line of a child as a record for syslog or for systemd's journal. (LOGX-040..042) */

import { filledPrefix } from "../config/lineprefix.ts";
import { FACILITIES, type Facility, SEVERITIES, type SyslogLevels } from "../config/logtargets.ts";
import { type LineMoment, type LineSource, stamp } from "./lines.ts";
import { childRecords, RECORD_TEXT_MAX, syslogTime } from "./syslog.ts";

/** `original`: the record as Supervisor makes it. */
export type SyslogForm = "original" | "rfc3164" | "rfc5424";

export type SyslogSettings = { readonly facility: Facility; readonly tag: string | null; readonly levels: SyslogLevels };

/** What a datagram of UDP holds at most. */
export const UDP_RECORD_MAX = 8 * 1024;
/** (RFC 5424, 6) */
const APP_NAME_MAX = 48;
const HOST_NAME_MAX = 255;

/** The records of one line: several where it is too long for one, but for RFC 5424, which goes as it is. */
export function syslogLine(
  form: SyslogForm,
  line: Uint8Array,
  settings: SyslogSettings,
  source: LineSource,
  moment: LineMoment,
  host: string,
): Uint8Array[] {
  if (form === "original") return childRecords(source.process, line, moment.wallMs, moment.offsetMinutes);
  const { group, process, pid, channel } = source;
  const severity = SEVERITIES.indexOf(settings.levels[channel === "stdout" ? 0 : 1]);
  const priority = `<${FACILITIES[settings.facility] * 8 + severity}>`;
  const tag = settings.tag === null ? process : filledPrefix(settings.tag, { group, process, channel, pid: String(pid) });
  if (form === "rfc5424") {
    const words = [stamp("utc", moment), printable(host, HOST_NAME_MAX), printable(tag, APP_NAME_MAX), String(pid), channel, "-"];
    return [Buffer.concat([Buffer.from(`${priority}1 ${words.join(" ")} `), line])];
  }
  const head = Buffer.from(`${priority}${syslogTime(moment.wallMs, moment.offsetMinutes)} ${tag}[${pid}]: `);
  return pieces(line).map((piece) => Buffer.concat([head, piece]));
}

/** As a stream of records: each with its length before it. (RFC 6587, 3.4.1) */
export function counted(record: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${record.length} `), record]);
}

/** The records of one line for the journal's socket. (LOGX-042) */
export function journalLine(line: Uint8Array, settings: SyslogSettings, { group, process, pid, channel }: LineSource): Uint8Array[] {
  const severity = SEVERITIES.indexOf(settings.levels[channel === "stdout" ? 0 : 1]);
  const tag = settings.tag === null ? process : filledPrefix(settings.tag, { group, process, channel, pid: String(pid) });
  const fields = [
    ["PRIORITY", String(severity)],
    ["SYSLOG_FACILITY", String(FACILITIES[settings.facility])],
    ["SYSLOG_IDENTIFIER", tag],
    ["HOLDFAST_GROUP", group],
    ["HOLDFAST_PROCESS", process],
    ["HOLDFAST_CHANNEL", channel],
    ...(pid === 0 ? [] : [["OBJECT_PID", String(pid)]]),
  ].map(([name = "", value = ""]) => field(name, Buffer.from(value)));
  return pieces(line).map((piece) => Buffer.concat([field("MESSAGE", piece), ...fields]));
}

const LF = 0x0a;

/** A value with line breaks has its length before it. */
function field(name: string, value: Uint8Array): Uint8Array {
  if (!value.includes(LF)) return Buffer.concat([Buffer.from(`${name}=`), value, Buffer.from("\n")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from("\n")]);
}

/** Each fits into a datagram. */
function pieces(line: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let from = 0; from === 0 || from < line.length; from += RECORD_TEXT_MAX) parts.push(line.subarray(from, from + RECORD_TEXT_MAX));
  return parts;
}

/** Printable ASCII without blanks; a name that is empty is a dash. */
function printable(text: string, max: number): string {
  return text.replaceAll(/[^!-~]/gu, "_").slice(0, max) || "-";
}
