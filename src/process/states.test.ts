import assert from "node:assert/strict";
import { test } from "node:test";
import { MOODS, STATES, type State } from "./states.ts";

const names = Object.keys(STATES) as State[];
const those = (is: "stopped" | "running" | "signallable"): State[] => names.filter((name) => STATES[name][is]);

test("PROC-001: states and their numbers", () => {
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, STATES[name].code])), {
    STOPPED: 0,
    STARTING: 10,
    RUNNING: 20,
    BACKOFF: 30,
    STOPPING: 40,
    EXITED: 100,
    FATAL: 200,
    UNKNOWN: 1000,
  });
});

test("PROC-002: stopped, running and signallable states; STOPPING is neither stopped nor running", () => {
  assert.deepEqual(those("stopped"), ["STOPPED", "EXITED", "FATAL", "UNKNOWN"]);
  assert.deepEqual(those("running"), ["STARTING", "RUNNING", "BACKOFF"]);
  assert.deepEqual(those("signallable"), ["STARTING", "RUNNING", "STOPPING"]);
});

test("PROC-003: moods and their numbers; everything below RUNNING is going down", () => {
  assert.deepEqual(MOODS, { FATAL: 2, RUNNING: 1, RESTARTING: 0, SHUTDOWN: -1 });
});
