/**
 * A successor takes over: what the keeper stored is the truth, the file on the disk is not asked. Records that cannot be read, or three predecessors
 * that died young, mean: begin with the configuration and the list of children alone, adopt what can be adopted, say so loudly.
 */
import { byPriorityAndName } from "../../config/groupsections.ts";
import type { Config, GroupConfig } from "../../config/model.ts";
import { completedDaemon } from "../../config/newoptions.ts";
import type { ChildEntry } from "../../link/messages.ts";
import { isUnderWay } from "../../process/auxiliary.ts";
import { preparation } from "../../process/starting.ts";
import { isPreparing, NEVER_STARTED, type ProcessState } from "../../process/state.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { goOnGoingDown } from "../../supervisor/goingdown.ts";
import { lookAtAllWaiting } from "../../supervisor/member.ts";
import { type DaemonRecord, decodeProcess, decodeRecord, isOldProcess, recordKeys, withStoredLife } from "../../supervisor/records.ts";
import { restorePending, resumeUpdates } from "../../supervisor/update.ts";
import { allMembers, label, makeGroup, type Ref, setState, type World } from "../../supervisor/world.ts";
import type { Configurations } from "../groups/configurations.ts";
import { dropInTurns, type GroupRecords, storeProcess } from "../groups/grouprecords.ts";
import type { Groups } from "../groups/groups.ts";
import { readGroups, type StoredGroups, strayKeys } from "../groups/storedgroups.ts";
import type { Pools } from "../listeners/pools.ts";
import type { AutoLogs } from "../logfiles/autologs.ts";
import type { Inheritance, Runtime } from "../runtime.ts";
import { sweepPidfile } from "../serving/pidfile.ts";
import type { BringUp } from "./bringup.ts";
import { tellDeaths } from "./deaths.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { resumeNaming } from "./survivors.ts";

/** So many daemons may die young before their states are suspected. */
export const QUICK_DEATHS_MAX = 3;

export type Stored = {
  readonly running: Config;
  readonly available: Config;
  readonly reread: boolean;
  readonly groups: StoredGroups;
  readonly daemon: DaemonRecord;
};

/** The stored states, or why they cannot be used. */
export function readStored(inheritance: Inheritance): Stored | string {
  if (inheritance.quickDeaths >= QUICK_DEATHS_MAX) return `${inheritance.quickDeaths} daemons in a row died young`;
  const daemon = readRecord<DaemonRecord>(inheritance, recordKeys.daemon);
  if (!daemon.ok) return daemon.error;
  const configs = readStoredConfig(inheritance);
  return configs.ok ? { ...configs.value, daemon: daemon.value } : configs.error;
}

/** What is stored beside groups and states, also when those cannot be used; null: unknown. */
export function storedFacts(inheritance: Inheritance): Partial<Config> | null {
  const config = readRecord<Partial<Config>>(inheritance, recordKeys.config);
  return config.ok ? config.value : null;
}

/** What was in force and what was read last, without the states. */
export function readStoredConfig(inheritance: Pick<Inheritance, "store">): Result<Omit<Stored, "daemon">, string> {
  const config = readRecord<Config>(inheritance, recordKeys.config);
  if (!config.ok) return config;
  const groups = readGroups(inheritance.store);
  if (!groups.ok) return groups;
  const running = withGroups(
    config.value,
    groups.value.groups.map((group) => group.config),
  );
  const { read, reread } = groups.value;
  // What was added while a reload began has come before the others: what is active is as it was read, in another order.
  const available = withGroups(running, read ?? byPriorityAndName(running.groups));
  return ok({ running, available, reread, groups: groups.value });
}

function withGroups(config: Config, groups: readonly GroupConfig[]): Config {
  return { ...config, daemon: completedDaemon(config.daemon), groups, fileOrder: groups.map(({ name }) => name) };
}

function readRecord<T>(inheritance: Pick<Inheritance, "store">, key: string): Result<T, string> {
  const bytes = inheritance.store.get(key);
  if (bytes === undefined) return refuse(`the record ${key} is missing`);
  const decoded = decodeRecord(bytes);
  return decoded.ok ? ok(decoded.value as T) : refuse(`the record ${key} is damaged: ${decoded.error}`);
}

/** What was in force and what was read last, where it could be read. */
export function restoreConfig(
  { configurations, records }: { readonly configurations: Configurations; readonly records: GroupRecords },
  { available, reread, groups }: Omit<Stored, "daemon">,
): void {
  configurations.restore(available, reread);
  records.restore({ ...groups, read: groups.generation });
}

