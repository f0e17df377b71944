/** Start, retry, giving up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, Life, PID, WALL_MS } from "./life.fixture.ts";
import { NEVER_STARTED, type ProcessEffect } from "./state.ts";

const SPAWNED = `info: spawned: 'cat' with pid ${PID}`;
const GAVE_UP = "info: gave up: cat entered FATAL state, too many start retries too quickly";
const success = (secs: number) => `info: success: cat entered RUNNING state, process has stayed up for > than ${secs} seconds (startsecs)`;
const eventsOf = (life: Life) =>
  life.effects.filter((effect): effect is Extract<ProcessEffect, { type: "event" }> => effect.type === "event");

/** Lets attempt after attempt exit at once and returns when each began. */
function attempts(life: Life): number[] {
  const began: number[] = [];
  life.take({ type: "start" });
  while (life.state.state === "STARTING") {
    began.push(life.nowMs);
    life.spawn();
    life.exits(1);
    const due = life.dueMs;
    if (due !== null) life.pass(due - life.nowMs);
  }
  return began;
}

test("PROC-004: a process that was never started is STOPPED, with nothing set", () => {
  assert.deepEqual(NEVER_STARTED, {
    state: "STOPPED",
    pid: 0,
    child: 0,
    attempt: 0,
    startWallMs: 0,
    stopWallMs: 0,
    startMonoMs: 0,
    tries: 0,
    deadlines: {},
    exitStatus: null,
    spawnError: "",
    stopping: false,
    kills: 0,
    shortRuns: 0,
    life: {},
  });
});

test("EVT-017, PROC-006: entering BACKOFF counts first, then the event is sent, then the line is written", () => {
  const life = new Life();
  life.start();
  assert.deepEqual(life.exits(1), ["STARTING>BACKOFF", "warn: exited: cat (exit status 1; not expected)"]);
  assert.equal(eventsOf(life).at(-1)?.tries, 1);
});

test("PROC-009: a start leads to STARTING from STOPPED, EXITED, FATAL and BACKOFF", () => {
  const stopped = new Life();
  const exited = new Life().run();
  exited.exits(0);
  const fatal = new Life({ startRetries: 0 });
  fatal.failToStart();
  const backoff = new Life();
  backoff.failToStart();
  const begun = [stopped, exited, fatal, backoff].map((life) => [life.state.state, ...life.take({ type: "start" })]);
  assert.deepEqual(begun, [
    ["STOPPED", "STOPPED>STARTING", "prepare 1"],
    ["EXITED", "EXITED>STARTING", "prepare 2"],
    ["FATAL", "FATAL>STARTING", "prepare 2"],
    ["BACKOFF", "BACKOFF>STARTING", "prepare 2"],
  ]);
});

test("PROC-024: a start forgets the last life: spawn error, exit status, stop marks; and sets the start time", () => {
  const life = new Life({ exitCodes: [] }).run();
  life.exits(3);
  assert.equal(life.state.spawnError, "Bad exit code 3");
  assert.equal(life.state.exitStatus, 3);
  life.nowMs = 60_000;
  life.take({ type: "start" });
  const { spawnError, exitStatus, stopping, kills, startWallMs } = life.state;
  assert.deepEqual([spawnError, exitStatus, stopping, kills, startWallMs], ["", null, false, 0, WALL_MS + 60_000]);
});

test("PROC-025: STARTING is told before the command is looked at; a bad command gives STARTING, then BACKOFF", () => {
  const life = new Life();
  assert.deepEqual(life.take({ type: "start" }), ["STOPPED>STARTING", "prepare 1"]);
  assert.deepEqual(life.unprepared("command is empty"), ["info: spawnerr: command is empty", "STARTING>BACKOFF"]);
});

test("PROC-027, LOG-120: a start of what is there already only says so", () => {
  const warning = ["warn: process 'cat' already running"];
  const life = new Life();
  life.take({ type: "start" });
  assert.deepEqual(life.take({ type: "start" }), warning, "being prepared");
  life.prepared();
  assert.deepEqual(life.take({ type: "start" }), warning, "being spawned");
  life.spawned();
  assert.deepEqual(life.take({ type: "start" }), warning, "STARTING");
  life.pass(1000);
  assert.deepEqual(life.take({ type: "start" }), warning, "RUNNING");
});

test("PROC-121: a start in STOPPING starts nothing, then or later", () => {
  const life = new Life({ autorestart: "always" }).run();
  life.take({ type: "stop" });
  assert.deepEqual(life.take({ type: "start" }), ["warn: process 'cat' already running"]);
  life.diesOf(15);
  assert.deepEqual(life.pass(1e9), []);
  assert.equal(life.state.state, "STOPPED");
});

