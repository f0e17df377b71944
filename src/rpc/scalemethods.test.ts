import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../result.ts";
import { call } from "./calling.fixture.ts";
import { alone, FakeControl, view } from "./control.fixture.ts";

test("SCL-002, SCL-004: scale tells what it did, and takes numbers from 0 to 100000, or -1 for the file's", async () => {
  const control = new FakeControl(alone(view("web", { spawnError: "no" })));
  const ref = { group: "web", process: "web" };
  control.scaling = ok({ before: 1, after: 2, added: [ref], removed: [], failed: [ref] });
  const failed = [{ name: "web", group: "web", status: 50, description: "SPAWN_ERROR: web" }];
  assert.deepEqual(await call(control, "holdfast.scale", "web", 2), { before: 1, after: 2, added: ["web"], removed: [], failed });
  await call(control, "holdfast.scale", "web", -1, new Map([["wait", false]]));
  assert.deepEqual(control.done.slice(-2), ["scale web 2 done", "scale web null ordered"]);
  await call(control, "holdfast.scale", "web", 2, new Map([["token", "mine"]]));
  assert.equal(control.done.at(-1), "scale web 2 done mine");
  for (const [number, options] of [
    [-2, undefined],
    [100_001, undefined],
    ["2", undefined],
    [2, new Map([["wiat", true]])],
    [2, new Map([["token", 1]])],
    [2, new Map([["token", "x".repeat(65)]])],
  ] as const) {
    const answer = await call(control, "holdfast.scale", "web", number, ...(options === undefined ? [] : [options]));
    assert.match(JSON.stringify(answer), /BAD_ARGUMENTS|INCORRECT_PARAMETERS/, String(number));
  }
});

test("SCL-002: what is in the way comes as a fault", async () => {
  const control = new FakeControl([{ name: "web", priority: 999, processes: [view("web")] }]);
  for (const [failure, answer] of [
    [{ kind: "bad-name" }, "fault 10 BAD_NAME: web"],
    [{ kind: "failed", text: "x" }, "fault 30 FAILED: x"],
    [{ kind: "unreadable", text: "y" }, "fault 92 CANT_REREAD: y"],
    [{ kind: "going-down" }, "fault 6 SHUTDOWN_STATE"],
  ] as const) {
    control.scaling = refuse(failure);
    assert.equal(await call(control, "holdfast.scale", "web", 2), answer);
  }
});

test("SCL-004: scaleSettled waits for what it is given, also for what is gone by now, and orders nothing", async () => {
  const control = new FakeControl(alone(view("web", { spawnError: "no" })));
  const failed = [{ name: "web", group: "web", status: 50, description: "SPAWN_ERROR: web" }];
  assert.deepEqual(await call(control, "holdfast.scaleSettled", ["web"], ["g:gone", "x"]), failed);
  assert.deepEqual(control.done, ["settled web:web | g:gone x:x"]);
  for (const [added, removed] of [
    ["web", []],
    [[], [1]],
  ] as const)
    assert.match(JSON.stringify(await call(control, "holdfast.scaleSettled", added, removed)), /INCORRECT_PARAMETERS/);
});
