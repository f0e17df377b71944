/**
 * Groups in the keeper's store, those that are active and those that were read last. A record is small, whatever the configuration: long lists lie in pieces
 * of their own (`supervisor/lists.ts`), written before the record that names them. What takes part in a step is in the batch of the step.
 */
import { isSame } from "../../config/diff.ts";
import type { Config, GroupConfig, ProcessConfig } from "../../config/model.ts";
import { withoutNewDefaults } from "../../config/newoptions.ts";
import { NEVER_STARTED } from "../../process/state.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { delta } from "../../supervisor/delta.ts";
import { type ListRecord, nextPiece, piecesOf } from "../../supervisor/lists.ts";
import {
  type AvailableRecord,
  encodeLife,
  encodeProcess,
  encodeRecord,
  type GroupRecord,
  type ReadRecord,
  recordKeys,
} from "../../supervisor/records.ts";
import { pendingRecord } from "../../supervisor/update.ts";
import { findMember, type Group, type Member, type Ref } from "../../supervisor/world.ts";
import { postLine } from "../loop/activitylog.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";

/** What records of groups may take of the keeper's 64 MiB; the rest is for the states of processes and for events. */
export const RECORDS_MAX = 40 * 1024 * 1024;

const TOO_LARGE = `the configuration is too large to be kept: its groups take more than ${RECORDS_MAX / 1024 / 1024} MiB`;
/** So many records are deleted at a time. */
const DELETE_AT_ONCE = 1000;

/** Drops many records, some in each turn, so that no turn is large. */
export function dropInTurns(runtime: Runtime, keys: readonly string[], drop: (turn: Turn, key: string) => void): void {
  for (let at = 0; at < keys.length; at += DELETE_AT_ONCE) {
    runtime.loop.post((turn) => {
      for (const key of keys.slice(at, at + DELETE_AT_ONCE)) drop(turn, key);
    });
  }
}

export type List = readonly unknown[];
/** A record that names lists, with its key. */
export type Head = { readonly key: string; readonly bytes: number; readonly lists: readonly (readonly [List, ListRecord])[] };
/** A list in pieces: how many records name it. */
type Use = { readonly list: List; readonly pieces: number; readonly bytes: number; count: number };
type Generation = { readonly generation: number; readonly names: Set<string> };

export class GroupRecords {
  template: ProcessConfig | null = null;
  /** The files drawn for AUTO when the group was added or changed, by group. */
  readonly autoLogs = new Map<string, List>();
  readonly #runtime: Runtime;
  readonly #pieceBytes: number;
  readonly #lists = new WeakMap<List, number>();
  readonly #uses = new Map<number, Use>();
  readonly #heads = new Map<string, { readonly bytes: number; readonly lists: readonly number[] }>();
  #nextList = 1;
  #lastGeneration = 0;
  /** Names of groups that have a record of what was read last; null: everything is active as it was read. */
  #read: Generation | null = null;
  /** Rereads under way: the groups that have changed meanwhile. */
  readonly #meanwhile = new Set<Set<string>>();
  #bytes = 0;

  constructor(runtime: Runtime, pieceBytes: number) {
    this.#runtime = runtime;
    this.#pieceBytes = pieceBytes;
  }

  /** What a successor found in the store. */
  restore(found: { template: ProcessConfig | null; heads: readonly Head[]; read: Generation | null; nextList: number }): void {
    this.template = found.template;
    this.#read = found.read;
    this.#lastGeneration = found.read?.generation ?? 0;
    this.#nextList = found.nextList;
    for (const { key, bytes, lists } of found.heads) {
      for (const [list, record] of lists) if ("id" in record) this.#remember(list, record.id, record.pieces, 0);
      this.#setHead(key, bytes, lists);
    }
  }