test("PROC-028: spawned: the line, the pid, the spawn error cleared, RUNNING due in startsecs", () => {
  const life = new Life({ startSecs: 5 });
  life.failToStart();
  life.take({ type: "start" });
  life.prepared();
  life.nowMs = 250;
  assert.deepEqual(life.spawned(), [SPAWNED]);
  assert.deepEqual([life.state.pid, life.state.spawnError, life.dueMs], [PID, "", 5250]);
});

test("PROC-010, PROC-029: RUNNING after startsecs, and no sooner: event, then the line; counter and deadline are gone", () => {
  const life = new Life({ startSecs: 5 });
  life.failToStart();
  life.start();
  assert.equal(life.state.tries, 1);
  assert.deepEqual(life.pass(4999.999), []);
  assert.deepEqual(life.pass(0.001), ["STARTING>RUNNING", success(5)]);
  assert.deepEqual([life.state.tries, life.dueMs], [0, null]);
  const one = new Life({ startSecs: 1 });
  one.start();
  assert.deepEqual(one.pass(1000), ["STARTING>RUNNING", success(1)]);
});

test("PROC-034, PROC-190: better: startsecs and retry delays are kept to the millisecond, not to the second", () => {
  const life = new Life();
  life.nowMs = 123.456;
  life.start();
  assert.equal(life.dueMs, 1123.456);
  life.exits(0);
  assert.equal(life.dueMs, 1123.456);
});

test("PROC-030: startsecs=0 is RUNNING with the spawn", () => {
  const life = new Life({ startSecs: 0 });
  assert.deepEqual(life.start(), ["STOPPED>STARTING", "prepare 1", "spawn 7", SPAWNED, "STARTING>RUNNING", success(0)]);
});

test("startsecs and stopwaitsecs below 0 are like 0", () => {
  const life = new Life({ startSecs: -1, stopWaitSecs: -5 });
  life.start();
  assert.equal(life.state.state, "RUNNING");
  life.take({ type: "stop" });
  assert.deepEqual(life.pass(0).at(-1), "signal 9 to process");
});

test("PROC-031: startsecs=0 never fails to start, however short the life: no BACKOFF, restarts for ever", () => {
  const life = new Life({ startSecs: 0, startRetries: 0, autorestart: "always" });
  life.take({ type: "start" });
  for (let run = 0; run < 50; run++) {
    life.spawn();
    assert.deepEqual(life.exits(1)[0], "RUNNING>EXITED");
    life.pass(1000);
    assert.equal(life.state.state, "STARTING");
  }
});

test("PROC-035, PROC-036: the nth failure in a row waits n seconds from the failure, without a limit, and not a moment longer", () => {
  assert.deepEqual(attempts(new Life({ startRetries: 5 })), [0, 1000, 3000, 6000, 10_000, 15_000]);
  const life = new Life({ startRetries: 1e6 });
  life.state = { ...life.state, state: "BACKOFF", attempt: 1, tries: 5000, deadlines: { restart: 0 } };
  life.pass(0);
  life.unprepared();
  assert.equal(life.dueMs, 5_001_000);
});

test("PROC-013: the retry comes when the delay is over, not before", () => {
  const life = new Life();
  life.failToStart();
  assert.deepEqual(life.pass(999.9), []);
  assert.deepEqual(life.pass(0.1), ["BACKOFF>STARTING", "prepare 2"]);
});

test("PROC-037: startretries=N allows N+1 attempts", () => {
  assert.equal(attempts(new Life({ startRetries: 0 })).length, 1);
  assert.equal(attempts(new Life({ startRetries: 3 })).length, 4);
  assert.equal(attempts(new Life({ startRetries: -1 })).length, 1);
});

test("EVT-021, PROC-014, PROC-038, LOG-131: giving up: FATAL from BACKOFF, then the line, at INFO; counter and delay are gone", () => {
  const life = new Life({ startRetries: 0 });
  life.start();
  assert.deepEqual(life.exits(2), ["STARTING>BACKOFF", "warn: exited: cat (exit status 2; not expected)", "BACKOFF>FATAL", GAVE_UP]);
  assert.deepEqual(
    eventsOf(life)
      .map((event) => event.tries)
      .slice(-2),
    [1, 0],
  );
  assert.deepEqual([life.state.tries, life.dueMs], [0, null]);
});

test("PROC-039: when the last attempt fails before the fork, STARTING, BACKOFF and FATAL follow each other at once", () => {
  const life = new Life({ startRetries: 0 });
  assert.deepEqual(life.failToStart(), [
    "STOPPED>STARTING",
    "prepare 1",
    "info: spawnerr: can't find command '/bin/cat'",
    "STARTING>BACKOFF",
    "BACKOFF>FATAL",
    GAVE_UP,
  ]);
});

