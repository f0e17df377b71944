/** Stop and signal requests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Life, PID, SIGKILL, SIGTERM } from "./life.fixture.ts";
import type { ProcessEffect } from "./state.ts";

const TERM_LINE = `debug: killing cat (pid ${PID}) with signal SIGTERM`;
const KILL_LINE = `debug: killing cat (pid ${PID}) with signal SIGKILL`;
const KILL_WARNING = `warn: killing 'cat' (${PID}) with SIGKILL`;
const KILLED = [KILL_WARNING, KILL_LINE, `signal ${SIGKILL} to process`];
const STOPPED_IN_BACKOFF = "debug: Attempted to kill cat, which is in BACKOFF state.";

const lastEvent = (life: Life) =>
  life.effects.filter((effect): effect is Extract<ProcessEffect, { type: "event" }> => effect.type === "event").at(-1);

test("PROC-017, PROC-109, PROC-110, PROC-111, LOG-138: a stop: debug line, STOPPING, then the signal; SIGKILL is due in stopwaitsecs", () => {
  const life = new Life({ stopWaitSecs: 7 }).run();
  assert.deepEqual(life.take({ type: "stop" }), [TERM_LINE, "RUNNING>STOPPING", `signal ${SIGTERM} to process`]);
  assert.equal(life.dueMs, life.nowMs + 7000);
  assert.equal(life.state.stopping, true);
});

test("RPC-082, PROC-109, PROC-111: stopsignal and stopasgroup", () => {
  const life = new Life({ stopSignal: 3, stopAsGroup: true, killAsGroup: true }).run();
  assert.deepEqual(life.take({ type: "stop" }), [
    `debug: killing cat (pid ${PID}) process group with signal SIGQUIT`,
    "RUNNING>STOPPING",
    "signal 3 to group",
  ]);
});

test("PROC-112: stopwaitsecs over: a WARN line, a DEBG line, SIGKILL; no further event", () => {
  const life = new Life({ stopWaitSecs: 10 }).run();
  life.take({ type: "stop" });
  assert.deepEqual(life.pass(9999), []);
  assert.deepEqual(life.pass(1), KILLED);
});

test("PROC-113: better: SIGKILL is repeated ever more slowly, at most every five minutes, with one WARN line in all", () => {
  const life = new Life({ stopWaitSecs: 10 }).run();
  life.take({ type: "stop" });
  const sent: number[] = [];
  const words: string[] = [];
  for (let kill = 0; kill < 9; kill++) {
    const due = life.dueMs ?? Number.NaN;
    sent.push(due - life.nowMs);
    words.push(...life.pass(due - life.nowMs));
  }
  assert.deepEqual(sent, [10_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
  assert.equal(words.filter((word) => word === KILL_WARNING).length, 1);
  assert.equal(words.filter((word) => word === `signal ${SIGKILL} to process`).length, 9);
  assert.equal(life.state.state, "STOPPING");
});

test("PROC-114: stopwaitsecs=0: SIGTERM and SIGKILL at once, then once more a second later, not in every pass", () => {
  const life = new Life({ stopWaitSecs: 0 }).run();
  assert.deepEqual([...life.take({ type: "stop" }), ...life.pass(0)].slice(-4), [`signal ${SIGTERM} to process`, ...KILLED]);
  assert.deepEqual(life.pass(999), []);
  assert.deepEqual(life.pass(1), [KILL_LINE, `signal ${SIGKILL} to process`]);
});

test("PROC-116: stopasgroup is for the first signal, killasgroup for SIGKILL", () => {
  const targets = (stopAsGroup: boolean, killAsGroup: boolean): string[] => {
    const life = new Life({ stopAsGroup, killAsGroup }).run();
    return [...life.take({ type: "stop" }), ...life.pass(10_000)].filter((word) => word.startsWith("signal"));
  };
  assert.deepEqual(targets(false, false), ["signal 15 to process", "signal 9 to process"]);
  assert.deepEqual(targets(false, true), ["signal 15 to process", "signal 9 to group"]);
  assert.deepEqual(targets(true, true), ["signal 15 to group", "signal 9 to group"]);
});

test("PROC-118: a stop in STARTING is like one in RUNNING", () => {
  const life = new Life({ startSecs: 100 });
  life.start();
  assert.deepEqual(life.take({ type: "stop" }), [TERM_LINE, "STARTING>STOPPING", `signal ${SIGTERM} to process`]);
  assert.deepEqual(life.exits(0), ["STOPPING>STOPPED", "info: stopped: cat (exit status 0)"]);
});

test("PROC-118: a stop while the command is being looked up: no child, so down at once", () => {
  const life = new Life();
  life.take({ type: "start" });
  assert.deepEqual(life.take({ type: "stop" }), ["STARTING>STOPPING", "STOPPING>STOPPED"]);
  assert.deepEqual(life.prepared(), []);
});

test("PROC-118: a stop while the child is being spawned is carried out with the spawn, also with startsecs=0", () => {
  const life = new Life({ startSecs: 0 });
  life.take({ type: "start" });
  life.prepared();
  assert.deepEqual(life.take({ type: "stop" }), []);
  assert.deepEqual(life.spawned(), [
    `info: spawned: 'cat' with pid ${PID}`,
    TERM_LINE,
    "STARTING>STOPPING",
    `signal ${SIGTERM} to process`,
  ]);
  assert.equal(life.dueMs, life.nowMs + 10_000);
  assert.deepEqual(life.diesOf(SIGTERM).slice(0, 1), ["STOPPING>STOPPED"]);
});

test("a spawn that fails after a stop is stopped, not retried, and counts no failure; the error is kept", () => {
  const life = new Life();
  for (let attempt = 1; attempt <= 10; attempt++) {
    life.take({ type: "start" });
    life.prepared();
    life.take({ type: "stop" });
    const text = "Too many processes in process table to spawn 'cat'";
    assert.deepEqual(life.take({ type: "spawn-failed", text }), [`info: spawnerr: ${text}`, "STARTING>STOPPING", "STOPPING>STOPPED"]);
    assert.deepEqual([life.state.tries, life.state.child, life.state.stopping, life.state.spawnError], [0, 0, false, text]);
  }
  assert.deepEqual(life.pass(1e9), []);
});

test("PROC-015, PROC-119, LOG-139: a stop in BACKOFF: debug line, STOPPED with pid 0, no signal; the spawn error is kept", () => {
  const life = new Life();
  life.failToStart();
  assert.deepEqual(life.take({ type: "stop" }), [STOPPED_IN_BACKOFF, "BACKOFF>STOPPED"]);
  assert.deepEqual([lastEvent(life)?.pid, life.state.spawnError], [0, "can't find command '/bin/cat'"]);
  assert.deepEqual(life.pass(1e9), [], "no retry");
});

test("PROC-005: a second stop changes nothing and sends nothing", () => {
  const life = new Life().run();
  life.take({ type: "stop" });
  const before = life.state;
  assert.deepEqual(life.take({ type: "stop" }), []);
  assert.equal(life.state, before);
});

test("PROC-023: EXITED, FATAL and UNKNOWN never become STOPPED by a stop", () => {
  const exited = new Life().run();
  exited.exits(0);
  const fatal = new Life({ startRetries: 0 });
  fatal.failToStart();
  const unknown = new Life().run();
  unknown.take({ type: "signal-failed", signal: 1, errno: "EPERM" });
  for (const [life, state] of [
    [exited, "EXITED"],
    [fatal, "FATAL"],
    [unknown, "UNKNOWN"],
  ] as const) {
    assert.deepEqual(life.take({ type: "stop" }), []);
    assert.equal(life.state.state, state);
  }
});

test("better: a stop calls off a restart that waits in EXITED", () => {
  const life = new Life({ autorestart: "always", startSecs: 0 });
  life.state = { ...life.state, shortRuns: 100 };
  life.start();
  life.exits(0);
  assert.equal(life.dueMs, 1000);
  assert.deepEqual(life.take({ type: "stop" }), []);
  assert.deepEqual(life.pass(1e9), []);
  assert.equal(life.state.state, "EXITED");
});

test("PROC-128: what was stopped stays STOPPED, whatever autorestart says", () => {
  const life = new Life({ autorestart: "always" }).run();
  life.take({ type: "stop" });
  life.exits(1);
  assert.deepEqual(life.pass(1e9), []);
  assert.equal(life.state.state, "STOPPED");
});

test("EVT-022, PROC-021, PROC-124, LOG-112: a stop signal that the kernel refuses: a CRIT line, UNKNOWN, and no SIGKILL follows", () => {
  const life = new Life().run();
  life.take({ type: "stop" });
  assert.deepEqual(life.take({ type: "signal-failed", signal: SIGTERM, errno: "EPERM" }), [
    `critical: unknown problem killing cat (${PID}):EPERM`,
    "STOPPING>UNKNOWN",
  ]);
  assert.deepEqual(life.pass(1e9), []);
  assert.deepEqual(life.take({ type: "signal-failed", signal: SIGTERM, errno: "EPERM" }), [], "once");
});

test("EVT-022, PROC-021, PROC-136, LOG-112: a user's signal that the kernel refuses: a CRIT line, UNKNOWN", () => {
  for (const startSecs of [0, 100]) {
    const life = new Life({ startSecs });
    life.start();
    const from = life.state.state;
    life.take({ type: "signal", signal: 1 });
    assert.deepEqual(life.take({ type: "signal-failed", signal: 1, errno: "EPERM" }), [
      `critical: unknown problem sending sig cat (${PID}):EPERM`,
      `${from}>UNKNOWN`,
    ]);
    assert.deepEqual(life.pass(1e9), []);
  }
});

test("a refused signal of which we hear after the process ended is nothing", () => {
  const life = new Life().run();
  life.exits(0);
  assert.deepEqual(life.take({ type: "signal-failed", signal: 1, errno: "EPERM" }), []);
});

test("RPC-100, PROC-129: a user's signal goes to the process alone, whatever the group options say", () => {
  const life = new Life({ stopAsGroup: true, killAsGroup: true }).run();
  assert.deepEqual(life.take({ type: "signal", signal: 1 }), [`debug: sending cat (pid ${PID}) sig SIGHUP`, "signal 1 to process"]);
});

test("PROC-132: signal 0 is passed on, and named `signal 0`", () => {
  const life = new Life().run();
  assert.deepEqual(life.take({ type: "signal", signal: 0 }), [`debug: sending cat (pid ${PID}) sig signal 0`, "signal 0 to process"]);
});

test("RPC-100, PROC-133: a user's signal changes nothing; what dies of it is EXITED", () => {
  const life = new Life().run();
  const before = life.state;
  life.take({ type: "signal", signal: SIGTERM });
  assert.equal(life.state, before);
  assert.deepEqual(life.diesOf(SIGTERM)[0], "RUNNING>EXITED");
});

test("PROC-134: a user's signal that ends a STOPPING process ends it as STOPPED", () => {
  const life = new Life().run();
  life.take({ type: "stop" });
  life.take({ type: "signal", signal: SIGKILL });
  assert.deepEqual(life.diesOf(SIGKILL)[0], "STOPPING>STOPPED");
});
