/**
 * Everything the daemon knows of what it supervises. One mutable table, changed by `step.ts` alone: deterministic, without I/O, without a clock.
 * What must survive the daemon is named by a key and written to the keeper with the effects that belong to it (`records.ts`).
 */
import type { GroupConfig, ProcessConfig } from "../config/model.ts";
import { runsDueMs } from "../process/auxiliary.ts";
import { reloadDueMs } from "../process/reload.ts";
import type { Run, What } from "../process/run.ts";
import { earliestDeadline, NEVER_STARTED, type ProcessState } from "../process/state.ts";
import { type Mood, STATES } from "../process/states.ts";
import { isClear, isOver } from "../process/sweeping.ts";
import { Dependants } from "./dependants.ts";
import type { Operation } from "./rolling.ts";

/** A group and a process in it. */
export type Ref = { readonly group: string; readonly process: string };

export type Member = {
  readonly ref: Ref;
  config: ProcessConfig;
  state: ProcessState;
  /** An update of its group waits until it is down. */
  pending: Pending | null;
  /** Grows with every change that clients can see. */
  version: number;
};

/** What becomes of a process once it is down. */
export type Pending = {
  /** null: it is taken out of its group. */
  readonly config: ProcessConfig | null;
  readonly start: boolean;
};

export type Group = {
  /** As it is to be: a process that is pending still has its old configuration. */
  readonly config: GroupConfig;
  /** Order of arrival: groups of equal priority keep it. (PROC-142) */
  readonly sequence: number;
  readonly members: ReadonlyMap<string, Member>;
};

/** Going down: who is still to be stopped, and what comes after. */
export type GoingDown = {
  /** Groups that have not been told yet, in the order of their turn. */
  readonly waiting: string[];
  /** Groups that have been told and must be gone before the next is. */
  current: readonly string[];
  nextReportMs: number;
  /** The next group is one of listeners that have not heard everything yet: it is told at this time, or at once when they have. Not stored. */
  listeningUntilMs: number | null;
};

/** A client that waits for a process. */
export type Waiter = {
  readonly id: number;
  readonly ref: Ref;
  /** `clear`: it is stopped, and its next run would meet nothing of the last. */
  readonly until: "spawned" | "running" | "stopped" | "clear";
  /** When the log is next told that somebody waits for a stop, monotonic. (PROC-125) */
  reportMs: number;
};

/** When patience with a shutdown ends, monotonic; once it is over, when supervisord ends whatever is left. */
export type Cutoff = { readonly dueMs: number; readonly isOver: boolean };

export type World = {
  mood: Mood;
  goingDown: GoingDown | null;
  /** The code with which supervisord ends, where the end of a process has decided that. */
  exit: { readonly code: number } | null;
  cutoff: Cutoff | null;
  readonly groups: Map<string, Group>;
  /** Members that have a deadline, with when the first comes, and perhaps some that are gone: looking at all would take long where there are thousands. */
  readonly timed: Map<Member, number>;
  /** Members by their child; those that are gone are among them until another takes the number. */
  readonly byChild: Map<number, Member>;
  /** The same for auxiliary runs. */
  readonly byRun: Map<number, Member>;
  /** Members that are to be restarted when their turn comes. */
  readonly due: Set<Member>;
  /** Members of which something is left that is being killed, and perhaps some that are gone. */
  readonly sweeping: Set<Member>;
  /** What is kept of clients' words (`persist_state`): whether a process that comes into the world starts by itself, by `group:process`. */
  autostarts: ReadonlyMap<string, boolean>;
  nextSequence: number;
  readonly waiters: Map<number, Waiter>;
  readonly dependants: Dependants<Member>;
  /** Rolling restarts, by their numbers: those that go on, and the last that have ended. */
  readonly operations: Map<number, Operation>;
};

export function emptyWorld(): World {
  return {
    mood: "RUNNING",
    goingDown: null,
    groups: new Map(),
    timed: new Map(),
    byChild: new Map(),
    byRun: new Map(),
    due: new Set(),
    sweeping: new Set(),
    exit: null,
    cutoff: null,
    autostarts: new Map(),
    nextSequence: 0,
    waiters: new Map(),
    dependants: new Dependants(),
    operations: new Map(),
  };
}

export function makeGroup(config: GroupConfig, sequence: number, states: ReadonlyMap<string, ProcessState> = new Map()): Group {
  const members = config.processes.map((process): [string, Member] => {
    const state = states.get(process.name) ?? NEVER_STARTED;
    return [process.name, makeMember(config.name, process, state)];
  });
  return { config, sequence, members: new Map(members) };
}

