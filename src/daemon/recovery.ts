/**
 * A successor takes over: what the keeper stored is the truth, the file on the disk is not asked. Records that cannot be read, or three predecessors
 * that died young, mean: begin with the configuration and the list of children alone, adopt what can be adopted, say so loudly.
 */
import type { Config } from "../config/model.ts";
import { isPreparing, NEVER_STARTED, type ProcessState } from "../process/machine.ts";
import { type DaemonRecord, decodeRecord, type GroupRecord, recordKeys } from "../supervisor/records.ts";
import { restorePending } from "../supervisor/update.ts";
import { allMembers, label, makeGroup, type World } from "../supervisor/world.ts";
import type { Core, Inheritance } from "./core.ts";
import type { AvailableRecord } from "./grouprecords.ts";

/** So many daemons may die young before their states are suspected. */
export const QUICK_DEATHS_MAX = 3;

export type Stored = {
  readonly running: Config;
  readonly available: Config;
  readonly reread: boolean;
  readonly groups: readonly GroupRecord[];
  readonly daemon: DaemonRecord;
};

/** The stored states, or why they cannot be used. */
export function readStored(inheritance: Inheritance): Stored | string {
  if (inheritance.quickDeaths >= QUICK_DEATHS_MAX) return `${inheritance.quickDeaths} daemons in a row died young`;
  const read = <T>(key: string): T | string => {
    const bytes = inheritance.store.get(key);
    if (bytes === undefined) return `the record ${key} is missing`;
    const decoded = decodeRecord(bytes);
    return decoded.ok ? (decoded.value as T) : `the record ${key} is damaged: ${decoded.error}`;
  };
  const running = read<Config>(recordKeys.config);
  if (typeof running === "string") return running;
  const daemon = read<DaemonRecord>(recordKeys.daemon);
  if (typeof daemon === "string") return daemon;
  const groups: GroupRecord[] = [];
  for (const key of inheritance.store.keys()) {
    if (!key.startsWith(recordKeys.group(""))) continue;
    const group = read<GroupRecord>(key);
    if (typeof group === "string") return group;
    groups.push(group);
  }
  groups.sort((a, b) => a.sequence - b.sequence);
  const active = { ...running, groups: groups.map((group) => group.config) };
  const available = inheritance.store.has(recordKeys.available) ? read<AvailableRecord>(recordKeys.available) : null;
  if (typeof available === "string") return available;
  return {
    running: active,
    available: available === null ? active : restoreAvailable(active, available),
    reread: available?.reread ?? false,
    groups,
    daemon,
  };
}

/** Where the first daemon was started, also when the rest of what is stored cannot be used; null: unknown. */
export function storedStartFolder(inheritance: Inheritance): string | null {
  const bytes = inheritance.store.get(recordKeys.config);
  const decoded = bytes === undefined ? null : decodeRecord(bytes);
  return decoded?.ok === true ? ((decoded.value as Partial<Config>).startFolder ?? null) : null;
}

function restoreAvailable(active: Config, record: AvailableRecord): Config {
  const same = active.groups.filter((group) => record.same.includes(group.name));
  return { ...active, fileOrder: record.fileOrder, groups: [...same, ...record.groups] };
}

/** Fills the world from the records. */
export function restoreWorld(world: World, stored: Stored, inheritance: Inheritance, autoLogs: Map<string, string>): void {
  world.mood = stored.daemon.mood;
  for (const record of stored.groups) {
    const { config, pending = [] } = record;
    const stateOf = (process: string) => storedState(inheritance, label({ group: config.name, process }));
    const states = new Map(config.processes.map(({ name }): [string, ProcessState] => [name, stateOf(name)]));
    world.groups.set(config.name, restorePending(makeGroup(config, record.sequence, states), pending, stateOf));
    world.nextSequence = Math.max(world.nextSequence, record.sequence + 1);
    for (const [key, path] of record.autoLogs) autoLogs.set(key, path);
  }
  const { goingDown } = stored.daemon;
  if (goingDown !== null) {
    const known = (name: string) => world.groups.has(name);
    world.goingDown = {
      waiting: goingDown.waiting.filter(known),
      current: goingDown.current.filter(known),
      nextReportMs: Number(inheritance.monoNs) / 1e6,
      listeningUntilMs: null,
    };
  }
}

function storedState(inheritance: Inheritance, name: string): ProcessState {
  const bytes = inheritance.store.get(`process/${name}`);
  const decoded = bytes === undefined ? null : decodeRecord(bytes);
  return decoded?.ok === true ? (decoded.value as ProcessState) : adopted(inheritance, name);
}

/**
 * Without a record the keeper's list of children is what is left: a live one is RUNNING since its fork, and so is one that ended and of which
 * no daemon has heard yet: the report follows, and it is restarted as configured. One without a pid was being spawned.
 */
export function adopted(inheritance: Inheritance, name: string): ProcessState {
  const all = inheritance.children.filter((one) => one.label === name);
  const child = all.find((one) => one.state !== "exited") ?? all[0];
  if (child === undefined) return { ...NEVER_STARTED, attempt: 1 };
  const startWallMs = Number(child.wallNs) / 1e6;
  const startMonoMs = Number(child.monoNs) / 1e6;
  const state = child.pid === 0 ? "STARTING" : "RUNNING";
  return { ...NEVER_STARTED, state, pid: child.pid, child: child.child, attempt: 1, startWallMs, startMonoMs };
}

/** Adopts into a world that was built from the file: the states come from the list of children. */
export function adoptChildren(world: World, inheritance: Inheritance): void {
  for (const member of allMembers(world)) member.state = adopted(inheritance, label(member.ref));
}

/** Starts that were decided and not yet ordered are prepared again. */
export function resumePreparations(core: Core): void {
  for (const member of allMembers(core.world)) {
    if (isPreparing(member.state)) core.preparations.begin(core, member.ref, member.state.attempt);
  }
}
