import assert from "node:assert/strict";
import { test } from "node:test";
import { refuse } from "../result.ts";
import { call } from "./calling.fixture.ts";
import { alone, FakeControl, running, view } from "./control.fixture.ts";

const three = () =>
  new FakeControl([
    { name: "web", priority: 999, processes: ["w10", "w1", "w2"].map((name) => view(name, { group: "web" })) },
    ...alone(running("db")),
  ]);

test("ROLL-001: names in their order, groups by the names of their processes; options that there are not are wrong", async () => {
  const control = three();
  assert.equal(await call(control, "holdfast.rollingRestart", ["db", "web:*", "web:w2"]), 1);
  const options = new Map<string, number | boolean | string>([["atOnce", 2]]);
  await call(control, "holdfast.rollingRestart", ["web:w2"], options);
  await call(
    control,
    "holdfast.rollingRestart",
    ["db"],
    new Map<string, boolean | string>([
      ["each", true],
      ["token", "t"],
    ]),
  );
  assert.deepEqual(control.done, [
    "rolling db:db web:w1 web:w10 web:w2 web:w2 1 false ",
    "rolling web:w2 2 false ",
    "rolling db:db 1 true t",
  ]);
  for (const wrong of [new Map([["atOnce", 0]]), new Map([["width", 1]]), new Map([["token", "x".repeat(65)]])])
    assert.match(String(await call(control, "holdfast.rollingRestart", ["db"], wrong as never)), /INCORRECT_PARAMETERS/);
  assert.match(String(await call(control, "holdfast.rollingRestart", ["nope"])), /BAD_NAME: nope/);
  assert.match(String(await call(control, "holdfast.rollingRestart", [])), /BAD_ARGUMENTS/);
});

test("ROLL-004: a process of another operation is named; a start of what is being restarted is refused", async () => {
  const control = three();
  control.rolling = refuse({ group: "web", process: "w1" });
  assert.match(String(await call(control, "holdfast.rollingRestart", ["web:*"])), /FAILED: web:w1: a rolling restart is under way/);
  control.restarting = ["web:w1"];
  assert.match(String(await call(control, "supervisor.startProcess", "web:w1")), /FAILED: web:w1: a rolling restart is under way/);
});

test("ROLL-003: how an operation stands; one that nobody knows is a wrong name", async () => {
  const control = three();
  assert.match(String(await call(control, "holdfast.operation", 7)), /BAD_NAME/);
  const results = [{ name: "web:w1", result: "skipped" as const, text: "STOPPED" }];
  const operation = { id: 7, token: "", atOnce: 1, each: false, left: ["web:w2"], batch: [{ name: "web:w10", attempt: 1 }], results };
  control.operationNow = { ...operation, ended: null };
  const rows = [{ group: "web", name: "w1", result: "skipped", text: "STOPPED" }];
  assert.deepEqual(await call(control, "holdfast.operation", 7, 0), {
    id: 7,
    ended: "",
    results: rows,
    underWay: ["web:w10"],
    left: ["web:w2"],
  });
  control.operationNow = { ...operation, ended: "update" };
  const left = ["web:w10", "web:w2"];
  assert.deepEqual(await call(control, "holdfast.operation", 7, 0), { id: 7, ended: "update", results: rows, underWay: [], left });
  assert.deepEqual(control.done.slice(-2), ["operation 7 0", "operation 7 0"]);
});
