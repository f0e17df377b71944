/**
 * Random graphs in random histories, against a model that knows nothing but the conditions as they are written: nothing is started while one of them does not
 * hold, nothing waits whose conditions hold, no stop waits for nobody, and nothing that is needed goes down first.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ProcessConfig } from "../config/model.ts";
import type { Target } from "../config/targets.ts";
import { on } from "./dependencies.fixture.ts";
import { groupOf, Host } from "./host.fixture.ts";
import { allMembers, label, type Member } from "./world.ts";

const NAMES = ["g0:a", "g0:b", "g1:a", "g1:b", "g2:a", "g2:b"];
const WORDS = ["", ":started", ":running", ":exited_ok"];

/** Edges lead from later to earlier ones, so there is no circle. */
type Edge = { readonly from: number; readonly to: number; readonly word: number; readonly isBound: boolean; readonly isGroup: boolean };
const edge: fc.Arbitrary<Edge> = fc
  .record({ a: fc.nat(5), b: fc.nat(5), word: fc.nat(3), isBound: fc.boolean(), isGroup: fc.boolean() })
  .filter(({ a, b }) => a !== b)
  .map(({ a, b, ...rest }) => ({ ...rest, from: Math.max(a, b), to: Math.min(a, b) }));
const act = fc.record({
  kind: fc.constantFrom(
    "start",
    "autostart",
    "stop",
    "stop-all",
    "prepared",
    "prepared",
    "spawned",
    "spawned",
    "exited",
    "pass",
    "pass",
    "down",
  ),
  which: fc.nat(100),
  ms: fc.constantFrom(0, 500, 1000, 3000),
});

function targetsOf(edges: readonly Edge[], from: number, isBound: boolean): readonly Target[] {
  return edges
    .filter((one) => one.from === from && one.isBound === isBound)
    .flatMap(({ to, word, isGroup }) => {
      const name = NAMES[to] ?? "";
      // Of a whole group only where it comes before.
      const isEarlier = Math.floor(to / 2) < Math.floor(from / 2);
      return on(`${isGroup && isEarlier ? `${name.slice(0, 2)}:*` : name}${WORDS[word]}`);
    });
}

/** As the specification says it, by the state alone. */
function isSo(member: Member, condition: string | null): boolean {
  const { state, pid, spawnError, life, stopping } = member.state;
  if (condition === "exited_ok")
    return state === "EXITED" && spawnError === "" && member.state.deadlines.restart === undefined && life.waiting === undefined;
  if (stopping || life.stopAfter !== undefined) return false;
  return condition === "started" ? pid !== 0 && (state === "STARTING" || state === "RUNNING") : state === "RUNNING";
}

class Graph extends Host {
  /** What has ended as expected in the last step, if anything. */
  #done: Member | null = null;
  #before = new Map<string, string>();

  meant(target: Target): Member[] {
    return [...allMembers(this.world)].filter(({ ref }) => ref.group === target.group && (target.processes?.includes(ref.process) ?? true));
  }

  holdsAll({ config }: Member): boolean {
    return [...config.dependsOn, ...config.bindTo].every((target) => this.meant(target).every((one) => isSo(one, target.condition)));
  }

  /** After every step: what was started could be, what waits cannot, and what goes down is needed by nobody who goes down. */
  check(): void {
    for (const member of allMembers(this.world)) {
      const { state, life } = member.state;
      const name = label(member.ref);
      assert.ok(life.waiting === undefined || !this.holdsAll(member), `${name} waits, and all holds`);
      assert.ok(life.waiting === undefined || this.world.mood === "RUNNING" || state === "BACKOFF", `${name} waits on the way down`);
      if (life.stopAfter !== undefined) {
        const needs = [...allMembers(this.world)].filter((one) => this.#needs(one, member) && this.#goesDown(one));
        assert.ok(needs.length > 0, `${name} is to be stopped later, and nobody needs it`);
      }
      this.#checkBound(member);
    }
    for (const member of allMembers(this.world)) this.#before.set(label(member.ref), member.state.state);
  }

  /** It goes down with what it is bound to, and before it where that is ordered. (BND-001, BND-002) */
  #checkBound(member: Member): void {
    if (this.world.mood !== "RUNNING") return;
    const { state, stopping, pid, life } = member.state;
    const isUp = (state === "STARTING" || state === "RUNNING") && !stopping && life.stopAfter === undefined;
    for (const target of member.config.bindTo.filter(({ condition }) => condition !== "exited_ok")) {
      for (const one of this.meant(target)) {
        if (this.#before.get(label(one.ref)) !== "RUNNING" || one.state.state === "RUNNING") continue;
        assert.ok(!isUp, `${label(member.ref)} runs on, and ${label(one.ref)} does not`);
        assert.ok(
          one.state.state !== "STOPPING" || pid === 0,
          `${label(one.ref)} is stopped before ${label(member.ref)}, which is bound to it`,
        );
      }
    }
  }

  /** It was done for a moment, before something else has started it anew in the same step. */
  wasDoneFor({ config: { dependsOn, bindTo } }: Member): boolean {
    const done = this.#done;
    return (
      done !== null && [...dependsOn, ...bindTo].some((target) => target.condition === "exited_ok" && this.meant(target).includes(done))
    );
  }

  #needs({ config }: Member, needed: Member): boolean {
    return [...config.dependsOn, ...config.bindTo].some(
      (target) => target.condition !== "exited_ok" && this.meant(target).includes(needed),
    );
  }

