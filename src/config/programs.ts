/**
 * The processes of a [program:x], [eventlistener:x] or [fcgi-program:x] section (config.md, section 9).
 * Options are read in the order in which the original checks them (CONF-207): it decides which of several errors is the first.
 */
import { HEALTH } from "./checkoptions.ts";
import type { Dependencies } from "./dependencies.ts";
import type { ExitCodeFrom } from "./exitcodefrom.ts";
import { byCodePoint, expand, type Names } from "./expand.ts";
import { type BaseNames, processNames, programNames, withVariables } from "./expansionnames.ts";
import { asOneshot, checkJob } from "./jobchecks.ts";
import { checkLife } from "./lifechecks.ts";
import { checkLogs } from "./logchecks.ts";
import type { ChannelConfig, LogTarget, ProcessConfig } from "./model.ts";
import { NUMPROCS_MAX } from "./numprocs.ts";
import { blank, type Fields, fieldsIn, fill, type Ordered, ordered, type ValueOf } from "./optionfields.ts";
import { type Channel, type Option, PROGRAM } from "./optiontable.ts";
import { type LogName, parseName } from "./optiontypes.ts";
import { defaultsOf, type SectionReader } from "./reader.ts";
import { checkRotation } from "./rotationchecks.ts";
import { checkSizes } from "./sizes.ts";
import { trimmed } from "./whitespace.ts";

export type ProgramPlace = {
  readonly groupName: string;
  readonly base: BaseNames;
  /** The variables of [supervisord] environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly exitCodeFrom: ExitCodeFrom | null;
  /** Is told on what the processes depend. */
  readonly dependencies: Dependencies;
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
    const read = asOneshot(reader, readProcess(reader, program, processNames(names, number, program.numprocs), place));
    const process = place.exitCodeFrom?.applied(written, place.groupName, read) ?? read;
    place.dependencies.take(reader, process);
    checkSizes(reader, place.groupName, process);
    checkLife(reader, process);
    if (reader.writtenOf(OF_LINES).length > 0) checkLogs(reader, process);
    reader.tell(process);
    processes.push(process);
  }
  processes.sort((a, b) => byCodePoint(a.name, b.name));
  place.dependencies.addProgram(written, place.groupName, processes);
  return processes;
}

/** What is read once per section, in the order of the original's checks; what it does not have is checked after these. (CONF-207) */
const PER_SECTION = ordered(
  PROGRAM,
  [
    "priority",
    "autostart",
    "autorestart",
    "startsecs",
    "startretries",
    "stopsignal",
    "stopwaitsecs",
    "stopasgroup",
    "killasgroup",
    "exitcodes",
    "redirect_stderr",
    "numprocs",
    "numprocs_start",
    "stdout_capture_maxbytes",
    "stdout_events_enabled",
    "stderr_capture_maxbytes",
    "stderr_events_enabled",
    "serverurl",
    "user",
    "umask",
  ],
  ({ scope }) => scope !== "process",
);

/** What is read per process and needs code of its own. */
const BY_HAND: ReadonlySet<Option> = new Set([
  PROGRAM.command,
  PROGRAM.process_name,
  PROGRAM.environment,
  PROGRAM.stdout_logfile,
  PROGRAM.stderr_logfile,
]);
const isReadPerProcess = (row: Option, of?: Channel) => row.scope === "process" && row.member?.of === of && !BY_HAND.has(row);
const PER_PROCESS = ordered(PROGRAM, [], (row) => isReadPerProcess(row));
const PER_LOG = {
  stdout: ordered(PROGRAM, ["stdout_logfile_backups"], (row) => isReadPerProcess(row, "stdout")),
  stderr: ordered(PROGRAM, ["stderr_logfile_backups"], (row) => isReadPerProcess(row, "stderr")),
};

