/**
 * The types of the options: from the expanded text of a value to the value, or to what is wrong with it in the original's words (config.md, section 3).
 * Pure: users come from `accounts`; whether a folder exists is not asked here but demanded of the reader, which finds out for all values at once.
 */
import type { Accounts } from "../doors.ts";
import { ok, type Result, refuse } from "../result.ts";
import { type Choice, parseChoice } from "./choices.ts";
import { parseCores } from "./cores.ts";
import { parseSchedule, type Schedule } from "./cronfields.ts";
import { parseDuration } from "./durations.ts";
import { type EnvFileName, parseEnvFileNames } from "./envfile.ts";
import { type Limit, parseLimit } from "./limits.ts";
import { parsePrefix } from "./lineprefix.ts";
import {
  type LogTargets,
  parseLogTargets,
  parseSyslogAddress,
  parseSyslogLevels,
  type SyslogAddress,
  type SyslogLevels,
} from "./logtargets.ts";
import { parseByteSize, parseDecimalIn, parseInteger, parseIntegerIn, parseOctal } from "./numbers.ts";
import { expandUser, folderOf, type Homes } from "./pathnames.ts";
import { type Probe, type ProbeKind, parseProbe } from "./probes.ts";
import { quoted } from "./quoting.ts";
import { parseRestartLimit, parseRetries, type RestartLimit } from "./restartlimits.ts";
import { parseRotationTime } from "./rotationtimes.ts";
import { parseCommandLine, parseEnvironment } from "./shellwords.ts";
import { parseSignal } from "./signalnames.ts";
import { parseTargets, type WrittenTarget } from "./targets.ts";
import { trimmed } from "./whitespace.ts";
import { isZoneName } from "./zonenames.ts";

export type AutoRestart = "always" | "never" | "unexpected";

export type LogLevel = "critical" | "error" | "warn" | "info" | "debug" | "trace" | "blather";

/** What each type reads to. */
export interface Values {
  text: string;
  integer: number;
  boolean: boolean;
  bytes: number;
  octal: number;
  signal: number;
  exitcodes: readonly number[];
  list: readonly string[];
  loglevel: LogLevel;
  autorestart: AutoRestart;
  environment: Readonly<Record<string, string>>;
  envfiles: readonly EnvFileName[];
  directory: string;
  dirpath: string;
  logfile: LogName;
  user: number;
  owner: Owner;
  address: Address;
  name: string;
  /** One of the words of the row. */
  choice: string;
  /** In milliseconds. */
  duration: number;
  /** From 0 to 1. */
  fraction: number;
  /** A number within the range of the row. */
  decimal: number;
  /** A whole number within the range of the row. */
  whole: number;
  commandline: string;
  /** A share of the processor, in cores. */
  cores: number;
  limit: Limit;
  /** The number of a group. */
  group: number;
  groups: readonly number[];
  probe: Probe;
  schedule: Schedule;
  /** The name of a time zone. */
  zone: string;
  restartlimit: RestartLimit;
  /** A number, `INFINITE_RETRIES` for the word `infinite`. */
  retries: number;
  targets: readonly WrittenTarget[];
  /** What stands before each line of a log. */
  prefix: string;
  logtargets: LogTargets;
  syslogaddress: SyslogAddress;
  sysloglevels: SyslogLevels;
  /** null: never. */
  rotation: Schedule | null;
}

export type OptionType = keyof Values;

/** What the row of an option says about its values beyond their type. */
export type Bounds = {
  readonly choice?: Choice;
  /** The least and the greatest number. */
  readonly range?: readonly [least: number, greatest: number];
  /** Of a duration, in milliseconds. */
  readonly atLeast?: number;
  /** The kinds of checks that are possible. */
  readonly probes?: readonly ProbeKind[];
};

export type LogName = "none" | "auto" | "syslog" | { readonly path: string };
/** `gid` null: the group is left alone. */
export type Owner = { readonly uid: number; readonly gid: number | null };
/** The empty host stands for all interfaces. */
export type Address = { readonly host: string; readonly port: number };

/** What a type needs of its surroundings. */
export type Judge = {
  readonly accounts: Accounts;
  readonly homes: Homes;
  /** The value is wrong, with this message, unless the folder exists. */
  demandFolder(path: string, message: string): void;
};

