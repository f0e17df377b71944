import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../result.ts";
import { alone, FakeControl, running, view } from "../rpc/control.fixture.ts";
import {
  EVENTS_GATHERED_MAX,
  FIRST_USAGE_MS,
  GATHER_MS,
  LAST_LINES_DELAY_MS,
  USAGE_MS,
  USAGE_MS_MAX,
  USAGE_SHARE,
  VIEWER_HELD_BYTES_MAX,
  VIEWERS_MAX,
} from "./bounds.ts";
import { Hub } from "./hub.ts";
import { FakeOutlet, FakeTimers, FakeWatch, settled } from "./watch.fixture.ts";

function hubOf(control = new FakeControl(alone(running("web"), running("db")))) {
  const [watch, timers] = [new FakeWatch(), new FakeTimers()];
  const hub = new Hub({ control, watch }, timers);
  const join = async (events = false) => {
    const outlet = new FakeOutlet();
    await hub.open(outlet, { events });
    await settled();
    return outlet;
  };
  return { control, watch, timers, hub, join };
}

const event = (serial: number, payload = "") => ({ serial, at: 0, type: "REMOTE_COMMUNICATION", payload });

test("without viewers nobody is listened to and nothing is looked at; the last one to go ends it all", async () => {
  const { watch, timers, join } = hubOf();
  assert.deepEqual([watch.changeWatchers.size, watch.eventWatchers.size, timers.due.length, watch.looks], [0, 0, 0, 0]);
  const [one, other] = [await join(true), await join()];
  assert.deepEqual([watch.changeWatchers.size, watch.eventWatchers.size, watch.looks], [1, 1, 1]);
  one.leave();
  assert.deepEqual([watch.changeWatchers.size, watch.eventWatchers.size], [1, 0]);
  other.leave();
  assert.deepEqual([watch.changeWatchers.size, watch.eventWatchers.size, timers.due.length], [0, 0, 0]);
});

test("the first change goes out at once, a storm behind it as one message; only rows that have changed", async () => {
  const { control, watch, timers, join } = hubOf();
  const outlet = await join();
  assert.deepEqual(outlet.kinds(), ["snapshot"]);
  control.active = [control.active[0], ...alone(view("db", { state: "STOPPED" }))].filter((group) => group !== undefined);
  watch.changed();
  watch.changed();
  assert.deepEqual(
    timers.due.filter(({ ms }) => ms <= GATHER_MS).map(({ ms }) => ms),
    [0],
  );
  await timers.ring(0);
  assert.match(outlet.text, /"name":"db"/);
  assert.doesNotMatch(outlet.text, /"name":"web"/);
  assert.deepEqual(outlet.kinds(), ["processes"]);
  watch.changed();
  assert.ok(timers.due.some(({ ms }) => ms === GATHER_MS));
  await timers.ring(GATHER_MS);
  assert.deepEqual(outlet.kinds(), [], "nothing that is shown has changed");
});

test("output that cannot be written is told of, and that it can be again", async () => {
  const { watch, timers, join } = hubOf();
  const outlet = await join();
  for (const lostBytes of [100, 0]) {
    outlet.kinds();
    watch.details.set("web", { lostBytes });
    watch.changed();
    await timers.ring(GATHER_MS);
    assert.match(outlet.text, new RegExp(`"name":"web".*"lostBytes":${lostBytes}`));
    assert.doesNotMatch(outlet.text, /"name":"db"/);
  }
});

test("a group that comes or goes is a snapshot; another mood is told of alone", async () => {
  const { control, watch, timers, join } = hubOf();
  const outlet = await join();
  outlet.kinds();
  control.active = alone(running("web"));
  watch.changed();
  await timers.ring(GATHER_MS);
  assert.deepEqual(outlet.kinds(), ["snapshot"]);
  control.moodNow = "SHUTDOWN";
  watch.changed();
  await timers.ring(GATHER_MS);
  assert.deepEqual(outlet.kinds(), ["daemon"]);
});

test("who does not take what he got misses what comes, and gets a snapshot when he has taken it; the others get everything", async () => {
  const { watch, timers, join } = hubOf();
  const [slow, other] = [await join(true), await join(true)];
  slow.isStuck = true;
  const piece = "x".repeat(4096);
  let serial = 0;
  const rounds = (VIEWER_HELD_BYTES_MAX / 4096) * 2;
  for (let round = 0; round < rounds; round++) {
    watch.happened(event(++serial, piece));
    await timers.ring(GATHER_MS);
  }
  assert.ok(slow.held > VIEWER_HELD_BYTES_MAX && slow.held < VIEWER_HELD_BYTES_MAX + 2 * 4096, String(slow.held));
  assert.equal(other.kinds().filter((kind) => kind === "event").length, rounds);
  slow.kinds();
  slow.take();
  assert.match(slow.text, /"count":\d+/);
  assert.deepEqual(slow.kinds(), ["missed", "snapshot"]);
  watch.happened(event(++serial));
  await timers.ring(GATHER_MS);
  assert.deepEqual([slow.kinds(), other.kinds()], [["event"], ["event"]]);
});

