import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pool } from "./buffer.ts";
import { notify, type Pools } from "./notify.ts";
import { bringUp, logs, pool, poolsOf, says, sends, tick, waiting, words } from "./pool.fixture.ts";
import { acceptEvent, dropPool, isQuiet, nextDeadlineMs, nextSerial, PAYLOAD_BYTES_MAX, type PoolInput, stepPool } from "./pool.ts";
import { queuedEvents } from "./queue.ts";

test("EVT-060, EVT-061, EVT-064: one serial for the daemon, one for the pool; what nobody wants gets none", () => {
  const [a, b] = [pool("a", ["a"], { events: ["TICK"] }), pool("b", ["b"], { events: ["TICK", "REMOTE_COMMUNICATION"] })];
  const pools = poolsOf(a, b);
  notify(pools, tick(0), 0);
  assert.deepEqual(notify(pools, { kind: "supervisor-state", state: "RUNNING" }, 0), []);
  notify(pools, { kind: "remote-communication", type: "", data: "" }, 0);
  notify(pools, tick(5), 0);
  const serials = (one: Pool) => queuedEvents(one.queue).map(({ serial, poolSerial }) => `${serial}/${poolSerial}`);
  assert.deepEqual(serials(a), ["0/0", "2/1"]);
  assert.deepEqual(serials(b), ["0/0", "1/1", "2/2"]);
});

test("EVT-012: an event that matches twice is buffered and sent twice with the same serials", () => {
  const one = pool("l", ["l"], { events: ["EVENT", "TICK"] });
  const effects = notify(poolsOf(one), tick(0), 0);
  assert.deepEqual(words(effects, ["keep", "log"]), ["keep l 0", "debug: rebuffering event 0 for pool l (buf size=1, max=10)", "keep l 1"]);
  assert.deepEqual(
    queuedEvents(one.queue).map(({ serial, poolSerial }) => [serial, poolSerial]),
    [
      [0, 0],
      [0, 0],
    ],
  );
});

test("a pool is quiet when nothing is on its way to a listener that could hear it", () => {
  const one = pool("l", ["l0", "l1"]);
  notify(poolsOf(one), tick(0), 0);
  assert.equal(isQuiet(one), true, "nobody runs who could hear it");
  bringUp(one, "l0", 20, false);
  assert.equal(isQuiet(one), false, "it waits");
  stepPool(one, says("l0", 20, "READY\n"), 0);
  assert.equal(isQuiet(one), false, "it is in the hands of a listener");
  stepPool(one, says("l0", 20, "RESULT 2\nOK"), 0);
  assert.equal(isQuiet(one), true);
  notify(poolsOf(one), tick(5), 0);
  assert.equal(isQuiet(one), false);
  stepPool(one, says("l0", 20, "nonsense\n"), 0);
  assert.equal(isQuiet(one), true, "whoever is UNKNOWN hears nothing more");
});

test("EVT-066: the first that is RUNNING and READY gets the event, in the group's order", () => {
  const one = pool("l", ["l0", "l1"]);
  bringUp(one, "l1", 21);
  bringUp(one, "l0", 20);
  const pools = poolsOf(one);
  assert.deepEqual(sends(notify(pools, tick(0), 0)), ["20<when:0"]);
  assert.deepEqual(sends(notify(pools, tick(5), 0)), ["21<when:5"]);
  stepPool(one, says("l0", 20, "RESULT 2\nOKREADY\n"), 0);
  assert.deepEqual(sends(notify(pools, tick(10), 0)), ["20<when:10"]);
});

test("EVT-068, EVT-071, EVT-073, EVT-100: a listener that becomes ready gets the head; the rest waits, with the usual line", () => {
  const one = pool("l", ["l"], { bufferSize: 3 });
  const pools = poolsOf(one);
  for (const when of [0, 5, 10]) notify(pools, tick(when), 0);
  const effects = bringUp(one, "l", 7);
  assert.deepEqual(words(effects), [
    "debug: l: ACKNOWLEDGED -> READY",
    "7<when:0",
    "debug: event 0 sent to listener l",
    "debug: rebuffering event 1 for pool l (buf size=1, max=3)",
  ]);
  assert.deepEqual(waiting(one), [1, 2], "what is being processed is none of the buffer");
  assert.deepEqual(logs(notify(pools, tick(15), 0)), [], "there is room for a third");
});

