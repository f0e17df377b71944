/**
 * Another number of processes for a program that runs: the file is read with the number that it has and with the one that it is to have; what follows from
 * the difference (`supervisor/scale.ts`) is an update in place. (SCL)
 */
import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import { faultText } from "../../config/report.ts";
import { ok, type Result, refuse, unreachable } from "../../result.ts";
import type { Scaled, ScaleFailure, ScaleWish } from "../../rpc/control.ts";
import { supervisorMessages as say } from "../../supervisor/loglines.ts";
import { planScale, type Reading, type ScaleOrder, type ScalePlan, type ScaleProblem } from "../../supervisor/scale.ts";
import { stepMember } from "../../supervisor/step.ts";
import { planUpdate, updateGroup } from "../../supervisor/update.ts";
import { isFirstStartDue } from "../../supervisor/wanted.ts";
import { findMember, type Ref } from "../../supervisor/world.ts";
import type { AutoLogs } from "../logfiles/autologs.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import type { Configurations } from "./configurations.ts";
import type { GroupRecords } from "./grouprecords.ts";
import type { Orders } from "./orders.ts";
import { activeGroups } from "./reread.ts";
import type { Scales } from "./scales.ts";

type Parts = {
  readonly configurations: Configurations;
  readonly autoLogs: AutoLogs;
  readonly records: GroupRecords;
  readonly orders: Orders;
  readonly scales: Scales;
};

/** What the file says of the program. */
type Section = { readonly name: string; readonly written: number; readonly isNumbered: boolean };

/** Prepared: the lists of the groups that change lie in the store. */
type Prepared = { readonly from: GroupConfig; readonly config: GroupConfig; readonly newLogs: Awaited<ReturnType<AutoLogs["create"]>> };

const KINDS = ["program", "fcgi-program", "eventlistener"];
/** The world may change while the file is read; more often than this it is no accident. */
const TRIES = 5;
const BUSY = "the configuration changes all the time";

export class Scaling {
  readonly #runtime: Runtime;
  readonly #parts: Parts;
  /** One order after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(runtime: Runtime, parts: Parts) {
    this.#runtime = runtime;
    this.#parts = parts;
  }

  /** `until` "done": what was added runs, or has failed to, and what was removed is gone. */
  async scale(wish: ScaleWish, until: "ordered" | "done"): Promise<Result<Scaled, ScaleFailure>> {
    const ordered = this.#last.then(() => this.#order(wish));
    this.#last = ordered;
    const plan = await ordered;
    if (!plan.ok) return plan;
    const { before, added, removed, numprocs } = plan.value;
    const failed = until === "done" ? await this.settled(added, removed) : [];
    return ok({ before, after: numprocs, added, removed, failed });
  }

