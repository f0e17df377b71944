/**
 * What a reread finds: which groups are new, changed or gone (config.md, section 17), and option by option what changed.
 * Values are compared as the daemon uses them, after conversion (CONF-402), and all of them: the original does not see a log file that becomes AUTO
 * (CONF-406) nor another owner, mode or backlog of a FastCGI socket (CONF-408).
 */

import type { Schedule } from "./cronfields.ts";
import { durationText } from "./durations.ts";
import { type EnvFileName, envFileNamesText } from "./envfile.ts";
import { type Limit, limitText } from "./limits.ts";
import { type SyslogAddress, syslogAddressText } from "./logtargets.ts";
import type { Config, GroupConfig, LogTarget, ProcessConfig, SocketConfig } from "./model.ts";
import { type Ordered, ordered } from "./optionfields.ts";
import { type Channel, PROGRAM, SECTIONS } from "./optiontable.ts";
import type { OptionType } from "./optiontypes.ts";
import { type Probe, probeText } from "./probes.ts";
import { PROCESS_FIELDS } from "./programs.ts";
import { quoted } from "./quoting.ts";
import { type RestartLimit, restartLimitText, retriesText } from "./restartlimits.ts";
import { meantTargets, type Target } from "./targets.ts";

export type GroupDiff = { readonly added: readonly string[]; readonly changed: readonly string[]; readonly removed: readonly string[] };

/** One option that changed. Values of `environment` are not told, only names: they hold secrets. */
export type Difference = {
  readonly group: string;
  /** null: a matter of the group itself. */
  readonly process: string | null;
  readonly option: string;
  readonly from: string;
  readonly to: string;
};

/** Added and changed by priority, then name; removed in the order of the active groups. (CONF-398, CONF-399, CONF-400) */
export function diffGroups(active: readonly GroupConfig[], next: Config): GroupDiff {
  const old = new Map(active.map((group) => [group.name, group]));
  const names = new Set(next.groups.map(({ name }) => name));
  const changed = next.groups.filter((group) => {
    const before = old.get(group.name);
    return before !== undefined && differences(before, group).length > 0;
  });
  return {
    added: next.groups.filter(({ name }) => !old.has(name)).map(({ name }) => name),
    changed: changed.map(({ name }) => name),
    removed: active.filter(({ name }) => !names.has(name)).map(({ name }) => name),
  };
}

/** Everything in which two groups of one name differ; empty when an update would change nothing. */
export function differences(from: GroupConfig, to: GroupConfig): Difference[] {
  if (isSame(from, to)) return []; // nearly always, and much faster than putting every value into words
  const group = to.name;
  const ofGroup = groupChanges(from, to).map((change) => ({ group, process: null, ...change }));
  const before = new Map(from.processes.map((process) => [process.name, process]));
  const ofProcesses = to.processes.flatMap((process) => {
    const old = before.get(process.name);
    if (old === undefined) return [];
    return processChanges(old, process).map((change) => ({ group, process: process.name, ...change }));
  });
  return [...ofGroup, ...ofProcesses];
}

/** In what the groups differ as groups: the option `processes` stands for the names of those in it. */
export function groupChanges(from: GroupConfig, to: GroupConfig): Change[] {
  return compared(groupOptions(from), groupOptions(to));
}

/** In what two configurations of one process differ. */
export function processChanges(from: ProcessConfig, to: ProcessConfig): Change[] {
  return [
    ...fieldChanges(from, to, OF_PROCESS),
    ...fieldChanges(from.stdout, to.stdout, OF_CHANNEL.stdout),
    ...fieldChanges(from.stderr, to.stderr, OF_CHANNEL.stderr),
  ];
}

const LIVE: ReadonlySet<string> = new Set(
  SECTIONS.flatMap(({ options }) => Object.entries(options).flatMap(([name, option]) => (option.isLive === true ? [name] : []))),
);

/** Whether what runs can take the option's new value over as it is. */
export function isLive({ option }: Change): boolean {
  return LIVE.has(option);
}