  #goesDown({ state }: Member): boolean {
    if (state.state === "STOPPING") return true;
    return (state.state === "STARTING" || state.state === "RUNNING") && (state.stopping || state.life.stopAfter !== undefined);
  }

  act(kind: string, which: number, ms: number): void {
    const members = [...allMembers(this.world)];
    const member = members[which % members.length];
    assert.ok(member !== undefined);
    const name = label(member.ref);
    this.#done = null;
    const among = (where: (one: Member) => boolean, perform: (name: string) => unknown): void => {
      const found = members.filter(where);
      const one = found[which % Math.max(1, found.length)];
      if (one !== undefined) perform(label(one.ref));
    };
    switch (kind) {
      case "start":
        return void this.take(name, { type: "start" });
      case "autostart":
        return void this.take(name, { type: "start", cause: "autostart" });
      case "stop":
        return void this.take(name, { type: "stop" });
      case "stop-all":
        return void this.stopTogether(...members.map((one) => label(one.ref)));
      case "prepared":
        return among(
          ({ state }) => state.state === "STARTING" && state.child === 0,
          (one) => this.prepared(one),
        );
      case "spawned":
        return among(
          ({ state }) => this.children.get(state.child)?.alive === false,
          (one) => this.spawned(one),
        );
      case "exited":
        return among(
          ({ state }) => this.children.get(state.child)?.alive === true,
          (one) => {
            if (which % 2 === 0) this.#done = this.member(one);
            this.exits(one, which % 2);
          },
        );
      case "down":
        return which > 90 && this.world.mood === "RUNNING" ? void this.goDown() : undefined;
      default:
        return void this.pass(ms);
    }
  }
}

function graph(edges: readonly Edge[], over: Partial<ProcessConfig>): Graph {
  const config = (number: number) => ({
    ...over,
    name: (NAMES[number] ?? "").slice(3),
    dependsOn: targetsOf(edges, number, false),
    bindTo: targetsOf(edges, number, true),
  });
  return new Graph(...[0, 1, 2].map((group) => groupOf(`g${group}`, group, config(group * 2), config(group * 2 + 1))));
}

test("I-11, I-15: whatever happens, starts wait for their conditions and for nothing else", () => {
  fc.assert(
    fc.property(
      fc.array(edge, { maxLength: 9 }),
      fc.array(act, { maxLength: 60, size: "max" }),
      fc.constantFrom("always", "never", "unexpected"),
      fc.constantFrom(0, 1),
      (edges, acts, autorestart, startSecs) => {
        const host = graph(edges, { autorestart, startSecs, startRetries: 1, stopWaitSecs: 2 } as Partial<ProcessConfig>);
        for (const { kind, which, ms } of acts) {
          const could = new Map([...allMembers(host.world)].map((member) => [member, host.holdsAll(member)]));
          const before = new Map([...allMembers(host.world)].map((member) => [member, member.state.attempt]));
          host.act(kind, which, ms);
          host.check();
          // A step that starts one changes few others: what did not hold before it and does not after it never did.
          for (const member of allMembers(host.world)) {
            const isStarted = member.state.attempt > (before.get(member) ?? 0) && member.state.state === "STARTING";
            assert.ok(
              !isStarted || kind === "pass" || could.get(member) === true || host.holdsAll(member) || host.wasDoneFor(member),
              `${label(member.ref)} was started too early`,
            );
          }
        }
      },
    ),
    { numRuns: 1500, includeErrorInReport: true },
  );
});

test("DEP-020, DEP-021: however it begins, everything goes down, and what is needed goes last", () => {
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 9 }), fc.boolean(), (edges, isShutdown) => {
      const host = graph(edges, { startSecs: 0 });
      for (const name of NAMES) {
        host.take(name, { type: "start", deps: false });
        host.prepared(name);
        host.spawned(name);
      }
      if (isShutdown) host.goDown();
      else host.stopTogether(...NAMES);
      const order: string[] = [];
      for (let round = 0; round < 20; round++) {
        for (const member of [...allMembers(host.world)].filter(({ state }) => state.state === "STOPPING")) {
          order.push(label(member.ref));
          host.exits(label(member.ref), 0);
        }
      }
      assert.deepEqual([...order].sort(), NAMES);
      for (const { from, to, word } of edges) {
        if (WORDS[word] === ":exited_ok") continue;
        assert.ok(order.indexOf(NAMES[from] ?? "") < order.indexOf(NAMES[to] ?? ""), `${NAMES[to]} before ${NAMES[from]}`);
      }
    }),
    { numRuns: 500 },
  );
});
