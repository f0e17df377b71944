/** Exits, restarts, clocks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Life, PID, program, WALL_MS } from "./life.fixture.ts";
import { NEVER_STARTED, type ProcessEffect, type ProcessInput } from "./state.ts";
import { stepProcess } from "./table.ts";
import { exitWith } from "./waitstatus.ts";

const lastEvent = (life: Life) =>
  life.effects.filter((effect): effect is Extract<ProcessEffect, { type: "event" }> => effect.type === "event").at(-1);

test("PROC-011, PROC-032, PROC-033: an exit before startsecs is too quick, whatever its code", () => {
  for (const code of [0, 1]) {
    const life = new Life({ startSecs: 2 });
    life.start();
    life.nowMs = 1999.999;
    assert.deepEqual(life.exits(code), ["STARTING>BACKOFF", `warn: exited: cat (exit status ${code}; not expected)`]);
    assert.deepEqual([life.state.spawnError, life.state.exitStatus], ["Exited too quickly (process log may have details)", null]);
  }
});

test("PROC-012: an exit at startsecs or later, unheard of until then: RUNNING and EXITED, and no line about success", () => {
  const life = new Life({ startSecs: 2 });
  life.failToStart();
  life.start();
  life.nowMs = 2000;
  assert.deepEqual(life.exits(0), ["STARTING>RUNNING", "RUNNING>EXITED", "info: exited: cat (exit status 0; expected)"]);
  const tries = life.effects.flatMap((effect) => (effect.type === "event" ? [effect.tries] : []));
  assert.deepEqual(tries.slice(-3), [1, 0, 0], "STARTING still counts the failure before, RUNNING and EXITED do not");
});

test("PROC-186: better: an exit is judged by the moment it happened, however late it is heard of", () => {
  const life = new Life({ startSecs: 1, startRetries: 0 });
  life.start();
  life.nowMs = 5;
  assert.deepEqual(life.exits(0).slice(0, 1), ["STARTING>BACKOFF"]);
  assert.equal(life.state.stopWallMs, WALL_MS + 5);
});

test("PROC-019, PROC-050, PROC-051, LOG-132: an expected exit: INFO, expected in the event, no spawn error", () => {
  const life = new Life({ exitCodes: [0, 2] }).run();
  assert.deepEqual(life.exits(2), ["RUNNING>EXITED", "info: exited: cat (exit status 2; expected)"]);
  assert.equal(lastEvent(life)?.expected, true);
  assert.deepEqual([life.state.spawnError, life.state.exitStatus], ["", 2]);
});

test("PROC-052, LOG-119: an unexpected exit: WARN, not expected in the event, the code as spawn error", () => {
  const life = new Life().run();
  assert.deepEqual(life.exits(2), ["RUNNING>EXITED", "warn: exited: cat (exit status 2; not expected)"]);
  assert.equal(lastEvent(life)?.expected, false);
  assert.deepEqual([life.state.spawnError, life.state.exitStatus], ["Bad exit code 2", 2]);
});

test("PROC-060: a death by a signal from outside is an exit of its own, unexpected, restarted under unexpected", () => {
  const life = new Life({ autorestart: "unexpected", exitCodes: [0, 255] }).run();
  assert.deepEqual(life.diesOf(9), ["RUNNING>EXITED", "warn: exited: cat (terminated by SIGKILL; not expected)"]);
  assert.deepEqual([life.state.spawnError, life.state.exitStatus], ["Bad exit code -1", -1]);
  assert.deepEqual(life.pass(0), ["EXITED>STARTING", "prepare 2"]);
});

test("PROC-018, PROC-053: an exit after a stop is STOPPED, INFO if its code is expected, else WARN; the status is kept", () => {
  const expected = new Life().run();
  expected.take({ type: "stop" });
  assert.deepEqual(expected.exits(0), ["STOPPING>STOPPED", "info: stopped: cat (exit status 0)"]);
  assert.equal(expected.state.exitStatus, 0);
  const signalled = new Life().run();
  signalled.take({ type: "stop" });
  assert.deepEqual(signalled.diesOf(15), ["STOPPING>STOPPED", "warn: stopped: cat (terminated by SIGTERM)"]);
  assert.equal(signalled.state.exitStatus, -1);
  assert.equal(signalled.state.spawnError, "");
});

test("PROC-056, PROC-213: the events of an exit carry the pid; afterwards it is 0", () => {
  const ends: [Life, (life: Life) => void][] = [
    [new Life().run(), () => undefined],
    [new Life().run(), (life) => life.take({ type: "stop" })],
    [new Life({ startSecs: 100 }), (life) => life.start()],
  ];
  for (const [life, before] of ends) {
    before(life);
    assert.equal(life.state.pid, PID);
    life.exits(1);
    assert.deepEqual([lastEvent(life)?.pid, life.state.pid, life.state.child], [PID, 0, 0]);
  }
});

test("PROC-213: the pid stays in UNKNOWN", () => {
  const life = new Life().run();
  life.take({ type: "signal-failed", signal: 1, errno: "EPERM" });
  assert.deepEqual([life.state.state, life.state.pid], ["UNKNOWN", PID]);
});

test("PROC-020, PROC-058, PROC-192: autorestart=always restarts at once and for ever", () => {
  const life = new Life({ autorestart: "always", startRetries: 0 }).run();
  for (let run = 1; run < 50; run++) {
    life.pass(2000);
    life.exits(run % 2);
    assert.equal(life.dueMs, life.nowMs);
    assert.deepEqual(life.pass(0), ["EXITED>STARTING", `prepare ${run + 1}`]);
    life.spawn();
    life.pass(1000);
  }
  assert.equal(life.state.state, "RUNNING");
});

test("PROC-059: autorestart=unexpected leaves an expected exit in EXITED; a start works from there", () => {
  const life = new Life({ autorestart: "unexpected" }).run();
  life.exits(0);
  assert.deepEqual(life.pass(1e9), []);
  assert.equal(life.state.state, "EXITED");
  assert.deepEqual(life.take({ type: "start" }), ["EXITED>STARTING", "prepare 2"]);
});

test("PROC-020: autorestart=never leaves every exit in EXITED", () => {
  const life = new Life({ autorestart: "never" }).run();
  life.exits(1);
  assert.deepEqual(life.pass(1e9), []);
});

test("PROC-061: a restarted process has a new pid and start time; the stop time is the last exit's until the next", () => {
  const life = new Life({ autorestart: "always" }).run();
  life.nowMs = 5000;
  life.exits(0);
  life.pass(0);
  life.nowMs = 5010;
  life.prepared();
  life.spawned(PID + 1);
  assert.deepEqual([life.state.pid, life.state.startWallMs, life.state.stopWallMs], [PID + 1, WALL_MS + 5010, WALL_MS + 5000]);
});

test("PROC-210: the exit status: set by EXITED and STOPPED, unset by a spawn and by a too quick exit", () => {
  const life = new Life().run();
  assert.equal(life.state.exitStatus, null);
  life.exits(4);
  assert.equal(life.state.exitStatus, 4);
  life.take({ type: "start" });
  assert.equal(life.state.exitStatus, null);
  life.spawn();
  life.exits(4);
  assert.deepEqual([life.state.state, life.state.exitStatus], ["BACKOFF", null]);
});

/** How long each of eight restarts waits, for a program that runs for so long and ends with `code`. */
function restartWaits(ranMs: number, code: number): number[] {
  const life = new Life({ autorestart: "always", startSecs: 0 });
  life.take({ type: "start" });
  return Array.from({ length: 8 }, () => {
    life.spawn();
    life.nowMs += ranMs;
    life.exits(code);
    const wait = (life.dueMs ?? Number.NaN) - life.nowMs;
    life.pass(wait);
    return wait;
  });
}