/** Whether two plain values are alike to the last field. What is alike in meaning only is not the same here. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => {
    const [one, other]: unknown[] = [(a as Options)[key], (b as Options)[key]];
    // Nearly always they are one value, and nothing is looked up.
    return (one === other && one !== undefined) || (Object.hasOwn(b, key) && isSame(one, other));
  });
}

type Options = Readonly<Record<string, string>>;
export type Change = Pick<Difference, "option" | "from" | "to">;

const UNSET = "(unset)";

function compared(from: Options, to: Options): Change[] {
  const options = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return options
    .filter((option) => from[option] !== to[option])
    .map((option) => ({ option, from: shown(option, from, to), to: shown(option, to, from) }));
}

/** Of an environment: the names of the variables that differ. */
function shown(option: string, options: Options, others: Options): string {
  const text = options[option] ?? UNSET;
  if (option !== "environment" || text === UNSET) return text;
  const variables = JSON.parse(text) as [string, string][];
  const other = new Map(JSON.parse(others[option] ?? "[]") as [string, string][]);
  return (
    variables
      .filter(([name, value]) => other.get(name) !== value)
      .map(([name]) => name)
      .join(", ") || UNSET
  );
}

/** The order of processes counts, as in the original (CONF-404). */
function groupOptions(group: GroupConfig): Options {
  return {
    section: group.kind,
    priority: String(group.priority),
    processes: group.processes.map(({ name }) => name).join(", "),
    ...kindOptions(group),
  };
}

function kindOptions(group: GroupConfig): Options {
  switch (group.kind) {
    case "programs":
      return {};
    case "listeners":
      // A set: the order in which events are listed says nothing (CONF-407).
      return { buffer_size: String(group.bufferSize), events: [...group.events].sort().join(", "), result_handler: group.resultHandler };
    case "fastcgi":
      return socketOptions(group.socket);
  }
}

function socketOptions(socket: SocketConfig): Options {
  const common = { socket: socket.url, socket_backlog: optional(socket.backlog) };
  if (socket.kind === "tcp") return common;
  const owner = socket.uid === null ? UNSET : `${socket.uid}:${socket.gid ?? ""}`;
  return { ...common, socket_mode: octal(socket.mode), socket_owner: owner };
}

/** The rows of a program's options that are fields of the process, or of one of its channels. */
function rowsOf(channel?: Channel): Ordered {
  return ordered(PROGRAM, [], ({ member }) => member !== undefined && member.of === channel);
}

const BY_FIELD = new Map(rowsOf().map((row) => [row[1].member?.field, row]));
/** In the order of the fields. */
const OF_PROCESS: Ordered = PROCESS_FIELDS.flatMap((field) => [BY_FIELD.get(field)].filter((row) => row !== undefined));
const OF_CHANNEL = { stdout: rowsOf("stdout"), stderr: rowsOf("stderr") };

/** By the names of the options. Only values that differ are put into words: of the many options of many programs these are few. (CONF-401) */
function fieldChanges(from: Readonly<Record<string, unknown>>, to: Readonly<Record<string, unknown>>, rows: Ordered): Change[] {
  return rows.flatMap(([name, { type, member }]) => {
    const [before, after] = [from[member?.field ?? ""], to[member?.field ?? ""]];
    if (isSame(before, after)) return [];
    return compared({ [name]: valueInWords(name, type, before) }, { [name]: valueInWords(name, type, after) });
  });
}

function valueInWords(name: string, type: OptionType, value: unknown): string {
  if (name === "serverurl") return value === null ? "AUTO" : quoted(value as string);
  if (value === null || value === undefined) return UNSET;
  switch (type) {
    case "octal":
      return octal(value as number);
    case "targets":
      return meantTargets(value as readonly Target[]);
    case "environment":
      return JSON.stringify(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)));
    case "logfile": {
      const target = value as LogTarget;
      return target.kind === "file" ? target.path : target.kind.toUpperCase();
    }
    case "envfiles":
      return envFileNamesText(value as readonly EnvFileName[]) || UNSET;
    case "duration":
      return durationText(value as number);
    case "limit":
      return limitText(value as Limit);
    case "probe":
      return probeText(value as Probe);
    case "restartlimit":
      return restartLimitText(value as RestartLimit);
    case "syslogaddress":
      return syslogAddressText(value as SyslogAddress);
    case "retries":
      return retriesText(value as number);
    case "rotation":
      return (value as Schedule | null)?.text ?? "never";
    case "schedule":
      return (value as Schedule).text;
    default:
      return String(value); // a list with commas
  }
}

function optional(value: string | number | null): string {
  return value === null ? UNSET : String(value);
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
