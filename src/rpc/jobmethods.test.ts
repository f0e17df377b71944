import assert from "node:assert/strict";
import { test } from "node:test";
import { supervisor } from "./calling.fixture.ts";
import { alone, FakeControl, group, running, view } from "./control.fixture.ts";
import type { JobView } from "./control.ts";
import { JOB_METHODS } from "./jobmethods.ts";
import { description } from "./processinfo.ts";

const job = (over: Partial<JobView> = {}): JobView => ({
  schedule: "30 2 * * *",
  timezone: null,
  paused: false,
  queued: false,
  nextMs: 1_795_919_400_000,
  nextText: "next run Nov 29 02:30 AM",
  skipped: { overlap: 1, missed: 2 },
  ...over,
});
const row = (name: string, text = "OK") => ({ name, group: "g", status: 80, description: text });
const [jobs, pauseJob, resumeJob] = JOB_METHODS;

test("CRON-010: the description of a job", () => {
  const control = new FakeControl();
  const told = (state: "STOPPED" | "EXITED" | "FATAL", over: Partial<JobView> = {}) =>
    description(control, view("a", { state, startSeconds: 5, stopSeconds: 60, spawnError: "no", job: job(over) }));
  assert.equal(told("STOPPED"), "next run Nov 29 02:30 AM");
  assert.equal(told("STOPPED", { nextText: "schedule paused" }), "schedule paused");
  assert.equal(told("EXITED"), "Jan 01 12:01 AM, next run Nov 29 02:30 AM");
  assert.equal(told("FATAL"), "no");
});

test("CRON-002: a group or all are started without their jobs; paused schedules are resumed", async () => {
  const control = new FakeControl([group("g", view("a"), view("b", { job: job() }), view("c", { job: job({ paused: true }) }))]);
  assert.deepEqual(await supervisor(control, "startProcessGroup", "g"), [row("c", "schedule resumed"), row("a")]);
  assert.deepEqual(control.done, ["start g:a running", "resume g:c"]);
  assert.equal(await supervisor(control, "startProcess", "g:b"), true);
  assert.equal(control.done.at(-1), "start g:b running");
});

test("CRON-002, CMN-009: stop finds a schedule to pause, also where nothing runs, and not when it is paused", async () => {
  const control = new FakeControl([group("g", running("a"), view("b", { job: job() }), view("c", { job: job({ paused: true }) }))]);
  assert.deepEqual(await supervisor(control, "stopProcessGroup", "g"), [row("a"), row("b", "schedule paused")]);
  assert.equal(await supervisor(control, "stopProcess", "g:b"), true);
  assert.equal(await supervisor(control, "stopProcess", "g:c"), "fault 70 NOT_RUNNING: g:c");
});

test("HIS-008: jobs, pauseJob and resumeJob", async () => {
  const control = new FakeControl([
    ...alone(view("web")),
    group("g", view("b", { state: "EXITED", exitStatus: 3, startSeconds: 60, job: job({ timezone: "UTC" }) })),
  ]);
  assert.deepEqual(await jobs?.run(control), {
    ok: true,
    value: [
      {
        group: "g",
        name: "b",
        schedule: "30 2 * * *",
        timezone: "UTC",
        paused: false,
        queued: false,
        lastRun: "Jan 01 12:01 AM",
        result: "exit 3",
        nextRun: "next run Nov 29 02:30 AM",
        next: 1_795_919_400,
        overlaps: 1,
        missed: 2,
      },
    ],
  });
  assert.deepEqual(await pauseJob?.run(control, "g:b"), { ok: true, value: true });
  assert.deepEqual(await resumeJob?.run(control, "g:b"), { ok: true, value: true });
  assert.deepEqual(control.done, ["pause g:b", "resume g:b"]);
  for (const name of ["web", "nope"]) assert.equal((await pauseJob?.run(control, name))?.ok, false, name);
});
