/** Groups as a successor finds them in the keeper's store: the counterpart of `grouprecords.ts`, and of what daemons before it have written. */

import { byPriorityAndName } from "../../config/groupsections.ts";
import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import { completed } from "../../config/newoptions.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { type Delta, patched } from "../../supervisor/delta.ts";
import { type ListRecord, readList } from "../../supervisor/lists.ts";
import {
  type AvailableRecord,
  decodeVersioned,
  type GroupRecord,
  type ReadRecord,
  recordKeys,
  type WholeAvailableRecord,
  type WholeGroupRecord,
} from "../../supervisor/records.ts";
import type { PendingRecord } from "../../supervisor/update.ts";
import type { Head, List } from "./grouprecords.ts";

export type Store = ReadonlyMap<string, Uint8Array>;
type AutoLog = readonly [key: string, path: string];

export type StoredGroup = {
  readonly config: GroupConfig;
  readonly sequence: number;
  readonly autoLogs: readonly AutoLog[];
  readonly pending: readonly PendingRecord[];
};

export type StoredGroups = {
  /** In the order of their arrival. */
  readonly groups: readonly StoredGroup[];
  /** What was read last; null: what is active. */
  readonly read: readonly GroupConfig[] | null;
  readonly reread: boolean;
  /** A daemon before this one has written some of it: all of it is to be written anew. */
  readonly isOld: boolean;
  readonly template: ProcessConfig | null;
  readonly heads: readonly Head[];
  readonly generation: { readonly generation: number; readonly names: Set<string> } | null;
  readonly nextList: number;
};

/** Or which record cannot be used, and why. */
export function readGroups(store: Store): Result<StoredGroups, string> {
  try {
    return ok(new Reader(store).all());
  } catch (error) {
    if (error instanceof Damage) return refuse(error.message);
    throw error;
  }
}

/** Thrown and caught in this file alone: one record that cannot be used is enough. */
class Damage extends Error {}

class Reader {
  readonly #store: Store;
  readonly #keys = new Map<string, string[]>();
  readonly #heads: Head[] = [];
  readonly #template: ProcessConfig | null;
  #isOld = false;

  constructor(store: Store) {
    this.#store = store;
    for (const key of store.keys()) {
      const kind = key.slice(0, key.indexOf("/") + 1);
      const keys = this.#keys.get(kind);
      if (keys === undefined) this.#keys.set(kind, [key]);
      else keys.push(key);
    }
    this.#template = store.has(recordKeys.template) ? completed(this.#read(recordKeys.template).value as ProcessConfig) : null;
  }

  all(): StoredGroups {
    const pending = this.#pending();
    const groups = this.#of("group/").map((key) => this.#group(key, pending));
    groups.sort((a, b) => a.sequence - b.sequence);
    const read = this.#readLast(groups);
    const ids = this.#of("list/").map((key) => Number(key.split("/")[1]));
    return {
      groups,
      ...read,
      isOld: this.#isOld,
      template: this.#template,
      heads: this.#heads,
      nextList: ids.reduce((next, id) => Math.max(next, id + 1), 1),
    };
  }

