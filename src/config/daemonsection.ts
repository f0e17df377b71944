/**
 * [supervisord]: what concerns the daemon itself (config.md, section 5), with the flags of the command line over it. A value in the file is checked even
 * when a flag overrides it (CONF-142).
 */
import { type GivenFlag, mistake } from "./commandline.ts";
import { type BaseNames, hostNames } from "./expansionnames.ts";
import type { DaemonConfig } from "./model.ts";
import { type Fields, fill, type Ordered, ordered } from "./optionfields.ts";
import { type Option, SUPERVISORD } from "./optiontable.ts";
import { parseUser, READERS } from "./optiontypes.ts";
import { absolute, expandUser } from "./pathnames.ts";
import type { SectionReader, Surroundings } from "./reader.ts";
import { checkRotation } from "./rotationchecks.ts";

export type Flags = ReadonlyMap<string, GivenFlag>;

export type DaemonSection = {
  readonly daemon: Omit<DaemonConfig, "uid" | "serverUrl">;
  /** The variables for every program. */
  readonly environment: Readonly<Record<string, string>>;
  /** As written: it is checked last, after every other section. (CONF-124) */
  readonly user: string | null;
  readonly extraOptions: readonly string[];
};

export type DaemonFacts = { readonly cwd: string; readonly tempDir: string };

/** In the order of the original's checks; what it does not have is checked after these. */
const ROWS = ordered(
  SUPERVISORD,
  [
    "minfds",
    "minprocs",
    "directory",
    "user",
    "umask",
    "logfile",
    "logfile_maxbytes",
    "logfile_backups",
    "loglevel",
    "pidfile",
    "identifier",
    "nodaemon",
    "silent",
    "childlogdir",
    "nocleanup",
    "strip_ansi",
    "environment",
  ],
  () => true,
);

export function readDaemonSection(
  reader: SectionReader,
  base: BaseNames,
  flags: Flags,
  around: Surroundings,
  facts: DaemonFacts,
): DaemonSection {
  const names = base.hereToo;
  const read = ([name, option]: Ordered[number]): unknown => {
    switch (name) {
      case "user":
        return reader.text(name, option, names);
      case "console":
        return flags.has(name) ? "all" : reader.read(name, option, names);
      case "environment":
        return reader.convert(name, option, reader.text(name, option, hostNames(base), { id: name }));
      default:
        return flagged(name, option, reader.read(name, option, names), flags, around);
    }
  };
  const values: Readonly<Record<string, unknown>> = Object.fromEntries(ROWS.map((row) => [row[0], read(row)]));
  const all: Record<string, unknown> = {};
  fill(all, ROWS, values);
  const { logfile, pidfile, persistState, ...fields } = all as Fields<typeof SUPERVISORD>;
  if (fields.persistWhat === "all" && persistState === null) {
    const remedy = "name a file, such as persist_state=/var/lib/supervisor/state.json";
    reader.fail("persist_what", "persist_what is nothing without persist_state", remedy);
  }
  checkConsole(reader, fields);
  const path = (name: string): string => absolute(expandUser(name, around.homes, around.accounts), facts.cwd);
  const { logfileMaxBytes: maxBytes, logfileRotate: rotate, logfileCompress: compress, logfileTotalMaxBytes: totalMaxBytes } = fields;
  const log = logfile === "syslog" ? logfile : path(logfile);
  checkRotation(reader, { option: "logfile", log, settings: { maxBytes, rotate, compress, totalMaxBytes } });
  return {
    daemon: {
      ...fields,
      childLogDir: fields.childLogDir ?? facts.tempDir,
      logfile: logfile === "syslog" ? logfile : path(logfile),
      pidfile: path(pidfile),
      persistState: persistState === null ? null : path(persistState),
    },
    environment: values["environment"] as DaemonSection["environment"],
    user: flags.get("user")?.text ?? (values["user"] as string | null),
    extraOptions: values["extra_options"] as DaemonSection["extraOptions"],
  };
}

const LINE_MAX_RANGE = [1024, 256 * 1024] as const;

/** (LOGX-002) */
function checkConsole(reader: SectionReader, fields: Pick<DaemonConfig, "console" | "consoleLineMax" | "nodaemon">): void {
  const [least, most] = LINE_MAX_RANGE;
  if (fields.consoleLineMax < least || fields.consoleLineMax > most)
    reader.fail("console_line_max", `console_line_max is not from 1KB to 256KB: ${fields.consoleLineMax}`, "write a size such as 16KB");
  if (fields.console === "all" && !fields.nodaemon)
    reader.warn("console=all without nodaemon=true (or -n) has no effect: in the background there is no console");
}

/** A flag beats the file (CLI-014); an empty path does not (CLI-027). Flags were checked when the line was read. */
function flagged<T>(name: string, option: Option, fromFile: T, flags: Flags, around: Surroundings): T {
  const flag = flags.get(name);
  if (flag === undefined) return fromFile;
  if (flag.text === null) return true as T;
  if (flag.text === "" && (name === "logfile" || name === "pidfile")) return fromFile;
  const { accounts, homes } = around;
  const result = READERS[option.type](flag.text, { accounts, homes, demandFolder: () => undefined }, option);
  return result.ok ? (result.value as T) : fromFile;
}

/** The user id that the daemon is to become; null without `user`. Checked after every section. (CONF-124, CLI-023) */
export function readDaemonUser(reader: SectionReader, section: DaemonSection, flags: Flags, around: Surroundings): number | null {
  if (section.user === null) return null;
  const uid = parseUser(section.user, around.accounts);
  if (uid.ok) return uid.value;
  const remedy = "name a user of this system, or give a user id";
  if (!flags.has("user")) reader.fail("user", uid.error, remedy);
  else around.findings.addError("-u", mistake(uid.error, remedy));
  return null;
}
