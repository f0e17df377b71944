/** One-shots on the machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { Life } from "./life.fixture.ts";

/** As the reader of the configuration makes them. */
function oneshot(over: Partial<ProcessConfig> = {}): Life {
  const life = new Life({ name: "job", type: "oneshot", startSecs: 0, autorestart: "never", startRetries: 0, ...over });
  life.start();
  return life;
}

test("ONE-001 RUNNING from the fork; an end with a code of exitcodes is EXITED, done, and nothing is due", () => {
  const life = oneshot({ exitCodes: [0, 3] });
  assert.equal(life.state.state, "RUNNING");
  assert.deepEqual(life.exits(3), ["RUNNING>EXITED", "info: exited: job (exit status 3; expected)"]);
  assert.deepEqual([life.state.deadlines, life.state.spawnError, life.state.exitStatus], [{}, "", 3]);
});

test("ONE-001 any other end is a failure: EXITED, then FATAL with the reason", () => {
  const life = oneshot();
  assert.deepEqual(life.exits(3), [
    "RUNNING>EXITED",
    "warn: exited: job (exit status 3; not expected)",
    "EXITED>STARTING",
    "STARTING>BACKOFF",
    "BACKOFF>FATAL",
    "info: spawnerr: Bad exit code 3",
    "info: gave up: job entered FATAL state, Bad exit code 3",
  ]);
  assert.deepEqual([life.state.pid, life.state.child, life.state.spawnError], [0, 0, "Bad exit code 3"]);
  const killed = oneshot();
  killed.diesOf(9);
  assert.equal(killed.state.spawnError, "Terminated by SIGKILL");
});

test("ONE-001 with startretries it runs again after the pause of a failed start, EXITED meanwhile, so many times", () => {
  const life = oneshot({ startRetries: 2 });
  for (const pauseMs of [1000, 2000]) {
    life.exits(1);
    assert.equal(life.state.state, "EXITED");
    assert.deepEqual(life.pass(pauseMs - 1), []);
    assert.equal(life.pass(1)[0], "EXITED>STARTING");
    life.spawn();
    assert.equal(life.state.state, "RUNNING");
  }
  life.exits(1);
  assert.equal(life.state.state, "FATAL");
});

test("ONE-001 a pause of restart_delay takes the place of the seconds", () => {
  const life = oneshot({ startRetries: 1, restartDelay: 5000 });
  life.exits(1);
  assert.deepEqual(life.pass(4999), []);
  assert.equal(life.pass(1)[0], "EXITED>STARTING");
});

test("ONE-003 an order runs it anew, and counts its failures anew", () => {
  const life = oneshot({ startRetries: 1 });
  life.exits(1);
  life.start();
  life.exits(1);
  assert.equal(life.state.state, "EXITED");
  life.pass(1000);
  life.spawn();
  life.exits(0);
  assert.deepEqual([life.state.state, life.state.deadlines], ["EXITED", {}]);
  life.start();
  assert.equal(life.state.state, "RUNNING");
});

test("ONE-001 a stop is no failure", () => {
  const life = oneshot();
  life.take({ type: "stop" });
  life.diesOf(15);
  assert.deepEqual([life.state.state, life.state.spawnError], ["STOPPED", ""]);
});
