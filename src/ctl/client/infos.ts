/**
 * What the methods give, with types. A server is not trusted to send what it should: a member that is missing or of another type reads as
 * nothing (empty text, 0, false), and an answer of another shape altogether is refused.
 */
import { ok, type Result, refuse } from "../../result.ts";
import type { ProcessInfo as AnsweredInfo, ResultRow } from "../../rpc/answerrows.ts";
import type { Struct, Value } from "./answer.ts";
import type { Failure } from "./failure.ts";

export type { ResultRow } from "../../rpc/answerrows.ts";

/** What a member is read to; one that is missing as well. */
type Read<T> = (value: Value | undefined) => T;

const text: Read<string> = (value) => (typeof value === "string" ? value : "");
const number: Read<number> = (value) => (typeof value === "number" ? value : 0);
const flag: Read<boolean> = (value) => value === true;
const textOrNull: Read<string | null> = (value) => text(value) || null;
const texts: Read<readonly string[]> = (value) => (isList(value) ? value.filter((one) => typeof one === "string") : []);

/**
 * A struct with these members. One that came as it should is given as it came, whatever else is in it: a copy of each row was a tenth of the time
 * that `status` takes for 200 processes.
 */
function struct<const M extends Readonly<Record<string, Read<unknown>>>>(members: M) {
  type T = { readonly [K in keyof M]: ReturnType<M[K]> };
  return (row: Struct): T => {
    let read: Record<string, unknown> | null = null;
    for (const name in members) {
      const value = members[name]?.(row[name]);
      if (value === row[name]) continue;
      read ??= { ...row };
      read[name] = value;
    }
    return (read ?? row) as T;
  };
}

/** What is no struct in the list is passed over. */
function structs<T>(as: (row: Struct) => T): Read<readonly T[]> {
  return (value) => (isList(value) ? value.filter(isStruct).map(as) : []);
}

/** A row of getProcessInfo and getAllProcessInfo. (RPC-038) */
export type ProcessInfo = Omit<AnsweredInfo, "logfile">;
const processInfo: (row: Struct) => ProcessInfo = struct({
  name: text,
  group: text,
  start: number,
  stop: number,
  now: number,
  state: number,
  statename: text,
  spawnerr: text,
  exitstatus: number,
  stdout_logfile: text,
  stderr_logfile: text,
  pid: number,
  description: text,
});

const resultRow: (row: Struct) => ResultRow = struct({ name: text, group: text, status: number, description: text });

/** What `avail` needs of a row of getAllConfigInfo. (RPC-158) */
const configInfo = struct({ name: text, group: text, inuse: flag, autostart: flag, group_prio: number, process_prio: number });
export type ConfigInfo = ReturnType<typeof configInfo>;

/** Names of groups: what reloadConfig tells. (RPC-147) */
export type ConfigChanges = { readonly added: readonly string[]; readonly changed: readonly string[]; readonly removed: readonly string[] };

/** What holdfast.previewUpdate tells of one group. */
const previewRow = struct({
  group: text,
  change: (value) => (value === "added" || value === "removed" ? value : "changed"),
  /** `process` is empty for what concerns the group itself. */
  details: structs(struct({ process: text, option: text, from: text, to: text })),
  /** Only some of it is touched: `processes` tells what becomes of each (keep, apply, restart, add, remove). */
  inPlace: flag,
  processes: structs(struct({ process: text, action: text })),
});
export type PreviewRow = ReturnType<typeof previewRow>;

/** What holdfast.checkConfig tells: what `supervisord --check` shows. */
const configReport = struct({
  errors: structs(
    struct({ message: text, file: textOrNull, line: (value) => number(value) || null, excerpt: textOrNull, hint: textOrNull }),
  ),
  warnings: texts,
});
export type ConfigReport = ReturnType<typeof configReport>;

