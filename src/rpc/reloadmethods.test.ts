import assert from "node:assert/strict";
import { test } from "node:test";
import { refuse } from "../result.ts";
import { call } from "./calling.fixture.ts";
import { alone, FakeControl, running } from "./control.fixture.ts";

test("RLD-001: reloadProcess tells what came of it, and takes a word of the client's own", async () => {
  const control = new FakeControl(alone(running("web")));
  assert.equal(await call(control, "holdfast.reloadProcess", "web"), true);
  assert.equal(await call(control, "holdfast.reloadProcess", "web", new Map([["token", "t"]])), true);
  assert.deepEqual(control.done, ["reload web:web ", "reload web:web t"]);
  for (const [failure, answer] of [
    [{ kind: "not-running" }, "fault 70 NOT_RUNNING: web"],
    [{ kind: "none" }, "fault 30 FAILED: no reload_signal or reload_command"],
    [{ kind: "failed", text: "not ready again" }, "fault 30 FAILED: not ready again"],
  ] as const) {
    control.reloading = refuse(failure);
    assert.equal(await call(control, "holdfast.reloadProcess", "web"), answer);
  }
  assert.match(String(await call(control, "holdfast.reloadProcess", "nope")), /BAD_NAME/);
  assert.match(String(await call(control, "holdfast.reloadProcess", "web", new Map([["tokne", "t"]]))), /INCORRECT_PARAMETERS/);
});
