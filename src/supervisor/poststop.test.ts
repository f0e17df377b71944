/** post_stop after every end of a run: who waits for it, and what the next start waits for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSchedule, type Schedule } from "../config/cronfields.ts";
import type { ProcessConfig } from "../config/model.ts";
import { runsOf } from "../process/auxiliary.ts";
import { at } from "../process/life.fixture.ts";
import { beginCutoff } from "./cutoff.ts";
import { on } from "./dependencies.fixture.ts";
import { groupOf, Host, single } from "./host.fixture.ts";
import { stepJob } from "./jobs.ts";

const host = (over: Partial<ProcessConfig>): Host => new Host(single("web", { hookTimeout: 30_000, ...over }));
const told = (it: Host) => runsOf(it.member("web").state).map(({ what, reason, end }) => [what, reason, end]);
const isOfRuns = (word: string): boolean => /run |hook/.test(word);
const parsed = (text: string): Schedule => {
  const result = parseSchedule(text);
  assert.ok(result.ok);
  return result.value;
};
const UTC = (): number => 0;
const POST = { postStop: "p", startSecs: 0 } as const;

test("HOOK-007 post_stop runs after every end of a run, told how it ended; a failed spawn has none", () => {
  const it = host(POST);
  it.run("web");
  it.nowMs += 1500;
  assert.deepEqual(it.exits("web", 3).filter(isOfRuns), ["run post_stop of web"]);
  assert.deepEqual(told(it), [["post_stop", "exit", { code: 3, signal: null, expected: false, ranMs: 1500, reason: "exit" }]]);
  it.runs("web", "post_stop");
  it.start("web");
  it.take("web", { type: "stop", cause: "age", again: true });
  it.ends("web", 15);
  assert.deepEqual(
    told(it).map(([what, reason]) => [what, reason]),
    [["post_stop", "age"]],
  );
  const early = host({ ...POST, startSecs: 1 });
  early.start("web");
  early.exits("web", 0);
  assert.deepEqual([early.state("web"), told(early).length], ["BACKOFF", 1]);
  const failed = host(POST);
  failed.take("web", { type: "start" });
  failed.prepared("web");
  failed.spawnFails("web");
  failed.pass(1000);
  failed.spawn("web");
  failed.take("web", { type: "exited", waitStatus: 127 << 8, notSpawned: "no" });
  assert.deepEqual(told(failed), []);
});

test("HOOK-007 the state changes at the end of the run; the next start waits for post_stop, a restart, a retry and a user's", () => {
  const it = host({ ...POST, autorestart: "always" });
  it.run("web");
  it.exits("web", 1);
  it.pass(5000);
  assert.deepEqual([it.state("web"), it.preparing.length], ["EXITED", 0]);
  assert.ok(it.runs("web", "post_stop").includes("web EXITED>STARTING"));
  it.spawn("web");
  it.take("web", { type: "stop" });
  it.ends("web", 15);
  it.take("web", { type: "start" });
  it.wait(1, "web", "running");
  assert.deepEqual([it.state("web"), it.preparing.length, it.settled.size], ["STOPPED", 0, 0]);
  it.runBegins("web", "post_stop");
  assert.ok(it.pass(30_000).includes("web STOPPED>STARTING"), "or until its time is over");
  it.spawn("web");
  assert.equal(it.settled.get(1), "done");
  const retry = host({ ...POST, startSecs: 1 });
  retry.start("web");
  retry.exits("web", 1);
  retry.pass(5000);
  assert.equal(retry.state("web"), "BACKOFF");
  assert.ok(retry.runs("web", "post_stop").includes("web BACKOFF>STARTING"));
});

test("HOOK-007 a stop that waits is answered when post_stop has ended; one meanwhile calls the next start off (CMN-008)", () => {
  const it = host({ ...POST, autorestart: "always" });
  it.run("web");
  it.take("web", { type: "stop" });
  it.wait(1, "web", "stopped");
  it.ends("web", 15);
  assert.deepEqual([it.state("web"), it.settled.size], ["STOPPED", 0]);
  it.runs("web", "post_stop");
  assert.equal(it.settled.get(1), "done");
  it.start("web");
  it.exits("web", 0);
  it.take("web", { type: "stop" });
  it.runs("web", "post_stop");
  assert.deepEqual([it.state("web"), it.preparing.length, it.next()], ["EXITED", 0, null]);
});

test("HOOK-007 DEP-020 what it needs is stopped, and the next group told, when its post_stop has ended", () => {
  const it = new Host(single("db"), single("web", { ...POST, dependsOn: on("db") })).run("db").run("web");
  it.stopTogether("web", "db");
  it.ends("web", 15);
  assert.deepEqual([it.state("web"), it.state("db")], ["STOPPED", "RUNNING"]);
  it.runs("web", "post_stop");
  assert.equal(it.state("db"), "STOPPING");

  const down = new Host(groupOf("early", 1, { name: "db" }), groupOf("late", 2, { name: "web", ...POST }));
  down.run("early:db", "late:web");
  down.goDown();
  down.ends("late:web", 15);
  assert.deepEqual([down.state("late:web"), down.state("early:db")], ["STOPPED", "RUNNING"]);
  down.runs("late:web", "post_stop");
  assert.equal(down.state("early:db"), "STOPPING");
  assert.ok(down.ends("early:db", 15).includes("ended"));
});

test("HOOK-007 an update takes a process out, or starts it anew, when its post_stop has ended", () => {
  const it = new Host(groupOf("g", 1, { name: "web", ...POST }));
  it.run("g:web");
  it.update(groupOf("g", 1, { name: "web", ...POST, command: "another" }));
  it.ends("g:web", 15);
  assert.equal(it.member("g:web").config.command, "/bin/cat");
  it.runs("g:web", "post_stop");
  assert.deepEqual([it.member("g:web").config.command, it.state("g:web")], ["another", "STARTING"]);
});

test("CRON-007 the post_stop of a job is a part of its run", () => {
  const job = single("web", { ...POST, type: "oneshot", cron: parsed("@every 1s"), cronOverlap: "queue", startRetries: 0 });
  const it = new Host(job);
  const slot = () => it.step((step) => stepJob(it.world, it.member("web"), () => UTC, at(it.nowMs), step));
  slot();
  it.nowMs += 1000;
  assert.ok(slot().includes("web STOPPED>STARTING"));
  it.spawn("web");
  it.exits("web", 0);
  it.nowMs += 1000;
  assert.deepEqual(
    slot().filter((word) => word.includes(">")),
    [],
  );
  assert.equal(it.member("web").state.life.job?.queued, true);
  it.runs("web", "post_stop");
  assert.ok(slot().includes("web EXITED>STARTING"));
});

test("HOOK-006 the next start waits until a command that stops the program has ended: it must not meet the next run", () => {
  const it = host({ stopCommand: "c", startSecs: 0 });
  it.run("web");
  it.take("web", { type: "stop" });
  it.wait(1, "web", "stopped");
  it.runBegins("web", "stop_command");
  it.ends("web", 0);
  assert.equal(it.settled.get(1), "done");
  it.take("web", { type: "start" });
  assert.equal(it.preparing.length, 0);
  assert.ok(it.runExits("web", "stop_command").includes("web STOPPED>STARTING"));
});

test("CTR-005 post_stop that is due after the time for a shutdown is over does not begin", () => {
  const it = host(POST);
  it.run("web");
  it.goDown();
  it.step((step) => beginCutoff(it.world, 1000, at(it.nowMs), step));
  it.pass(1000);
  assert.ok(it.ends("web", 9).includes("ended"));
  assert.deepEqual(told(it), []);
});