type Reader<T> = (text: string, judge: Judge, bounds: Bounds) => Result<T, string>;

export const READERS: { readonly [T in OptionType]: Reader<Values[T]> } = {
  text: (text) => ok(text),
  integer: parseInteger,
  boolean: parseBoolean,
  bytes: parseByteSize,
  octal: parseOctal,
  signal: parseSignal,
  exitcodes: parseExitCodes,
  list: (text) => ok(parseList(text)),
  loglevel: parseLogLevel,
  autorestart: parseAutoRestart,
  environment: parseEnvironment,
  envfiles: (text, { homes, accounts }) => parseEnvFileNames(text, (path) => expandUser(path, homes, accounts)),
  directory: existingDirectory,
  dirpath: existingDirPath,
  logfile: parseLogName,
  user: (text, judge) => parseUser(text, judge.accounts),
  owner: (text, judge) => parseOwner(text, judge.accounts),
  address: parseAddress,
  name: parseName,
  choice: (text, _, { choice }) => parseChoice(text, choice ?? NO_CHOICE),
  duration: (text, _, { atLeast }) => parseDuration(text, atLeast),
  fraction: (text) => parseDecimalIn(text, FRACTION),
  decimal: (text, _, { range }) => parseDecimalIn(text, range ?? ANY_NUMBER),
  whole: (text, _, { range }) => parseIntegerIn(text, range ?? ANY_NUMBER),
  commandline: parseCommandLine,
  cores: parseCores,
  limit: parseLimit,
  group: (text, judge) => parseGroup(text, judge.accounts),
  groups: (text, judge) => parseGroups(text, judge.accounts),
  probe: (text, _, { probes }) => parseProbe(text, probes),
  schedule: parseSchedule,
  restartlimit: parseRestartLimit,
  retries: parseRetries,
  rotation: parseRotationTime,
  zone: (text) => (isZoneName(text) ? ok(text) : refuse(`not a time zone: ${quoted(text)}`)),
  targets: parseTargets,
  prefix: parsePrefix,
  logtargets: targetsInFolders,
  syslogaddress: parseSyslogAddress,
  sysloglevels: parseSyslogLevels,
};

const NO_CHOICE: Choice = { what: "word", words: [] };
const FRACTION = [0, 1] as const;
const ANY_NUMBER = [0, Number.MAX_SAFE_INTEGER] as const;

const TRUE_WORDS: ReadonlySet<string> = new Set(["yes", "true", "on", "1"]);
const FALSE_WORDS: ReadonlySet<string> = new Set(["no", "false", "off", "0"]);

/** (CONF-069) */
export function parseBoolean(text: string): Result<boolean, string> {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) return ok(true);
  return FALSE_WORDS.has(word) ? ok(false) : refuse(`not a valid boolean value: ${quoted(text)}`);
}

/** (CONF-222) */
export function parseAutoRestart(text: string): Result<AutoRestart, string> {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) return ok("always");
  if (FALSE_WORDS.has(word)) return ok("never");
  return word === "unexpected" ? ok(word) : refuse(`invalid 'autorestart' value ${quoted(word)}`);
}

/** (CONF-081) */
export function parseExitCodes(text: string): Result<readonly number[], string> {
  const codes: number[] = [];
  for (const part of text === "" ? [] : text.split(",")) {
    const code = parseInteger(part);
    if (!code.ok || code.value < 0 || code.value > 255) return refuse(`not a valid list of exit codes: ${quoted(text)}`);
    codes.push(code.value);
  }
  return ok(codes);
}

/** (CONF-082) */
export function parseList(text: string): readonly string[] {
  return text === "" ? [] : text.split(",").map(trimmed);
}

export const LOG_LEVELS: { readonly [L in LogLevel]: number } = {
  critical: 50,
  error: 40,
  warn: 30,
  info: 20,
  debug: 10,
  trace: 5,
  blather: 3,
};

/** (CONF-083, CONF-084) */
export function parseLogLevel(text: string): Result<LogLevel, string> {
  const word = text.toLowerCase();
  return Object.hasOwn(LOG_LEVELS, word) ? ok(word as LogLevel) : refuse(`bad logging level name ${quoted(text)}`);
}