  /** Everything that must be there before the group can be added or changed: what is too long for its record. */
  async prepareGroup(config: GroupConfig, autoLogs: List): Promise<Result<true, string>> {
    if (this.#bytes > RECORDS_MAX) return refuse(TOO_LARGE);
    this.#chooseTemplate(config);
    const processes = await this.#prepare(config.processes, this.template);
    return processes.ok ? this.#prepare(autoLogs, null) : processes;
  }

  /** The record of an active group; its lists have been prepared. */
  group(turn: Turn, name: string): void {
    const group = this.#runtime.world.groups.get(name);
    if (group === undefined) return;
    const autoLogs = this.autoLogs.get(name) ?? [];
    const processes = this.#listRecord(turn, group.config.processes, this.template);
    const logs = this.#listRecord(turn, autoLogs, null);
    const record: GroupRecord = { config: withoutProcesses(group.config), sequence: group.sequence, processes, autoLogs: logs };
    this.#put(turn, recordKeys.group(name), record, [
      [group.config.processes, processes],
      [autoLogs, logs],
    ]);
    this.readChanged(turn, name);
  }

  /** After an update in place: its processes and what is pending for them, too. */
  changed(turn: Turn, { config, members }: Group): void {
    this.group(turn, config.name);
    for (const { ref, pending } of members.values()) if (pending !== null) this.pending(turn, ref);
  }

  groupRemoved(turn: Turn, name: string): void {
    this.autoLogs.delete(name);
    // First, since it may need the list of processes that goes with the group.
    this.readChanged(turn, name);
    this.#delete(turn, recordKeys.group(name));
  }

  /** What is pending for a process after an update in place. */
  pending(turn: Turn, ref: Ref): void {
    const member = findMember(this.#runtime.world, ref);
    const record = member === undefined ? null : pendingRecord(member);
    const value = record === null ? null : { config: delta(this.template, record.config), start: record.start };
    turn.state(recordKeys.pending(ref), value === null ? null : encodeRecord(value, "2"));
  }

  /** Keeps what is stored of the last reread right after a group of this name has come, gone or changed. */
  readChanged(turn: Turn, name: string): void {
    for (const names of this.#meanwhile) names.add(name);
    const groups = groupsByName(this.#runtime.available);
    if (this.#read === null && isActiveAsRead(this.#runtime, groups.get(name), name)) return;
    if (this.#read === null) this.#beginGeneration(turn);
    else this.#putRead(turn, this.#read, groups, name);
  }

  /**
   * Stores another configuration as the one read last: piece by piece beside the present one, which is replaced in the turn that is given to the
   * function that comes back.
   */
  async prepareRead(next: Config): Promise<Result<(turn: Turn) => void, string>> {
    const to: Generation = { generation: this.#newGeneration(), names: new Set() };
    const meanwhile = new Set<string>();
    const groups = groupsByName(next);
    this.#meanwhile.add(meanwhile);
    let sinceFlush = 0;
    for (const name of new Set([...groups.keys(), ...this.#runtime.world.groups.keys()])) {
      const read = groups.get(name);
      if (isActiveAsRead(this.#runtime, read, name)) continue;
      const prepared = read === undefined ? ok(true as const) : await this.prepareGroup(read, []);
      if (!prepared.ok) {
        this.#meanwhile.delete(meanwhile);
        this.#dropRead(to);
        this.sweep();
        return prepared;
      }
      this.#runtime.loop.post((turn) => this.#putRead(turn, to, groups, name));
      sinceFlush += recordBytes(read);
      if (sinceFlush < this.#pieceBytes) continue;
      sinceFlush = 0;
      await this.#runtime.loop.flushed();
    }
    return ok((turn) => {
      this.#meanwhile.delete(meanwhile);
      for (const name of meanwhile) this.#putRead(turn, to, groups, name);
      const old = this.#read;
      this.#read = to;
      turn.state(recordKeys.available, availableRecord(this.#runtime, to));
      if (old !== null) this.#dropRead(old);
      this.sweep();
    });
  }

  /** Deletes lists that were prepared and that nobody has named. One that is named after all is written again. */
  sweep(): void {
    for (const [id, use] of this.#uses) if (use.count === 0) this.#forget(id, use);
  }

  /** Writes everything anew. */
  async storeAll(): Promise<void> {
    for (const group of [...this.#runtime.world.groups.values()]) {
      const { name } = group.config;
      const prepared = await this.prepareGroup(group.config, this.autoLogs.get(name) ?? []);
      if (!prepared.ok) return postLine(this.#runtime, "critical", prepared.error);
      this.#runtime.loop.post((turn) => {
        this.group(turn, name);
        for (const { pending, ref } of group.members.values()) if (pending !== null) this.pending(turn, ref);
      });
      for (const { ref } of group.members.values()) this.#runtime.loop.post((turn) => storeProcess(this.#runtime, turn, ref));
      await this.#runtime.loop.flushed();
    }
    const commit = await this.prepareRead(this.#runtime.available);
    if (commit.ok) this.#runtime.loop.post(commit.value);
    return undefined;
  }

  /** Forgets everything, for a reload. */
  dropAll(turn: Turn): void {
    turn.state(recordKeys.available, null);
    for (const key of [...this.#heads.keys()]) this.#delete(turn, key);
    this.#read = null;
    this.autoLogs.clear();
  }

  /** Writes what of a list is too long for the record that will name it. */
  async #prepare(list: List, base: unknown): Promise<Result<true, string>> {
    if (list.length === 0 || this.#lists.has(list)) return ok(true);
    if (nextPiece(base, list, 0, this.#pieceBytes).piece.length === list.length) return ok(true);
    const id = this.#nextList++;
    let [pieces, bytes] = [0, 0];
    for (const next of piecesOf(base, list, this.#pieceBytes)) {
      const index = pieces++;
      bytes += next.bytes;
      this.#runtime.loop.post((turn) => turn.state(recordKeys.list(id, index), encodeRecord(next.piece, "2")));
      await this.#runtime.loop.flushed();
      if (this.#bytes + bytes < RECORDS_MAX) continue;
      this.#runtime.loop.post((turn) => deletePieces(turn, id, pieces));
      return refuse(TOO_LARGE);
    }
    this.#remember(list, id, pieces, bytes);
    return ok(true);
  }

  #remember(list: List, id: number, pieces: number, bytes: number): void {
    if (this.#uses.has(id)) return;
    this.#lists.set(list, id);
    this.#uses.set(id, { list, pieces, bytes, count: 0 });
    this.#bytes += bytes;
  }

  #listRecord(turn: Turn, list: List, base: unknown): ListRecord {
    const known = this.#lists.get(list);
    const use = known === undefined ? undefined : this.#uses.get(known);
    if (known !== undefined && use !== undefined) return { id: known, pieces: use.pieces };
    if (list.length === 0) return { piece: [] };
    const first = nextPiece(base, list, 0, this.#pieceBytes);
    if (first.piece.length === list.length) return { piece: first.piece };
    // Nobody named it any more since it was prepared: it is written again, before the record that names it.
    const id = this.#nextList++;
    let [pieces, bytes] = [0, 0];
    for (const next of piecesOf(base, list, this.#pieceBytes)) {
      turn.state(recordKeys.list(id, pieces++), encodeRecord(next.piece, "2"));
      bytes += next.bytes;
    }
    this.#remember(list, id, pieces, bytes);
    return { id, pieces };
  }

  #chooseTemplate(config: GroupConfig): void {
    const first = config.processes[0];
    if (this.template !== null || first === undefined) return;
    this.template = first;
    this.#runtime.loop.post((turn) => turn.state(recordKeys.template, encodeRecord(withoutNewDefaults(first), "2")));
  }

  #put(turn: Turn, key: string, record: unknown, lists: Head["lists"]): void {
    const bytes = encodeRecord(record, "2");
    turn.state(key, bytes);
    const old = this.#heads.get(key);
    this.#setHead(key, bytes.length + key.length, lists);
    if (old !== undefined) this.#release(old);
  }

  #delete(turn: Turn, key: string): void {
    const old = this.#heads.get(key);
    if (old === undefined) return;
    turn.state(key, null);
    this.#heads.delete(key);
    this.#release(old);
  }

  #setHead(key: string, bytes: number, lists: Head["lists"]): void {
    const ids = lists.flatMap(([, record]) => ("id" in record ? [record.id] : []));
    this.#heads.set(key, { bytes, lists: ids });
    this.#bytes += bytes;
    for (const id of ids) {
      const use = this.#uses.get(id);
      if (use !== undefined) use.count += 1;
    }
  }

  /** A list that no record names any more is deleted, behind the batch that says so. */
  #release({ bytes, lists }: { readonly bytes: number; readonly lists: readonly number[] }): void {
    this.#bytes -= bytes;
    for (const id of lists) {
      const use = this.#uses.get(id);
      if (use === undefined) continue;
      use.count -= 1;
      if (use.count === 0) this.#forget(id, use);
    }
  }

  #forget(id: number, { list, pieces, bytes }: Use): void {
    this.#uses.delete(id);
    this.#lists.delete(list);
    this.#bytes -= bytes;
    this.#runtime.loop.post((turn) => deletePieces(turn, id, pieces));
  }

  #newGeneration(): number {
    this.#lastGeneration += 1;
    return this.#lastGeneration;
  }

  /** From now on what was read differs from what is active. */
  #beginGeneration(turn: Turn): void {
    const to: Generation = { generation: this.#newGeneration(), names: new Set() };
    this.#read = to;
    turn.state(recordKeys.available, availableRecord(this.#runtime, to));
    const groups = groupsByName(this.#runtime.available);
    for (const name of groups.keys()) this.#putRead(turn, to, groups, name);
  }

  #putRead(turn: Turn, to: Generation, groups: ReadonlyMap<string, GroupConfig>, name: string): void {
    const key = recordKeys.read(to.generation, name);
    const config = groups.get(name);
    if (isActiveAsRead(this.#runtime, config, name)) {
      to.names.delete(name);
      return this.#delete(turn, key);
    }
    to.names.add(name);
    const list = config?.processes ?? [];
    const processes = this.#listRecord(turn, list, this.template);
    const record: ReadRecord = { config: config === undefined ? null : withoutProcesses(config), processes };
    return this.#put(turn, key, record, [[list, processes]]);
  }

  #dropRead({ generation, names }: Generation): void {
    const keys = [...names].map((name) => recordKeys.read(generation, name));
    dropInTurns(this.#runtime, keys, (turn, key) => this.#delete(turn, key));
  }
}

/** The state of a process. One that has never been started needs no record. */
export function storeProcess(runtime: Runtime, turn: Turn, ref: Ref): void {
  const member = findMember(runtime.world, ref);
  if (member?.state === NEVER_STARTED) return;
  turn.state(recordKeys.process(ref), member === undefined ? null : encodeProcess(member.state));
  storeLife(runtime, turn, ref, member === undefined ? null : encodeLife(member.state));
}

/** Most processes have no record of their life, and none is deleted for them. */
function storeLife(runtime: Runtime, turn: Turn, ref: Ref, record: Uint8Array | null): void {
  const key = recordKeys.life(ref);
  if (record !== null) runtime.storedLives.add(key);
  else if (!runtime.storedLives.delete(key)) return;
  turn.state(key, record);
}

/** Nothing of the process is stored any more. */
export function dropProcess(runtime: Runtime, turn: Turn, { ref, state }: Member): void {
  if (state === NEVER_STARTED) return;
  turn.state(recordKeys.process(ref), null);
  storeLife(runtime, turn, ref, null);
}

const NAMES = new WeakMap<Config, ReadonlyMap<string, GroupConfig>>();

/** The groups of a configuration by name. */
export function groupsByName(config: Config): ReadonlyMap<string, GroupConfig> {
  const known = NAMES.get(config);
  if (known !== undefined) return known;
  const byName = new Map(config.groups.map((group) => [group.name, group]));
  NAMES.set(config, byName);
  return byName;
}

function isActiveAsRead(runtime: Runtime, read: GroupConfig | undefined, name: string): boolean {
  const active = runtime.world.groups.get(name)?.config;
  return isSame(active, read);
}

function withoutProcesses(config: GroupConfig): GroupConfig {
  return { ...config, processes: [] };
}

function availableRecord(runtime: Runtime, { generation }: Generation): Uint8Array {
  const record: AvailableRecord = { reread: runtime.reread, generation };
  return encodeRecord(record, "2");
}

/** A rough measure of what has been posted. */
function recordBytes(config: GroupConfig | undefined): number {
  return config === undefined ? 50 : 300 * Math.min(config.processes.length, 100);
}

function deletePieces(turn: Turn, id: number, pieces: number): void {
  for (let index = 0; index < pieces; index++) turn.state(recordKeys.list(id, index), null);
}