const numberOrNull: Read<number | null> = (value) => (typeof value === "number" ? value : null);
const flagOrNull: Read<boolean | null> = (value) => (typeof value === "boolean" ? value : null);
/** null where there is none. */
function structOrNull<T>(as: (row: Struct) => T): Read<T | null> {
  return (value) => (value !== undefined && isStruct(value) ? as(value) : null);
}
function structsOrNull<T>(as: (row: Struct) => T): Read<readonly T[] | null> {
  return (value) => (isList(value) ? value.filter(isStruct).map(as) : null);
}
const counts: Read<Readonly<Record<string, number>>> = (value) =>
  value !== undefined && isStruct(value) ? Object.fromEntries(Object.entries(value).map(([name, count]) => [name, number(count)])) : {};

const next = struct({ what: text, at: numberOrNull, text });

/** What is known of a process beyond its state, as the JSON API has it (src/api/types.ts). What is null there is missing here. (HIS-007) */
const life = struct({
  wanted: text,
  wantedBy: text,
  waitsFor: structsOrNull(struct({ target: text, condition: text, now: text, since: number })),
  next: (value) => next(value !== undefined && isStruct(value) ? value : {}),
  ready: flagOrNull,
  readyAt: numberOrNull,
  statusText: textOrNull,
  health: structOrNull(
    struct({
      state: text,
      since: number,
      failures: number,
      lastAt: numberOrNull,
      lastResult: structOrNull(struct({ result: text, text, ms: number })),
    }),
  ),
  hook: structOrNull(struct({ name: text, pid: number, since: number, deadline: number })),
  row: numberOrNull,
  limits: structsOrNull(struct({ option: text, wanted: text, effective: text })),
  job: structOrNull(struct({ next: numberOrNull, last: numberOrNull, paused: flag, queued: flag, skipped: number })),
  tree: numberOrNull,
});
export type Life = ReturnType<typeof life>;

/** What holdfast.why tells. */
const why = struct({
  group: text,
  name: text,
  state: text,
  pid: number,
  since: numberOrNull,
  now: number,
  /** Minutes east of UTC. */
  zone: number,
  life: (value) => life(value !== undefined && isStruct(value) ? value : {}),
  reason: text,
  starts: number,
  restarts: counts,
  failedHooks: counts,
  /** Oldest first. */
  exits: structs(
    struct({
      startedAt: number,
      endedAt: number,
      seconds: number,
      code: numberOrNull,
      signal: textOrNull,
      core: flag,
      expected: flag,
      reason: text,
      oom: text,
      cpuMs: number,
      memory: number,
      survivors: numberOrNull,
    }),
  ),
  lastWords: texts,
  lastWordsOf: text,
});
export type Why = ReturnType<typeof why>;
export type Exit = Why["exits"][number];

/** What holdfast.explainProcess tells. */
const explained = struct({
  group: text,
  name: text,
  reason: text,
  /** null: it has not ended, or by a signal. */
  exitstatus: (value) => (number(value) < 0 ? null : number(value)),
  signal: textOrNull,
  restarts: number,
  lastWords: texts,
  /** null: this daemon does not tell. */
  life: structOrNull(life),
});
export type Explained = ReturnType<typeof explained>;

/** What holdfast.operation tells. `ended`: the empty text while it goes on. */
const operation = struct({
  id: number,
  ended: text,
  results: structs(struct({ group: text, name: text, result: text, text })),
  underWay: texts,
  left: texts,
});
export type OperationInfo = ReturnType<typeof operation>;

/** What is remembered of a process over the end of supervisord. */
const enabledInfo = struct({ name: text, enabled: text, wanted: text });

/** What holdfast.scale tells. */
const scaled = struct({ before: number, after: number, added: texts, removed: texts, failed: structs(resultRow) });
export type Scaled = ReturnType<typeof scaled>;

/** What holdfast.upgrade tells. */
const upgraded = struct({
  ...{ outcome: text, id: number, keeper: text, keeperBuild: text, daemon: text },
  ...{ installedKeeper: text, installedKeeperBuild: text, installedDaemon: text, node: text, processes: number },
});
export type UpgradeInfo = ReturnType<typeof upgraded>;

