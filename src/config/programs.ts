/**
 * The processes of a [program:x], [eventlistener:x] or [fcgi-program:x] section (config.md, section 9).
 * Options are read in the order in which the original checks them (CONF-207): it decides which of several errors is the first.
 */
import { byCodePoint, expand, type Names } from "./expand.ts";
import type { ChannelConfig, LogTarget, ProcessConfig } from "./model.ts";
import { type BaseNames, processNames, programNames, withVariables } from "./names.ts";
import type { SectionReader } from "./reader.ts";
import { checkSizes } from "./sizes.ts";
import { PROGRAM } from "./table.ts";
import { type LogName, parseName } from "./values.ts";
import { trimmed } from "./whitespace.ts";

/** A bound on what a typing error can do; the original takes any number and runs out of memory. */
export const NUMPROCS_MAX = 100_000;

export type ProgramPlace = {
  readonly groupName: string;
  readonly base: BaseNames;
  /** The variables of [supervisord] environment. */
  readonly environment: Readonly<Record<string, string>>;
};

/** Reads one section, with messages that name it. Processes come sorted by name: `p1, p10, p2`. (CONF-219) */
export function readProcesses(section: SectionReader, place: ProgramPlace): ProcessConfig[] {
  const reader = section.naming();
  const written = reader.section.name.slice(reader.section.name.indexOf(":") + 1);
  const name = parseName(written);
  if (!name.ok) reader.failSection(name.error, "use letters, digits, - and _");
  const names = programNames(place.base, name.ok ? name.value : written, place.groupName);
  const program = readProgram(reader, names);
  const processes: ProcessConfig[] = [];
  for (let number = program.numprocsStart; number < program.numprocsStart + program.numprocs; number++) {
    const process = readProcess(reader, program, processNames(names, number, program.numprocs), place.environment);
    checkSizes(reader, place.groupName, process);
    reader.tell(process);
    processes.push(process);
  }
  return processes.sort((a, b) => byCodePoint(a.name, b.name));
}

type Program = ReturnType<typeof readProgram>;

/** What is read once per section. */
function readProgram(reader: SectionReader, names: Names) {
  const priority = reader.read("priority", PROGRAM.priority, names);
  const autostart = reader.read("autostart", PROGRAM.autostart, names);
  const autorestart = reader.read("autorestart", PROGRAM.autorestart, names);
  const startSecs = reader.read("startsecs", PROGRAM.startsecs, names);
  const startRetries = reader.read("startretries", PROGRAM.startretries, names);
  const stopSignal = reader.read("stopsignal", PROGRAM.stopsignal, names);
  const stopWaitSecs = reader.read("stopwaitsecs", PROGRAM.stopwaitsecs, names);
  const stopAsGroup = reader.read("stopasgroup", PROGRAM.stopasgroup, names);
  const killAsGroup = reader.read("killasgroup", PROGRAM.killasgroup, names) ?? stopAsGroup;
  const exitCodes = reader.read("exitcodes", PROGRAM.exitcodes, names);
  const redirectStderr = reader.read("redirect_stderr", PROGRAM.redirect_stderr, names);
  const numprocs = reader.read("numprocs", PROGRAM.numprocs, names);
  const numprocsStart = reader.read("numprocs_start", PROGRAM.numprocs_start, names);
  const stdoutCapture = reader.read("stdout_capture_maxbytes", PROGRAM.stdout_capture_maxbytes, names);
  const stdoutEvents = reader.read("stdout_events_enabled", PROGRAM.stdout_events_enabled, names);
  const stderrCapture = reader.read("stderr_capture_maxbytes", PROGRAM.stderr_capture_maxbytes, names);
  const stderrEvents = reader.read("stderr_events_enabled", PROGRAM.stderr_events_enabled, names);
  const serverUrl = reader.read("serverurl", PROGRAM.serverurl, names);
  const uid = reader.read("user", PROGRAM.user, names);
  const umask = reader.read("umask", PROGRAM.umask, names);
  const processName = readProcessName(reader);
  if (numprocs > NUMPROCS_MAX) reader.fail("numprocs", `numprocs is above ${NUMPROCS_MAX}`);
  if (numprocs > 1 && !processName.includes("%(process_num)")) {
    reader.fail(
      "process_name",
      "%(process_num) must be present within process_name when numprocs > 1",
      "write process_name=%(program_name)s_%(process_num)02d",
    );
  }
  if (stopAsGroup && !killAsGroup) {
    reader.fail("killasgroup", "Cannot set stopasgroup=true and killasgroup=false", "leave killasgroup out: it follows stopasgroup");
  }
  return {
    numprocs: Math.max(0, Math.min(numprocs, NUMPROCS_MAX)),
    numprocsStart,
    processName,
    shared: {
      umask,
      priority,
      autostart,
      autorestart,
      startSecs,
      startRetries,
      stopSignal,
      stopWaitSecs,
      stopAsGroup,
      killAsGroup,
      exitCodes,
      redirectStderr,
      serverUrl: trimmed(serverUrl).toUpperCase() === "AUTO" ? null : serverUrl,
      uid,
    },
    stdout: { captureMaxBytes: stdoutCapture, eventsEnabled: stdoutEvents },
    stderr: { captureMaxBytes: stderrCapture, eventsEnabled: stderrEvents },
  };
}