test("EVT-067, EVT-069: better: each event is sent when it arises, not in the next pass, so a small buffer does not overflow beside an idle listener", () => {
  const [one, other] = [pool("l", ["l"], { bufferSize: 1 }), pool("m", ["m"], { bufferSize: 1 })];
  bringUp(one, "l", 7);
  bringUp(other, "m", 8);
  const pools = poolsOf(one, other);
  for (const when of [0, 5, 10]) {
    assert.deepEqual(sends(notify(pools, tick(when), 0)), [`7<when:${when}`, `8<when:${when}`]);
    for (const [pool, process, child] of [
      [one, "l", 7],
      [other, "m", 8],
    ] as const)
      stepPool(pool, says(process, child, "RESULT 2\nOKREADY\n"), 0);
  }
  assert.deepEqual([one.discarded, other.discarded], [0, 0]);
});

test("EVT-075: until a listener is RUNNING and READY events wait in the buffer, which keeps the last buffer_size of them", () => {
  const one = pool("l", ["l"], { bufferSize: 10 });
  const pools = poolsOf(one);
  stepPool(one, { type: "started", process: "l", child: 7 }, 0);
  stepPool(one, says("l", 7, "READY\n"), 0);
  for (let event = 0; event < 70; event++) assert.deepEqual(sends(notify(pools, tick(event), 0)), []);
  assert.deepEqual(waiting(one), [60, 61, 62, 63, 64, 65, 66, 67, 68, 69]);
  assert.equal(one.discarded, 60);
  assert.deepEqual(sends(stepPool(one, { type: "running", process: "l", running: true }, 0)), ["7<when:60"]);
});

test("EVT-070: an idle listener gets an event in the step in which it arises", () => {
  const one = pool("l", ["l"]);
  bringUp(one, "l", 7);
  assert.deepEqual(words(notify(poolsOf(one), tick(0), 0)), ["7<when:0", "debug: event 0 sent to listener l"]);
});

test("EVT-062, EVT-072: over buffer_size the oldest goes, with its serial in the log, and leaves a gap", () => {
  const one = pool("l", ["l"], { bufferSize: 2 });
  const pools = poolsOf(one);
  const effects = [0, 5, 10].flatMap((when) => notify(pools, tick(when), 0));
  assert.deepEqual(words(effects, ["log", "keep", "forget"]), [
    "keep l 0",
    "keep l 1",
    "error: pool l event buffer overflowed, discarding event 0",
    "forget l 0",
    "keep l 2",
  ]);
  assert.deepEqual(waiting(one), [1, 2]);
  assert.equal(one.discarded, 1);
});

test("EVT-103: a listener that is not RUNNING gets nothing, READY or not", () => {
  const one = pool("l", ["l"]);
  stepPool(one, { type: "started", process: "l", child: 7 }, 0);
  stepPool(one, says("l", 7, "READY\n"), 0);
  assert.deepEqual(sends(notify(poolsOf(one), tick(0), 0)), []);
  assert.deepEqual(sends(stepPool(one, { type: "running", process: "l", running: true }, 0)), ["7<when:0"]);
  stepPool(one, says("l", 7, "RESULT 2\nOKREADY\n"), 0);
  stepPool(one, { type: "running", process: "l", running: false }, 0);
  assert.deepEqual(sends(notify(poolsOf(one), tick(5), 0)), []);
});

/** A pool with one listener that has got the event of second 0. */
function busy(bufferSize = 10): { one: Pool; pools: Pools } {
  const one = pool("l", ["l"], { bufferSize });
  bringUp(one, "l", 7);
  const pools = poolsOf(one);
  notify(pools, tick(0), 0);
  return { one, pools };
}