const lastUpgrade = struct({
  ...{ id: number, at: number, over: flag, step: number, error: text, fromKeeper: text, fromKeeperBuild: text, fromDaemon: text },
  ...{ toKeeper: text, toKeeperBuild: text, toDaemon: text, node: text, awayMs: number, processes: number },
});
export type LastUpgradeInfo = ReturnType<typeof lastUpgrade>;

/** What holdfast.versions tells. */
const versions = struct({
  ...{ keeper: text, keeperBuild: text, daemon: text, node: text, protocol: number, table: number },
  ...{ installedKeeper: text, installedKeeperBuild: text, installedDaemon: text },
  lastUpgrade: structOrNull(lastUpgrade),
});
export type VersionsInfo = ReturnType<typeof versions>;

/** What holdfast.jobs tells of one process with a schedule. (CRON-002) */
const jobInfo = struct({
  group: text,
  name: text,
  schedule: text,
  /** The empty text: that of the host. */
  timezone: text,
  paused: flag,
  queued: flag,
  lastRun: text,
  result: text,
  nextRun: text,
  /** Seconds since 1970; 0: none. */
  next: number,
  overlaps: number,
  missed: number,
});
export type JobInfo = ReturnType<typeof jobInfo>;
/** What holdfast.dependencies tells. `processes`: those that are meant. */
const dependency = struct({ from: text, to: text, processes: texts, condition: text, holds: flag });
export type Dependency = ReturnType<typeof dependency>;

/** The piece of a log, the size of the log, and whether more was written than was asked for. (RPC-131) */
export type LogTail = { readonly text: string; readonly size: number; readonly overflow: boolean };

export function asText(value: Value): Result<string, Failure> {
  return typeof value === "string" ? ok(value) : misfit("a text");
}

export function asNumber(value: Value): Result<number, Failure> {
  return typeof value === "number" ? ok(value) : misfit("a number");
}

export function asFlag(value: Value): Result<boolean, Failure> {
  return typeof value === "boolean" ? ok(value) : misfit("a boolean");
}

/** False: there are no rows, and the client has to do it otherwise. */
export function asRowsOrFalse(value: Value): Result<readonly ResultRow[] | false, Failure> {
  return value === false ? ok(false) : asResultRows(value);
}

/** Methods that only ever answer true. */
export function asDone(_value: Value): Result<true, Failure> {
  return ok(true);
}

export const asProcessInfo = one(processInfo);
export const asProcessInfos = rows(processInfo);
export const asResultRows = rows(resultRow);
export const asConfigInfos = rows(configInfo);
export const asPreview = rows(previewRow);
export const asDependencies = rows(dependency);
export const asConfigReport = one(configReport);
export const asOperation = one(operation);
export const asScaled = one(scaled);
export const asEnabled = rows(enabledInfo);
export const asUpgraded = one(upgraded);
export const asVersions = one(versions);
export const asJobs = rows(jobInfo);
export const asExplained = one(explained);
export const asWhy = one(why);
export const asAllExplained = rows(explained);

export function asConfigChanges(value: Value): Result<ConfigChanges, Failure> {
  const lists = isList(value) ? value[0] : undefined;
  if (!isList(lists)) return misfit("lists of groups");
  return ok({ added: texts(lists[0]), changed: texts(lists[1]), removed: texts(lists[2]) });
}

export function asLogTail(value: Value): Result<LogTail, Failure> {
  if (!isList(value)) return misfit("a piece of a log");
  const [piece, size, overflow] = value;
  return ok({ text: text(piece), size: number(size), overflow: flag(overflow) });
}

function one<T>(as: (row: Struct) => T): (value: Value) => Result<T, Failure> {
  return (value) => (isStruct(value) ? ok(as(value)) : misfit("a struct"));
}

function rows<T>(as: (row: Struct) => T): (value: Value) => Result<readonly T[], Failure> {
  return (value) => (isList(value) && value.every(isStruct) ? ok(value.map(as)) : misfit("an array of structs"));
}

function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

function isStruct(value: Value): value is Struct {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function misfit(what: string): Result<never, Failure> {
  return refuse({ kind: "not-xmlrpc", where: `${what} was expected` });
}