export function makeMember(group: string, config: ProcessConfig, state: ProcessState = NEVER_STARTED): Member {
  return { ref: { group, process: config.name }, config, state, pending: null, version: 0 };
}

/** Takes a process out of its group; whoever keeps views of the group sees that it is another one. */
export function removeMember(world: World, name: string, process: string): void {
  const group = world.groups.get(name);
  if (group === undefined) return;
  const members = group.members as Map<string, Member>;
  const member = members.get(process);
  if (member !== undefined) forgetMember(world, member);
  members.delete(process);
  world.groups.set(name, { ...group });
}

/** It is taken out: nothing is kept of what it needs, nor is anything of it hunted. */
export function forgetMember(world: World, member: Member): void {
  world.dependants.forget(member);
  world.sweeping.delete(member);
}

export function findMember(world: World, ref: Ref): Member | undefined {
  return world.groups.get(ref.group)?.members.get(ref.process);
}

/** Whose child it is. */
export function memberOfChild(world: World, child: number): Member | undefined {
  const member = child === 0 ? undefined : world.byChild.get(child);
  return member?.state.child === child && findMember(world, member.ref) === member ? member : undefined;
}

/** Beside whom this child runs. */
export function memberOfRun(world: World, child: number): Member | undefined {
  const member = world.byRun.get(child);
  return member !== undefined && findMember(world, member.ref) === member ? member : undefined;
}

/** Gives a member its next state. */
export function setState(world: World, member: Member, state: ProcessState): void {
  const before = member.state.child;
  const runs = member.state.life.runs;
  if (before !== state.child && world.byChild.get(before) === member) world.byChild.delete(before);
  member.state = state;
  if (state.child !== 0) world.byChild.set(state.child, member);
  if (runs !== undefined || state.life.runs !== undefined) noteRuns(world, member, runs ?? []);
  const dueMs = soonestMs(state);
  if (dueMs === Number.POSITIVE_INFINITY) world.timed.delete(member);
  else world.timed.set(member, dueMs);
  if (state.life.due === undefined) world.due.delete(member);
  else world.due.add(member);
  if (state.life.sweep === undefined) world.sweeping.delete(member);
  else world.sweeping.add(member);
  world.dependants.changed(member);
}

function noteRuns(world: World, member: Member, before: readonly Run[]): void {
  for (const { child } of before) if (world.byRun.get(child) === member) world.byRun.delete(child);
  for (const { child } of member.state.life.runs ?? []) if (child !== 0) world.byRun.set(child, member);
}

/** When the first of its deadlines comes, awaited or not. */
function soonestMs(state: ProcessState): number {
  const name = earliestDeadline(state);
  const dueMs = name === null ? undefined : state.deadlines[name];
  return Math.min(dueMs ?? Number.POSITIVE_INFINITY, runsDueMs(state), reloadDueMs(state));
}

/** Gives a member its next configuration. */
export function changeConfig(world: World, member: Member, config: ProcessConfig): void {
  member.config = config;
  world.dependants.changed(member);
}

/** By priority; equal ones in the order of their arrival. (PROC-142) */
export function groupsInOrder(world: World): Group[] {
  return inOrder([...world.groups.values()]);
}

/** Sorts some groups as `groupsInOrder` has all of them. */
export function inOrder(groups: Group[]): Group[] {
  return groups.sort((a, b) => a.config.priority - b.config.priority || a.sequence - b.sequence);
}

export function* allMembers(world: World): Generator<Member> {
  for (const group of world.groups.values()) yield* group.members.values();
}

/** STOPPED, EXITED, FATAL, UNKNOWN. (PROC-002) */
export function isStopped(member: Member): boolean {
  return STATES[member.state.state].stopped;
}

/** It is stopped, and nothing of its last run is left that is being ended. */
export function isDone(member: Member): boolean {
  return isStopped(member) && isOver(member.state);
}

/** And no command that was to stop it still runs: it can be taken out, and another of its name be started. */
export function isCleared(member: Member): boolean {
  return isStopped(member) && isClear(member.state);
}

/** The label under which the keeper and the store know a process: unique, since names hold no colon. */
export function label(ref: Ref): string {
  return `${ref.group}:${ref.process}`;
}

/** That of an auxiliary run of it: a third part, which no name of a process has. (CMN-022) */
export function runLabel(ref: Ref, what: What): string {
  return `${label(ref)}:${what}`;
}

/** Whose run a child with this label is, and which; null: it is none. */
export function runOfLabel(text: string): { readonly ref: Ref; readonly what: string } | null {
  const [group, process, what, ...more] = text.split(":");
  return group === undefined || process === undefined || what === undefined || more.length > 0 ? null : { ref: { group, process }, what };
}
