/**
 * What is left of runs of which nothing is to survive is looked for and killed, round after round, until a look finds nobody. It follows from the states which
 * sweeps are under way, so a successor goes on with them. Looks are made beside the loop, one for all sweeps. (KILL-003, KILL-004, KILL-007)
 */
import type { KernelProcess, Now } from "../../doors.ts";
import type { Leftover, Sweep } from "../../process/life.ts";
import { isDead, membersOf, type Seen, type Spared } from "../../process/runtree.ts";
import type { ProcessEffect } from "../../process/state.ts";
import type { Result } from "../../result.ts";
import { watchedPids } from "../../supervisor/spared.ts";
import { stepMember } from "../../supervisor/step.ts";
import { findMember, type Member, type Ref } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Part, Runtime } from "../runtime.ts";
import type { Cgroups } from "./cgroups.ts";
import { hasMark, TREE_VARIABLE, treeMark } from "./treemark.ts";

/** Time between the end of a look and the next. */
const ROUND_MS = 50;
/** The same where only control groups are emptied: that is over at once. */
const GROUP_ROUND_MS = 10;
/** A look that has not come back so long after the time for the sweep was over is not waited for. */
const LATE_MS = 1000;
/** Signals in a round; who is left has the next. */
const SIGNALS_MAX = 2000;
/** So many looks in a row may leave something open: on a busy machine there is always somebody who has just gone. */
const UNCERTAIN_MAX = 5;
/** Environments that are read for one look. */
const ENVIRONMENTS_MAX = 10_000;
const SIGKILL = 9;
/** The kernel's thread that has all others of its kind as children: they have no environment. */
const KTHREADD = 2;

/** One run that is swept. */
type Hunt = Sweep & {
  readonly ref: Ref;
  /** Whoever was found, with the start: who leaves his parents later is known still. */
  readonly known: Map<number, number>;
  left: readonly Leftover[];
};

type Asked = Extract<ProcessEffect, { type: "tree" }> & { readonly ref: Ref };
/** A group after it was told to be emptied. */
type Emptied = { readonly hunt: Hunt; readonly result: Result<boolean, string>; readonly left: readonly Leftover[] };
/** What a look has found. */
type Found = {
  readonly table: ReadonlyMap<number, KernelProcess>;
  readonly marks: ReadonlyMap<number, Read>;
  /** Somebody new could not be read: he may have been of a run, and have started another. */
  readonly isUncertain: boolean;
};
/** Undefined: it could not be read, and is tried again. */
type Read = { readonly startTicks: number; readonly mark: string | null | undefined };

export class Sweeps implements Part {
  readonly #runtime: Runtime;
  readonly #cgroups: Pick<Cgroups, "empty" | "pidsOfRun">;
  /** By child. */
  readonly #hunts = new Map<number, Hunt>();
  /** By child, who was seen below a main process that was to be stopped, with the start. */
  readonly #below = new Map<number, Map<number, number>>();
  /** What was read in the environment of each process. */
  readonly #marks = new Map<number, Read>();
  /** When the next look is due; null: nobody wants one, or it is under way. */
  #nextMs: number | null = null;
  #isLooking = false;
  /** Looks in a row at which somebody new could not be read. */
  #uncertain = 0;

  constructor(runtime: Runtime, cgroups: Pick<Cgroups, "empty" | "pidsOfRun">) {
    this.#runtime = runtime;
    this.#cgroups = cgroups;
  }

