/**
 * Auxiliary runs, carried out: each waits for a free place, is prepared beside the loop, spawned as a child `GROUP:NAME:WHAT`, and told to its process when it
 * ends. What decides about them is `process/auxiliary.ts`, where it also says how a new kind is added; here a new kind needs nothing. (CMN-022..026)
 */
import type { Now } from "../../doors.ts";
import type { Report } from "../../link/messages.ts";
import { isUnderWay, RUN_END_MS, RUNS, type RunInput, runsOf } from "../../process/auxiliary.ts";
import type { Run, RunOutcome, What } from "../../process/run.ts";
import { stepMember, stepMemberRun } from "../../supervisor/step.ts";
import { allMembers, findMember, type Member, memberOfRun, type Ref, runOfLabel } from "../../supervisor/world.ts";
import type { Outputs } from "../logfiles/outputs.ts";
import type { Targets } from "../logfiles/targets.ts";
import type { Turn } from "../loop/turn.ts";
import type { History } from "../observers/history.ts";
import type { Cgroups } from "../runs/cgroups.ts";
import type { Inheritance, Part, Runtime } from "../runtime.ts";
import type { Readings } from "./readings.ts";
import { planRun, type RunPlan, runFrame } from "./runplan.ts";
import { whyNotRun } from "./spawnerrors.ts";

/** So many at a time; others wait in their order, and that counts for nobody. (CMN-026) */
export const PLACES = { check: 8, other: 64 } as const;
type Place = keyof typeof PLACES;

const SIGKILL = 9;
const SIGTERM = 15;

type Rooms = {
  readonly outputs: Outputs;
  readonly targets: Targets;
  readonly readings: Readings;
  readonly history: History;
  readonly cgroups: Cgroups;
};

/** A run that is being prepared, or waits for its place. */
type Entry = {
  readonly ref: Ref;
  readonly sequence: number | undefined;
  readonly what: What;
  readonly number: number;
  readonly place: Place;
  /** When its preparation is given up; infinity while it waits for its place. */
  untilMs: number;
};

export class AuxiliaryRuns implements Part {
  readonly #runtime: Runtime;
  readonly #rooms: Rooms;
  readonly #waiting: { readonly [P in Place]: Entry[] } = { check: [], other: [] };
  readonly #preparing = new Set<Entry>();
  readonly #plans = new Map<number, RunPlan>();
  /** Children that are there, with the places they hold. */
  readonly #places = new Map<number, Place>();
  /** Children of processes that are no more, and when which signal follows, monotonic. */
  readonly #strays = new Map<number, { readonly dueMs: number; readonly signal: 9 | 15 }>();

  constructor(runtime: Runtime, rooms: Rooms) {
    this.#runtime = runtime;
    this.#rooms = rooms;
  }

