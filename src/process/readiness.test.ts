/** Readiness of one process, on the machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { CHILD, Life, PID } from "./life.fixture.ts";

const TCP = { kind: "tcp", host: "localhost", port: 5432 } as const;

function starting(over: Partial<ProcessConfig> = {}): Life {
  const life = new Life({ name: "db", readyWhen: TCP, startSecs: 0, autorestart: "always", ...over });
  life.start();
  return life;
}

test("RDY-001 with ready_when=startsecs nothing is asked and nothing is stored", () => {
  const life = new Life({ startSecs: 1 });
  life.start();
  assert.deepEqual(life.pass(5000), [
    "STARTING>RUNNING",
    "info: success: cat entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)",
  ]);
  assert.deepEqual(life.state.life, {});
});

test("RDY-002 RDY-013 it is RUNNING as soon as it is ready, which is told behind the line of success", () => {
  const life = starting();
  assert.deepEqual(life.pass(0), ["probe ready 1"]);
  life.nowMs = 1200;
  assert.deepEqual(life.probed("ready", "ok"), [
    "STARTING>RUNNING",
    "info: success: db entered RUNNING state, process has stayed up for > than 0 seconds (startsecs)",
    "info: ready: db (tcp 5432, 1.2 s)",
    "LIFECYCLE_READY",
  ]);
  assert.deepEqual(life.pass(1e9), [], "nothing is asked any more, and the timeout is over");
});

test("RDY-002 startsecs that are written must be over besides", () => {
  const life = starting({ startSecs: 5 });
  life.pass(1000);
  assert.deepEqual(life.probed("ready", "ok"), []);
  assert.deepEqual(life.pass(3999), []);
  assert.equal(life.pass(1)[0], "STARTING>RUNNING");
  const late = starting({ startSecs: 5 });
  assert.deepEqual(late.pass(6000), ["probe ready 1"]);
  assert.equal(late.probed("ready", "ok")[0], "STARTING>RUNNING");
});

test("RDY-003 an end before it is ready is a failed start, however late and with whatever code", () => {
  const life = starting({ startSecs: 1 });
  life.pass(60_000);
  assert.deepEqual(life.exits(0), ["STARTING>BACKOFF", "warn: exited: db (exit status 0; not expected)"]);
  assert.equal(life.state.spawnError, "Exited before it was ready (process log may have details)");
  assert.equal(life.state.tries, 1);
});

test("RDY-004 not ready in time: the stop signal, SIGKILL after stopwaitsecs, STARTING meanwhile, then BACKOFF", () => {
  const life = starting({ readyTimeout: 90_000, stopWaitSecs: 10, stopSignal: 15 });
  life.pass(0);
  life.probed("ready", "failed");
  assert.deepEqual(life.pass(900), []);
  assert.deepEqual(life.pass(100), ["probe ready 2"], "the next attempt is an interval after the last has ended");
  assert.deepEqual(life.pass(89_000), [
    "warn: not ready: db (not ready within 90 s), it is stopped",
    `debug: killing db (pid ${PID}) with signal SIGTERM`,
    "signal 15 to process",
  ]);
  assert.equal(life.state.state, "STARTING");
  assert.deepEqual(life.probed("ready", "ok"), [], "a result that comes late");
  assert.deepEqual(life.pass(10_000), [
    `warn: killing 'db' (${PID}) with SIGKILL`,
    `debug: killing db (pid ${PID}) with signal SIGKILL`,
    "signal 9 to process",
  ]);
  assert.equal(life.state.state, "STARTING");
  assert.deepEqual(life.diesOf(9)[0], "STARTING>BACKOFF");
  assert.equal(life.state.spawnError, "not ready within 90 s");
  assert.deepEqual(life.state.life.ready, undefined);
});

test("RDY-004 ready_timeout=0 waits for ever, and a stop is a stop", () => {
  const life = starting({ readyTimeout: 0 });
  life.pass(0);
  for (let i = 0; i < 1000; i++) {
    life.probed("ready", "failed");
    assert.deepEqual(life.pass(1000), [`probe ready ${i + 2}`]);
  }
  assert.equal(life.take({ type: "stop" }).at(-1), "signal 15 to process");
  assert.equal(life.state.state, "STOPPING");
  assert.deepEqual(life.probed("ready", "ok"), []);
});

test("RDY-005 a result of an older attempt, or of another child, makes nothing ready", () => {
  const life = starting();
  life.pass(0);
  const found = { result: "ok", text: "", output: "", ms: 1 } as const;
  assert.deepEqual(life.take({ type: "probed", purpose: "ready", child: CHILD, check: 99, found }), []);
  assert.deepEqual(life.take({ type: "probed", purpose: "ready", child: CHILD + 1, check: 1, found }), []);
  assert.equal(life.state.state, "STARTING");
});

test("RDY-014 attempts begin anew with another daemon, the deadline stays, and the latch is kept", () => {
  const life = starting({ readyTimeout: 10_000 });
  life.pass(0);
  const before = life.state.deadlines.ready;
  life.nowMs = 3000;
  assert.deepEqual(life.take({ type: "recheck", counts: "kept" }), []);
  assert.deepEqual(life.pass(0), ["probe ready 2"]);
  assert.equal(life.state.deadlines.ready, before);
  life.probed("ready", "ok");
  assert.deepEqual(life.take({ type: "recheck", counts: "kept" }), []);
  assert.deepEqual(life.pass(1e6), []);
  assert.equal(life.state.life.ready?.isReady, true);
});
