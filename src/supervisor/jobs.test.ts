/** Schedules as a part of the whole: slots become starts, or are dropped, each once, whoever stops, starts or updates meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSchedule, type Schedule } from "../config/cronfields.ts";
import type { GroupConfig, ProcessConfig } from "../config/model.ts";
import { zoneNamed } from "../config/zonenames.ts";
import { at, WALL_MS } from "../process/life.fixture.ts";
import type { Zone } from "../zone.ts";
import { Host, single } from "./host.fixture.ts";
import { isJobDue, jobDeadlineMs, pauseJob, resumeJob, stepJob, type Zones } from "./jobs.ts";
import { decodeProcess, encodeLife, encodeProcess, withStoredLife } from "./records.ts";
import { setState } from "./world.ts";

const UTC: Zone = () => 0;
const zones: Zones = (name) => (name === null ? UTC : (zoneNamed(name) ?? UTC));
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function schedule(text: string): Schedule {
  const result = parseSchedule(text);
  assert.ok(result.ok, text);
  return result.value;
}

/** The wall clock shows four o'clock at monotonic 0. */
assert.equal(new Date(WALL_MS).toISOString(), "2025-11-24T16:00:00.000Z");

/** A job as the reader of the configuration makes it. */
function jobOf(cron: string, over: Partial<ProcessConfig> = {}) {
  return single("a", { cron: schedule(cron), startSecs: 0, startRetries: 0, autorestart: "never", ...over });
}

class JobHost extends Host {
  constructor(group: GroupConfig) {
    super(group);
    this.due();
  }

  /** One look, as the daemon's part takes it. */
  due(name = "a"): string[] {
    return this.step((step) => stepJob(this.world, this.member(name), zones, at(this.nowMs), step));
  }

  deadline(name = "a"): number | null {
    return jobDeadlineMs(this.world, this.member(name), zones, at(this.nowMs));
  }

  /** Lets time pass; the schedule is looked at when it wants it. */
  waitUntil(untilMs: number): string[] {
    const words: string[] = [];
    for (let next = this.deadline(); next !== null && next <= untilMs; next = this.deadline()) {
      assert.ok(next > this.nowMs || isJobDue(this.world, this.member("a"), zones, at(this.nowMs)), "no look without a reason");
      this.pass(Math.max(0, next - this.nowMs));
      words.push(...this.due());
    }
    this.pass(untilMs - this.nowMs);
    return words;
  }

  get job() {
    const { job } = this.member("a").state.life;
    assert.ok(job !== undefined);
    return job;
  }

  finish(code = 0): string[] {
    this.spawn("a");
    return this.exits("a", code);
  }
}

const STARTS = ["a STOPPED>STARTING", "prepare a"];
const AGAIN = ["a EXITED>STARTING", "prepare a"];

test("CRON-001: a program with a schedule does not start with the daemon; each slot starts it, with the reason schedule", () => {
  const host = new JobHost(jobOf("30 * * * *"));
  assert.deepEqual(host.autostart(), []);
  assert.deepEqual(host.waitUntil(30 * MINUTE - 1), []);
  assert.deepEqual(host.waitUntil(30 * MINUTE), STARTS);
  const [started] = host.effects.flatMap((effect) =>
    effect.type === "event" && effect.event.kind === "process-state" ? [effect.event] : [],
  );
  assert.equal(started?.reason, "schedule");
  host.finish();
  assert.deepEqual(host.waitUntil(90 * MINUTE), AGAIN);
});

test("CRON-001: with autostart=false the schedule is paused from the start", () => {
  const host = new JobHost(jobOf("* * * * *", { autostart: false }));
  assert.deepEqual([host.deadline(), host.job.paused], [null, true]);
  host.step((step) => resumeJob(host.world, host.member("a"), at(host.nowMs), step));
  assert.deepEqual(host.waitUntil(MINUTE), STARTS);
});

test("CRON-002: stop ends the run and pauses the schedule; start runs it now and resumes", () => {
  const host = new JobHost(jobOf("*/10 * * * *"));
  host.waitUntil(10 * MINUTE);
  host.spawn("a");
  host.take("a", { type: "stop" });
  host.exits("a", 0);
  assert.deepEqual([host.state("a"), host.job.paused, host.deadline()], ["STOPPED", true, null]);
  assert.deepEqual(host.waitUntil(45 * MINUTE), []);
  assert.deepEqual(host.take("a", { type: "start" }), STARTS);
  assert.equal(host.job.paused, false);
  host.finish();
  // What came while it was paused is not missed.
  assert.deepEqual(host.due(), []);
  assert.deepEqual(host.waitUntil(50 * MINUTE), AGAIN);
});