/** The fields of a process, in their order. */
export const PROCESS_FIELDS: readonly string[] = [
  "name",
  "command",
  ...fieldsIn(PER_PROCESS),
  "umask",
  ...fieldsIn(PER_SECTION),
  "environment",
  "stdout",
  "stderr",
];
const PROCESS = unwritten(PROCESS_FIELDS, [PER_SECTION, PER_PROCESS]);
/** The fields of a channel, in their order. */
export const CHANNEL_FIELDS: readonly string[] = [...fieldsIn(PER_SECTION, "stdout"), "logfile", ...fieldsIn(PER_LOG.stdout, "stdout")];
const LOGS = {
  stdout: unwritten(CHANNEL_FIELDS, [PER_SECTION, PER_LOG.stdout], "stdout"),
  stderr: unwritten(CHANNEL_FIELDS, [PER_SECTION, PER_LOG.stderr], "stderr"),
};
const CHECKS = ordered(HEALTH, [], () => true);
/** What is ours about lines and where they go. */
const OF_LINES = ordered(
  PROGRAM,
  [],
  ({ isOurs, member }) => isOurs === true && (member?.of !== undefined || member?.field.startsWith("syslog") === true),
);

/** The fields with their defaults, for copies that get what is written. */
function unwritten(fields: readonly string[], all: readonly Ordered[], channel?: Channel): Readonly<Record<string, unknown>> {
  const values = blank(fields);
  for (const rows of all) fill(values, rows, defaultsOf(rows), channel);
  return values;
}

type Program = ReturnType<typeof readProgram>;

