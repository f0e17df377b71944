/**
 * What the methods give, with types. A server is not trusted to send what it should: a member that is missing or of another type reads as
 * nothing (empty text, 0, false), and an answer of another shape altogether is refused.
 */
import type { ConfigError } from "../../config/model.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { ProcessInfo as AnsweredInfo, ResultRow } from "../../rpc/answerrows.ts";
import type { Struct, Value } from "./answer.ts";
import type { Failure } from "./failure.ts";

export type { ResultRow } from "../../rpc/answerrows.ts";

/** A row of getProcessInfo and getAllProcessInfo. (RPC-038) */
export type ProcessInfo = Omit<AnsweredInfo, "logfile">;

/** What `avail` needs of a row of getAllConfigInfo. (RPC-158) */
export type ConfigInfo = {
  readonly name: string;
  readonly group: string;
  readonly inuse: boolean;
  readonly autostart: boolean;
  readonly group_prio: number;
  readonly process_prio: number;
};

/** Names of groups: what reloadConfig tells. (RPC-147) */
export type ConfigChanges = { readonly added: readonly string[]; readonly changed: readonly string[]; readonly removed: readonly string[] };

/** What holdfast.previewUpdate tells of one group. */
export type PreviewRow = {
  readonly group: string;
  readonly change: "added" | "changed" | "removed";
  /** `process` is empty for what concerns the group itself. */
  readonly details: readonly { readonly process: string; readonly option: string; readonly from: string; readonly to: string }[];
  /** Only some of it is touched: `processes` tells what becomes of each (keep, apply, restart, add, remove). */
  readonly inPlace: boolean;
  readonly processes: readonly { readonly process: string; readonly action: string }[];
};

/** What holdfast.checkConfig tells: what `supervisord --check` shows. */
export type ConfigReport = { readonly errors: readonly ConfigError[]; readonly warnings: readonly string[] };

/** What holdfast.explainProcess tells. `exitstatus` null: it has not ended, or by a signal. */
export type Explained = {
  readonly group: string;
  readonly name: string;
  readonly reason: string;
  readonly exitstatus: number | null;
  readonly signal: string | null;
  readonly restarts: number;
  readonly lastWords: readonly string[];
};

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

/** Methods that only ever answer true. */
export function asDone(_value: Value): Result<true, Failure> {
  return ok(true);
}

export function asProcessInfo(value: Value): Result<ProcessInfo, Failure> {
  return isStruct(value) ? ok(processInfo(value)) : misfit("a struct");
}

export function asProcessInfos(value: Value): Result<readonly ProcessInfo[], Failure> {
  return asRows(value, processInfo);
}

export function asResultRows(value: Value): Result<readonly ResultRow[], Failure> {
  return asRows(value, (row) => ({
    name: text(row, "name"),
    group: text(row, "group"),
    status: number(row, "status"),
    description: text(row, "description"),
  }));
}

export function asConfigInfos(value: Value): Result<readonly ConfigInfo[], Failure> {
  return asRows(value, (row) => ({
    name: text(row, "name"),
    group: text(row, "group"),
    inuse: row["inuse"] === true,
    autostart: row["autostart"] === true,
    group_prio: number(row, "group_prio"),
    process_prio: number(row, "process_prio"),
  }));
}

export function asConfigChanges(value: Value): Result<ConfigChanges, Failure> {
  const lists = isList(value) ? value[0] : undefined;
  if (!isList(lists)) return misfit("lists of groups");
  const [added, changed, removed] = [0, 1, 2].map((at) => {
    const list = lists[at];
    return isList(list) ? list.filter((name) => typeof name === "string") : [];
  });
  return ok({ added: added ?? [], changed: changed ?? [], removed: removed ?? [] });
}

export function asPreview(value: Value): Result<readonly PreviewRow[], Failure> {
  return asRows(value, (row) => {
    const change = text(row, "change");
    return {
      group: text(row, "group"),
      change: change === "added" || change === "removed" ? change : "changed",
      details: structs(row, "details").map((detail) => ({
        process: text(detail, "process"),
        option: text(detail, "option"),
        from: text(detail, "from"),
        to: text(detail, "to"),
      })),
      inPlace: row["inPlace"] === true,
      processes: structs(row, "processes").map((one) => ({ process: text(one, "process"), action: text(one, "action") })),
    };
  });
}

export function asConfigReport(value: Value): Result<ConfigReport, Failure> {
  if (!isStruct(value)) return misfit("a struct");
  const warnings = value["warnings"];
  return ok({
    errors: structs(value, "errors").map((row) => ({
      message: text(row, "message"),
      file: text(row, "file") || null,
      line: number(row, "line") || null,
      excerpt: text(row, "excerpt") || null,
      hint: text(row, "hint") || null,
    })),
    warnings: isList(warnings) ? warnings.filter((one) => typeof one === "string") : [],
  });
}

export function asExplained(value: Value): Result<Explained, Failure> {
  return isStruct(value) ? ok(explained(value)) : misfit("a struct");
}

export function asAllExplained(value: Value): Result<readonly Explained[], Failure> {
  return asRows(value, explained);
}

function explained(row: Struct): Explained {
  const words = row["lastWords"];
  const exitstatus = number(row, "exitstatus");
  return {
    group: text(row, "group"),
    name: text(row, "name"),
    reason: text(row, "reason"),
    exitstatus: exitstatus < 0 ? null : exitstatus,
    signal: text(row, "signal") || null,
    restarts: number(row, "restarts"),
    lastWords: isList(words) ? words.filter((one) => typeof one === "string") : [],
  };
}

export function asLogTail(value: Value): Result<LogTail, Failure> {
  if (!isList(value)) return misfit("a piece of a log");
  const [piece, size, overflow] = value;
  return ok({ text: typeof piece === "string" ? piece : "", size: typeof size === "number" ? size : 0, overflow: overflow === true });
}

function processInfo(row: Struct): ProcessInfo {
  return {
    name: text(row, "name"),
    group: text(row, "group"),
    start: number(row, "start"),
    stop: number(row, "stop"),
    now: number(row, "now"),
    state: number(row, "state"),
    statename: text(row, "statename"),
    spawnerr: text(row, "spawnerr"),
    exitstatus: number(row, "exitstatus"),
    stdout_logfile: text(row, "stdout_logfile"),
    stderr_logfile: text(row, "stderr_logfile"),
    pid: number(row, "pid"),
    description: text(row, "description"),
  };
}

function asRows<T>(value: Value, read: (row: Struct) => T): Result<readonly T[], Failure> {
  return isList(value) && value.every(isStruct) ? ok(value.map(read)) : misfit("an array of structs");
}

function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

function isStruct(value: Value): value is Struct {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function structs(row: Struct, member: string): readonly Struct[] {
  const value = row[member];
  return isList(value) ? value.filter(isStruct) : [];
}

function text(row: Struct, member: string): string {
  const value = row[member];
  return typeof value === "string" ? value : "";
}

function number(row: Struct, member: string): number {
  const value = row[member];
  return typeof value === "number" ? value : 0;
}

function misfit(what: string): Result<never, Failure> {
  return refuse({ kind: "not-xmlrpc", where: `${what} was expected` });
}
