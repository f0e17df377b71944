import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../result.ts";
import { FakeControl, group, view } from "./control.fixture.ts";
import { dependencies, startProcess, stopWithDependants } from "./dependencymethods.ts";
import { startAllProcesses, startProcess as startPlain } from "./startmethods.ts";

const options = (given: Readonly<Record<string, boolean>>) => new Map(Object.entries(given));

test("DEP-010: holdfast.startProcess with deps=false does not look at dependencies", async () => {
  const control = new FakeControl([group("web", view("web"))]);
  assert.deepEqual(await startProcess.run(control, "web", options({ deps: false, wait: false })), ok(true));
  await startProcess.run(control, "web");
  assert.deepEqual(control.done, ["start web:web spawned without its dependencies", "start web:web running"]);
});

test("DEP-010: an option that does not exist is refused, and nothing is started", async () => {
  const control = new FakeControl([group("web", view("web"))]);
  for (const given of [options({ nodeps: true }), 7, "deps"]) {
    assert.deepEqual(await startProcess.run(control, "web", given), refuse({ fault: "INCORRECT_PARAMETERS", detail: null }));
  }
  assert.deepEqual(control.done, []);
});

test("DEP-011: what waits in vain is an abnormal termination that says for what", async () => {
  const control = new FakeControl([group("web", view("web"))]);
  control.starts.set("web", { waitsFor: "db, which is FATAL" });
  const answer = await startPlain.run(control, "web");
  assert.deepEqual(answer, { ok: false, error: { fault: "ABNORMAL_TERMINATION", detail: "web (waiting for db, which is FATAL)" } });
});

test("DEP-012: what waits in BACKOFF can be started: it joins", async () => {
  const control = new FakeControl([group("web", view("web", { state: "BACKOFF", dueText: "waiting for db (FATAL)" }))]);
  assert.deepEqual(await startPlain.run(control, "web"), ok(true));
});

test("DEP-007: all that are started together are told of before the first", async () => {
  const control = new FakeControl([group("web", view("web")), group("job", view("job"))]);
  await startAllProcesses.run(control);
  assert.deepEqual(control.together, [["web", "job"]]);
});

test("DEP-022: stopWithDependants stops what needs it and then it, each with its row", async () => {
  const control = new FakeControl([
    group("web", view("web", { state: "RUNNING" })),
    group("db", view("db", { state: "RUNNING" })),
    group("off", view("off")),
  ]);
  control.dependants = [
    { group: "web", process: "web" },
    { group: "off", process: "off" },
  ];
  await stopWithDependants.run(control, "db");
  assert.deepEqual(control.done, ["stop web:web stopped", "stop db:db stopped"]);
});

test("dependencies are told by namespec", () => {
  const control = new FakeControl([]);
  control.depends = [
    { from: { group: "g", process: "a" }, to: "db", processes: [{ group: "db", process: "db" }], condition: "ready", holds: true },
  ];
  assert.deepEqual(dependencies.run(control), ok([{ from: "g:a", to: "db", processes: ["db"], condition: "ready", holds: true }]));
});
