/** The whole under test, as the daemon drives it, with the keeper's side of it; what comes of a step is told in words that a test can compare. */
import assert from "node:assert/strict";
import type { GroupConfig, ProcessConfig } from "../config/model.ts";
import { type RunInput, runsOf } from "../process/auxiliary.ts";
import { at, program } from "../process/life.fixture.ts";
import type { Run, What } from "../process/run.ts";
import type { ProcessInput } from "../process/state.ts";
import type { Mood } from "../process/states.ts";
import { exitWith } from "../process/waitstatus.ts";
import { stopTogether } from "./dependencies.ts";
import { type Effect, emptyStep, type Outcome, type Step } from "./effects.ts";
import { goDown } from "./goingdown.ts";
import { lookAtAllWaiting, stepAlone } from "./member.ts";
import { advanceOperations } from "./operations.ts";
import { addGroup, autostartsDue, deadlinesDue, nextDeadlineMs, removeGroup, stepMember, stepMemberRun, stepReports } from "./step.ts";
import { updateGroup } from "./update.ts";
import { addWaiter } from "./waiters.ts";
import { isFirstStartDue } from "./wanted.ts";
import { allMembers, emptyWorld, findMember, type Member, type Ref, type Waiter } from "./world.ts";

/** A group of its own for one program. */
export function single(name: string, over: Partial<ProcessConfig> = {}): GroupConfig {
  const process = program({ name, ...over });
  return { kind: "programs", name, priority: process.priority, processes: [process] };
}

export function groupOf(name: string, priority: number, ...processes: readonly Partial<ProcessConfig>[]): GroupConfig {
  return { kind: "programs", name, priority, processes: processes.map((over) => program(over)) };
}

type Child = { readonly ref: Ref; alive: boolean };
type Preparation = { readonly ref: Ref; readonly attempt: number };

export class Host {
  world = emptyWorld();
  nowMs = 0;
  /** Everything since the beginning. */
  readonly effects: Effect[] = [];
  /** What the keeper spawns or has spawned and not reaped. */
  readonly children = new Map<number, Child>();
  readonly preparing: Preparation[] = [];
  readonly settled = new Map<number, Outcome>();
  lastStep: Step = emptyStep();
  #nextNumber = 1;

  constructor(...groups: readonly GroupConfig[]) {
    for (const group of groups) this.add(group);
  }