test("after five runs in a row that did nothing, or failed within a second, one start a second", () => {
  assert.deepEqual(restartWaits(0, 0), [0, 0, 0, 0, 1000, 1000, 1000, 1000]);
  assert.deepEqual(restartWaits(100, 1), [0, 0, 0, 0, 900, 900, 900, 900]);
  assert.deepEqual(restartWaits(10, 0), [0, 0, 0, 0, 800, 800, 800, 800]);
});

test("a worker that did its job and ended as expected runs again at once, however often", () => {
  for (const ranMs of [50, 200, 999]) assert.deepEqual(restartWaits(ranMs, 0), [0, 0, 0, 0, 0, 0, 0, 0]);
});

test("one longer run lets a program that failed run again at once", () => {
  const life = new Life({ autorestart: "always", startSecs: 0 });
  life.take({ type: "start" });
  life.spawn();
  life.pass(1000);
  life.exits(1);
  assert.deepEqual([life.dueMs, life.state.shortRuns], [life.nowMs, 0]);
});

test("PROC-022, PROC-188: better: a process in UNKNOWN that ends is known again: logged, and restarted as configured", () => {
  const unknown = (autorestart: "always" | "never"): Life => {
    const life = new Life({ autorestart }).run();
    life.take({ type: "signal-failed", signal: 1, errno: "EPERM" });
    assert.deepEqual(life.pass(1e6), [], "nothing is done to it meanwhile");
    return life;
  };
  const never = unknown("never");
  assert.deepEqual(never.exits(1), ["UNKNOWN>EXITED", "warn: exited: cat (exit status 1; not expected)"]);
  assert.deepEqual([never.state.pid, never.dueMs], [0, null]);
  const always = unknown("always");
  always.exits(0);
  assert.deepEqual(always.pass(0), ["EXITED>STARTING", "prepare 2"]);
});

