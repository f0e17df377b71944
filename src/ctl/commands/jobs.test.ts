import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { SCHEDULE_PAUSED, SCHEDULE_RESUMED } from "../../rpc/answerrows.ts";
import type { JobInfo } from "../client/infos.ts";
import { fault, info, scene } from "../scene.fixture.ts";
import { jobLines } from "./jobs.ts";

const job = (name: string, over: Partial<JobInfo> = {}): JobInfo => ({
  group: name,
  name,
  schedule: "30 2 * * *",
  timezone: "",
  paused: false,
  queued: false,
  lastRun: "",
  result: "",
  nextRun: "next run Nov 29 02:30 AM",
  next: 1,
  overlaps: 0,
  missed: 0,
  ...over,
});

const jobs = async () =>
  ok([
    job("backup", { timezone: "Europe/Berlin", lastRun: "Nov 28 02:30 AM", result: "exit 0", missed: 2 }),
    job("a", { nextRun: "schedule paused", paused: true }),
  ]);
const done = async () => ok(true as const);

test("CRON-002: jobs lists schedules in columns, with heads at a terminal only", async () => {
  assert.equal(
    (await scene({ methods: { jobs } }).run("jobs")).text,
    "backup  30 2 * * * (Europe/Berlin)  Nov 28 02:30 AM  exit 0  Nov 29 02:30 AM  2\na       30 2 * * *                  never            -       paused           0\n",
  );
  assert.match(jobLines([job("a")], true).head, /^NAME +SCHEDULE +LAST RUN +RESULT +NEXT RUN +SKIPPED$/);
  assert.match(jobLines([job("a", { queued: true })], false).lines[0]?.text ?? "", /at its end, Nov 29/);
});

test("CRON-002: jobs pause and resume, by name, pattern and all", async () => {
  const world = scene({ methods: { jobs, pauseJob: done, resumeJob: done } });
  assert.equal((await world.run("jobs pause backup")).text, "backup: schedule paused\n");
  assert.equal((await world.run("jobs resume b*")).text, "backup: schedule resumed\n");
  assert.equal((await world.run("jobs pause all")).text, "backup: schedule paused\na: schedule paused\n");
  const wrong = { jobs, pauseJob: (name: string) => fault("BAD_NAME", name === "web" ? "BAD_NAME: web has no schedule" : "BAD_NAME: x") };
  assert.deepEqual(await scene({ methods: wrong }).run("jobs pause web x z*"), {
    text: "web: ERROR (no schedule)\nx: ERROR (no such process)\nz*: ERROR (no schedule)\n",
    exit: 1,
  });
  for (const line of ["jobs stop a", "jobs pause"]) assert.equal((await world.run(line)).exit, 2, line);
});

test("HIS-008: another supervisord has no jobs", async () => {
  const methods = { jobs: () => fault("UNKNOWN_METHOD"), pauseJob: () => fault("UNKNOWN_METHOD") };
  for (const line of ["jobs", "jobs pause a"]) {
    assert.deepEqual(await scene({ methods }).run(line), { text: "jobs: ERROR (this supervisord has no jobs)\n", exit: 1 });
  }
});

test("CRON-002: the rows of stop and start tell what became of a schedule", async () => {
  const row = (name: string, description: string) => ({ group: name, name, status: 80, description });
  const stopAllProcesses = async () => ok([row("a", "OK"), row("b", SCHEDULE_PAUSED)]);
  assert.equal((await scene({ methods: { stopAllProcesses } }).run("stop all")).text, "a: stopped\nb: stopped (schedule paused)\n");
  const startAllProcesses = async () => ok([row("a", "OK"), row("b", SCHEDULE_RESUMED)]);
  assert.equal((await scene({ methods: { startAllProcesses } }).run("start all")).text, "a: started\nb: schedule resumed\n");
});

test("CRON-002: a start by a pattern resumes schedules and runs no job", async () => {
  const getAllProcessInfo = async () => ok([info("a", "STOPPED"), info("backup", "STOPPED"), info("ant", "STOPPED")]);
  const world = scene({ methods: { getAllProcessInfo, jobs, startProcess: done, resumeJob: done } });
  assert.equal((await world.run("start *a*")).text, "ant: started\na: schedule resumed\n");
  assert.deepEqual(
    world.calls.filter((call) => call.includes("Process ") || call.includes("Job ")),
    ["startProcess ant:ant", "resumeJob a:a"],
  );
});
