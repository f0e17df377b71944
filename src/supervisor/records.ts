/**
 * What the keeper stores for the daemon, as bytes: a version, a checksum, JSON. A record that is damaged or of another version is refused, never
 * half believed; the daemon then falls back on the configuration and the list of children.
 */
import type { GroupConfig } from "../config/model.ts";
import { type Life, NO_LIFE } from "../process/life.ts";
import { type DeadlineName, type Deadlines, NEVER_STARTED, NO_DEADLINES, PLAIN_DEADLINES, type ProcessState } from "../process/state.ts";
import type { Mood, State } from "../process/states.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { ListRecord } from "./lists.ts";
import type { PendingRecord } from "./update.ts";
import { type Cutoff, label, type Ref } from "./world.ts";

/**
 * Version 2: records of groups whose processes lie in lists. Version 3: processes as what differs from one that was never started, with named
 * deadlines. An older daemon refuses what it does not know, this one reads all three.
 */
export const RECORD_VERSIONS = ["1", "2", "3"] as const;
export type RecordVersion = (typeof RECORD_VERSIONS)[number];

const LIFE = "life/";
const SCALE = "scale/";
const KEPT = "kept/";

/** Where each kind of record lies in the store. */
export const recordKeys = {
  daemon: "daemon",
  /** The configuration in force, without its groups. */
  config: "config",
  /** Whether the file was read after the start, and under which generation the groups of it lie that differ from the active ones. */
  available: "available",
  /** Present while a reload that was promised has not begun. */
  reload: "reload",
  /** A process from which the first ones of all lists differ: what all programs have in common lies here. Never changed. */
  template: "template",
  numbers: "numbers",
  /** How many deaths of daemons have been told. */
  deaths: "deaths",
  /** Present until the pid file and the listeners have learnt that supervisord runs. */
  beginning: "beginning",
  /** Present while the survivors of an earlier supervisord are looked for. */
  survivors: "survivors",
  /** Present while a log is being cleared. */
  clearing: (number: number | "") => `clearing/${number}`,
  /** Present while a log is being rotated that has not reached its size. */
  rotating: (number: number | "") => `rotating/${number}`,
  /** Up to where the times have been handled at which a log is rotated. */
  rotated: (log: string) => `rotated/${log}`,
  group: (name: string) => `group/${name}`,
  /** What was read last of a group that is not active as it was read. */
  read: (generation: number, name: string) => `read/${generation}/${name}`,
  /** A piece of a list, see `lists.ts`. */
  list: (id: number, piece: number) => `list/${id}/${piece}`,
  /** A process with which an update in place waits until it is down, as it is configured until then. */
  pending: (ref: Ref) => `pending/${label(ref)}`,
  process: (ref: Ref) => `process/${label(ref)}`,
  /** What further features know of a process that uses them. */
  life: (ref: Ref) => `${LIFE}${label(ref)}`,
  /** How the runs of a process ended, see `exits.ts`. */
  history: (ref: Ref) => `history/${label(ref)}`,
  /** What was known last of kills for want of memory. */
  oomKills: "oom-kills",
  /** What was read of its files of variables at its last start; by label. */
  env: (name: string) => `env/${name}`,
  /** Rolling restarts: those that go on, and the last that have ended. */
  operations: "operations",
  /** The last upgrade in place. */
  upgrade: "upgrade",
  /** How many processes a program was told to have, see `scale.ts`. */
  scale: (program: string) => `${SCALE}${program}`,
  /** The last orders of such numbers that had a token, with what came of each. */
  scaleOrders: "scale-orders",
  /** A piece of what is kept for `persist_state`, see `kept.ts`. */
  kept: (piece: number) => `${KEPT}${piece}`,
  /** Present once lines of programs went to the console: the sink of those of stderr. */
  console: "console",
  /** A file besides the logs that lines are appended to, by its sink. */
  target: (sink: number | "") => `target/${sink}`,
  stream: (stream: number) => `stream/${stream}`,
} as const;

export function isLifeKey(key: string): boolean {
  return key.startsWith(LIFE);
}

export function isKeptKey(key: string): boolean {
  return key.startsWith(KEPT);
}

/** The name of the program whose record it is; null: it is another record. */
export function scaledProgram(key: string): string | null {
  return key.startsWith(SCALE) ? key.slice(SCALE.length) : null;
}

export type DaemonRecord = {
  readonly mood: Mood;
  readonly goingDown: { readonly waiting: readonly string[]; readonly current: readonly string[] } | null;
  /** With which code supervisord ends, where a process has decided that; an earlier version ends with 0. */
  readonly exit?: { readonly code: number };
  readonly cutoff?: Cutoff;
};

/** A group without its processes; `sequence` is its order of arrival, `autoLogs` the files drawn for AUTO, by process and channel. */
export type GroupRecord = {
  readonly config: GroupConfig;
  readonly sequence: number;
  readonly processes: ListRecord;
  readonly autoLogs: ListRecord;
};

/** A group in version 1: all of it in one record. */
export type WholeGroupRecord = {
  readonly config: GroupConfig;
  readonly sequence: number;
  readonly autoLogs: readonly (readonly [string, string])[];
  readonly pending?: readonly PendingRecord[];
};

/** `config` is null for a group that is active and not in the file. */
export type ReadRecord = { readonly config: GroupConfig | null; readonly processes: ListRecord };

/** A group without a record of its generation was read as it is active, or, when it is not active, not at all. */
export type AvailableRecord = { readonly reread: boolean; readonly generation: number };