test("a flood of events is cut: so many are told, the rest is told as missed", async () => {
  const { watch, timers, join } = hubOf();
  const [wants, other] = [await join(true), await join()];
  wants.kinds();
  other.kinds();
  for (let serial = 0; serial < EVENTS_GATHERED_MAX + 7; serial++) watch.happened(event(serial));
  await timers.ring(GATHER_MS);
  assert.match(wants.text, /event: missed\ndata: \{"count":7\}/);
  assert.equal(wants.kinds().filter((kind) => kind === "event").length, EVENTS_GATHERED_MAX);
  assert.deepEqual(other.kinds(), []);
});

test("there are only so many viewers", async () => {
  const { hub, join } = hubOf();
  for (let count = 0; count < VIEWERS_MAX; count++) {
    assert.equal(hub.isFull, false);
    await join();
  }
  assert.equal(hub.isFull, true);
});

test("a process in trouble is shown at once, and its last words when the log has them", async () => {
  const { control, watch, timers, join } = hubOf();
  const outlet = await join();
  outlet.kinds();
  control.active = [...alone(running("web")), ...alone(view("db", { state: "FATAL" }))];
  watch.changed();
  await timers.ring(0);
  assert.match(outlet.text, /"state":"FATAL".*"lastWords":\[\]/);
  outlet.kinds();
  control.write("/log/db.err", "first\n\nno such table\n");
  await timers.ring(LAST_LINES_DELAY_MS);
  await timers.ring(GATHER_MS);
  assert.match(outlet.text, /"lastWords":\["first","no such table"\]/);
  const late = await join();
  assert.match(late.text, /no such table/, "who comes later has them in the snapshot");
});

test("where a look is dear there are fewer", async () => {
  const { watch, timers, join } = hubOf();
  watch.samples = ok([]);
  watch.costMs = 2 * USAGE_MS * USAGE_SHARE;
  await join();
  assert.ok(timers.due.some(({ ms }) => ms === 2 * USAGE_MS));
  watch.costMs = 10 * USAGE_MS_MAX;
  await timers.ring(2 * USAGE_MS);
  assert.ok(timers.due.some(({ ms }) => ms === USAGE_MS_MAX));
});

test("figures that a viewer cannot take are left out, and are nothing that he has missed", async () => {
  const { watch, timers, join } = hubOf();
  watch.samples = refuse("EACCES");
  const outlet = await join();
  outlet.held = VIEWER_HELD_BYTES_MAX + 1;
  outlet.kinds();
  await timers.ring(USAGE_MS);
  outlet.take();
  assert.deepEqual(outlet.kinds(), []);
  await timers.ring(USAGE_MS);
  assert.deepEqual(outlet.kinds(), ["usage"]);
});

test("where processes cannot be seen viewers hear at least that the stream lives", async () => {
  const { watch, timers, join } = hubOf();
  watch.samples = refuse("EACCES");
  const outlet = await join();
  outlet.kinds();
  await timers.ring(USAGE_MS);
  assert.deepEqual(outlet.kinds(), ["usage"]);
});

test("figures come soon, then every two seconds, to all as one text; they end with the last viewer", async () => {
  const { control, watch, timers, join } = hubOf();
  const sample = (cpuMs: number) => ({ pid: 4711, parent: 11015, cpuMs, memory: 5000, startTicks: 7 });
  watch.samples = ok([sample(1000), { pid: 11016, parent: 11015, cpuMs: 10, memory: 100, startTicks: 3 }]);
  const outlet = await join();
  outlet.kinds();
  watch.samples = ok([sample(1200), { ...sample(40), pid: 5000, parent: 4711 }]);
  control.monoMs += 400;
  await timers.ring(FIRST_USAGE_MS);
  const [, data = ""] = /event: usage\ndata: (.*)\n/.exec(outlet.text) ?? [];
  const { usage } = JSON.parse(data) as { usage: unknown[] };
  assert.deepEqual(usage[0], { namespec: "web", own: { cpu: 50, memory: 5000 }, tree: { cpu: 60, memory: 10000, processes: 2 } });
  assert.ok(timers.due.some(({ ms }) => ms === USAGE_MS));
  outlet.leave();
  assert.equal(timers.due.length, 0);
});
