/**
 * What happens between the decision to start a process and the spawn: files of variables are read, the command is looked up, the user resolved, the FastCGI
 * socket bound. All of it asks a disk and may take its time, so it is done beside the loop; the results come back in the order in which the starts were
 * decided (PROC-143), but a disk that does not answer holds up its own process only.
 */
import type { Variables } from "../../config/envfile.ts";
import type { Now } from "../../doors.ts";
import type { PreparedPart, ProcessEffect, ProcessInput } from "../../process/state.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { stepMember } from "../../supervisor/step.ts";
import { findMember, type Ref } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Cgroups } from "../runs/cgroups.ts";
import type { Runtime } from "../runtime.ts";
import type { FastCgiSockets } from "./fastcgi.ts";
import { planSpawn, planVariables, type SpawnPlan } from "./plan.ts";
import type { Readings } from "./readings.ts";

/** So long does a preparation keep its place in the order while later ones are ready: longer than a busy machine takes, less than a person minds. */
const GRACE_MS = 500;

type Asked = Extract<ProcessEffect, { type: "prepare" }> & { readonly ref: Ref };
type Prepared = { readonly variables: Variables | null } | SpawnPlan;

type Entry = {
  readonly ref: Ref;
  readonly part: PreparedPart | undefined;
  /** Which group of that name it was: an update in place keeps the number, a group that was removed and added again has another. */
  readonly sequence: number | undefined;
  readonly attempt: number;
  readonly sinceMs: number;
  readonly readsFiles: boolean;
  result: Result<Prepared, string> | null;
};

export class Preparations {
  readonly #runtime: Runtime;
  readonly #fastCgi: FastCgiSockets;
  readonly #readings: Readings;
  readonly #cgroups: Cgroups;
  /** In the order of the decisions. */
  #waiting: Entry[] = [];
  /** Lost their place; they come when they come. */
  readonly #late = new Set<Entry>();
  readonly #plans = new Map<number, SpawnPlan>();

  constructor(runtime: Runtime, fastCgi: FastCgiSockets, readings: Readings, cgroups: Cgroups) {
    this.#runtime = runtime;
    this.#fastCgi = fastCgi;
    this.#readings = readings;
    this.#cgroups = cgroups;
  }

  prepare({ ref, attempt, part }: Asked): void {
    const entry: Entry = {
      ref,
      part,
      sequence: this.#runtime.world.groups.get(ref.group)?.sequence,
      attempt,
      sinceMs: this.#runtime.doors.clock.now().monoMs,
      readsFiles: (findMember(this.#runtime.world, ref)?.config.envFiles?.length ?? 0) > 0,
      result: null,
    };
    this.#waiting.push(entry);
    void this.#planned(ref, part).then((result) => {
      entry.result = result;
      if (this.#late.delete(entry)) this.#deliver(entry, result);
      else this.deadlinePassed(this.#runtime.doors.clock.now());
      // Files of variables may lie on a disk that does not answer: who waits behind needs the alarm, though no turn comes of it.
      if (this.#waiting[0]?.readsFiles === true && this.nextDeadlineMs() !== null) this.#runtime.loop.deadlineChanged();
    });
  }

  #planned(ref: Ref, part: PreparedPart | undefined): Promise<Result<Prepared, string>> {
    if (part === undefined) return planSpawn(this.#runtime, { fastCgi: this.#fastCgi, cgroups: this.#cgroups }, ref);
    if (part === "command")
      return planSpawn(this.#runtime, { fastCgi: this.#fastCgi, cgroups: this.#cgroups }, ref, this.#readings.of(ref));
    return planVariables(this.#runtime, ref).then((read) => (read.ok ? ok({ variables: read.value }) : read));
  }

  /** Delivers what is ready, in order; called again when the grace of the first is over. */
  deadlinePassed(now: Now): void {
    while (this.#waiting.some((entry) => entry.result !== null)) {
      const first = this.#waiting[0];
      if (first === undefined) return;
      if (first.result === null && now.monoMs - first.sinceMs < GRACE_MS) return;
      this.#waiting.shift();
      if (first.result === null) this.#late.add(first);
      else this.#deliver(first, first.result);
    }
  }

  /** When `deadlinePassed` has something to do, monotonic. */
  nextDeadlineMs(): number | null {
    const first = this.#waiting[0];
    return first !== undefined && first.result === null && this.#waiting.some((entry) => entry.result !== null)
      ? first.sinceMs + GRACE_MS
      : null;
  }

  /** The plan of a spawn that is being ordered now; it is needed once. */
  take(child: number): SpawnPlan {
    const plan = this.#plans.get(child);
    if (plan === undefined) throw new Error(`broken invariant: child ${child} is spawned without a plan`);
    this.#plans.delete(child);
    return plan;
  }

  #deliver(entry: Entry, result: Result<Prepared, string>): void {
    this.#runtime.loop.post((turn) => {
      const member = findMember(this.#runtime.world, entry.ref);
      if (member === undefined || this.#runtime.world.groups.get(entry.ref.group)?.sequence !== entry.sequence) return;
      const isWanted = member.state.attempt === entry.attempt;
      const isRead = isWanted && result.ok && entry.part !== "command";
      const input = this.#input(turn, entry, isRead ? this.#kept(turn, entry.ref, result.value) : result);
      this.#runtime.step(turn, (step, now) => stepMember(this.#runtime.world, member, input, now, step));
    });
  }

  /** With the reading of its variables, in the batch of the spawn, or of the command that runs before. */
  #kept(turn: Turn, ref: Ref, plan: Prepared): Result<Prepared, string> {
    return this.#readings.keep(turn, ref, plan.variables) ? ok(plan) : refuse("the store is full");
  }

  #input(turn: Turn, { attempt }: Entry, result: Result<Prepared, string>): ProcessInput {
    if (!result.ok) return { type: "unprepared", attempt, text: result.error };
    if (!("command" in result.value)) return { type: "read", attempt };
    const child = this.#runtime.numbers.next(turn);
    this.#plans.set(child, result.value);
    const { tree } = result.value;
    return { type: "prepared", attempt, child, ...(tree !== null && { tree }) };
  }
}
