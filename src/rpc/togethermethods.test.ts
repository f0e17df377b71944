import assert from "node:assert/strict";
import { test } from "node:test";
import { call } from "./calling.fixture.ts";
import { FakeControl, group, view } from "./control.fixture.ts";

const control = (): FakeControl => {
  const it = new FakeControl([
    group("web", view("web", { state: "RUNNING" })),
    group("g", view("job"), view("off", { state: "EXITED" })),
    group("db", view("db")),
  ]);
  it.depends = [{ from: { group: "web", process: "web" }, to: "db", processes: [], condition: "ready", holds: false }];
  return it;
};
const row = (name: string, status: number, description: string, groupName = name) => ({ name, group: groupName, status, description });

test("DEP-007: several by name are told of before the first is started, and each has its row, in the order of the names", async () => {
  const it = control();
  it.commands.set("off", Promise.resolve({ kind: "no-file", text: "no" }));
  assert.deepEqual(await call(it, "holdfast.startProcesses", ["db", "web", "nope", "g:off", "g:job"]), [
    row("db", 80, "OK"),
    row("web", 60, "ALREADY_STARTED: web"),
    row("nope", 10, "BAD_NAME: nope"),
    row("off", 20, "NO_FILE: no", "g"),
    row("job", 80, "OK", "g"),
  ]);
  assert.deepEqual(it.together, [["db", "web", "job"]]);
  assert.deepEqual(it.done, ["start db:db running", "start g:job running"]);
});

test("DEP-020: several by name are stopped as one order", async () => {
  const it = control();
  assert.deepEqual(await call(it, "holdfast.stopProcesses", ["db", "web", "g:nope"]), [
    row("db", 70, "NOT_RUNNING: db"),
    row("web", 80, "OK"),
    row("nope", 10, "BAD_NAME: g:nope", "g"),
  ]);
  assert.deepEqual(it.done, ["stop web:web stopped"]);
});

test("DEP-007: where none of them depends on anything nothing is done, and clients go from one to the next", async () => {
  const it = control();
  for (const method of ["startProcesses", "stopProcesses"]) {
    assert.equal(await call(it, `holdfast.${method}`, ["db", "g:job"]), false);
    assert.match(JSON.stringify(await call(it, `holdfast.${method}`, "db")), /INCORRECT_PARAMETERS/);
    assert.match(JSON.stringify(await call(it, `holdfast.${method}`, ["db", 1])), /INCORRECT_PARAMETERS/);
  }
  assert.deepEqual(it.done, []);
});

test("BOOT-012, DEP-007: what is kept is written first, and nothing is ordered when it cannot be", async () => {
  const it = control();
  it.keptStates = new Map();
  await call(it, "holdfast.stopProcesses", ["web", "nope"]);
  await call(it, "holdfast.startProcesses", ["db", "web"]);
  it.keptProblem = "disk full";
  assert.deepEqual(it.done, ["keep down web:web", "stop web:web stopped", "keep up db:db web:web", "start db:db running"]);
  it.done.length = 0;
  const started = await call(it, "holdfast.startProcesses", ["web", "db"]);
  assert.match(JSON.stringify(started), /"status":30,"description":"FAILED: disk full"/);
  assert.deepEqual(it.done, ["keep up web:web db:db"]);
});
