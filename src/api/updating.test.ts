import assert from "node:assert/strict";
import { test } from "node:test";
import { ok, refuse } from "../result.ts";
import { alone, FakeControl, running, view } from "../rpc/control.fixture.ts";
import type { Reply } from "./reply.ts";
import { applyUpdates, updatePreview } from "./updating.ts";

const read = (reply: Reply) => (reply.kind === "text" ? { status: reply.status, body: JSON.parse(reply.body) as unknown } : null);

function planned(): FakeControl {
  const control = new FakeControl(alone(running("old"), running("web"), view("idle")));
  control.plan = ok({ added: ["new"], changed: ["web"], removed: ["old"] });
  return control;
}

test("what goes, goes first; what cannot be changed in place is stopped, taken out and added again", async () => {
  const control = planned();
  control.updating = ok(false);
  const reply = read(await applyUpdates(control, null));
  assert.deepEqual(reply, {
    status: 200,
    body: [
      { group: "old", done: "removed", message: "" },
      { group: "web", done: "updated", message: "" },
      { group: "new", done: "added", message: "" },
    ],
  });
});

test("in place where that can be; only the groups that are named", async () => {
  const reply = read(await applyUpdates(planned(), { groups: ["web"] }));
  assert.deepEqual(reply?.body, [{ group: "web", done: "updated", message: "in place" }]);
});

test("a group that cannot be taken out is told, and not added a second time", async () => {
  const control = planned();
  control.updating = ok(false);
  control.removing = refuse("still-running");
  const reply = read(await applyUpdates(control, { groups: ["web"] }));
  assert.deepEqual(reply?.body, [{ group: "web", done: "failed", message: "it is still running" }]);
});

test("the preview tells what is doubtful in the file", async () => {
  const control = planned();
  control.preview = ok({ groups: [{ group: "new", change: "added", details: [], processes: null }], warnings: ["odd"] });
  const groups = [{ group: "new", change: "added", inPlace: false, details: [] }];
  assert.deepEqual(read(await updatePreview(control)), { status: 200, body: { groups, warnings: ["odd"] } });
});

test("a bad file, a bad body, a daemon that goes down", async () => {
  const control = planned();
  assert.equal(read(await applyUpdates(control, { group: "web" }))?.status, 400);
  assert.equal(read(await applyUpdates(control, ["web"]))?.status, 400);
  control.plan = refuse("line 3");
  control.preview = refuse("line 3");
  const errors = [{ message: "bad", file: "/f", line: 3, excerpt: "x=y", hint: "do it" }];
  control.report = { errors, warnings: [] };
  const error = { error: { code: 92, name: "CANT_REREAD", message: "CANT_REREAD: line 3", errors } };
  assert.deepEqual(read(await applyUpdates(control, null)), { status: 409, body: error });
  assert.deepEqual(read(await updatePreview(control)), { status: 409, body: error });
  control.moodNow = "SHUTDOWN";
  assert.equal(read(await applyUpdates(control, null))?.status, 503);
});