  /** Waits until the added ones run or have failed to, and the removed ones are gone; gives those that failed. It orders nothing. (SCL-004) */
  async settled(added: readonly Ref[], removed: readonly Ref[]): Promise<readonly Ref[]> {
    await this.#runtime.loop.flushed();
    for (const ref of removed) await this.#isDown(ref);
    for (const ref of added) {
      await this.#isDown(ref);
      if (this.#isOnItsWay(ref)) await this.#parts.orders.wait(ref, "running");
    }
    return added.filter((ref) => this.#hasFailed(ref));
  }

  async #order(wish: ScaleWish): Promise<Result<Omit<ScaleOrder, "token">, ScaleFailure>> {
    const known = this.#parts.scales.ordered(wish.token);
    if (known !== null) return ok(known);
    for (let tries = 0; tries < TRIES; tries++) {
      const read = await this.#read(wish);
      if (!read.ok) return read;
      const { section, numprocs, plan, active } = read.value;
      const prepared = await this.#prepare(plan.groups, active);
      if (!prepared.ok) return prepared;
      const isDone = await this.#commit(wish, section, numprocs, plan, prepared.value);
      if (isDone) return ok({ ...plan, numprocs });
      if (this.#runtime.world.mood !== "RUNNING") return refuse({ kind: "going-down" });
    }
    return refuse({ kind: "failed", text: BUSY });
  }

  /** What follows from the number alone. */
  async #read({ program, numprocs }: ScaleWish) {
    const first = await this.#load(program, (section, written) => this.#present(program, section, written));
    if (!first.ok) return first;
    const { section, count } = first.value;
    const wanted = numprocs ?? section.written;
    const then = wanted === count ? first : await this.#load(program, () => wanted);
    if (!then.ok) return then;
    const active = new Map(activeGroups(this.#runtime).map((group) => [group.name, group]));
    const plan = planScale(active, first.value.reading, then.value.reading);
    return plan.ok ? ok({ section, numprocs: wanted, plan: plan.value, active }) : refuse(problemOf(plan.error));
  }

  /** How many it has: its group says so, where it has one of its own; elsewhere what it was told last, or the file. */
  #present(program: string, section: string, written: number): number {
    const group = this.#runtime.world.groups.get(program)?.config;
    const told = this.#parts.scales.of(program);
    if (told?.section === section && told.from === written) return told.numprocs;
    return group === undefined ? written : group.processes.length;
  }

  async #load(
    program: string,
    countOf: (section: string, written: number) => number,
  ): Promise<Result<{ readonly section: Section; readonly count: number; readonly reading: Reading }, ScaleFailure>> {
    const names = new Set(KINDS.map((kind) => `${kind}:${program}`));
    const found = new Map<string, Section>();
    const own: ProcessConfig[] = [];
    let count = 0;
    const others = this.#parts.scales.reading().listening.numprocs;
    const loaded = await this.#runtime.load({
      numprocs: (name, written, isNumbered) => {
        if (!names.has(name)) return others?.(name, written, isNumbered) ?? written;
        found.set(name, { name, written, isNumbered });
        count = isNumbered ? countOf(name, written) : written;
        return count;
      },
      onProcess: (process, { name }) => {
        if (names.has(name)) own.push(process);
      },
    });
    const [section, second] = found.values();
    if (second !== undefined) return refuse({ kind: "failed", text: `several sections are called ${program}` });
    if (section !== undefined && !section.isNumbered) return refuse({ kind: "failed", text: "process_name has no %(process_num)" });
    if (!loaded.ok) return refuse({ kind: "unreadable", text: faultText(loaded.error) });
    if (section === undefined) return refuse({ kind: "bad-name" });
    return ok({ section, count, reading: { groups: loaded.value.groups, own } });
  }

  /** Everything that must be in the store before the groups change. */
  async #prepare(
    groups: readonly GroupConfig[],
    active: ReadonlyMap<string, GroupConfig>,
  ): Promise<Result<readonly Prepared[], ScaleFailure>> {
    const prepared: Prepared[] = [];
    for (const config of groups) {
      const from = active.get(config.name) ?? config;
      const newLogs = await this.#parts.autoLogs.create(config);
      const lists = await this.#parts.records.prepareGroup(config, [...this.#parts.autoLogs.of(config.name), ...newLogs]);
      if (!lists.ok) {
        this.#parts.records.sweep();
        return refuse({ kind: "failed", text: lists.error });
      }
      prepared.push({ from, config, newLogs });
    }
    return ok(prepared);
  }

  /** All of it in one turn. False: much has happened meanwhile, and nothing was done. */
  #commit(
    { program, token }: ScaleWish,
    section: Section,
    numprocs: number,
    plan: ScalePlan,
    groups: readonly Prepared[],
  ): Promise<boolean> {
    const { world, loop } = this.#runtime;
    return new Promise((resolve) => {
      loop.post((turn) => {
        const isAsPlanned = ({ from, config }: Prepared) =>
          world.groups.get(config.name)?.config === from && planUpdate(from, config) !== null;
        if (world.mood !== "RUNNING" || !groups.every(isAsPlanned)) {
          this.#parts.records.sweep();
          return resolve(false);
        }
        this.#keep(turn, program, section, numprocs);
        const { before, added, removed } = plan;
        this.#parts.scales.remember(turn, { token, before, numprocs, added, removed });
        for (const { from, config } of groups) this.#parts.configurations.groupChanged(from, config);
        for (const group of groups) this.#change(turn, group, plan);
        if (before !== numprocs) {
          const text = say.scaled(program, before, numprocs, numprocs === section.written);
          this.#runtime.activity.write(turn, "info", text);
        }
        this.#start(added);
        turn.after.push(() => resolve(true));
        return undefined;
      });
    });
  }

  #keep(turn: Turn, program: string, { name, written }: Section, numprocs: number): void {
    if (numprocs === written) this.#parts.scales.drop(turn, [program]);
    else this.#parts.scales.set(turn, program, { section: name, from: written, numprocs });
  }

  #change(turn: Turn, { config, newLogs }: Prepared, { removed }: ScalePlan): void {
    const { autoLogs, records } = this.#parts;
    const first = removed.filter(({ group }) => group === config.name).map(({ process }) => process);
    autoLogs.remember(config.name, newLogs);
    records.autoLogs.set(config.name, autoLogs.of(config.name));
    this.#runtime.step(turn, (step, now) => updateGroup(this.#runtime.world, config, now, step, { cause: "scale", first }));
  }

  /** Each in a step of its own, as after an update. */
  #start(added: readonly Ref[]): void {
    const { world, loop, step: takeOne } = this.#runtime;
    for (const ref of added) {
      loop.post((turn) => {
        const member = findMember(world, ref);
        if (member === undefined || !isFirstStartDue(member)) return;
        takeOne(turn, (step, now) => stepMember(world, member, { type: "start", cause: "autostart" }, now, step));
      });
    }
  }

  /** What is to be removed or changed goes down first. An added one is that too when another order has come meanwhile. */
  async #isDown(ref: Ref): Promise<void> {
    if (findMember(this.#runtime.world, ref)?.pending) await this.#parts.orders.wait(ref, "stopped");
  }

  #isOnItsWay(ref: Ref): boolean {
    const member = findMember(this.#runtime.world, ref);
    if (member === undefined) return false;
    const { state, life } = member.state;
    return state === "STARTING" || life.waiting !== undefined || isFirstStartDue(member);
  }

  #hasFailed(ref: Ref): boolean {
    const state = findMember(this.#runtime.world, ref)?.state.state;
    return state === "BACKOFF" || state === "FATAL";
  }
}

function problemOf(problem: ScaleProblem): ScaleFailure {
  switch (problem.kind) {
    case "not-active":
      return { kind: "bad-name" };
    case "changed":
      return { kind: "failed", text: "its section in the file is another by now: update first" };
    case "taken":
      return { kind: "failed", text: `another program of its group has a process ${problem.name}` };
    default:
      return unreachable(problem);
  }
}
