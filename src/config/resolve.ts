/**
 * From merged sections to the configuration: every section in the order in which the original reads them (CONF-060). Pure; what it needs of the world
 * comes as facts, and whether folders exist is left to the caller as conditions of errors.
 */
import type { Accounts } from "../doors.ts";
import { withFirstNames } from "./aliases.ts";
import { type Flags, readDaemonSection, readDaemonUser } from "./daemonsection.ts";
import { Dependencies } from "./dependencies.ts";
import { ExitCodeFrom } from "./exitcodefrom.ts";
import { type BaseNames, baseNames, environmentNames } from "./expansionnames.ts";
import { Findings, type PossibleError } from "./findings.ts";
import { readGroups, sortedGroups } from "./groupsections.ts";
import type { IniSection } from "./ini.ts";
import type { Ini } from "./merge.ts";
import type { Config, Remark, ServerConfig } from "./model.ts";
import { SUPERVISORD } from "./optiontable.ts";
import { remarkSharedCommand, withoutOthers, withProgramDefaults } from "./programdefault.ts";
import { type Listening, SectionReader, type Surroundings } from "./reader.ts";
import { checkMainInterface, readRpcInterfaces, remarkNoMainInterface } from "./rpcinterfaces.ts";
import { readServers } from "./serversections.ts";
import { remarkUnknown } from "./unknown.ts";

export type Facts = {
  /** As given or found. */
  readonly configFile: string;
  /** Its folder, absolute. */
  readonly here: string;
  readonly cwd: string;
  readonly uid: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly hostName: string;
  readonly accounts: Accounts;
  /** The folder for temporary files. */
  readonly tempDir: string;
  readonly flags: Flags;
  lineText(file: string, line: number): string | null;
};

export type Resolved = { readonly config: Config | null; readonly errors: readonly PossibleError[] };

const ROOT_REMARK =
  "Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.  " +
  "If you intend to run as root, you can set user=root in the config file to avoid this message.";

/** `remarks` of the loader come before those of reading. `config` is null when there is no [supervisord]. */
export function resolve(raw: Ini, facts: Facts, remarks: readonly Remark[] = [], listening: Listening = {}): Resolved {
  const findings = new Findings();
  const homes = { uid: facts.uid, home: facts.environment["HOME"] };
  const around: Surroundings = { accounts: facts.accounts, homes, findings, listening, lineText: facts.lineText };
  const supervisord = raw.sections.get("supervisord");
  if (supervisord === undefined) {
    const hint = "add a section [supervisord]; it may be empty";
    const error = { message: ".ini file does not include supervisord section", file: facts.configFile, line: null, excerpt: null, hint };
    findings.addError("[supervisord]", error, { isAbsence: true });
    return { config: null, errors: findings.errors };
  }
  const env = environmentNames(facts.environment);
  const first = baseNames([env], facts.here, facts.hostName);
  const written = withFirstNames(withoutOthers(raw, extraOptions(raw, supervisord, first, around)), facts.lineText, findings);
  const ini = withProgramDefaults(written);
  const reader = new SectionReader(ini, ini.sections.get("supervisord") ?? supervisord, around);
  const section = readDaemonSection(reader, first, facts.flags, around, facts);
  const base = baseNames([env, environmentNames(section.environment)], facts.here, facts.hostName);
  const rpcInterfaces = readRpcInterfaces(ini, base, around);
  const exitCodeFrom = ExitCodeFrom.of(facts.flags);
  const dependencies = new Dependencies();
  const groups = readGroups({ ini, base, environment: section.environment, exitCodeFrom, around, dependencies });
  exitCodeFrom?.demandKnown(findings);
  const servers = readServers(ini, base, around, facts.cwd);
  const uid = readDaemonUser(reader, section, facts.flags, around);
  if (servers.length > 0) {
    checkMainInterface(ini, around);
    remarkNoMainInterface(ini, rpcInterfaces, findings);
  }
  if (section.user === null && facts.uid === 0) findings.remark("critical", ROOT_REMARK);
  remarkUnknown(written, section.extraOptions, findings);
  remarkSharedCommand(written, findings);
  const sorted = sortedGroups(groups, around);
  dependencies.resolve(sorted, ini.sections.keys(), findings);
  const config: Config = {
    file: facts.configFile,
    startFolder: facts.cwd,
    daemon: { ...section.daemon, uid, serverUrl: serverUrl(servers) },
    groups: sorted,
    fileOrder: sorted.map(({ name }) => name),
    servers,
    rpcInterfaces,
    remarks: byLevel([...remarks, ...findings.remarks]),
    passedOver: [],
  };
  return { config, errors: findings.errors };
}

/** Which names belong to other tools is known before anything else is read; what is wrong with the option is said when its turn comes. */
function extraOptions(ini: Ini, supervisord: IniSection, { hereToo }: BaseNames, around: Surroundings): readonly string[] {
  if (!supervisord.options.has("extra_options") && !ini.defaults.has("extra_options")) return [];
  const reader = new SectionReader(ini, supervisord, { ...around, findings: new Findings(), listening: {} });
  return reader.read("extra_options", SUPERVISORD.extra_options, hereToo);
}

/** What children get: the first unix server, else the last inet one. (CONF-183) */
function serverUrl(servers: readonly ServerConfig[]): string | null {
  const unix = servers.find((server) => server.kind === "unix");
  if (unix !== undefined) return `unix://${unix.file}`;
  const inet = servers.findLast((server) => server.kind === "inet");
  return inet === undefined ? null : `http://${inet.host || "localhost"}:${inet.port}`;
}

const LEVELS: readonly Remark["level"][] = ["critical", "warn", "info", "check"];

/** The order in the activity log. (CONF-250) */
function byLevel(remarks: readonly Remark[]): Remark[] {
  return LEVELS.flatMap((level) => remarks.filter((remark) => remark.level === level));
}
