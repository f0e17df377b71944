import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { NEVER_STARTED, type ProcessState } from "../process/state.ts";
import { dueText, wantedOf } from "./wanted.ts";
import { makeMember } from "./world.ts";

const wanted = (over: Partial<ProcessState>, autostart = true) =>
  wantedOf(makeMember("g", { name: "p", autostart } as unknown as ProcessConfig, { ...NEVER_STARTED, ...over }));

test("CMN-007, CMN-027: what is wanted follows from the state, unless another word is kept", () => {
  for (const state of ["STARTING", "RUNNING", "BACKOFF", "FATAL"] as const)
    assert.deepEqual(wanted({ state }), { up: true, by: "autostart" });
  assert.deepEqual(wanted({ state: "RUNNING" }, false), { up: true, by: "user" });
  for (const state of ["STOPPED", "STOPPING"] as const) assert.deepEqual(wanted({ state }), { up: false, by: "user" });
  assert.deepEqual(wanted({ state: "STOPPED" }, false), { up: false, by: "autostart" });
  assert.deepEqual(wanted({ state: "EXITED" }), { up: false, by: "exit" });
  assert.equal(wanted({ state: "EXITED", deadlines: { restart: 1 } }).up, true);
  assert.equal(wanted({ state: "STOPPED", life: { again: "unhealthy" } }).up, true);
  assert.equal(wanted({ state: "STOPPED", life: { waiting: { cause: "autostart", sinceMs: 0 } } }).up, true);
  assert.equal(wanted({ state: "STARTING", stopping: true }).up, false);
  assert.deepEqual(wanted({ state: "FATAL", life: { wanted: { up: false, by: "user" } } }), { up: false, by: "user" });
});

test("CMN-012: between an ordered end and its own restart it says what the restart is for", () => {
  assert.equal(dueText({ ...NEVER_STARTED, life: { again: "unhealthy" } }), "restart due (unhealthy)");
  assert.equal(dueText({ ...NEVER_STARTED, state: "STOPPING", life: { again: "unhealthy" } }), "");
  assert.equal(dueText(NEVER_STARTED), "");
});
