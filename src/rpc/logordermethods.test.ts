import assert from "node:assert/strict";
import { test } from "node:test";
import { refuse } from "../result.ts";
import { call } from "./calling.fixture.ts";
import { alone, FakeControl, running } from "./control.fixture.ts";

test("LOGX-023: rotateLogs of a process and of the activity log, and why one is not rotated", async () => {
  const control = new FakeControl(alone(running("web")));
  assert.equal(await call(control, "holdfast.rotateLogs", "web"), true);
  assert.equal(await call(control, "holdfast.rotateLogs", "supervisord"), true);
  assert.deepEqual(control.done, ["rotate web:web", "rotate the activity log"]);
  for (const [failure, answer] of [
    [{ kind: "no-file" }, "fault 20 NO_FILE: no log file"],
    [{ kind: "no-backups" }, "fault 3 BAD_ARGUMENTS: backups=0: nothing would be kept; use clear"],
    [{ kind: "failed", text: "/a: EACCES" }, "fault 30 FAILED: /a: EACCES"],
  ] as const) {
    control.rotating = refuse(failure);
    assert.equal(await call(control, "holdfast.rotateLogs", "web"), answer);
  }
  assert.match(String(await call(control, "holdfast.rotateLogs", "nope")), /BAD_NAME/);
});

test("LOGX-023, LOGX-024: a process that is called supervisord is the one that is meant", async () => {
  const control = new FakeControl(alone(running("supervisord")));
  await call(control, "holdfast.rotateLogs", "supervisord");
  await call(control, "holdfast.reopenLogs", "supervisord");
  assert.deepEqual(control.done, ["rotate supervisord:supervisord", "reopen supervisord:supervisord"]);
});

test("LOGX-024: reopenLogs of a process, of the activity log, of all", async () => {
  const control = new FakeControl(alone(running("web")));
  for (const name of [["web"], ["supervisord"], [""], []]) assert.equal(await call(control, "holdfast.reopenLogs", ...name), true);
  assert.deepEqual(control.done, ["reopen web:web", "reopen supervisord", "reopen all", "reopen all"]);
  assert.match(String(await call(control, "holdfast.reopenLogs", "nope")), /BAD_NAME/);
});
