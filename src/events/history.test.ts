/**
 * Random histories of a pool against a plain model: listeners that start, answer, reject, chatter and die, events that arise, time that passes, and a
 * daemon that dies between any two steps and goes on from the store alone. Goal: every event is delivered in order and accepted once, unless it
 * overflowed by the rule.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Pool, PoolConfig, PoolEffect } from "./buffer.ts";
import { makePools, notify, type Pools } from "./notify.ts";
import { makePool, nextDeadlineMs, type PoolInput, stepPool } from "./pool.ts";
import { eventRecord, poolRecord, restorePool } from "./poolrecords.ts";
import { queueLength } from "./queue.ts";
import { RESULT_HANDLERS } from "./results.ts";

type Act =
  | { readonly type: "event" | "daemon dies" }
  | { readonly type: "time"; readonly ms: number }
  | { readonly type: "start" | "end" | "ok" | "fail" | "garbage" | "epipe"; readonly listener: number };

const PROCESSES = ["a", "b", "c"];

class World {
  readonly config: PoolConfig;
  pools: Pools = makePools();
  record = new Uint8Array(0);
  readonly store = new Map<number, Uint8Array>();
  now = 0;
  arisen = 0;
  nextChild = 1;
  /** What each child has been sent and not answered. */
  readonly hands = new Map<number, number>();
  readonly accepted: number[] = [];
  readonly discarded: number[] = [];
  readonly sent: number[] = [];

  constructor(processes: number, bufferSize: number) {
    const resultHandler = RESULT_HANDLERS["supervisor.dispatchers:default_handler"];
    this.config = {
      name: "l",
      processes: PROCESSES.slice(0, processes),
      events: new Set(["TICK"]),
      bufferSize,
      resultHandler,
      identifier: "s",
    };
    this.pools.byName.set("l", makePool(this.config));
    this.save();
  }

  get pool(): Pool {
    const pool = this.pools.byName.get("l");
    assert.ok(pool !== undefined);
    return pool;
  }

  act(act: Act): void {
    this.doAct(act);
    this.check();
  }

  private doAct(act: Act): void {
    switch (act.type) {
      case "event":
        this.arisen += 1;
        this.carryOut(notify(this.pools, { kind: "tick", period: 5, when: 0 }, this.now));
        return;
      case "time":
        this.now += act.ms;
        if ((nextDeadlineMs(this.pool) ?? Number.POSITIVE_INFINITY) <= this.now) this.step({ type: "deadline" });
        return;
      case "daemon dies":
        return this.recover();
      default:
        return this.listenerAct(act.type, act.listener % this.config.processes.length);
    }
  }

  step(input: PoolInput): void {
    this.carryOut(stepPool(this.pool, input, this.now));
  }

  private listenerAct(type: "start" | "end" | "ok" | "fail" | "garbage" | "epipe", at: number): void {
    const process = this.config.processes[at] ?? "";
    const { child, event } = this.pool.listeners[at] ?? { child: 0, event: null };
    if (type === "start") return child === 0 ? this.start(process) : undefined;
    if (child === 0) return;
    if (type === "end") {
      this.hands.delete(child);
      return this.step({ type: "ended", process });
    }
    if (type === "epipe") {
      this.hands.delete(child);
      return this.step({ type: "send-failed", process, child, errno: "EPIPE", bytesNotTaken: 1 });
    }
    if (type !== "garbage" && event === null) return;
    const text = { ok: "RESULT 2\nOKREADY\n", fail: "RESULT 4\nFAILREADY\n", garbage: "x\n" }[type];
    if (type === "ok") this.accepted.push(this.hands.get(child) ?? -1);
    this.hands.delete(child);
    for (const byte of Buffer.from(text)) this.step({ type: "output", process, child, bytes: new Uint8Array([byte]) });
  }

  private start(process: string): void {
    const child = this.nextChild++;
    this.step({ type: "started", process, child });
    this.step({ type: "output", process, child, bytes: Buffer.from("READY\n") });
    this.step({ type: "running", process, running: true });
  }

  private carryOut(effects: readonly PoolEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "keep") this.store.set(effect.event.id, eventRecord(effect.event));
      if (effect.type === "forget") assert.ok(this.store.delete(effect.id));
      if (effect.type === "send") this.onSent(effect.child, Number(/serial:(\d+) /.exec(Buffer.from(effect.bytes).toString())?.[1]));
      if (effect.type === "log" && effect.level === "error") this.discarded.push(Number(/discarding event (\d+)/.exec(effect.text)?.[1]));
    }
    this.save();
  }

  private onSent(child: number, serial: number): void {
    assert.ok(!this.hands.has(child), `child ${child} was sent ${serial} before it answered`);
    this.hands.set(child, serial);
    this.sent.push(serial);
  }

  private save(): void {
    this.record = new Uint8Array(poolRecord(this.pool));
  }

  private recover(): void {
    const restored = restorePool(this.config, this.record, this.store);
    assert.ok(restored.ok && restored.value.lost.length === 0);
    const pools = makePools();
    pools.nextSerial = this.pools.nextSerial;
    pools.byName.set("l", restored.value.pool);
    this.pools = pools;
    this.step({ type: "deadline" });
  }

  private check(): void {
    const { pool } = this;
    const held = pool.listeners.flatMap((listener) => listener.event ?? []);
    assert.equal(this.store.size, queueLength(pool.queue) + held.length, "the store holds what the pool holds");
    assert.ok(queueLength(pool.queue) <= this.config.bufferSize);
    assert.equal(this.accepted.length + this.discarded.length + this.store.size, this.arisen, "each event is somewhere, once");
    assert.ok(pool.pauses.size <= this.store.size);
  }
}

