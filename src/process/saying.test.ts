/** What a program says by its notify socket, on the machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { CHILD, Life, PID } from "./life.fixture.ts";
import { isReloading } from "./said.ts";

const HOUR_MS = 3_600_000;
const SUCCESS = "info: success: app entered RUNNING state, process has stayed up for > than 0 seconds (startsecs)";
const SIGTERM = ["signal 15 to process"];

function starting(over: Partial<ProcessConfig> = {}): Life {
  const life = new Life({ name: "app", readyWhen: { kind: "notify" }, startSecs: 0, readyTimeout: 90_000, ...over });
  life.start();
  return life;
}

function running(over: Partial<ProcessConfig> = {}): Life {
  const life = starting(over);
  life.says("READY=1");
  assert.equal(life.state.state, "RUNNING");
  return life;
}

const watched = (over: Partial<ProcessConfig> = {}): Life =>
  running({ healthcheck: { kind: "watchdog" }, healthcheckInterval: 30_000, healthcheckGrace: 10_000, ...over });
const verdict = ({ state }: Life): string | undefined => state.life.health?.verdict;

test("RDY-008 READY=1 makes it RUNNING, once; nothing else does", () => {
  const life = starting();
  assert.deepEqual(life.says("STATUS=warming"), []);
  assert.deepEqual(life.says(""), []);
  life.nowMs = 1200;
  const ready = ["STARTING>RUNNING", SUCCESS, "info: ready: app (notify, 1.2 s)", "LIFECYCLE_READY"];
  assert.deepEqual(life.says("READY=1\nSTATUS=on"), ready);
  assert.deepEqual(life.says("READY=1"), []);
  assert.equal(life.state.life.said?.status, "on");
  assert.deepEqual(life.pass(1e9), [], "the timeout is over");
});

test("RDY-008 messages of an earlier run, or before there is a child, say nothing", () => {
  const life = starting();
  assert.deepEqual(life.take({ type: "said", child: CHILD + 1, sender: { pid: PID, uid: 0 }, uid: 0, words: [{ kind: "ready" }] }), []);
  life.exits(1);
  assert.deepEqual(life.says("READY=1"), []);
  assert.equal(life.state.life.said, undefined);
});

test("RDY-008 READY=1 is readiness only where ready_when says so", () => {
  const life = starting({ readyWhen: { kind: "tcp", host: "localhost", port: 80 }, healthcheck: { kind: "watchdog" } });
  assert.deepEqual(life.says("READY=1"), []);
  assert.equal(life.state.state, "STARTING");
});

test("RDY-009 the program's user, root and the program itself are believed; of others one line is told in a run", () => {
  for (const sender of [
    { pid: 5, uid: 1000 },
    { pid: 5, uid: 0 },
    { pid: PID, uid: 33 },
  ]) {
    assert.equal(starting().says("READY=1", sender)[0], "STARTING>RUNNING", JSON.stringify(sender));
  }
  const life = starting();
  const stranger = { pid: 5, uid: 1001 };
  assert.deepEqual(life.says("READY=1", stranger), [
    "warn: a message for app from pid 5 of uid 1001 is not taken, nor are further ones like it",
  ]);
  assert.deepEqual(life.says("READY=1", stranger), []);
  assert.equal(life.state.state, "STARTING");
});

test("RDY-010 STATUS is what it said last, and is taken back by an empty one and by its end", () => {
  const life = running();
  life.says("STATUS=one");
  const { state } = life;
  life.says("STATUS=one");
  assert.equal(life.state, state, "the same again changes nothing");
  life.says("STATUS=two");
  assert.equal(life.state.life.said?.status, "two");
  life.says("STATUS=");
  assert.equal(life.state.life.said, undefined);
  life.says("STATUS=three");
  life.exits(0);
  assert.equal(life.state.life.said, undefined);
});

test("RDY-010 EXTEND_TIMEOUT_USEC moves the deadline in force to that time at least: readiness, the stop after it, a stop, a reload", () => {
  const late = starting({ readyTimeout: 10_000, stopWaitSecs: 10 });
  late.says("EXTEND_TIMEOUT_USEC=5000000");
  assert.deepEqual(late.pass(9999), [], "not earlier than it was");
  late.says("EXTEND_TIMEOUT_USEC=5000000");
  assert.deepEqual(late.pass(4999), []);
  assert.deepEqual(late.pass(1).slice(-1), SIGTERM);
  late.says("EXTEND_TIMEOUT_USEC=15000000");
  assert.deepEqual(late.pass(14_999), []);
  assert.deepEqual(late.pass(1).slice(-1), ["signal 9 to process"]);
  late.says("EXTEND_TIMEOUT_USEC=3600000000");
  assert.deepEqual(late.pass(60_000).slice(-1), ["signal 9 to process"], "nothing is waited for once SIGKILL was sent");

  const stopped = running({ stopWaitSecs: 10 });
  stopped.take({ type: "stop" });
  stopped.says("EXTEND_TIMEOUT_USEC=20000000");
  assert.deepEqual(stopped.pass(19_999), []);
  assert.deepEqual(stopped.pass(1).slice(-1), ["signal 9 to process"]);
});

test("RDY-010 what messages add is an hour each, and a day in a run", () => {
  const life = starting({ readyTimeout: 1000 });
  life.says("EXTEND_TIMEOUT_USEC=999999999999999");
  assert.equal(life.state.deadlines.ready, HOUR_MS);
  for (let hour = 1; hour < 30; hour++) {
    life.nowMs = Math.min(hour, 24) * HOUR_MS;
    life.says("EXTEND_TIMEOUT_USEC=3600000000");
  }
  assert.equal(life.state.deadlines.ready, 1000 + 24 * HOUR_MS);
});

test("RDY-010 another MAINPID is refused in one line; its own is no news", () => {
  const life = running();
  assert.deepEqual(life.says(`MAINPID=${PID}`), []);
  assert.match(life.says("MAINPID=17").join(), /^warn: app wants pid 17 to be looked after in its place/);
  assert.deepEqual(life.says("MAINPID=18"), []);
  assert.equal(life.state.pid, PID);
});

test("RDY-012 RELOADING=1 ends readiness, not the state; READY=1 brings it back", () => {
  const life = running();
  assert.deepEqual(life.says("RELOADING=1\nMONOTONIC_USEC=1"), ["info: reloading: app", "LIFECYCLE_RELOADING"]);
  assert.deepEqual(life.says("RELOADING=1"), [], "it is reloading already");
  assert.deepEqual([life.state.state, isReloading(life.state)], ["RUNNING", true]);
  life.pass(1500);
  assert.deepEqual(life.says("READY=1"), ["info: ready: app (reloaded, 1.5 s)", "LIFECYCLE_READY"]);
  assert.equal(isReloading(life.state), false);
  assert.deepEqual(life.state.deadlines, {});
  assert.deepEqual(life.says("RELOADING=1\nREADY=1").length, 4, "both in one message: it has reloaded");
  assert.equal(isReloading(life.state), false);
  const early = starting();
  assert.deepEqual(early.says("RELOADING=1"), []);
  assert.equal(isReloading(early.state), false);
});

const TCP = { kind: "tcp", host: "localhost", port: 80 } as const;
/** The result of the check that was under way. */
const LATE = {
  type: "probed",
  purpose: "health",
  child: CHILD,
  check: 1,
  found: { result: "failed", text: "", output: "", ms: 1 },
} as const;