test("EVT-082, EVT-106: an accepted event is done with", () => {
  const { one } = busy();
  const effects = stepPool(one, says("l", 7, "RESULT 2\nOK"), 0);
  assert.deepEqual(words(effects, ["log", "forget"]), ["debug: l: event was processed", "forget l 0", "debug: l: BUSY -> ACKNOWLEDGED"]);
});

test("EVT-063, EVT-107: a rejected event comes back to the head and is sent again, the same to the byte", () => {
  const one = pool("l", ["l"]);
  bringUp(one, "l", 7);
  const pools = poolsOf(one);
  const first = notify(pools, tick(0), 0).find((effect) => effect.type === "send");
  notify(pools, tick(5), 0);
  const effects = stepPool(one, says("l", 7, "RESULT 4\nFAILREADY\n"), 1000);
  assert.deepEqual(words(effects), [
    "warn: l: event was rejected",
    "debug: l: BUSY -> ACKNOWLEDGED",
    "debug: rebuffering event 0 for pool l (buf size=1, max=10)",
    "debug: l: ACKNOWLEDGED -> READY",
  ]);
  assert.deepEqual(waiting(one), [0, 1]);
  const again = stepPool(one, { type: "deadline" }, 1100).find((effect) => effect.type === "send");
  assert.deepEqual(again, first);
});

test("EVT-107: a listener that always rejects gets the event again after a pause that grows to a second", () => {
  const { one } = busy();
  const pauses: number[] = [];
  for (let now = 0, times = 0; times < 7; times++) {
    assert.deepEqual(sends(stepPool(one, says("l", 7, "RESULT 4\nFAILREADY\n"), now)), []);
    const due = nextDeadlineMs(one) ?? Number.NaN;
    assert.deepEqual(sends(stepPool(one, { type: "deadline" }, due - 1)), []);
    assert.deepEqual(sends(stepPool(one, { type: "deadline" }, due)), ["7<when:0"]);
    pauses.push(due - now);
    now = due;
  }
  assert.deepEqual(pauses, [100, 200, 400, 800, 1000, 1000, 1000]);
  stepPool(one, says("l", 7, "RESULT 2\nOK"), 0);
  assert.equal(one.pauses.size, 0, "an event that is done with leaves nothing behind");
});

test("EVT-096: no deadline where time alone changes nothing: a listener may take as long as it likes", () => {
  const { one } = busy();
  assert.equal(nextDeadlineMs(one), null);
  stepPool(one, says("l", 7, "RESULT 4\nFAIL"), 0);
  assert.equal(nextDeadlineMs(one), null, "nobody is ready");
  stepPool(one, says("l", 7, "READY\n"), 50);
  assert.equal(nextDeadlineMs(one), 100);
});

test("EVT-074: an event that returns to a full buffer takes the place of the oldest that waits", () => {
  const { one, pools } = busy(2);
  notify(pools, tick(5), 0);
  notify(pools, tick(10), 0);
  const effects = stepPool(one, says("l", 7, "RESULT 4\nFAIL"), 0);
  assert.deepEqual(logs(effects).slice(2), [
    "debug: rebuffering event 0 for pool l (buf size=2, max=2)",
    "error: pool l event buffer overflowed, discarding event 1",
  ]);
  assert.deepEqual(waiting(one), [0, 2]);
});

test("EVT-089: a bad result line: said, UNKNOWN, and the event goes to another", () => {
  const one = pool("l", ["a", "b"]);
  bringUp(one, "a", 7);
  bringUp(one, "b", 8);
  notify(poolsOf(one), tick(0), 0);
  const effects = stepPool(one, { type: "output", process: "a", child: 7, bytes: Buffer.from("RESULT \xff\n", "latin1") }, 0);
  assert.deepEqual(words(effects), [
    "warn: a: bad result line: 'Undecodable: b'RESULT \\xff''",
    "debug: a: BUSY -> UNKNOWN",
    "warn: a: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol",
    "debug: rebuffering event 0 for pool l (buf size=0, max=10)",
    "8<when:0",
    "debug: event 0 sent to listener b",
  ]);
});

