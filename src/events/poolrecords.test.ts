import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Pool, PoolConfig, PoolEffect } from "./buffer.ts";
import { makePools, notify } from "./notify.ts";
import { makePool, stepPool } from "./pool.ts";
import { eventRecord, poolRecord, restoreEvent, restorePool } from "./poolrecords.ts";
import { type QueuedEvent, queuedEvents } from "./queue.ts";
import { seal, sealJson, unseal } from "./record.ts";
import { RESULT_HANDLERS } from "./results.ts";

const CONFIG: PoolConfig = {
  name: "l",
  processes: ["a", "b"],
  events: new Set(["TICK"]),
  bufferSize: 5,
  resultHandler: RESULT_HANDLERS["supervisor.dispatchers:default_handler"],
  identifier: "supervisor",
};
const EVENT: QueuedEvent = { id: 4, serial: 2 ** 52, poolSerial: 3, name: "TICK_5", payload: new Uint8Array([0xc3, 0xa9, 0]) };

/** A pool with an event in a listener's hands, a rejected one, and a listener in the middle of an answer. */
function someMiddle(): { pool: Pool; store: Map<number, Uint8Array> } {
  const pool = makePool(CONFIG);
  const pools = makePools();
  pools.byName.set("l", pool);
  const store = new Map<number, Uint8Array>();
  const run = (effects: readonly PoolEffect[]) => keepIn(store, effects);
  for (const [process, child] of [
    ["a", 7],
    ["b", 8],
  ] as const) {
    run(stepPool(pool, { type: "started", process, child }, 0));
    run(stepPool(pool, { type: "running", process, running: true }, 0));
    run(stepPool(pool, { type: "output", process, child, bytes: Buffer.from("READY\n") }, 0));
  }
  for (const when of [0, 5, 10, 15]) run(notify(pools, { kind: "tick", period: 5, when }, 0));
  run(stepPool(pool, { type: "output", process: "b", child: 8, bytes: Buffer.from("RESULT 4\nFAILREA") }, 50));
  run(stepPool(pool, { type: "output", process: "a", child: 7, bytes: Buffer.from("RESULT 2\nO") }, 50));
  return { pool, store };
}

function keepIn(store: Map<number, Uint8Array>, effects: readonly PoolEffect[]): void {
  for (const effect of effects) {
    if (effect.type === "keep") store.set(effect.event.id, eventRecord(effect.event));
    if (effect.type === "forget") assert.ok(store.delete(effect.id), `event ${effect.id} was forgotten and is not in the store`);
  }
}

test("a pool comes back as it was: serials, phases, half an answer, who holds what, what pauses", () => {
  const { pool, store } = someMiddle();
  const restored = restorePool(CONFIG, poolRecord(pool), store);
  assert.ok(restored.ok);
  const again = restored.value.pool;
  assert.deepEqual(restored.value.lost, []);
  assert.deepEqual(
    again.listeners.map(({ listening, event }) => [listening.phase, event?.id]),
    [
      ["BUSY", 0],
      ["ACKNOWLEDGED", undefined],
    ],
  );
  assert.deepEqual(queuedEvents(again.queue), queuedEvents(pool.queue));
  assert.deepEqual(
    [again.nextId, again.nextPoolSerial, again.bytes, again.discarded],
    [pool.nextId, pool.nextPoolSerial, pool.bytes, pool.discarded],
  );
  assert.deepEqual([...again.pauses], [...pool.pauses]);
  assert.deepEqual(poolRecord(again), poolRecord(pool));
});

test("an event comes back as it was, in a record not much longer than its payload", () => {
  const record = eventRecord(EVENT);
  assert.deepEqual(restoreEvent(4, record), { ok: true, value: EVENT });
  assert.ok(record.length - EVENT.payload.length < 60);
});

test("an event that cannot be read is left out and named; its listener goes on without it", () => {
  const { pool, store } = someMiddle();
  const held = pool.listeners[0]?.event?.id ?? -1;
  store.set(held, new Uint8Array([1, 2, 3]));
  const restored = restorePool(CONFIG, poolRecord(pool), store);
  assert.ok(restored.ok);
  assert.deepEqual(restored.value.lost, ["pool l: a stored event could not be read (it is too short), it is lost"]);
  const effects = stepPool(restored.value.pool, { type: "output", process: "a", child: 7, bytes: Buffer.from("KREADY\n") }, 60);
  assert.ok(effects.some((effect) => effect.type === "log" && effect.text === "a: event was processed"));
});

test("a listener that is new in the configuration begins, one that is gone leaves its event to the others", () => {
  const { pool, store } = someMiddle();
  const restored = restorePool({ ...CONFIG, processes: ["b", "c"] }, poolRecord(pool), store);
  assert.ok(restored.ok);
  assert.deepEqual(
    restored.value.pool.listeners.map(({ process, child }) => [process, child]),
    [
      ["b", 8],
      ["c", 0],
    ],
  );
  assert.deepEqual(
    queuedEvents(restored.value.pool.queue).map(({ id }) => id),
    [0, 1, 2, 3],
  );
});

test("whatever lies in the store, the answer is a pool or a refusal", () => {
  const { pool, store } = someMiddle();
  const record = poolRecord(pool);
  const damaged = fc.tuple(fc.nat(record.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
    const copy = new Uint8Array(record);
    copy[at] = (copy[at] ?? 0) ^ change;
    return copy;
  });
  fc.assert(fc.property(damaged, (bytes) => assert.equal(restorePool(CONFIG, bytes, store).ok, false)));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.equal(restorePool(CONFIG, bytes, store).ok, false)));
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(restorePool(CONFIG, sealJson(1, value), store).ok, false)));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.equal(restoreEvent(0, seal(2, bytes)).ok, false)));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof restoreEvent(0, seal(1, bytes)).ok === "boolean"));
});

test("a record of another version and a damaged one are told apart from a good one", () => {
  const record = seal(3, new Uint8Array([1, 2]));
  assert.deepEqual(unseal(3, record), { ok: true, value: new Uint8Array([1, 2]) });
  assert.deepEqual(unseal(4, record), { ok: false, error: "version 3 is not 4" });
  assert.deepEqual(unseal(3, record.with(5, 9)), { ok: false, error: "the checksum is wrong" });
  assert.deepEqual(unseal(3, new Uint8Array(4)), { ok: false, error: "it is too short" });
});
