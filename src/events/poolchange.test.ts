/** Pools that are changed in place, and result handlers that are plug-ins. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { notify } from "./notify.ts";
import { bringUp, pool, poolsOf, tick, words } from "./pool.fixture.ts";
import { changePool, stepPool } from "./pool.ts";

test("a pool that is changed in place goes on: who stays keeps its event, who leaves gives it back, who is new can have it", () => {
  const one = pool("p", ["a", "b"]);
  const pools = poolsOf(one);
  for (const [process, child] of [
    ["a", 1],
    ["b", 2],
  ] as const)
    bringUp(one, process, child);
  notify(pools, tick(1), 0);
  notify(pools, tick(2), 0);
  assert.deepEqual(
    one.listeners.map(({ event }) => event?.serial),
    [0, 1],
  );
  const config = { ...one.config, processes: ["b", "c"], events: new Set(["TICK_60"]) };
  assert.deepEqual(words(changePool(one, config)), ["debug: rebuffering event 0 for pool p (buf size=0, max=10)"]);
  assert.deepEqual(
    one.listeners.map(({ process, event }) => [process, event?.serial]),
    [
      ["b", 1],
      ["c", undefined],
    ],
  );
  assert.deepEqual(words(bringUp(one, "c", 3)), ["debug: c: ACKNOWLEDGED -> READY", "3<when:1", "debug: event 0 sent to listener c"]);
  assert.deepEqual(notify(pools, tick(3), 0), [], "it is not subscribed to that any more");
});

test("EVT-108: a handler that fails: the line, UNKNOWN, and the event goes back; it is told which event was answered", () => {
  const told: unknown[] = [];
  const one = pool("p", ["a", "b"]);
  one.config = {
    ...one.config,
    resultHandler: {
      keepBytes: 10,
      judge: (kept, length, event) => {
        told.push([Buffer.from(kept).toString(), length, event?.name, event?.serial]);
        return { kind: "failed", why: "no luck" };
      },
    },
  };
  const pools = poolsOf(one);
  bringUp(one, "a", 1);
  notify(pools, tick(1), 0);
  const effects = stepPool(one, { type: "output", process: "a", child: 1, bytes: Buffer.from("RESULT 3\nhm\nREADY\n") }, 0);
  assert.deepEqual(told, [["hm\n", 3, "TICK_5", 0]]);
  assert.deepEqual(words(effects), [
    "warn: a: event caused an error",
    "error: a: the result handler failed: no luck",
    "debug: a: BUSY -> UNKNOWN",
    "warn: a: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol",
    "debug: rebuffering event 0 for pool p (buf size=0, max=10)",
  ]);
  bringUp(one, "b", 2);
  assert.equal(one.listeners[1]?.event?.serial, 0, "another gets it");
});