/** Names are checked as written, before anything in them is expanded. (CONF-201, CONF-213) */
export function parseName(text: string): Result<string, string> {
  const name = trimmed(text);
  const bad = [" ", ":", "/", "\0"].find((character) => name.includes(character));
  return bad === undefined ? ok(name) : refuse(`Invalid name: ${quoted(text)} because of character: ${quoted(bad)}`);
}

/** (CONF-072) */
function existingDirectory(text: string, judge: Judge): Result<string, string> {
  const path = expandUser(text, judge.homes, judge.accounts);
  judge.demandFolder(path, `${text} is not an existing directory`);
  return ok(path);
}

/** (CONF-073, CONF-074) */
function existingDirPath(text: string, judge: Judge): Result<string, string> {
  const path = expandUser(text, judge.homes, judge.accounts);
  const folder = folderOf(path);
  if (folder !== "") judge.demandFolder(folder, `The directory named as part of the path ${text} does not exist`);
  return ok(path);
}

/** (CONF-239, CONF-240) */
function parseLogName(text: string, judge: Judge): Result<LogName, string> {
  const word = text.toLowerCase();
  if (word === "none" || word === "off" || word === "") return ok("none");
  if (word === "auto" || word === "syslog") return ok(word);
  const path = existingDirPath(text, judge);
  return path.ok ? ok({ path: path.value }) : path;
}

/** Folders of paths must be there, as that of the log file. */
function targetsInFolders(text: string, judge: Judge): Result<LogTargets, string> {
  const targets = parseLogTargets(text);
  if (targets.ok) for (const target of targets.value) if (target.startsWith("/")) existingDirPath(target, judge);
  return targets;
}

/** (CONF-075) */
export function parseUser(text: string, accounts: Accounts): Result<number, string> {
  const number = parseInteger(text);
  if (number.ok) return accounts.byUid(number.value) === null ? refuse(`Invalid user id ${text}`) : number;
  const account = accounts.byName(text);
  return account === null ? refuse(`Invalid user name ${text}`) : ok(account.uid);
}

/** (CONF-076) */
export function parseGroup(text: string, accounts: Accounts): Result<number, string> {
  const number = parseInteger(text);
  if (number.ok) return accounts.groupById(number.value) ? number : refuse(`Invalid group id ${text}`);
  const gid = accounts.groupByName(text);
  return gid === null ? refuse(`Invalid group name ${text}`) : ok(gid);
}

/** A list of groups, or the word `none`. */
function parseGroups(text: string, accounts: Accounts): Result<readonly number[], string> {
  if (text.toLowerCase() === "none") return ok([]);
  const groups: number[] = [];
  for (const word of text.split(",")) {
    const group = parseGroup(trimmed(word), accounts);
    if (!group.ok) return group;
    groups.push(group.value);
  }
  return ok(groups);
}

/** `user` or `user:group`. (CONF-077) */
export function parseOwner(text: string, accounts: Accounts): Result<Owner, string> {
  const colon = text.indexOf(":");
  const user = parseUser(colon < 0 ? text : text.slice(0, colon), accounts);
  if (!user.ok) return user;
  if (colon < 0) return ok({ uid: user.value, gid: null });
  const group = parseGroup(text.slice(colon + 1), accounts);
  return group.ok ? ok({ uid: user.value, gid: group.value }) : group;
}

/** `port`, `host:port`, `*:port`. (CONF-174..CONF-177) */
export function parseAddress(text: string): Result<Address, string> {
  const colon = text.lastIndexOf(":");
  if (colon < 0) {
    const port = parsePort(text);
    return port.ok ? ok({ host: "", port: port.value }) : refuse(`not a valid port number: ${quoted(text)} `);
  }
  if (colon === text.length - 1) return refuse("no port number specified in ''");
  const port = parsePort(text.slice(colon + 1));
  if (!port.ok) return port;
  const host = text.slice(0, colon).toLowerCase();
  return ok({ host: host === "*" ? "" : host, port: port.value });
}

const PORT_MAX = 0xffff;

/** (CONF-175, CONF-289) */
export function parsePort(text: string): Result<number, string> {
  const port = parseInteger(text);
  if (!port.ok) return port;
  if (port.value < 1) return refuse(`${port.value} is below lower bound (1)`);
  return port.value > PORT_MAX ? refuse(`${port.value} is above upper bound (${PORT_MAX})`) : port;
}