  /** Before the main process gets a signal: when it has ended nobody knows any more who was below it. */
  whileAlive(turn: Turn, { ref, child, pid, act }: Asked): void {
    const cgroup = findMember(this.#runtime.world, ref)?.state.life.tree?.cgroup;
    if (cgroup !== undefined && act === "kill") void this.#cgroups.empty(cgroup);
    const below = this.#below.get(child) ?? new Map<number, number>();
    this.#below.set(child, below);
    for (const one of this.#runtime.doors.processes.below(pid)) below.set(one.pid, one.startTicks);
    if (act === "kill") for (const [one, startTicks] of below) kill(turn, one, startTicks);
  }

  /** What was seen of it matters only where it is swept. */
  reaped(ref: Ref, child: number): void {
    if (findMember(this.#runtime.world, ref)?.state.life.sweep?.child !== child) this.#below.delete(child);
  }

  /** How many of an ended run are being killed; null: there is no sweep. */
  countOf({ state: { life } }: Member): number | null {
    return life.sweep === undefined ? null : (this.#hunts.get(life.sweep.child)?.left.length ?? 0);
  }

  nextDeadlineMs(): number | null {
    this.#takeUp();
    if (!this.#isLooking) return this.#nextMs;
    const ends = [...this.#hunts.values()].map(({ untilMs }) => untilMs);
    return ends.length === 0 ? null : Math.min(...ends) + LATE_MS;
  }

  deadlinePassed(now: Now): void {
    if (this.#isLooking) this.#giveUp(now);
    else if (this.#nextMs !== null && this.#nextMs <= now.monoMs) void this.#look();
  }

  /** The states say what is swept. */
  #takeUp(): void {
    for (const member of this.#runtime.world.sweeping) {
      const { ref, state } = member;
      const { sweep } = state.life;
      if (sweep === undefined || this.#hunts.has(sweep.child) || findMember(this.#runtime.world, ref) !== member) continue;
      const nowMs = this.#runtime.doors.clock.now().monoMs;
      const known = this.#below.get(sweep.child) ?? new Map();
      this.#below.delete(sweep.child);
      // A successor has time for a look and another one, however late it is.
      const untilMs = Math.max(sweep.untilMs, nowMs + LATE_MS);
      this.#hunts.set(sweep.child, { ...sweep, ref, untilMs, known, left: [] });
      this.#nextMs = nowMs;
    }
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    this.#nextMs = null;
    const hunts = [...this.#hunts.values()];
    const others = hunts.filter(({ cgroup }) => cgroup === undefined);
    const groups = Promise.all(hunts.filter(({ cgroup }) => cgroup !== undefined).map((hunt) => this.#empty(hunt)));
    const found = others.length === 0 ? null : await this.#find(others);
    const emptied = await groups;
    this.#runtime.loop.post((turn) => {
      this.#isLooking = false;
      const now = this.#runtime.doors.clock.now();
      const spared = this.#spared();
      if (found !== null) for (const hunt of others) this.#act(turn, hunt, found, spared, now);
      for (const one of emptied) this.#actOnGroup(turn, one, now);
      if (this.#hunts.size === 0) this.#marks.clear();
      else this.#nextMs ??= now.monoMs + (others.length === 0 ? GROUP_ROUND_MS : ROUND_MS);
    });
  }

  /** Everything in a control group is killed in one go, whoever forks meanwhile; it is empty a moment later. (KILL-002) */
  async #empty(hunt: Hunt): Promise<Emptied> {
    const cgroup = hunt.cgroup ?? "";
    const result = await this.#cgroups.empty(cgroup);
    const pids = result.ok && !result.value ? await this.#cgroups.pidsOfRun(cgroup) : [];
    return { hunt, result, left: pids.flatMap((pid) => this.#runtime.doors.processes.one(pid) ?? []).map(leftover) };
  }

  #actOnGroup(turn: Turn, { hunt, result, left }: Emptied, now: Now): void {
    if (this.#hunts.get(hunt.child) !== hunt) return;
    hunt.left = left;
    if (result.ok && (result.value || now.monoMs >= hunt.untilMs)) return this.#end(turn, hunt);
    if (result.ok) return;
    // The group cannot be had: its processes are looked for.
    const { cgroup: _, ...others } = hunt;
    this.#hunts.set(hunt.child, others);
    this.#nextMs = now.monoMs;
  }

  async #find(hunts: readonly Hunt[]): Promise<Found> {
    const processes = await this.#runtime.doors.processes.all();
    const sinceTicks = Math.min(...hunts.map((hunt) => hunt.sinceTicks));
    const table = new Map(processes.map((one) => [one.pid, one]));
    for (const [pid, { startTicks }] of this.#marks) if (table.get(pid)?.startTicks !== startTicks) this.#marks.delete(pid);
    const isUncertain = await this.#readMarks(processes.filter((one) => one.startTicks >= sinceTicks));
    this.#uncertain = isUncertain ? this.#uncertain + 1 : 0;
    return { table, marks: new Map(this.#marks), isUncertain: isUncertain && this.#uncertain <= UNCERTAIN_MAX };
  }

  /** Once of each process: who has no mark gets none later, and who has one keeps it until it runs another program. */
  async #readMarks(processes: readonly KernelProcess[]): Promise<boolean> {
    const isUnread = ({ pid, parent, state }: KernelProcess): boolean =>
      !isDead(state) && parent !== KTHREADD && this.#marks.get(pid)?.mark === undefined;
    const unread = processes.filter(isUnread);
    let isUncertain = false;
    await Promise.all(
      unread.slice(0, ENVIRONMENTS_MAX).map(async ({ pid, startTicks }) => {
        const mark = await this.#runtime.doors.processes.variableOf(pid, TREE_VARIABLE);
        isUncertain ||= mark === undefined && !this.#marks.has(pid);
        this.#marks.set(pid, { startTicks, mark });
      }),
    );
    return isUncertain;
  }

  #spared(): Spared {
    const { world, keeperPid, doors } = this.#runtime;
    return { keeper: keeperPid, others: watchedPids(world).add(doors.birth.pid) };
  }

  /** Whoever is found is remembered and killed. */
  #act(turn: Turn, hunt: Hunt, { table, marks, isUncertain }: Found, spared: Spared, now: Now): void {
    if (this.#hunts.get(hunt.child) !== hunt) return;
    const mark = treeMark(this.#runtime, hunt.child);
    const isMarked = ({ pid }: Seen): boolean => hasMark(marks.get(pid)?.mark ?? null, mark);
    const members = [...membersOf({ ...hunt, isMarked }, table, spared).keys()].flatMap((pid) => table.get(pid) ?? []);
    for (const { pid, startTicks } of members) hunt.known.set(pid, startTicks);
    hunt.left = members.map(leftover);
    for (const { pid, startTicks } of members.slice(0, SIGNALS_MAX)) kill(turn, pid, startTicks);
    if ((members.length === 0 && !isUncertain) || now.monoMs >= hunt.untilMs) this.#end(turn, hunt);
  }

  #end(turn: Turn, hunt: Hunt): void {
    this.#hunts.delete(hunt.child);
    const { world } = this.#runtime;
    const member = findMember(world, hunt.ref);
    if (member === undefined) return;
    const input = { type: "swept", child: hunt.child, left: hunt.left } as const;
    this.#runtime.step(turn, (step, now) => stepMember(world, member, input, now, step));
  }

  /** A look has not come back. */
  #giveUp(now: Now): void {
    const late = [...this.#hunts.values()].filter(({ untilMs }) => untilMs + LATE_MS <= now.monoMs);
    if (late.length === 0) return;
    this.#runtime.loop.post((turn) => {
      for (const hunt of late) if (this.#hunts.get(hunt.child) === hunt) this.#end(turn, hunt);
    });
  }
}

function kill(turn: Turn, pid: number, startTicks: number): void {
  turn.effect({ type: "signal-process", pid, startTicks: BigInt(startTicks), signal: SIGKILL });
}

function leftover({ pid, name, state }: KernelProcess): Leftover {
  return { pid, name: name.replaceAll(/\p{C}/gu, "?"), state };
}