/** What was read last, in version 1: in one record. */
export type WholeAvailableRecord = {
  readonly reread: boolean;
  readonly same: readonly string[];
  readonly groups: readonly GroupConfig[];
};

/** A process in version 1: all of it, and one deadline whose meaning followed from the state. */
type WholeProcessRecord = Omit<ProcessState, "deadlines" | "life"> & { readonly deadlineMs: number | null };

const FIELDS = Object.keys(NEVER_STARTED) as (keyof ProcessState)[];

/** Without its life, so that an earlier release can read it. (CMN-021) */
export function encodeProcess(state: ProcessState): Uint8Array {
  const plain: ProcessState = { ...state, life: NO_LIFE, deadlines: deadlinesOf(state, true) };
  const differing: Partial<Record<keyof ProcessState, unknown>> = {};
  for (const key of FIELDS) if (plain[key] !== NEVER_STARTED[key]) differing[key] = plain[key];
  return encodeRecord(differing, "3");
}

/** `attempt` and `state` say which process record it belongs to: an earlier release writes that one alone. */
type LifeRecord = {
  readonly state: State;
  readonly attempt: number;
  readonly life: Life;
  readonly deadlines: Deadlines;
};

/** null: there is nothing to be kept. */
export function encodeLife(process: ProcessState): Uint8Array | null {
  const { state, attempt, life } = process;
  const deadlines = deadlinesOf(process, false);
  if (life === NO_LIFE && deadlines === NO_DEADLINES) return null;
  return encodeRecord({ state, attempt, life, deadlines } satisfies LifeRecord);
}

/** The process with its life. Refuses a record that is damaged, or that does not belong to this state of the process. (CMN-027) */
export function withStoredLife(process: ProcessState, bytes: Uint8Array): Result<ProcessState, string> {
  const read = decodeRecord(bytes);
  if (!read.ok) return read;
  const { state, attempt, life, deadlines } = read.value as LifeRecord;
  if (state !== process.state || attempt !== process.attempt) return refuse("the process has been started or stopped since");
  const known = Object.keys(life).length === 0 ? NO_LIFE : life;
  return ok({ ...process, life: known, deadlines: { ...process.deadlines, ...deadlines } });
}

/** Those that an earlier release knows, or the others. */
function deadlinesOf({ deadlines }: ProcessState, isPlain: boolean): Deadlines {
  if (deadlines === NO_DEADLINES) return deadlines;
  const entries = Object.entries(deadlines);
  const kept = entries.filter(([name]) => PLAIN_DEADLINES.has(name as DeadlineName) === isPlain);
  if (kept.length === 0) return NO_DEADLINES;
  return kept.length === entries.length ? deadlines : Object.fromEntries(kept);
}

export function decodeProcess(bytes: Uint8Array): Result<ProcessState, string> {
  const read = decodeVersioned(bytes);
  if (!read.ok) return read;
  const { version, value } = read.value;
  if (version === "3") return ok({ ...NEVER_STARTED, ...(value as Partial<ProcessState>) });
  const { deadlineMs, ...state } = value as WholeProcessRecord;
  return ok({ ...NEVER_STARTED, ...state, deadlines: deadlineMs === null ? NO_DEADLINES : { [onlyDeadline(state.state)]: deadlineMs } });
}

function onlyDeadline(state: State): DeadlineName {
  if (state === "STARTING") return "startup";
  return state === "STOPPING" ? "kill" : "restart";
}

/** A daemon of the version before has written it. */
export function isOldProcess(record: Uint8Array): boolean {
  return record[0] === "1".charCodeAt(0);
}

export function encodeRecord(value: unknown, version: RecordVersion = "1"): Uint8Array {
  const json = JSON.stringify(value);
  return new TextEncoder().encode(`${version} ${checksumOf(version, json)} ${json}`);
}

/** Refuses with what is wrong: another version, a wrong checksum. */
export function decodeRecord(bytes: Uint8Array): Result<unknown, string> {
  const read = decodeVersioned(bytes);
  return read.ok ? ok(read.value.value) : read;
}

/** A record that is a number; null where there is none, or another. */
export function storedNumber(bytes: Uint8Array | undefined): number | null {
  const decoded = bytes === undefined ? null : decodeRecord(bytes);
  return decoded?.ok === true && typeof decoded.value === "number" ? decoded.value : null;
}

/** With the version in which it was written. */
export function decodeVersioned(bytes: Uint8Array): Result<{ version: RecordVersion; value: unknown }, string> {
  const text = textOf(bytes);
  if (text === null) return refuse("it is not UTF-8");
  const [version, sum] = text.split(" ", 2);
  if (version !== "1" && version !== "2" && version !== "3") return refuse(`version ${version?.slice(0, 8)} is none of 1, 2 and 3`);
  if (sum === undefined) return refuse("it is cut off");
  const json = text.slice(version.length + sum.length + 2);
  if (checksumOf(version, json) !== sum) return refuse("the checksum is wrong");
  try {
    return ok({ version, value: JSON.parse(json) });
  } catch {
    return refuse("it is not JSON");
  }
}

/** Every byte counts: what a lenient reader would repair or skip is damage. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The version is a part of it, else one changed bit of it would make another record. */
function checksumOf(version: RecordVersion, json: string): string {
  return checksum(version === "1" ? json : version + json);
}

/** FNV-1a over the UTF-16 units: finds damage, keeps nobody out. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16);
}