test("EVT-094, EVT-095: UNKNOWN lasts until the process starts again", () => {
  const one = pool("l", ["l"]);
  bringUp(one, "l", 7, false);
  stepPool(one, says("l", 7, "garbage\n"), 0);
  stepPool(one, says("l", 7, "READY\n"), 0);
  const pools = poolsOf(one);
  assert.deepEqual(sends(notify(pools, tick(0), 0)), []);
  stepPool(one, { type: "ended", process: "l" }, 0);
  assert.deepEqual(sends(bringUp(one, "l", 9)), ["9<when:0"]);
});

test("EVT-101: where stdin is closed the next listener gets the event, and the first none until it starts again", () => {
  const one = pool("l", ["a", "b"]);
  bringUp(one, "a", 7);
  bringUp(one, "b", 8);
  const pools = poolsOf(one);
  notify(pools, tick(0), 0);
  const failed: PoolInput = { type: "send-failed", process: "a", child: 7, errno: "EPIPE", bytesNotTaken: 10 };
  assert.deepEqual(words(stepPool(one, failed, 0)), [
    "debug: epipe occurred while sending event 0 to listener a, listener state unchanged",
    "debug: rebuffering event 0 for pool l (buf size=0, max=10)",
    "8<when:0",
    "debug: event 0 sent to listener b",
  ]);
  assert.deepEqual(sends(notify(pools, tick(5), 0)), []);
  assert.equal(nextDeadlineMs(one), null, "no attempts in vain");
  stepPool(one, { type: "ended", process: "a" }, 0);
  assert.deepEqual(sends(bringUp(one, "a", 9)), ["9<when:5"]);
});

test("EVT-102: an event that the keeper could not take for lack of room is sent again whole after a pause", () => {
  const { one } = busy();
  const failed = (bytesNotTaken: number): PoolInput => ({ type: "send-failed", process: "l", child: 7, errno: "ENOBUFS", bytesNotTaken });
  assert.deepEqual(stepPool(one, failed(5), 0), [], "that was somebody else's text");
  const sent = Buffer.from("ver:3.0 server:supervisor serial:0 pool:l poolserial:0 eventname:TICK_5 len:6\nwhen:0").length;
  assert.match(logs(stepPool(one, failed(sent), 0)).join("\n"), /^warn: l: does not read its stdin, event 0 will be sent again/);
  assert.deepEqual(sends(stepPool(one, { type: "deadline" }, 100)), ["7<when:0"]);
});

test("EVT-111, EVT-112: the event of a listener that ends BUSY goes back; a whole result before the end counts, a part does not", () => {
  const { one } = busy();
  stepPool(one, says("l", 7, "RESULT 2\nO"), 0);
  assert.deepEqual(logs(stepPool(one, { type: "ended", process: "l" }, 0)), ["debug: rebuffering event 0 for pool l (buf size=0, max=10)"]);
  assert.deepEqual(sends(bringUp(one, "l", 8)), ["8<when:0"], "without a pause: starting takes its time");
  stepPool(one, says("l", 8, "RESULT 2\nOK"), 0);
  assert.deepEqual(stepPool(one, { type: "ended", process: "l" }, 0), []);
  assert.deepEqual(waiting(one), []);
});

test("what an earlier child still writes is nobody's answer", () => {
  const { one } = busy();
  stepPool(one, { type: "started", process: "l", child: 8 }, 0);
  assert.deepEqual(stepPool(one, says("l", 7, "RESULT 2\nOK"), 0), []);
  assert.equal(one.listeners[0]?.listening.phase, "ACKNOWLEDGED");
  assert.deepEqual(waiting(one), [0]);
});