test("HLT-009 checks rest while it reloads, for ready_timeout at most; what was under way is dropped", () => {
  const life = running({ healthcheck: TCP, healthcheckInterval: 10_000, readyTimeout: 60_000 });
  assert.deepEqual(life.pass(0), ["probe health 1"]);
  life.says("RELOADING=1");
  assert.deepEqual(life.take(LATE), []);
  assert.deepEqual([life.state.life.health?.failures, life.state.deadlines.health], [0, undefined]);
  life.take({ type: "recheck", counts: "kept" });
  assert.deepEqual(life.pass(59_999), []);
  assert.deepEqual(life.pass(1).length, 1, "it is checked again, though it still reloads");
  assert.equal(isReloading(life.state), true);
  const short = running({ healthcheck: TCP });
  short.says("RELOADING=1");
  short.pass(1000);
  short.says("READY=1");
  assert.match(short.pass(0).join(), /^probe health/);
});

test("HLT-009 EXTEND_TIMEOUT_USEC gives a reload more time", () => {
  const life = running({ healthcheck: TCP, readyTimeout: 1000 });
  life.says("RELOADING=1");
  life.says("EXTEND_TIMEOUT_USEC=5000000");
  assert.deepEqual(life.pass(4999), []);
  assert.match(life.pass(1).join(), /^probe health/);
});