/** Checked as written; expanded per process. (CONF-213) */
function readProcessName(reader: SectionReader): string {
  const written = reader.written("process_name")?.text ?? PROGRAM.process_name.default;
  return reader.convert("process_name", PROGRAM.process_name, written) as string;
}

/** What is read for each process. (CONF-107) */
function readProcess(
  reader: SectionReader,
  program: Program,
  names: Names,
  daemonEnvironment: Readonly<Record<string, string>>,
): ProcessConfig {
  const environmentText = reader.text("environment", PROGRAM.environment, names, { id: "environment" }) ?? "";
  const environment = reader.convert("environment", PROGRAM.environment, environmentText) as Readonly<Record<string, string>>;
  const own = withVariables(names, environment); // usable below, and not in `environment` itself (CONF-109)
  const directory = reader.read("directory", PROGRAM.directory, own);
  const stdout = { ...program.stdout, ...readLog(reader, "stdout", own) };
  const stderr = { ...program.stderr, ...readLog(reader, "stderr", own) };
  const command = reader.read("command", PROGRAM.command, own);
  if (command === null && reader.written("command") === null) {
    reader.failMissing("command", `program section ${reader.section.name} does not specify a command`, "add a line command=…");
  }
  return {
    name: readName(reader, program.processName, own),
    command: command ?? "",
    directory,
    ...program.shared,
    environment: { ...daemonEnvironment, ...environment },
    stdout,
    stderr: program.shared.redirectStderr ? withoutFile(reader, stderr) : stderr,
  };
}

function readName(reader: SectionReader, processName: string, names: Names): string {
  return reader.expandLater("process_name", PROGRAM.process_name, processName, names) ?? processName;
}

type Log = Pick<ChannelConfig, "logfile" | "backups" | "maxBytes" | "syslog">;

function readLog(reader: SectionReader, channel: "stdout" | "stderr", names: Names): Log {
  const section = reader.section.name;
  const option = `${channel}_logfile` as const;
  const name = readLogName(reader, option, names);
  const backups = reader.read(`${option}_backups`, PROGRAM[`${option}_backups`], names);
  const maxBytes = reader.read(`${option}_maxbytes`, PROGRAM[`${option}_maxbytes`], names);
  const syslog = reader.read(`${channel}_syslog`, PROGRAM[`${channel}_syslog`], names);
  if (name === "syslog") {
    reader.warn(
      `For [${section}], ${option}=syslog but this is deprecated and will be removed.  Use ${channel}_syslog=true to enable syslog instead.`,
    );
    return { logfile: { kind: "none" }, backups, maxBytes, syslog: true };
  }
  if (name === "auto" && maxBytes === 0) {
    reader.warn(
      `For [${section}], AUTO logging used for ${option} without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally`,
    );
  }
  return { logfile: logTarget(name), backups, maxBytes, syslog };
}

/**
 * Log names are expanded twice by the original, so that a literal `%` must be written `%%%%` (CONF-110). The second pass is kept for those who do;
 * where it fails, what the first one gave is the name, so that `%%` is right as well.
 */
function readLogName(reader: SectionReader, option: "stdout_logfile" | "stderr_logfile", names: Names): LogName {
  const row = PROGRAM[option];
  const here = reader.written(option)?.here ?? null;
  const usable = here === null ? names : [...names, new Map([["here", here]])];
  const text = reader.text(option, row, names, { finish: (once) => expandedAgain(once, usable) });
  return (reader.convert(option, row, text) ?? "none") as LogName;
}

function expandedAgain(once: string, names: Names): string {
  const twice = expand(once, names);
  return twice.ok && !twice.value.hasBare ? twice.value.text : once;
}

function logTarget(name: Exclude<LogName, "syslog">): LogTarget {
  if (typeof name === "string") return { kind: name };
  return { kind: "file", path: name.path };
}

/** A redirected stderr has no file of its own, though its options are checked all the same. (CONF-247, CONF-248) */
function withoutFile(reader: SectionReader, stderr: ChannelConfig): ChannelConfig {
  if (stderr.logfile.kind === "file") {
    reader.warn(
      `For [${reader.section.name}], redirect_stderr=true but stderr_logfile has also been set to a filename, the filename has been ignored`,
    );
  }
  return { ...stderr, logfile: { kind: "none" } };
}
