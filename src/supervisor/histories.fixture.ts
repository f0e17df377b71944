/**
 * The whole in random histories: programs live and die, clients ask and wait, groups come, go and change, the daemon goes down, and now and then it is
 * replaced by a successor that knows only what was recorded. After every step the rules are checked that must hold whatever happens.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { GroupConfig } from "../config/model.ts";
import { at } from "../process/life.fixture.ts";
import type { ProcessState } from "../process/state.ts";
import { type Mood, STATES, type State } from "../process/states.ts";
import type { Step } from "./effects.ts";
import { advanceGoingDown } from "./goingdown.ts";
import { groupOf, Host } from "./host.fixture.ts";
import {
  decodeProcess,
  decodeRecord,
  encodeLife,
  encodeProcess,
  encodeRecord,
  recordKeys,
  type WholeGroupRecord,
  withStoredLife,
} from "./records.ts";
import { pendingRecords, restorePending, resumeUpdates } from "./update.ts";
import { allMembers, emptyWorld, findMember, type GoingDown, label, type Member, makeGroup, type Ref, setState } from "./world.ts";

/** How often each happens. */
const WEIGHTS = {
  start: 6,
  stop: 2,
  again: 1,
  signal: 1,
  "signal-failed": 1,
  pass: 8,
  prepared: 12,
  unprepared: 1,
  spawned: 12,
  "spawn-failed": 1,
  exited: 6,
  wait: 5,
  add: 2,
  remove: 2,
  update: 4,
  autostart: 2,
  shutdown: 1,
  restart: 1,
  successor: 2,
} as const;
export type Act = { readonly kind: keyof typeof WEIGHTS; readonly which: number; readonly ms: number };

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.oneof(...(Object.keys(WEIGHTS) as Act["kind"][]).map((kind) => ({ arbitrary: fc.constant(kind), weight: WEIGHTS[kind] }))),
  which: fc.nat(1000),
  ms: fc.oneof(fc.constantFrom(0, 1, 999, 1000, 2000, 3000), fc.nat(15_000)),
});
const group: fc.Arbitrary<Omit<GroupConfig, "name">> = fc
  .record({
    priority: fc.constantFrom(-1, 1, 5, 999),
    processes: fc.array(
      fc.record({
        priority: fc.constantFrom(1, 999),
        autostart: fc.boolean(),
        autorestart: fc.constantFrom("always" as const, "never" as const, "unexpected" as const),
        startSecs: fc.constantFrom(0, 1, 3),
        startRetries: fc.constantFrom(0, 1, 3),
        stopWaitSecs: fc.constantFrom(0, 1, 10),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ priority, processes }) => groupOf("", priority, ...processes.map((one, index) => ({ ...one, name: `p${index}` }))));
export const groups = fc.array(group, { minLength: 1, maxLength: 4 });
/** `size`: left to itself fast-check would draw about ten. */
export const history = fc.array(act, { maxLength: 80, size: "max" });

type Recorded = { readonly mood: Mood; readonly goingDown: Pick<GoingDown, "waiting" | "current"> | null };

export class Whole extends Host {
  readonly #configs: readonly GroupConfig[];
  #waits = 0;
  /** Waits of clients whose daemon was replaced: their connections are gone with it. */
  readonly abandoned = new Set<number>();
  readonly #states = new Map<string, State>();
  /** What the keeper's store holds. */
  readonly #store = new Map<string, Uint8Array>();
  #daemon: Recorded = { mood: "RUNNING", goingDown: null };
  endCount = 0;

  constructor(configs: readonly Omit<GroupConfig, "name">[]) {
    super();
    this.#configs = configs.map((config, index) => ({ ...config, name: `g${index}` }) as GroupConfig);
    for (const config of this.#configs) this.add(config);
  }

  override step(perform: (step: Step) => void): string[] {
    const moodBefore = this.world.mood;
    const words = super.step(perform);
    this.#checkEvents(moodBefore);
    this.#record();
    this.#check();
    return words;
  }

  members(where: (member: Member) => boolean): Member[] {
    return [...allMembers(this.world)].filter(where);
  }

  act({ kind, which, ms }: Act): void {
    const pick = (where: (member: Member) => boolean): string | null => {
      const among = this.members(where);
      const member = among[which % Math.max(1, among.length)];
      return member === undefined ? null : label(member.ref);
    };
    const alive = (one: Member) => this.children.get(one.state.child)?.alive === true;
    const spawning = (one: Member) => this.children.get(one.state.child)?.alive === false;
    const isAwaited = (one: Member) => one.state.state === "STARTING" && one.state.child === 0;
    const on = (where: (member: Member) => boolean, perform: (name: string) => unknown): void => {
      const name = pick(where);
      if (name !== null) perform(name);
    };
    switch (kind) {
      case "start":
        return on(
          () => true,
          (name) => this.take(name, { type: "start" }),
        );
      case "stop":
        return on(
          () => true,
          (name) => this.take(name, { type: "stop" }),
        );
      case "again":
        return on(
          () => true,
          (name) => this.take(name, { type: "stop", cause: "unhealthy", again: true }),
        );
      case "signal":
        return on(
          (one) => STATES[one.state.state].signallable && one.state.child !== 0,
          (name) => this.take(name, { type: "signal", signal: 1 }),
        );
      case "signal-failed":
        return on(alive, (name) => this.take(name, { type: "signal-failed", signal: 1, errno: "EPERM" }));
      case "pass":
        return void this.pass(ms);
      case "prepared":
        return on(isAwaited, (name) => this.prepared(name));
      case "unprepared":
        return on(isAwaited, (name) => this.take(name, { type: "unprepared", attempt: this.member(name).state.attempt, text: "no" }));
      case "spawned":
        return on(spawning, (name) => this.spawned(name));
      case "spawn-failed":
        return on(spawning, (name) => this.spawnFails(name));
      case "exited":
        return on(alive, (name) => this.exits(name, which % 2));
      case "wait":
        return this.#wait(which);
      case "add":
        return void this.#configs
          .filter(({ name }) => !this.world.groups.has(name))
          .slice(0, 1)
          .map((config) => this.add(config));
      case "remove":
        return this.#remove(which);
      case "update":
        return this.#update(which);
      case "autostart":
        return void this.autostart();
      case "shutdown":
        return void this.goDown("SHUTDOWN");
      case "restart":
        return void this.goDown("RESTARTING");
      case "successor":
        return this.#successor();
    }
  }

  /** Also for what is not there at the moment. */
  #wait(which: number): void {
    const names = this.#configs.flatMap(({ name, processes }) => processes.map((one) => `${name}:${one.name}`));
    this.#waits += 1;
    this.wait(this.#waits, names[which % names.length] ?? "", (["spawned", "running", "stopped"] as const)[which % 3] ?? "running");
  }

  get waits(): number {
    return this.#waits;
  }

  /** Only what is stopped is removed. */
  #remove(which: number): void {
    const removable = [...this.world.groups.values()].filter(({ members }) =>
      [...members.values()].every((one) => STATES[one.state.state].stopped),
    );
    const chosen = removable[which % Math.max(1, removable.length)];
    if (chosen === undefined) return;
    this.remove(chosen.config.name);
  }

  /** Another set of processes, some of them changed so that they need a restart, some so that they do not. */
  #update(which: number): void {
    const { world } = this;
    const active = this.#configs.filter(({ name }) => world.groups.has(name));
    const config = active[which % Math.max(1, active.length)];
    if (config === undefined || world.mood !== "RUNNING") return;
    const bits = which >> 2;
    const processes = ["p0", "p1", "p2"].flatMap((name, at) => {
      const base = config.processes[at % config.processes.length];
      const wanted = at === 0 || ((bits >> at) & 1) === 1;
      if (base === undefined || !wanted) return [];
      return [{ ...base, name, command: `/bin/${(bits >> 3) % 3}`, priority: (bits >> 5) % 2 }];
    });
    this.update({ ...config, priority: (bits >> 6) % 3, processes });
  }

  /** Another daemon, which knows what was recorded and nothing else. */
  #successor(): void {
    const old = this.world;
    const world = emptyWorld();
    for (const name of old.groups.keys()) {
      const { config, sequence, pending } = this.#stored(name) as WholeGroupRecord;
      const stateOf = (process: string) => this.#storedProcess({ group: name, process });
      const states = config.processes.map((process): [string, ProcessState] => [process.name, stateOf(process.name)]);
      world.groups.set(name, restorePending(makeGroup(config, sequence, new Map(states)), pending ?? [], stateOf));
    }
    world.nextSequence = old.nextSequence;
    world.mood = this.#daemon.mood;
    const { goingDown } = this.#daemon;
    if (goingDown !== null) {
      world.goingDown = { waiting: [...goingDown.waiting], current: goingDown.current, nextReportMs: this.nowMs, listeningUntilMs: null };
    }
    for (const id of old.waiters.keys()) this.abandoned.add(id);
    for (const member of allMembers(world)) {
      setState(world, member, member.state);
      const before = old.groups.get(member.ref.group)?.members.get(member.ref.process);
      assert.deepEqual({ ...member, version: 0 }, { ...before, version: 0 }, "what was recorded is what was");
      const child = this.children.get(member.state.child);
      if (child !== undefined) this.children.set(member.state.child, { ref: member.ref, alive: child.alive });
    }
    this.preparing.length = 0;
    for (const { ref, state } of allMembers(world)) {
      if (state.state === "STARTING" && state.child === 0) this.preparing.push({ ref, attempt: state.attempt });
    }
    this.world = world;
    const words = this.step((step) => {
      resumeUpdates(world, at(this.nowMs), step);
      advanceGoingDown(world, at(this.nowMs), step);
    });
    assert.deepEqual(words, [], "what had to be done was done before");
  }

  #storedProcess(ref: Ref): ProcessState {
    const stored = decodeProcess(this.#store.get(label(ref)) ?? new Uint8Array());
    assert.ok(stored.ok, `${label(ref)} is recorded`);
    const life = this.#store.get(recordKeys.life(ref));
    const whole = life === undefined ? stored : withStoredLife(stored.value, life);
    assert.ok(whole.ok, `the life of ${label(ref)} is recorded`);
    return whole.value;
  }

  #stored(key: string): unknown {
    const stored = decodeRecord(this.#store.get(key) ?? new Uint8Array());
    assert.ok(stored.ok, `${key} is recorded`);
    return stored.value;
  }

  #record(): void {
    const { changed, daemonChanged, effects } = this.lastStep;
    for (const effect of effects) {
      if (effect.type === "group-changed") this.#recordGroup(effect.group.config.name);
      if (effect.type === "pending-changed") this.#recordGroup(effect.ref.group);
    }
    for (const ref of changed) {
      const member = findMember(this.world, ref);
      if (member === undefined) this.#forget(ref);
      else this.#recordProcess(ref, member.state);
    }
    const { mood, goingDown } = this.world;
    const now = { mood, goingDown: goingDown === null ? null : { waiting: [...goingDown.waiting], current: goingDown.current } };
    if (daemonChanged) this.#daemon = now;
    assert.deepEqual(this.#daemon, now, "the order of going down is recorded with every step that changes it");
  }

  #recordProcess(ref: Ref, state: ProcessState): void {
    this.#store.set(label(ref), encodeProcess(state));
    const life = encodeLife(state);
    if (life === null) this.#store.delete(recordKeys.life(ref));
    else this.#store.set(recordKeys.life(ref), life);
  }

  #recordGroup(name: string): void {
    const group = this.world.groups.get(name);
    if (group === undefined) return;
    const record: WholeGroupRecord = { config: group.config, sequence: group.sequence, autoLogs: [], pending: pendingRecords(group) };
    this.#store.set(name, encodeRecord(record));
  }

  /** It was taken out; a child that lives on in UNKNOWN belongs to nobody then. */
  #forget(gone: Ref): void {
    this.#store.delete(label(gone));
    this.#store.delete(recordKeys.life(gone));
    this.#states.delete(label(gone));
    for (const [child, { ref }] of this.children) if (label(ref) === label(gone)) this.children.delete(child);
  }

  #checkEvents(moodBefore: Mood): void {
    for (const effect of this.lastStep.effects) {
      if (effect.type === "ended") this.endCount += 1;
      if (effect.type !== "event" || effect.event.kind !== "process-state") continue;
      const { event } = effect;
      const key = `${event.group}:${event.process}`;
      assert.equal(event.from, this.#states.get(key) ?? "STOPPED", `${key}: an event begins where the last one ended`);
      assert.notEqual(event.state, event.from);
      this.#states.set(key, event.state);
      if (moodBefore !== "RUNNING") assert.notEqual(event.state, "STARTING", "nothing is started while the daemon goes down");
    }
    assert.ok(this.endCount <= 1, "there is one end");
  }

  #check(): void {
    const { world } = this;
    for (const { ref, state, config, pending } of allMembers(world)) {
      assert.ok(pending === null || !STATES[state.state].stopped, `${label(ref)}: nothing is pending for what is down`);
      assert.equal(state.state, this.#states.get(label(ref)) ?? "STOPPED", `${label(ref)}: every change has its event`);
      assert.equal(state.pid !== 0, this.children.get(state.child)?.alive === true, `${label(ref)}: a pid means that there is a child`);
      assert.ok(state.tries >= 0 && state.tries <= config.startRetries);
    }
    if (world.goingDown !== null || this.endCount > 0) assert.notEqual(world.mood, "RUNNING");
    if (this.endCount > 0)
      assert.deepEqual(
        this.members((one) => !STATES[one.state.state].stopped),
        [],
        "after the end nothing runs",
      );
    if (world.mood !== "RUNNING") assert.equal(this.endCount > 0, world.goingDown === null);
    for (const { id, ref } of world.waiters.values()) {
      assert.ok(!this.settled.has(id));
      assert.ok(world.groups.has(ref.group), "nobody waits for what is gone");
    }
  }
}

export function live(
  configs: readonly Omit<GroupConfig, "name">[],
  acts: readonly Act[],
  check: (whole: Whole) => void = () => undefined,
): Whole {
  const whole = new Whole(configs);
  for (const one of acts) {
    whole.act(one);
    check(whole);
  }
  return whole;
}