test("events that come back from several listeners lie in front, oldest first", () => {
  const one = pool("l", ["a", "b", "c"]);
  const pools = poolsOf(one);
  for (const [at, process] of ["a", "b", "c"].entries()) bringUp(one, process, 7 + at);
  for (const when of [0, 5, 10, 15]) notify(pools, tick(when), 0);
  for (const process of ["b", "c", "a"]) stepPool(one, { type: "ended", process }, 0);
  assert.deepEqual(waiting(one), [0, 1, 2, 3]);
});

test("EVT-078, EVT-110: a rejection in one pool changes nothing in another", () => {
  const [a, b] = [pool("a", ["a"]), pool("b", ["b"])];
  bringUp(a, "a", 7);
  bringUp(b, "b", 8);
  notify(poolsOf(a, b), tick(0), 0);
  stepPool(b, says("b", 8, "RESULT 2\nOKREADY\n"), 0);
  stepPool(a, says("a", 7, "RESULT 4\nFAILREADY\n"), 0);
  assert.deepEqual([waiting(a), waiting(b)], [[0], []]);
  assert.equal(b.listeners[0]?.listening.phase, "READY");
});

test("EVT-077: pools get an event in the order in which they subscribed", () => {
  const pools = poolsOf(pool("z", ["z"]), pool("a", ["a"]));
  assert.deepEqual(words(notify(pools, tick(0), 0), ["keep"]), ["keep z 0", "keep a 0"]);
});

test("EVT-099: an event goes to stdin whole, however long", () => {
  const one = pool("l", ["l"]);
  bringUp(one, "l", 7);
  const data = "x".repeat(200_000);
  const [sent] = notify(poolsOf(one), { kind: "remote-communication", type: "", data }, 0).filter((effect) => effect.type === "send");
  assert.ok(sent?.type === "send" && Buffer.from(sent.bytes).toString().endsWith(` len:200006\ntype:\n${data}`));
});

test("EVT-079: a removed pool drops what waits and what is being processed", () => {
  const { one, pools } = busy();
  notify(pools, tick(5), 0);
  assert.deepEqual(words(dropPool(one), ["forget"]), ["forget l 0", "forget l 1"]);
});

test("EVT-065: serials begin again at 0 after the largest", () => {
  assert.equal(nextSerial(0), 1);
  assert.equal(nextSerial(Number.MAX_SAFE_INTEGER), 0);
});

test("an event that no listener can be sent is discarded, not kept", () => {
  const one = pool("l", ["l"]);
  const effects = notify(poolsOf(one), { kind: "remote-communication", type: "", data: "x".repeat(PAYLOAD_BYTES_MAX) }, 0);
  assert.deepEqual(words(effects, ["log", "keep"]), [
    `error: pool l: event 0 of ${PAYLOAD_BYTES_MAX + 6} bytes is larger than listeners can be sent, discarding it`,
  ]);
});

test("what waits is bounded in bytes as well: the oldest go", () => {
  const one = pool("l", ["l"], { bufferSize: 1000 });
  const event = (serial: number) => ({ name: "TICK_5" as const, payload: new Uint8Array(900), serial });
  for (let serial = 0; serial < 20; serial++) acceptEvent(one, event(serial), 1, { bytesMax: 10_000, monoMs: 0 });
  assert.deepEqual(waiting(one), [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  assert.equal(one.discarded, 10);
  assert.equal(one.bytes, 10_000);
});

test("the handler of supervisor-stdout hands the result to the daemon's stdout", () => {
  const one = pool("l", ["l"], { handler: "supervisor_stdout:event_handler" });
  bringUp(one, "l", 7);
  notify(poolsOf(one), tick(0), 0);
  const result = "processname:p channel:stdout\nhi\n";
  const effects = stepPool(one, says("l", 7, `RESULT ${result.length}\n${result}READY\n`), 0);
  assert.deepEqual(words(effects).slice(0, 2), ["stdout<p stdout | hi\n", "debug: l: event was processed"]);
});

test("a process that the pool has not is nobody", () => {
  const one = pool("l", ["l"]);
  assert.deepEqual(stepPool(one, { type: "ended", process: "other" }, 0), []);
});