  /** Goes on with what is there, and runs again what never was; what no process knows of is ended. (CMN-025) */
  restore({ children }: Inheritance): void {
    const { world, loop } = this.#runtime;
    const known = new Set(children.map(({ child }) => child));
    for (const member of allMembers(world)) {
      for (const run of runsOf(member.state)) {
        if (run.child === 0 && run.isQueued !== true) this.order(member.ref, run.what, run.number);
        else if (known.has(run.child)) this.#places.set(run.child, RUNS[run.what].place);
        else if (run.child !== 0) loop.post((turn) => this.#step(turn, member, { type: "run-lost", child: run.child }));
      }
    }
    // What was known of the way down was lost with the record of its life: it goes on, so that the stop comes to its end.
    for (const member of allMembers(world)) {
      const { state, deadlines } = member.state;
      if (state === "STOPPING" && deadlines.kill === undefined && !isUnderWay(member.state, "pre_stop")) this.#goOnStopping(member);
    }
    for (const { child, label } of children) {
      if (runOfLabel(label) !== null && !world.byRun.has(child)) loop.post((turn) => this.#endStray(turn, child, SIGKILL));
    }
  }

  /** A run is due: it is prepared when there is a place. */
  order(ref: Ref, what: What, number: number): void {
    const sequence = this.#runtime.world.groups.get(ref.group)?.sequence;
    const { place } = RUNS[what];
    this.#waiting[place].push({ ref, sequence, what, number, place, untilMs: Number.POSITIVE_INFINITY });
    // After the turn that has ordered it: by then everything that it is told is known.
    this.#runtime.loop.post(() => this.#fill(place));
  }

  /** Its spawn, in the batch that stores its number and its deadline. Its stdin is at its end. */
  spawn(turn: Turn, ref: Ref, number: number, child: number): void {
    const plan = this.#plans.get(child);
    if (plan === undefined) throw new Error(`broken invariant: run ${number} of ${ref.process} is spawned without a plan`);
    this.#plans.delete(child);
    const { outputs, targets } = this.#rooms;
    const frame = runFrame(this.#runtime, targets, ref, child, plan);
    outputs.spawningRun(ref, frame, RUNS[plan.what].isCaptured);
    turn.effect(frame);
    turn.effect({ type: "stdin-close", child });
  }

  /** Takes the reports about runs; false: the child is none. */
  takes(turn: Turn, report: Report, at: Now | null): boolean {
    if (!("child" in report)) return false;
    const member = memberOfRun(this.#runtime.world, report.child);
    if (member === undefined && !this.#strays.has(report.child) && !this.#places.has(report.child)) return false;
    if (report.type === "spawned" && member !== undefined) this.#step(turn, member, { ...report, type: "run-spawned" }, at);
    if (report.type !== "exited" && report.type !== "spawn-failed") return true;
    this.#strays.delete(report.child);
    const output = this.#rooms.outputs.capturedOf(report.child);
    this.#rooms.outputs.reaped(turn, report.child);
    this.#leave(report.child);
    if (member === undefined) turn.effect({ type: "forget-child", child: report.child });
    else if (report.type === "exited") this.#step(turn, member, { ...report, type: "run-exited", output }, at);
    else this.#step(turn, member, { type: "run-not-spawned", child: report.child, text: whyNotRun(member.config, report) }, at);
    return true;
  }

  /** Nothing is left of the process: what runs beside it goes as well; what serves its way down may first have its time. */
  groupChanged(turn: Turn): void {
    const { world } = this.#runtime;
    for (const [child, member] of world.byRun) {
      if (findMember(world, member.ref) === member) continue;
      world.byRun.delete(child);
      const run = runsOf(member.state).find((one) => one.child === child);
      const isLeft = run !== undefined && run.ending === undefined && RUNS[run.what].isOfTheWayDown;
      if (isLeft) this.#strays.set(child, { dueMs: run.untilMs ?? 0, signal: SIGTERM });
      else this.#endStray(turn, child, SIGTERM);
    }
  }

  nextDeadlineMs(): number | null {
    const earliest = Math.min(
      ...[...this.#preparing].map(({ untilMs }) => untilMs),
      ...[...this.#strays.values()].map(({ dueMs }) => dueMs),
    );
    return earliest === Number.POSITIVE_INFINITY ? null : earliest;
  }

  timePassed(turn: Turn): void {
    const { monoMs } = this.#runtime.doors.clock.now();
    for (const [child, { dueMs, signal }] of this.#strays) if (dueMs <= monoMs) this.#endStray(turn, child, signal);
    for (const entry of this.#preparing) if (entry.untilMs <= monoMs) this.#deliver(turn, entry, { kind: "timeout" });
  }

  #goOnStopping(member: Member): void {
    const input = { type: "run-ended", what: "pre_stop", number: 0, outcome: { kind: "exit", code: 0 }, output: "" } as const;
    const { loop, step, world } = this.#runtime;
    loop.post((turn) => step(turn, (one, now) => stepMember(world, member, input, now, one)));
  }

  #fill(place: Place): void {
    const inside = [...this.#places.values(), ...[...this.#preparing].map((entry) => entry.place)].filter((one) => one === place).length;
    for (const entry of this.#waiting[place].splice(0, Math.max(0, PLACES[place] - inside))) this.#prepare(entry);
  }

  #prepare(entry: Entry): void {
    const found = this.#find(entry);
    if (found === null) return this.#runtime.loop.post(() => this.#fill(entry.place));
    const { member, run } = found;
    const { readings, history, cgroups } = this.#rooms;
    entry.untilMs = this.#runtime.doors.clock.now().monoMs + run.timeoutMs;
    this.#preparing.add(entry);
    const facts = { variables: readings.of(member.ref), restarts: history.restarts(member) };
    void planRun(this.#runtime, member, run, facts, cgroups).then((plan) =>
      this.#runtime.loop.post((turn) => this.#deliver(turn, entry, plan.ok ? plan.value : { kind: "not-run", text: plan.error })),
    );
  }

  #deliver(turn: Turn, entry: Entry, result: RunPlan | RunOutcome): void {
    if (!this.#preparing.delete(entry)) return;
    const member = this.#find(entry)?.member;
    const { number } = entry;
    if (member !== undefined && "kind" in result) this.#step(turn, member, { type: "run-unprepared", number, outcome: result });
    if (member !== undefined && !("kind" in result)) {
      const child = this.#runtime.numbers.next(turn);
      this.#plans.set(child, result);
      this.#places.set(child, entry.place);
      this.#step(turn, member, { type: "run-prepared", number, child });
    }
    this.#fill(entry.place);
  }

  /** null: it has been called off, or its process is no more. */
  #find({ ref, sequence, number }: Entry): { readonly member: Member; readonly run: Run } | null {
    const { world } = this.#runtime;
    const member = findMember(world, ref);
    if (member === undefined || world.groups.get(ref.group)?.sequence !== sequence) return null;
    const run = runsOf(member.state).find((one) => one.number === number && one.child === 0);
    return run === undefined ? null : { member, run };
  }

  #leave(child: number): void {
    const place = this.#places.get(child);
    if (place === undefined) return;
    this.#places.delete(child);
    this.#fill(place);
  }

  #endStray(turn: Turn, child: number, signal: 9 | 15): void {
    const killMs = this.#runtime.doors.clock.now().monoMs + RUN_END_MS;
    this.#strays.set(child, { dueMs: signal === SIGKILL ? Number.POSITIVE_INFINITY : killMs, signal: SIGKILL });
    turn.effect({ type: "signal", child, signal, to: "group" });
  }

  #step(turn: Turn, member: Member, input: RunInput, at: Now | null = null): void {
    const { world, step, doors } = this.#runtime;
    step(turn, (one, now) => stepMemberRun(world, member, input, now, one), at ?? doors.clock.now());
  }
}