/** Fills the world from the records. */
export function restoreWorld(runtime: Runtime, stored: Stored, inheritance: Inheritance, autoLogs: AutoLogs): void {
  const { world } = runtime;
  world.mood = stored.daemon.mood;
  world.exit = stored.daemon.exit ?? null;
  world.cutoff = stored.daemon.cutoff ?? null;
  const { isOld } = stored.groups;
  const children = childrenByLabel(inheritance);
  for (const record of stored.groups.groups) {
    const { config, pending } = record;
    const stateOf = (process: string) => storedState(runtime, inheritance, children, { group: config.name, process }, isOld);
    const states = new Map(config.processes.map(({ name }): [string, ProcessState] => [name, stateOf(name)]));
    world.groups.set(config.name, restorePending(makeGroup(config, record.sequence, states), pending, stateOf));
    world.nextSequence = Math.max(world.nextSequence, record.sequence + 1);
    autoLogs.restoreGroup(config.name, world.groups.get(config.name)?.members.values() ?? [], record.autoLogs);
  }
  for (const member of allMembers(world)) setState(world, member, member.state);
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

/** A process that was never started has no record; a daemon of the first version has written one for each. */
function storedState(runtime: Runtime, { store }: Inheritance, children: Children, ref: Ref, isOld: boolean): ProcessState {
  const bytes = store.get(recordKeys.process(ref));
  if (bytes === undefined && !isOld && !children.has(label(ref))) return NEVER_STARTED;
  const decoded = bytes === undefined ? null : decodeProcess(bytes);
  const process = decoded?.ok === true ? decoded.value : adopted(children, label(ref));
  const stored = store.get(recordKeys.life(ref));
  return stored === undefined ? process : withLifeOf(runtime, ref, process, stored);
}

/** A life that cannot be used is begun anew from what the state says. (CMN-027) */
function withLifeOf(runtime: Runtime, ref: Ref, process: ProcessState, stored: Uint8Array): ProcessState {
  const whole = withStoredLife(process, stored);
  if (whole.ok) return whole.value;
  const text = `what was stored of waits, pauses and hooks of ${label(ref)} cannot be used: ${whole.error}`;
  runtime.loop.post((turn) => {
    runtime.activity.write(turn, "warn", text);
    storeProcess(runtime, turn, ref);
  });
  return process;
}

type Children = ReadonlyMap<string, readonly ChildEntry[]>;

/** The keeper's children, by the processes they belong to. */
function childrenByLabel(inheritance: Inheritance): Children {
  const byLabel = new Map<string, ChildEntry[]>();
  for (const child of inheritance.children) {
    const same = byLabel.get(child.label);
    if (same === undefined) byLabel.set(child.label, [child]);
    else same.push(child);
  }
  return byLabel;
}

/**
 * Without a record the keeper's list of children is what is left: a live one is RUNNING since its fork, and so is one that ended and of which
 * no daemon has heard yet: the report follows, and it is restarted as configured. One without a pid was being spawned.
 */
function adopted(children: Children, name: string): ProcessState {
  const all = children.get(name) ?? [];
  const child = all.find((one) => one.state !== "exited") ?? all[0];
  if (child === undefined) return { ...NEVER_STARTED, attempt: 1 };
  const startWallMs = Number(child.wallNs) / 1e6;
  const startMonoMs = Number(child.monoNs) / 1e6;
  const state = child.pid === 0 ? "STARTING" : "RUNNING";
  return { ...NEVER_STARTED, state, pid: child.pid, child: child.child, attempt: 1, startWallMs, startMonoMs };
}

/** Adopts into a world that was built from the file: the states come from the list of children. */
export function adoptChildren(world: World, inheritance: Inheritance): void {
  const children = childrenByLabel(inheritance);
  for (const member of allMembers(world)) setState(world, member, adopted(children, label(member.ref)));
}

/** Writes anew what a daemon of the version before has written of processes. */
export function renewProcesses(runtime: Runtime, inheritance: Inheritance): void {
  for (const { ref } of allMembers(runtime.world)) {
    const bytes = inheritance.store.get(recordKeys.process(ref));
    if (bytes !== undefined && isOldProcess(bytes)) runtime.loop.post((turn) => storeProcess(runtime, turn, ref));
  }
}

/** Deletes from the store what belongs to nothing any more. */
export function dropStrays(runtime: Runtime, stored: Stored, inheritance: Inheritance): void {
  const labels = new Set([...allMembers(runtime.world)].map(({ ref }) => label(ref)));
  dropInTurns(runtime, strayKeys(inheritance.store, stored.groups, labels), (turn, key) => turn.state(key, null));
}

type Parts = {
  readonly pools: Pools;
  readonly groups: Groups;
  readonly lifecycle: Lifecycle;
  readonly bringUp: BringUp;
};

/** From here on a successor is like any daemon. */
export function continueLife(runtime: Runtime, { pools, groups, lifecycle, bringUp }: Parts, inheritance: Inheritance): void {
  const { world, loop } = runtime;
  const promised = inheritance.store.has(recordKeys.reload);
  loop.post((turn) => {
    turn.effect({ type: "ready" });
    const alive = [...allMembers(world)].filter((member) => member.state.pid !== 0).length;
    tellDeaths(runtime, turn, inheritance);
    const { pid } = runtime.doors.birth;
    runtime.activity.write(turn, "info", `the daemon was restarted and carries on: ${alive} running, nothing was lost (daemon pid ${pid})`);
    // A reload that was building up when its daemon died has started some of it: that goes down again first.
    if (world.mood !== "RUNNING") runtime.step(turn, (step, now) => goOnGoingDown(world, now, step));
    else if (world.exit !== null) lifecycle.orderDown(turn, "SHUTDOWN");
    // Starts that were decided and not yet ordered are prepared again.
    for (const { ref, config, state } of allMembers(world)) {
      const prepared = preparation(config, state);
      // Going down has ended its pre_start: it waits for its turn to be stopped, and no other runs. (CMN-010)
      const isOver = world.mood !== "RUNNING" && prepared.part === "variables";
      if (isPreparing(state) && !isUnderWay(state, "pre_start") && !isOver) runtime.carryOut(turn, [{ ...prepared, ref }]);
    }
    runtime.step(turn, (step, now) => {
      resumeUpdates(world, now, step);
      lookAtAllWaiting(world, now, step);
    });
    pools.dispatchAll(turn);
    if (promised) lifecycle.requestReload(turn);
  });
  // As at a start: whoever is answered finds the pid file.
  const isToAnnounce = world.mood === "RUNNING" && inheritance.store.has(recordKeys.beginning);
  const announced = isToAnnounce ? sweepPidfile(runtime).then(() => bringUp.announce()) : Promise.resolve();
  void announced.then(() => {
    groups.startAutostarts();
    void resumeNaming(runtime, inheritance);
    void bringUp.serve();
  });
}