function readProgram(reader: SectionReader, names: Names) {
  const values = reader.readAll(PER_SECTION, names) as { readonly [O in keyof typeof PROGRAM]: ValueOf<(typeof PROGRAM)[O]> };
  const { stopasgroup, serverurl } = values;
  const killAsGroup = values.killasgroup ?? stopasgroup;
  const processName = readProcessName(reader);
  if (values.numprocs > NUMPROCS_MAX) reader.fail("numprocs", `numprocs is above ${NUMPROCS_MAX}`);
  const isNumbered = processName.includes("%(process_num)");
  const numprocs = reader.numprocs(values.numprocs, isNumbered);
  if (numprocs > 1 && !isNumbered) {
    reader.fail(
      "process_name",
      "%(process_num) must be present within process_name when numprocs > 1",
      "write process_name=%(program_name)s_%(process_num)02d",
    );
  }
  if (stopasgroup && !killAsGroup) {
    reader.fail("killasgroup", "Cannot set stopasgroup=true and killasgroup=false", "leave killasgroup out: it follows stopasgroup");
  }
  checkJob(reader, values);
  const written = reader.writtenOf(PER_SECTION);
  const filled = (fields: Readonly<Record<string, unknown>>, channel?: Channel) => {
    const copy = { ...fields };
    fill(copy, written, values, channel);
    return copy;
  };
  return {
    fields: filled(PROCESS),
    logs: { stdout: filled(LOGS.stdout, "stdout"), stderr: filled(LOGS.stderr, "stderr") },
    numprocs: Math.max(0, Math.min(numprocs, NUMPROCS_MAX)),
    numprocsStart: values.numprocs_start,
    processName,
    values,
    killAsGroup,
    serverUrl: trimmed(serverurl).toUpperCase() === "AUTO" ? null : serverurl,
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
  { environment: daemonEnvironment }: ProgramPlace,
): ProcessConfig {
  const environmentText = reader.text("environment", PROGRAM.environment, names, { id: "environment" }) ?? "";
  const environment = reader.convert("environment", PROGRAM.environment, environmentText) as Readonly<Record<string, string>>;
  const own = withVariables(names, environment); // usable below, and not in `environment` itself (CONF-109)
  const fields: Record<string, unknown> = { ...program.fields };
  fill(fields, reader.writtenOf(PER_PROCESS), reader.readAll(PER_PROCESS, own));
  checkChecks(reader, fields as Fields<typeof PROGRAM>);
  // What becomes ready by itself need not run for a time besides. (RDY-002)
  if (!isReadyByTime(fields as Fields<typeof PROGRAM>) && reader.written("startsecs") === null) fields["startSecs"] = 0;
  const stdout = readLog(reader, "stdout", program, own);
  const stderr = readLog(reader, "stderr", program, own);
  const command = reader.read("command", PROGRAM.command, own);
  if (command === null && reader.written("command") === null) {
    reader.failMissing("command", `program section ${reader.section.name} does not specify a command`, "add a line command=…");
  }
  return {
    // Which processes depends_on and bind_to mean is known when all groups are.
    ...(fields as Pick<ProcessConfig, keyof Fields<typeof PROGRAM>>),
    name: readName(reader, program.processName, own),
    command: command ?? "",
    killAsGroup: program.killAsGroup,
    serverUrl: program.serverUrl,
    environment: { ...daemonEnvironment, ...environment },
    ...(fields["envFiles"] !== null && { ownVariables: Object.keys(environment) }),
    stdout,
    stderr: program.values.redirect_stderr ? withoutFile(reader, stderr) : stderr,
  };
}

function isReadyByTime({ readyWhen }: Pick<Fields<typeof PROGRAM>, "readyWhen">): boolean {
  return readyWhen.kind === "startsecs";
}

/** The place is that of the option that is written, and the remedy names the value of one that is not. */
function failTimeout(reader: SectionReader): void {
  const [place, hint] =
    reader.written("healthcheck_timeout") === null
      ? ([
          "healthcheck_interval",
          `add a healthcheck_timeout that is not longer: it is ${HEALTH.healthcheck_timeout.default} unless it is written`,
        ] as const)
      : (["healthcheck_timeout", "make the interval longer, or the timeout shorter"] as const);
  reader.fail(place, "healthcheck_timeout is longer than healthcheck_interval", hint);
}

/** The program itself says when it is well: nothing is asked, and silence needs no second time. (HLT-010) */
const NOT_OF_A_WATCHDOG = ["healthcheck_timeout", "healthcheck_failures"];

/** What two options of checks have to do with each other. */
function checkChecks(reader: SectionReader, fields: Fields<typeof PROGRAM>): void {
  const { readyWhen, healthcheck, healthcheckTimeout, healthcheckInterval } = fields;
  if (readyWhen.kind === "log" && reader.section.name.startsWith("eventlistener:")) {
    reader.fail("ready_when", "ready_when=log needs stdout for itself", "write ready_when=tcp:PORT, or leave it out");
  }
  if (reader.written("healthcheck") !== null) {
    if (healthcheck?.kind === "watchdog") warnOfAWatchdog(reader);
    else if (healthcheckTimeout > healthcheckInterval) failTimeout(reader);
    return;
  }
  for (const [name] of reader.writtenOf(CHECKS)) reader.warn(`For [${reader.section.name}], ${name} without healthcheck has no effect.`);
}

function warnOfAWatchdog(reader: SectionReader): void {
  for (const name of NOT_OF_A_WATCHDOG) {
    if (reader.written(name) !== null) reader.warn(`For [${reader.section.name}], ${name} with healthcheck=watchdog has no effect.`);
  }
}

function readName(reader: SectionReader, processName: string, names: Names): string {
  return reader.expandLater("process_name", PROGRAM.process_name, processName, names) ?? processName;
}

function readLog(reader: SectionReader, channel: Channel, program: Program, names: Names): ChannelConfig {
  const section = reader.section.name;
  const option = `${channel}_logfile` as const;
  const name = readLogName(reader, option, names);
  const fields: Record<string, unknown> = { ...program.logs[channel] };
  fill(fields, reader.writtenOf(PER_LOG[channel]), reader.readAll(PER_LOG[channel], names), channel);
  const log = { ...(fields as Fields<typeof PROGRAM, Channel>), logfile: logTarget(name) };
  checkRotation(reader, { option, log: typeof name === "string" ? name : name.path, settings: log });
  if (name === "syslog") {
    reader.warn(
      `For [${section}], ${option}=syslog but this is deprecated and will be removed.  Use ${channel}_syslog=true to enable syslog instead.`,
    );
    return { ...log, syslog: true };
  }
  if (name === "auto" && log.maxBytes === 0) {
    reader.warn(
      `For [${section}], AUTO logging used for ${option} without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally`,
    );
  }
  return log;
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

function logTarget(name: LogName): LogTarget {
  if (typeof name === "string") return { kind: name === "syslog" ? "none" : name };
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