test("CRON-002: pausing lets a run go on; a stop of what does not run pauses, a shutdown and an update pause nothing", () => {
  const host = new JobHost(jobOf("*/10 * * * *"));
  host.waitUntil(10 * MINUTE);
  host.spawn("a");
  host.step((step) => pauseJob(host.world, host.member("a"), at(host.nowMs), step));
  assert.deepEqual([host.state("a"), host.job.paused], ["RUNNING", true]);
  host.exits("a", 0);
  host.step((step) => resumeJob(host.world, host.member("a"), at(host.nowMs), step));
  host.take("a", { type: "stop", cause: "update" });
  assert.equal(host.job.paused, false);
  host.take("a", { type: "stop" });
  assert.deepEqual([host.job.paused, host.state("a")], [true, "EXITED"]);
  const down = new JobHost(jobOf("*/10 * * * *"));
  down.goDown();
  assert.deepEqual([down.job.paused, down.deadline(), down.due()], [false, null, []]);
});

test("CRON-003: the alarm is at most a minute ahead, so that a clock that is set is seen", () => {
  const host = new JobHost(jobOf("0 0 1 1 *"));
  assert.equal(host.deadline(), MINUTE);
  const soon = new JobHost(jobOf("*/20 * * * * *"));
  assert.equal(soon.deadline(), 20_000);
});

test("CRON-003: a slot and its start are one change; a successor at any point handles each slot once", () => {
  const host = new JobHost(jobOf("*/10 * * * * *"));
  const succeed = () => {
    const member = host.member("a");
    const process = decodeProcess(encodeProcess(member.state));
    const life = encodeLife(member.state);
    assert.ok(process.ok && life !== null);
    const restored = withStoredLife(process.value, life);
    assert.ok(restored.ok);
    setState(host.world, member, restored.value);
  };
  let starts = 0;
  for (let second = 0; second < 100; second++) {
    host.nowMs = second * 1000 + 500;
    succeed();
    const words = host.due();
    succeed();
    assert.deepEqual(host.due(), [], "once");
    if (words.includes("prepare a")) {
      starts += 1;
      assert.ok(host.lastStep.changed.size === 0 && host.member("a").state.life.job !== undefined);
      host.finish();
    }
  }
  assert.equal(starts, 9);
});

test("CRON-005: after a step back of more than three hours the schedule counts from now, with one warning", () => {
  const host = new JobHost(jobOf("0 * * * *"));
  host.waitUntil(2 * HOUR);
  host.finish();
  const stepped = (now: { monoMs: number; wallMs: number }) => host.step((step) => stepJob(host.world, host.member("a"), zones, now, step));
  const back = { monoMs: 2 * HOUR, wallMs: WALL_MS - 3 * HOUR };
  assert.deepEqual(stepped(back), ["warn: the clock was set back: the schedule of a counts from now"]);
  assert.deepEqual(stepped({ monoMs: 2 * HOUR + MINUTE, wallMs: back.wallMs + MINUTE }), []);
});

test("CRON-006: missed slots are dropped with an event, or one is run for all", () => {
  const host = new JobHost(jobOf("0 * * * *"));
  host.pass(3 * HOUR + 2 * MINUTE);
  assert.deepEqual(host.due(), ["info: skipped: a at 2025-11-24T19:00:00.000Z and 2 times before (missed)", "lifecycle"]);
  assert.deepEqual(host.job.skipped, { overlap: 0, missed: 3 });
  const event = host.effects
    .flatMap((effect) => (effect.type === "event" && effect.event.kind === "lifecycle" ? [effect.event] : []))
    .at(-1);
  assert.deepEqual([event?.name, event?.keys], ["LIFECYCLE_JOB_SKIPPED", { reason: "missed", slot: (WALL_MS + 3 * HOUR) / 1000 }]);
  const once = new JobHost(jobOf("0 * * * *", { cronMissed: "once" }));
  once.pass(3 * HOUR + 2 * MINUTE);
  assert.deepEqual(once.due(), STARTS);
  assert.deepEqual(once.job.skipped, { overlap: 0, missed: 0 });
});

test("CRON-007: skip drops a slot while a run is under way", () => {
  const host = new JobHost(jobOf("* * * * *"));
  host.waitUntil(MINUTE);
  host.spawn("a");
  assert.deepEqual(host.waitUntil(2 * MINUTE), ["info: skipped: a at 2025-11-24T16:02:00.000Z (overlap)", "lifecycle"]);
  assert.deepEqual(host.job.skipped, { overlap: 1, missed: 0 });
});

