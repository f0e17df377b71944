/**
 * [supervisord]: what concerns the daemon itself (config.md, section 5), with the flags of the command line over it. A value in the file is checked even
 * when a flag overrides it (CONF-142). Values are read in the order in which the original checks them.
 */
import type { GivenFlag } from "./commandline.ts";
import type { DaemonConfig } from "./model.ts";
import { type BaseNames, hostNames } from "./names.ts";
import { absolute, expandUser } from "./pathnames.ts";
import type { SectionReader, Surroundings } from "./reader.ts";
import { type Option, SUPERVISORD } from "./table.ts";
import { parseUser, READERS } from "./values.ts";

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

export function readDaemonSection(
  reader: SectionReader,
  base: BaseNames,
  flags: Flags,
  around: Surroundings,
  facts: DaemonFacts,
): DaemonSection {
  const names = base.hereToo;
  const read = <const N extends keyof typeof SUPERVISORD>(name: N) => {
    const fromFile = reader.read(name, SUPERVISORD[name], names);
    return flagged(name, SUPERVISORD[name], fromFile, flags, around);
  };
  const minFds = read("minfds");
  const minProcs = read("minprocs");
  const directory = read("directory");
  const userInFile = reader.text("user", SUPERVISORD.user, names);
  const umask = read("umask");
  const logfile = read("logfile");
  const logfileMaxBytes = read("logfile_maxbytes");
  const logfileBackups = read("logfile_backups");
  const logLevel = read("loglevel");
  const pidfile = read("pidfile");
  const identifier = read("identifier");
  const nodaemon = read("nodaemon");
  const silent = read("silent");
  const childLogDir = read("childlogdir") ?? facts.tempDir;
  const nocleanup = read("nocleanup");
  const stripAnsi = read("strip_ansi");
  const environmentText = reader.text("environment", SUPERVISORD.environment, hostNames(base), { id: "environment" });
  const environment = reader.convert("environment", SUPERVISORD.environment, environmentText) as Readonly<Record<string, string>>;
  const updateMode = read("update_mode");
  const extraOptions = reader.read("extra_options", SUPERVISORD.extra_options, names);
  const path = (name: string): string => absolute(expandUser(name, around.homes, around.accounts), facts.cwd);
  return {
    daemon: {
      minFds,
      minProcs,
      directory,
      umask,
      logfileMaxBytes,
      logfileBackups,
      logLevel,
      identifier,
      nodaemon,
      silent,
      childLogDir,
      nocleanup,
      stripAnsi,
      updateMode,
      logfile: logfile === "syslog" ? logfile : path(logfile),
      pidfile: path(pidfile),
    },
    environment,
    user: flags.get("user")?.text ?? userInFile,
    extraOptions,
  };
}

/** A flag beats the file (CLI-014); an empty path does not (CLI-027). Flags were checked when the line was read. */
function flagged<T>(name: string, option: Option, fromFile: T, flags: Flags, around: Surroundings): T {
  const flag = flags.get(name);
  if (flag === undefined) return fromFile;
  if (flag.text === null) return true as T;
  if (flag.text === "" && (name === "logfile" || name === "pidfile")) return fromFile;
  const { accounts, homes } = around;
  const result = READERS[option.type](flag.text, { accounts, homes, demandFolder: () => undefined });
  return result.ok ? (result.value as T) : fromFile;
}

/** The user id that the daemon is to become; null without `user`. Checked after every section. (CONF-124, CLI-023) */
export function readDaemonUser(reader: SectionReader, section: DaemonSection, flags: Flags, around: Surroundings): number | null {
  if (section.user === null) return null;
  const uid = parseUser(section.user, around.accounts);
  if (uid.ok) return uid.value;
  const remedy = "name a user of this system, or give a user id";
  if (!flags.has("user")) reader.fail("user", uid.error, remedy);
  else around.findings.addError("-u", { message: uid.error, file: null, line: null, excerpt: null, hint: remedy });
  return null;
}