  /** One step, and what came of it in words. */
  step(act: (step: Step) => void): string[] {
    const step = emptyStep();
    act(step);
    if (this.world.operations.size > 0) advanceOperations(this.world, at(this.nowMs), step);
    this.lastStep = step;
    const words = step.effects.map((effect) => this.#words(effect));
    for (const effect of step.effects) this.#follow(effect);
    this.effects.push(...step.effects);
    // The daemon does it in the same turn.
    return step.effects.some(({ type }) => type === "go-down") ? [...words, ...this.goDown()] : words;
  }

  add(config: GroupConfig): string[] {
    return this.step((step) => {
      addGroup(this.world, config, step);
      lookAtAllWaiting(this.world, at(this.nowMs), step);
    });
  }

  update(config: GroupConfig): string[] {
    return this.step((step) => updateGroup(this.world, config, at(this.nowMs), step));
  }

  remove(name: string): string[] {
    return this.step((step) => {
      removeGroup(this.world, name, step);
      lookAtAllWaiting(this.world, at(this.nowMs), step);
    });
  }

  goDown(mood: Exclude<Mood, "RUNNING"> = "SHUTDOWN"): string[] {
    return this.step((step) => goDown(this.world, mood, at(this.nowMs), step));
  }

  wait(id: number, name: string, until: Waiter["until"]): string[] {
    return this.step((step) => addWaiter(this.world, { id, ref: refOf(name), until }, at(this.nowMs), step));
  }

  /** `cat`, or `group:cat`. */
  member(name: string): Member {
    const member = findMember(this.world, refOf(name));
    assert.ok(member !== undefined, `no ${name}`);
    return member;
  }

  state(name: string): string {
    return this.member(name).state.state;
  }

  take(name: string, input: ProcessInput): string[] {
    return this.takeAs(this.member(name), input);
  }

  takeAs(member: Member, input: ProcessInput): string[] {
    return this.step((step) => stepMember(this.world, member, input, at(this.nowMs), step));
  }

  /** The first part of a preparation is there: commands may run. */
  read(name: string): string[] {
    const attempt = this.#takePreparation(name);
    return this.take(name, { type: "read", attempt });
  }

  /** The preparation that is waited for succeeds: a spawn is ordered. */
  prepared(name: string): string[] {
    const attempt = this.#takePreparation(name);
    return this.take(name, { type: "prepared", attempt, child: this.#nextNumber++ });
  }

  #takePreparation(name: string): number {
    const member = this.member(name);
    const index = this.preparing.findIndex(({ ref, attempt }) => ref === member.ref && attempt === member.state.attempt);
    assert.ok(index >= 0, `${name} is not being prepared`);
    this.preparing.splice(index, 1);
    return member.state.attempt;
  }

  spawned(name: string): string[] {
    const { child } = this.member(name).state;
    const entry = this.children.get(child);
    assert.ok(entry !== undefined && !entry.alive, `${name} is not being spawned`);
    entry.alive = true;
    return this.take(name, { type: "spawned", pid: 1000 + child });
  }

  spawnFails(name: string): string[] {
    assert.ok(this.children.delete(this.member(name).state.child));
    return this.take(name, { type: "spawn-failed", text: "no" });
  }

  spawn(name: string): string[] {
    return [...this.prepared(name), ...this.spawned(name)];
  }

  start(name: string): string[] {
    return [...this.take(name, { type: "start" }), ...this.spawn(name)];
  }

  /** Started, and startsecs later. */
  run(...names: readonly string[]): this {
    for (const name of names) this.start(name);
    this.pass(Math.max(...names.map((name) => this.member(name).config.startSecs)) * 1000);
    return this;
  }

  ends(name: string, waitStatus: number): string[] {
    assert.ok(this.children.delete(this.member(name).state.child), `${name} has no child`);
    return this.take(name, { type: "exited", waitStatus });
  }

  exits(name: string, code: number): string[] {
    return this.ends(name, exitWith(code));
  }

  /** What starts by itself, as the daemon does it. */
  autostart(): string[] {
    return autostartsDue(this.world).flatMap((member) =>
      isFirstStartDue(member) ? this.takeAs(member, { type: "start", cause: "autostart" }) : [],
    );
  }

  /** What happens to an auxiliary run. */
  happens(name: string, input: RunInput): string[] {
    return this.step((step) => stepMemberRun(this.world, this.member(name), input, at(this.nowMs), step));
  }

  /** The run of this kind that is under way or waits. */
  runOf(name: string, what: What): Run {
    const run = runsOf(this.member(name).state).find((one) => one.what === what && one.ending === undefined);
    assert.ok(run !== undefined, `no ${what} of ${name}`);
    return run;
  }

  /** It is prepared and spawned. */
  runBegins(name: string, what: What): string[] {
    const child = this.#nextNumber++;
    const words = this.happens(name, { type: "run-prepared", number: this.runOf(name, what).number, child });
    return [...words, ...this.happens(name, { type: "run-spawned", child, pid: 1000 + child })];
  }

  runExits(name: string, what: What, code = 0): string[] {
    return this.happens(name, { type: "run-exited", child: this.runOf(name, what).child, waitStatus: exitWith(code), output: "" });
  }

  /** From its order to its end. */
  runs(name: string, what: What, code = 0): string[] {
    return [...this.runBegins(name, what), ...this.runExits(name, what, code)];
  }

  next(): number | null {
    return nextDeadlineMs(this.world);
  }

  /** The alarm, as the daemon answers it: each deadline in a step of its own, then the reports. */
  ring(): string[] {
    const words = deadlinesDue(this.world, at(this.nowMs)).flatMap((member) => this.takeAs(member, { type: "deadline" }));
    return [...words, ...this.step((step) => stepReports(this.world, at(this.nowMs), step))];
  }

  /** Lets time pass; the alarm rings when it was set. */
  /** Orders for several, as the daemon gives them. */
  stopTogether(...names: readonly string[]): string[] {
    const members = names.map((name) => this.member(name));
    const act = (step: Step) => (member: Member, input: ProcessInput) => stepAlone(this.world, member, input, at(this.nowMs), step);
    const words = this.step((step) => void stopTogether(this.world, members, { type: "stop" }, act(step)));
    return [...words, ...names.flatMap((name) => this.take(name, { type: "stop" }))];
  }

  pass(ms: number): string[] {
    const untilMs = this.nowMs + ms;
    const words: string[] = [];
    for (let next = this.next(); next !== null && next <= untilMs; next = this.next()) {
      this.nowMs = Math.max(this.nowMs, next);
      words.push(...this.ring());
    }
    this.nowMs = untilMs;
    return words;
  }

  #words(effect: Effect): string {
    switch (effect.type) {
      case "log":
        return `${effect.level}: ${effect.text}`;
      case "event": {
        const { event } = effect;
        if (event.kind === "process-state") return `${shown(event)} ${event.from}>${event.state}`;
        if (event.kind === "supervisor-state") return `supervisor ${event.state}`;
        if (event.kind === "process-group") return `group ${event.group} ${event.change}`;
        return event.kind;
      }
      case "prepare":
        return `prepare ${shown(effect.ref)}${effect.part === undefined ? "" : `, ${effect.part}`}`;
      case "spawn":
        return `spawn ${shown(effect.ref)}`;
      case "probe":
        return `probe ${effect.purpose} ${shown(effect.ref)}`;
      case "signal":
        return `signal ${effect.signal} to ${shown(this.#ownerOf(effect.child))}`;
      case "run":
        return `run ${effect.what} of ${shown(effect.ref)}`;
      case "spawn-run":
        return `spawn run ${effect.number} of ${shown(effect.ref)}`;
      case "signal-run":
        return `signal ${effect.signal} to run ${effect.child} of ${shown(effect.ref)}`;
      case "reload-ended":
        return `reload of ${shown(effect.ref)} ended${effect.text === "" ? "" : `: ${effect.text}`}`;
      case "tree":
        return `${effect.act} at the tree of ${shown(effect.ref)}`;
      case "reaped":
        return `reaped ${shown(effect.ref)}`;
      case "settle":
        return `settle ${effect.waiter} ${typeof effect.outcome === "string" ? effect.outcome : effect.outcome.waitsFor}`;
      case "group-changed":
        return `${effect.change} ${effect.group.config.name}`;
      case "pending-changed":
        return `changed ${effect.ref.group}`;
      case "go-down":
      case "ended":
        return effect.type;
    }
  }

  #ownerOf(child: number): Ref {
    const owner = this.children.get(child)?.ref ?? [...allMembers(this.world)].find((member) => member.state.child === child)?.ref;
    assert.ok(owner !== undefined, `child ${child} belongs to nobody`);
    return owner;
  }

  #follow(effect: Effect): void {
    if (effect.type === "prepare") this.preparing.push({ ref: effect.ref, attempt: effect.attempt });
    if (effect.type === "spawn") {
      const others = [...this.children.values()].filter(({ ref }) => ref === effect.ref);
      assert.deepEqual(others, [], "never two spawns without an end in between");
      this.children.set(effect.child, { ref: effect.ref, alive: false });
    }
    if (effect.type === "settle") {
      assert.ok(!this.settled.has(effect.waiter), "a wait is over once");
      this.settled.set(effect.waiter, effect.outcome);
    }
  }
}

function refOf(name: string): Ref {
  const [group = name, process = group] = name.split(":");
  return { group, process };
}

function shown({ group, process }: { readonly group: string; readonly process: string }): string {
  return group === process ? process : `${group}:${process}`;
}