test("CRON-007: queue keeps one run, and a stop cancels it", () => {
  const host = new JobHost(jobOf("* * * * *", { cronOverlap: "queue" }));
  host.waitUntil(MINUTE);
  host.spawn("a");
  assert.deepEqual(host.waitUntil(2 * MINUTE), []);
  assert.equal(host.job.queued, true);
  assert.deepEqual(host.waitUntil(3 * MINUTE), ["info: skipped: a at 2025-11-24T16:03:00.000Z (overlap)", "lifecycle"]);
  host.exits("a", 0);
  assert.equal(host.deadline(), host.nowMs, "at the end of the run, at once");
  assert.deepEqual(host.due(), AGAIN);
  assert.deepEqual([host.job.queued, host.deadline()], [false, 4 * MINUTE]);
  host.spawn("a");
  host.waitUntil(4 * MINUTE);
  host.take("a", { type: "stop" });
  host.exits("a", 0);
  assert.deepEqual([host.job.queued, host.deadline()], [false, null]);
});

test("CRON-007: kill stops the run and starts anew, with the reason replaced", () => {
  const host = new JobHost(jobOf("* * * * *", { cronOverlap: "kill" }));
  host.waitUntil(MINUTE);
  host.spawn("a");
  assert.deepEqual(host.waitUntil(2 * MINUTE).slice(1), ["a RUNNING>STOPPING", "signal 15 to a"]);
  assert.deepEqual(
    host.exits("a", 0).filter((word) => word.includes(">")),
    ["a STOPPING>STOPPED", "a STOPPED>STARTING"],
  );
  const reasons = host.effects.flatMap((effect) =>
    effect.type === "event" && effect.event.kind === "process-state" ? [effect.event.reason] : [],
  );
  assert.deepEqual(reasons.slice(-3), ["replaced", "replaced", "replaced"]);
  assert.equal(host.job.paused, false);
});

test("CRON-008: the next slot starts a job out of FATAL", () => {
  const host = new JobHost(jobOf("* * * * *"));
  host.waitUntil(MINUTE);
  host.prepared("a");
  host.spawnFails("a");
  assert.equal(host.state("a"), "FATAL");
  assert.deepEqual(host.waitUntil(2 * MINUTE), ["a FATAL>STARTING", "prepare a"]);
});

test("CRON-009: each process of a program has its own overlap", () => {
  const host = new JobHost({
    ...jobOf("* * * * *"),
    processes: ["a", "b"].map((name) => ({ ...(jobOf("* * * * *").processes[0] as ProcessConfig), name })),
  });
  host.due("a:b");
  host.pass(MINUTE);
  assert.deepEqual([...host.due("a"), ...host.due("a:b")], [...STARTS, "a:b STOPPED>STARTING", "prepare a:b"]);
  host.spawn("a");
  host.spawn("a:b");
  host.exits("a:b", 0);
  host.pass(MINUTE);
  assert.match(host.due("a").join(), /skipped: a .*overlap/);
  assert.deepEqual(host.due("a:b"), ["a:b EXITED>STARTING", "prepare a:b"]);
});

test("CRON-009: an update that changes the schedule counts from now, one that takes it away drops its slots", () => {
  const host = new JobHost(jobOf("0 * * * *"));
  host.pass(30 * MINUTE);
  host.update(jobOf("*/20 * * * *"));
  assert.deepEqual(host.due(), []);
  assert.deepEqual(host.waitUntil(39 * MINUTE), []);
  assert.deepEqual(host.waitUntil(40 * MINUTE), STARTS);
  host.finish();
  host.update(jobOf("*/20 * * * *", { cron: null }));
  host.due();
  assert.equal(host.member("a").state.life.job, undefined);
  assert.equal(host.deadline(), null);
  assert.deepEqual(host.waitUntil(3 * HOUR), []);
});

test("CRON-009: an update that must stop a run does not start it again", () => {
  const host = new JobHost(jobOf("0 * * * *"));
  host.waitUntil(HOUR);
  host.spawn("a");
  host.update(jobOf("0 * * * *", { command: "/bin/other" }));
  host.exits("a", 0);
  assert.deepEqual([host.state("a"), host.member("a").config.command], ["STOPPED", "/bin/other"]);
  assert.deepEqual(host.waitUntil(2 * HOUR), STARTS);
});

test("CRON: @every counts from the beginning of the last run, also of one that a user has started", () => {
  const host = new JobHost(jobOf("@every 10m"));
  assert.deepEqual(host.waitUntil(10 * MINUTE), STARTS);
  host.finish();
  host.pass(4 * MINUTE);
  host.take("a", { type: "start" });
  host.finish();
  assert.deepEqual(host.waitUntil(24 * MINUTE - 1), []);
  assert.deepEqual(host.waitUntil(24 * MINUTE), AGAIN);
});

test("CRON-004: a schedule in a time zone goes by its clocks", () => {
  const host = new JobHost(jobOf("30 18 * * *", { cronTimezone: "Europe/Berlin" }));
  assert.deepEqual(host.waitUntil(90 * MINUTE - 1), []);
  assert.deepEqual(host.waitUntil(90 * MINUTE), STARTS);
});