test("PROC-041: an exit out of UNKNOWN is none that was too quick: the counter is reset", () => {
  const life = new Life();
  life.failToStart();
  life.start();
  life.take({ type: "signal-failed", signal: 1, errno: "EPERM" });
  assert.equal(life.state.tries, 1);
  life.exits(0);
  assert.equal(life.state.tries, 0);
});

test("PROC-022: better: a process whose stop failed is STOPPED when it ends after all", () => {
  const life = new Life({ autorestart: "always" }).run();
  life.take({ type: "stop" });
  life.take({ type: "signal-failed", signal: 15, errno: "EPERM" });
  assert.deepEqual(life.diesOf(15), ["UNKNOWN>STOPPED", "warn: stopped: cat (terminated by SIGTERM)"]);
  assert.deepEqual(life.pass(1e9), []);
});

/** A whole life under a wall clock that jumps before every step. */
function lifeWith(wallClocks: readonly number[]): unknown[] {
  const config = program({ autorestart: "always", startSecs: 2, stopWaitSecs: 5 });
  const script: [number, ProcessInput][] = [
    [0, { type: "start" }],
    [1, { type: "prepared", attempt: 1, child: 1 }],
    [2, { type: "spawned", pid: 9 }],
    [1500, { type: "exited", waitStatus: exitWith(1) }],
    [2499, { type: "deadline" }],
    [2500, { type: "deadline" }],
    [2501, { type: "prepared", attempt: 2, child: 2 }],
    [2502, { type: "spawned", pid: 10 }],
    [4501, { type: "deadline" }],
    [4502, { type: "deadline" }],
    [5000, { type: "stop" }],
    [9999, { type: "deadline" }],
    [10_000, { type: "deadline" }],
    [10_001, { type: "exited", waitStatus: 9 }],
  ];
  let process = NEVER_STARTED;
  return script.map(([monoMs, input], index) => {
    const done = stepProcess(config, process, input, { monoMs, wallMs: wallClocks[index] ?? 0 });
    process = done.process;
    return { ...done, process: { ...process, startWallMs: 0, stopWallMs: 0 } };
  });
}

test("PROC-054, PROC-196..200, PROC-202, PROC-203: better: whatever the wall clock does, every deadline and judgement is the same", () => {
  const steady = lifeWith(Array.from({ length: 14 }, () => WALL_MS));
  const states = steady.map((step) => (step as { process: { state: string } }).process.state);
  assert.deepEqual(states, [
    "STARTING",
    "STARTING",
    "STARTING",
    "BACKOFF",
    "BACKOFF",
    "STARTING",
    "STARTING",
    "STARTING",
    "STARTING",
    "RUNNING",
    "STOPPING",
    "STOPPING",
    "STOPPING",
    "STOPPED",
  ]);
  const clocks = fc.array(fc.integer({ min: -WALL_MS, max: 4 * WALL_MS }), { minLength: 14, maxLength: 14 });
  fc.assert(fc.property(clocks, (wallClocks) => assert.deepEqual(lifeWith(wallClocks), steady)));
});