test("HLT-009 from STOPPING=1 on it is not checked any more", () => {
  const life = running({ healthcheck: TCP });
  assert.deepEqual(life.pass(0), ["probe health 1"]);
  life.says("STOPPING=1");
  assert.deepEqual(life.take(LATE), []);
  life.says("READY=1");
  life.take({ type: "recheck", counts: "zero" });
  assert.deepEqual(life.pass(1e7), []);
  const early = starting({ healthcheck: TCP });
  early.says("STOPPING=1");
  early.says("READY=1");
  assert.deepEqual(early.pass(1e7), [], "said before it was ready");
});

test("HLT-010 a watchdog that is silent for an interval is unhealthy; the first ping has the grace time besides", () => {
  const life = watched();
  assert.deepEqual(life.pass(39_999), []);
  assert.deepEqual(life.pass(1), ["warn: unhealthy: app (no ping within 30 s, 1 failure)", "LIFECYCLE_UNHEALTHY"]);
  assert.equal(life.state.life.due, "unhealthy");
  const well = watched();
  assert.deepEqual(well.says("WATCHDOG=1"), ["info: healthy: app", "LIFECYCLE_HEALTHY"]);
  well.pass(29_000);
  assert.deepEqual(well.says("WATCHDOG=1"), [], "pings are not told");
  well.pass(29_999);
  assert.equal(verdict(well), "healthy");
  well.pass(1);
  assert.equal(verdict(well), "unhealthy");
});

test("HLT-010 WATCHDOG=trigger is unhealthy at once, within the grace time too", () => {
  const life = watched();
  assert.deepEqual(life.says("WATCHDOG=trigger"), ["warn: unhealthy: app (by its own word, 1 failure)", "LIFECYCLE_UNHEALTHY"]);
  assert.deepEqual(life.says("WATCHDOG=1"), ["info: healthy: app", "LIFECYCLE_HEALTHY"]);
  assert.equal(life.state.life.due, undefined);
});

test("HLT-010 pings before it runs, while it reloads or of one that has no watchdog say nothing", () => {
  const early = starting({ healthcheck: { kind: "watchdog" } });
  assert.deepEqual(early.says("WATCHDOG=trigger\nWATCHDOG=1"), []);
  const other = running();
  assert.deepEqual(other.says("WATCHDOG=1\nWATCHDOG=trigger"), []);
  assert.deepEqual(other.state.deadlines, {});
  const life = watched({ readyTimeout: 1e9 });
  life.says("RELOADING=1");
  assert.deepEqual(life.says("WATCHDOG=trigger"), []);
  assert.deepEqual(life.pass(1e8), []);
  life.says("READY=1");
  assert.deepEqual(life.pass(29_999), []);
  life.pass(1);
  assert.equal(verdict(life), "unhealthy");
});

test("HLT-006 a gap gives a watchdog a whole interval more, and takes nothing from the grace time", () => {
  const life = watched();
  life.says("WATCHDOG=1");
  life.pass(29_000);
  life.take({ type: "recheck", counts: "kept" });
  assert.deepEqual(life.pass(29_999), []);
  life.pass(1);
  assert.equal(verdict(life), "unhealthy");
  const young = watched();
  young.take({ type: "recheck", counts: "kept" });
  assert.deepEqual(young.pass(39_999), []);
});

test("HLT-010 a run keeps to the interval that it was told, unless a longer one comes", () => {
  const life = watched();
  life.says("WATCHDOG=1");
  Object.assign(life.config, { healthcheckInterval: 10_000 });
  life.take({ type: "recheck", counts: "zero" });
  assert.deepEqual(life.pass(29_999), []);
  life.says("WATCHDOG=1");
  Object.assign(life.config, { healthcheckInterval: 60_000 });
  life.says("WATCHDOG=1");
  assert.deepEqual(life.pass(59_999), []);
});

test("HLT-010 a run that was told of no watchdog is looked at from its first ping on", () => {
  const life = running();
  Object.assign(life.config, { healthcheck: { kind: "watchdog" } });
  life.take({ type: "recheck", counts: "zero" });
  assert.deepEqual(life.pass(1e8), []);
  assert.equal(verdict(life), "unknown");
  life.says("WATCHDOG=1");
  assert.equal(verdict(life), "healthy");
  life.pass(30_000);
  assert.equal(verdict(life), "unhealthy");
});
