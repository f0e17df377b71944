/**
 * Another number of processes for a program that runs (`supervisorctl scale`): from what the file says with the present number and with the wanted one to the
 * groups as they are to be. What follows, starts and stops, is an update in place. (SCL)
 */
import { isSame } from "../config/diff.ts";
import type { GroupConfig, ProcessConfig } from "../config/model.ts";
import { ok, type Result, refuse } from "../result.ts";
import { label, type Ref } from "./world.ts";

/** What a program was told to have. It holds as long as the file says `from`. (SCL-003) */
export type ScaleRecord = {
  /** `program:web` */
  readonly section: string;
  readonly from: number;
  readonly numprocs: number;
};

/** An order that was carried out: given again with the same token, since its answer was lost, it gets the same answer. */
export type ScaleOrder = {
  readonly token: string;
  readonly before: number;
  readonly numprocs: number;
  readonly added: readonly Ref[];
  readonly removed: readonly Ref[];
};

/** What was read, and which of the processes are the program's, in the order of their numbers. */
export type Reading = { readonly groups: readonly GroupConfig[]; readonly own: readonly ProcessConfig[] };

export type ScalePlan = {
  /** The groups that change, as they are to be. */
  readonly groups: readonly GroupConfig[];
  readonly before: number;
  /** By their numbers, upwards. */
  readonly added: readonly Ref[];
  /** The highest number first. */
  readonly removed: readonly Ref[];
};

/** `changed`: what the file says of the program by now is not what runs. */
export type ScaleProblem =
  | { readonly kind: "not-active" }
  | { readonly kind: "changed" }
  | { readonly kind: "taken"; readonly name: string };

/**
 * `now` was read with the number that the program has, `then` with the one that it is to have. Only what follows from the number is taken from the file: other
 * changes in it wait for an update.
 */
export function planScale(active: ReadonlyMap<string, GroupConfig>, now: Reading, then: Reading): Result<ScalePlan, ScaleProblem> {
  if (now.own.length === 0 && then.own.length === 0) return ok({ groups: [], before: 0, added: [], removed: [] });
  const [ownNow, ownThen] = [new Set(now.own), new Set(then.own)];
  const names = new Set([...groupsOf(now), ...groupsOf(then)].filter((name) => active.has(name)));
  if (names.size === 0) return refuse({ kind: "not-active" });
  const taken = takenName(then, ownThen, active, namesOf(now));
  if (taken !== null) return refuse({ kind: "taken", name: taken });
  const [readNow, readThen] = [byName(now.groups), byName(then.groups)];
  if (![...names].every((name) => isAsRead(active.get(name), readNow.get(name), ownNow))) return refuse({ kind: "changed" });
  const groups = [...active.values()].flatMap((group) => {
    const [before, after] = [readNow.get(group.name), readThen.get(group.name)];
    if (before === undefined || after === undefined) return [];
    return changed(group, names.has(group.name) ? scaled(group, before, after, ownThen) : followed(group, before, after)) ?? [];
  });
  const [refsNow, refsThen] = [refsOf(now, active), refsOf(then, active)];
  return ok({
    groups,
    before: refsNow.length / names.size,
    added: without(refsThen, refsNow),
    removed: without(refsNow, refsThen).reverse(),
  });
}

function without(refs: readonly Ref[], others: readonly Ref[]): Ref[] {
  const known = new Set(others.map(label));
  return refs.filter((ref) => !known.has(label(ref)));
}

/** The program's processes by their numbers, those of all its groups that are active. */
function refsOf({ groups, own }: Reading, active: ReadonlyMap<string, GroupConfig>): Ref[] {
  const groupOf = new Map(groups.flatMap((group) => group.processes.map((process): [ProcessConfig, string] => [process, group.name])));
  return own.flatMap((process) => {
    const group = groupOf.get(process);
    return group === undefined || !active.has(group) ? [] : [{ group, process: process.name }];
  });
}

function groupsOf({ groups, own }: Reading): string[] {
  const mine = new Set(own);
  return groups.filter(({ processes }) => processes.some((process) => mine.has(process))).map(({ name }) => name);
}

function byName(groups: readonly GroupConfig[]): ReadonlyMap<string, GroupConfig> {
  return new Map(groups.map((group) => [group.name, group]));
}

/** By group, the names of the program's processes. */
function namesOf({ groups, own }: Reading): ReadonlyMap<string, ReadonlySet<string>> {
  const mine = new Set(own);
  return new Map(groups.map((group) => [group.name, new Set(group.processes.filter((one) => mine.has(one)).map(({ name }) => name))]));
}

/** A name that the program would get and another program of the group has. */
function takenName(
  { groups, own }: Reading,
  isOwn: ReadonlySet<ProcessConfig>,
  active: ReadonlyMap<string, GroupConfig>,
  before: ReadonlyMap<string, ReadonlySet<string>>,
): string | null {
  const placed = new Set<ProcessConfig>();
  for (const { name, processes } of groups) {
    const others = new Set(active.get(name)?.processes.map((process) => process.name));
    for (const process of processes) {
      if (!isOwn.has(process)) continue;
      placed.add(process);
      if (others.has(process.name) && before.get(name)?.has(process.name) !== true) return process.name;
    }
  }
  return own.find((process) => !placed.has(process))?.name ?? null;
}

/** The names of all its processes, and the program's to the last option. */
function isAsRead(active: GroupConfig | undefined, read: GroupConfig | undefined, own: ReadonlySet<ProcessConfig>): boolean {
  if (active === undefined || read === undefined || active.kind !== read.kind) return false;
  if (active.processes.length !== read.processes.length) return false;
  const known = byProcessName(active);
  return read.processes.every((process) => {
    const one = known.get(process.name);
    return one !== undefined && (!own.has(process) || isSame(one, process));
  });
}

function byProcessName(group: GroupConfig): ReadonlyMap<string, ProcessConfig> {
  return new Map(group.processes.map((process) => [process.name, process]));
}

/** With the program's processes as they are to be. Those that stay and say the same stay the same objects. */
function scaled(active: GroupConfig, now: GroupConfig, then: GroupConfig, own: ReadonlySet<ProcessConfig>): ProcessConfig[] {
  const [known, before] = [byProcessName(active), byProcessName(now)];
  return then.processes.flatMap((process) => {
    const old = known.get(process.name);
    if (old === undefined) return own.has(process) ? [process] : [];
    return [own.has(process) && !isSame(old, process) ? process : follow(old, before.get(process.name), process)];
  });
}

/** Another group: what its processes say of the program (`depends_on`) follows. */
function followed(active: GroupConfig, now: GroupConfig, then: GroupConfig): ProcessConfig[] {
  const [before, after] = [byProcessName(now), byProcessName(then)];
  return active.processes.map((process) => follow(process, before.get(process.name), after.get(process.name)));
}

/** What differs between the two readings only comes of the number; what differs otherwise waits for an update. */
function follow(active: ProcessConfig, now: ProcessConfig | undefined, then: ProcessConfig | undefined): ProcessConfig {
  return now !== undefined && then !== undefined && !isSame(now, then) && isSame(active, now) ? then : active;
}

/** null: it is as it was. */
function changed(group: GroupConfig, processes: readonly ProcessConfig[]): GroupConfig | null {
  const isAsBefore = processes.length === group.processes.length && processes.every((process, at) => process === group.processes[at]);
  return isAsBefore ? null : { ...group, processes };
}
