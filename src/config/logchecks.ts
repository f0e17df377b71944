/** What options of lines must have to do with each other, and with the log. (LOGX) */
import type { ProcessConfig } from "./model.ts";
import type { Channel } from "./optionrow.ts";
import { quoted } from "./quoting.ts";
import type { SectionReader } from "./reader.ts";

const OF_THE_FILE = ["format", "timestamp", "prefix"] as const;
const OF_SYSLOG = ["syslog_facility", "syslog_tag", "syslog_level", "syslog_address"];

export function checkLogs(reader: SectionReader, process: ProcessConfig): void {
  for (const channel of ["stdout", "stderr"] as const) checkChannel(reader, process, channel);
  const goesThere = [process.stdout, process.stderr].some(
    ({ syslog, targets }) => syslog || targets.some((target) => !target.startsWith("/")),
  );
  if (goesThere) return;
  for (const name of OF_SYSLOG) if (reader.written(name) !== null) warn(reader, name, "without stdout_syslog or a target");
}

function checkChannel(reader: SectionReader, process: ProcessConfig, channel: Channel): void {
  const { logfile, targets, format, prefix } = process[channel];
  if (logfile.kind === "file" && targets.includes(logfile.path)) {
    const text = `${channel}_targets names the log file itself: ${quoted(logfile.path)}`;
    reader.fail(`${channel}_targets`, text, "take it out: the log file gets everything as it is");
  }
  const written = OF_THE_FILE.map((word) => `${channel}_logfile_${word}`).filter((name) => reader.written(name) !== null);
  if (channel === "stdout" && reader.section.name.startsWith("eventlistener:")) {
    for (const name of [...written, "stdout_console", "stdout_targets", "stdout_rate"])
      if (reader.written(name) !== null) warn(reader, name, "for an event listener, whose stdout is its protocol,");
    return;
  }
  if (format === "json" && prefix !== "") warn(reader, `${channel}_logfile_prefix`, "with the format json");
  const isRedirected = channel === "stderr" && process.redirectStderr;
  if (logfile.kind === "none" && !isRedirected && !targets.some((target) => target.startsWith("/")))
    for (const name of written) warn(reader, name, `without ${channel}_logfile`);
}

function warn(reader: SectionReader, name: string, why: string): void {
  reader.warn(`For [${reader.section.name}], ${name} ${why} has no effect.`);
}