test("PROC-040: FATAL keeps the error of the last attempt", () => {
  const life = new Life({ startRetries: 1 });
  life.start();
  life.exits(1);
  life.pass(1000);
  life.unprepared("too many open files to spawn 'cat'");
  assert.deepEqual([life.state.state, life.state.spawnError], ["FATAL", "too many open files to spawn 'cat'"]);
});

test("PROC-041: the counter survives starts and stops; RUNNING, an exit that was not too quick and giving up reset it", () => {
  const counted = (): Life => {
    const life = new Life();
    life.failToStart();
    life.start();
    assert.equal(life.state.tries, 1);
    return life;
  };
  const stopped = counted();
  stopped.take({ type: "stop" });
  stopped.diesOf(15);
  assert.equal(stopped.state.tries, 1, "a stop in STARTING");
  const running = counted();
  running.pass(1000);
  assert.equal(running.state.tries, 0, "RUNNING");
  const late = counted();
  late.nowMs += 1500;
  late.exits(0);
  assert.equal(late.state.tries, 0, "an exit after startsecs");
});

test("PROC-042: a stop in BACKOFF keeps the counter, and the next start goes on with it", () => {
  const life = new Life({ startRetries: 3 });
  life.failToStart();
  life.pass(1000);
  life.unprepared();
  life.pass(2000);
  life.unprepared();
  life.take({ type: "stop" });
  assert.deepEqual([life.state.state, life.state.tries], ["STOPPED", 3]);
  life.take({ type: "start" });
  assert.equal(eventsOf(life).at(-1)?.tries, 3);
  life.unprepared();
  assert.equal(life.state.state, "FATAL");
});

test("PROC-043: a start of a FATAL process has the full number of retries again", () => {
  const life = new Life({ startRetries: 2 });
  attempts(life);
  assert.equal(life.state.state, "FATAL");
  assert.equal(attempts(life).length, 3);
});

test("PROC-044: FATAL stays, whatever autorestart says", () => {
  for (const autorestart of ["always", "unexpected", "never"] as const) {
    const life = new Life({ startRetries: 0, autorestart });
    life.failToStart();
    assert.deepEqual(life.pass(1e9), [], autorestart);
    assert.equal(life.state.state, "FATAL");
  }
});

test("PROC-045: retries do not depend on autorestart", () => {
  assert.equal(attempts(new Life({ autorestart: "never" })).length, 4);
});

test("PROC-211: the spawn error: kept through a stop in BACKOFF, cleared by the next attempt", () => {
  const life = new Life();
  life.failToStart();
  life.take({ type: "stop" });
  assert.deepEqual([life.state.state, life.state.spawnError], ["STOPPED", "can't find command '/bin/cat'"]);
  life.take({ type: "start" });
  assert.equal(life.state.spawnError, "");
});

test("PROC-212: the start time is that of every attempt, also of failed ones; the stop time only of a reaped exit", () => {
  const life = new Life();
  life.nowMs = 5000;
  life.failToStart();
  assert.deepEqual([life.state.startWallMs, life.state.stopWallMs], [WALL_MS + 5000, 0]);
  life.take({ type: "stop" });
  assert.equal(life.state.stopWallMs, 0);
});

test("an answer to a preparation that nobody waits for any more is nothing", () => {
  const life = new Life();
  life.take({ type: "start" });
  life.take({ type: "stop" });
  assert.deepEqual(life.prepared(), [], "after a stop");
  life.take({ type: "start" });
  assert.deepEqual(life.take({ type: "prepared", attempt: 1, child: 7 }), [], "of an older attempt");
  assert.deepEqual(life.take({ type: "unprepared", attempt: 1, text: "too late" }), []);
  assert.deepEqual(life.prepared(), ["spawn 7"]);
  assert.deepEqual(life.unprepared(), [], "after the spawn was ordered");
});

test("a child that a daemon without stored states adopted is not spawned again by the report of its spawn", () => {
  const life = new Life();
  for (const state of ["RUNNING", "STOPPING", "UNKNOWN"] as const) {
    life.state = { ...NEVER_STARTED, state, pid: PID, child: 7, attempt: 1 };
    assert.deepEqual(life.spawned(PID), []);
    assert.equal(life.state.state, state);
  }
  life.state = { ...NEVER_STARTED, state: "STARTING", pid: PID, child: 7, attempt: 1 };
  life.spawned(PID);
  assert.equal(life.dueMs, at(life.nowMs).monoMs + 1000, "one that is still STARTING has its deadline from the report");
});