  #group(key: string, pending: ReadonlyMap<string, readonly PendingRecord[]>): StoredGroup {
    const { version, value } = this.#read(key);
    if (version === "1") {
      this.#isOld = true;
      const group = value as WholeGroupRecord;
      return { pending: [], ...group, config: { ...group.config, processes: group.config.processes.map(completed) } };
    }
    const record = value as GroupRecord;
    const processes = this.#processes(record.processes);
    const autoLogs = this.#list(record.autoLogs, null) as AutoLog[];
    this.#head(key, [
      [processes, record.processes],
      [autoLogs, record.autoLogs],
    ]);
    const config = { ...record.config, processes };
    return { config, sequence: record.sequence, autoLogs, pending: pending.get(config.name) ?? [] };
  }

  /** By group. */
  #pending(): Map<string, PendingRecord[]> {
    const byGroup = new Map<string, PendingRecord[]>();
    for (const key of this.#of("pending/")) {
      const { config, start } = this.#read(key).value as { config: Delta | null; start: boolean };
      const group = key.slice("pending/".length, key.indexOf(":"));
      const record = { config: completed(patched(this.#template, config) as ProcessConfig), start };
      byGroup.set(group, [...(byGroup.get(group) ?? []), record]);
    }
    return byGroup;
  }

  #readLast(groups: readonly StoredGroup[]): Pick<StoredGroups, "read" | "reread" | "generation"> {
    if (!this.#store.has(recordKeys.available)) return { read: null, reread: false, generation: null };
    const { version, value } = this.#read(recordKeys.available);
    const active = new Map(groups.map(({ config }) => [config.name, config]));
    if (version === "1") {
      this.#isOld = true;
      const old = value as WholeAvailableRecord;
      const same = old.same.flatMap((name) => active.get(name) ?? []);
      const others = old.groups.map((config) => ({ ...config, processes: config.processes.map(completed) }));
      return { read: byPriorityAndName([...same, ...others]), reread: old.reread, generation: null };
    }
    const { reread, generation } = value as AvailableRecord;
    const prefix = recordKeys.read(generation, "");
    const names = new Set<string>();
    const different: GroupConfig[] = [];
    for (const key of this.#of("read/")) {
      if (!key.startsWith(prefix)) continue;
      const name = key.slice(prefix.length);
      const record = this.#read(key).value as ReadRecord;
      const processes = this.#processes(record.processes);
      this.#head(key, [[processes, record.processes]]);
      names.add(name);
      if (record.config !== null) different.push({ ...record.config, processes });
    }
    const same = [...active.values()].filter(({ name }) => !names.has(name));
    return { read: byPriorityAndName([...same, ...different]), reread, generation: { generation, names } };
  }

  #head(key: string, lists: readonly (readonly [List, ListRecord])[]): void {
    this.#heads.push({ key, bytes: key.length + (this.#store.get(key)?.length ?? 0), lists });
  }

  #processes(record: ListRecord): ProcessConfig[] {
    return (this.#list(record, this.#template) as ProcessConfig[]).map(completed);
  }

  #list(record: ListRecord, base: unknown): unknown[] {
    const list = readList(base, record, (id, index) => ok(this.#read(recordKeys.list(id, index)).value));
    if (!list.ok) throw new Damage(list.error);
    return list.value;
  }

  #read(key: string): { version: string; value: unknown } {
    const bytes = this.#store.get(key);
    if (bytes === undefined) throw new Damage(`the record ${key} is missing`);
    const decoded = decodeVersioned(bytes);
    if (!decoded.ok) throw new Damage(`the record ${key} is damaged: ${decoded.error}`);
    return decoded.value;
  }

  #of(kind: string): readonly string[] {
    return this.#keys.get(kind) ?? [];
  }
}

/** What lies in the store and belongs to nothing: a daemon died before it named it, or before it had deleted it. */
export function strayKeys(store: Store, found: StoredGroups, labels: ReadonlySet<string>): string[] {
  const lists = new Set(
    found.heads.flatMap(({ lists: named }) => named.flatMap(([, record]) => ("id" in record ? [String(record.id)] : []))),
  );
  const generation = String(found.generation?.generation ?? "");
  return [...store.keys()].filter((key) => {
    const slash = key.indexOf("/");
    const rest = key.slice(slash + 1);
    switch (key.slice(0, slash)) {
      case "list":
        return !lists.has(rest.slice(0, rest.indexOf("/")));
      case "read":
        return rest.slice(0, rest.indexOf("/")) !== generation;
      case "process":
      case "life":
      case "env":
      case "pending":
      case "history":
        return !labels.has(rest);
      default:
        return false;
    }
  });
}