const ACT: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Act>({ type: "event" }) },
  { weight: 2, arbitrary: fc.constant<Act>({ type: "daemon dies" }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 1500 }).map((ms): Act => ({ type: "time", ms })) },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constantFrom("start", "start", "ok", "ok", "ok", "fail", "end", "garbage", "epipe"),
      listener: fc.nat(2),
    }),
  },
);

test("EVT-076: with one listener events are accepted in the order in which they arose, whoever dies", () => {
  fc.assert(
    fc.property(fc.array(ACT, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (acts, bufferSize) => {
      const world = new World(1, bufferSize);
      for (const act of acts) world.act(act);
      assert.deepEqual(
        world.accepted,
        [...world.accepted].sort((a, b) => a - b),
      );
      assert.equal(new Set(world.accepted).size, world.accepted.length, "none was accepted twice");
    }),
    { numRuns: 200 },
  );
});

test("with several listeners nothing is lost or accepted twice, and in the end everything is accepted or overflowed", () => {
  fc.assert(
    fc.property(fc.array(ACT, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (acts, bufferSize) => {
      const world = new World(3, bufferSize);
      for (const act of acts) world.act(act);
      for (const listener of [0, 1, 2]) for (const type of ["end", "start"] as const) world.act({ type, listener });
      for (let round = 0; round < 40; round++) {
        world.act({ type: "time", ms: 1000 });
        for (const listener of [0, 1, 2]) world.act({ type: "ok", listener });
      }
      const done = [...world.accepted, ...world.discarded].sort((a, b) => a - b);
      assert.deepEqual(
        done,
        Array.from({ length: world.arisen }, (_, serial) => serial),
      );
    }),
    { numRuns: 200 },
  );
});

test("a listener that accepts at once gets every event, in order, without overflow, however small the buffer", () => {
  const world = new World(1, 1);
  world.act({ type: "start", listener: 0 });
  for (let at = 0; at < 50; at++) {
    world.act({ type: "event" });
    world.act({ type: "ok", listener: 0 });
  }
  assert.deepEqual(
    world.sent,
    Array.from({ length: 50 }, (_, serial) => serial),
  );
  assert.deepEqual(world.discarded, []);
});
