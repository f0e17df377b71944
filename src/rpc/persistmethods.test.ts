import assert from "node:assert/strict";
import { test } from "node:test";
import { call, supervisor } from "./calling.fixture.ts";
import { alone, FakeControl, view } from "./control.fixture.ts";

test("BOOT-011: setEnabled changes all names or none; what is told of them has no null", async () => {
  const control = new FakeControl(alone(view("web")));
  assert.equal(await call(control, "holdfast.setEnabled", ["web"], false), true);
  assert.deepEqual(control.done, ["disable web:web"]);
  assert.match(String(await call(control, "holdfast.setEnabled", ["web", "nope"], true)), /^fault 10 BAD_NAME: nope/);
  for (const names of ["web", [7], null]) {
    assert.match(String(await call(control, "holdfast.setEnabled", names as never, true)), /INCORRECT_PARAMETERS/);
  }
  assert.equal(control.done.length, 1);
  control.keptProblem = "cannot write /x: ENOSPC";
  assert.equal(await call(control, "holdfast.setEnabled", ["web"], true), "fault 30 FAILED: cannot write /x: ENOSPC");
  assert.deepEqual(await call(control, "holdfast.enabled"), []);
  control.keptStates = new Map([["web:web", { enabled: false, wanted: "up" }]]);
  assert.deepEqual(await call(control, "holdfast.enabled"), [{ name: "web:web", enabled: "no", wanted: "up" }]);
});

test("BOOT-012: what is to be remembered of a start or a stop is remembered first; else nothing is done", async () => {
  const control = new FakeControl(alone(view("web", { state: "RUNNING" })));
  control.keptStates = new Map();
  assert.equal(await supervisor(control, "stopProcess", "web"), true);
  assert.equal(control.done[0], "keep down web:web");
  control.keptProblem = "cannot write /x: ENOSPC";
  const before = control.done.length;
  assert.equal(await supervisor(control, "stopProcess", "web"), "fault 30 FAILED: cannot write /x: ENOSPC");
  assert.deepEqual(control.done.slice(before), ["keep down web:web"]);
  assert.match(JSON.stringify(await supervisor(control, "stopAllProcesses")), /ENOSPC/);
});
