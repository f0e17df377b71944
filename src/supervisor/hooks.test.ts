import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { runsOf } from "../process/auxiliary.ts";
import { Host, single } from "./host.fixture.ts";
import { decodeProcess, encodeLife, encodeProcess, withStoredLife } from "./records.ts";
import { memberOfRun } from "./world.ts";

const host = (over: Partial<ProcessConfig>): Host => new Host(single("web", { hookTimeout: 30_000, ...over }));
const told = (it: Host) => runsOf(it.member("web").state).map(({ what, reason, end }) => [what, reason, end]);
const isOfRuns = (word: string): boolean => /run |hook/.test(word);

test("HOOK-004 post_start runs once it is RUNNING; nothing waits for it, and an end of the program ends it", () => {
  const it = host({ postStart: "p", autorestart: "always" });
  it.start("web");
  assert.deepEqual(told(it), []);
  assert.deepEqual(it.pass(1000).filter(isOfRuns), ["run post_start of web"]);
  assert.deepEqual(told(it), [["post_start", "start", undefined]]);
  assert.deepEqual(it.runBegins("web", "post_start"), ["spawn run 1 of web"]);
  assert.deepEqual(it.exits("web", 1).filter(isOfRuns), ["signal 15 to run 2 of web"]);
  const { child } = runsOf(it.member("web").state)[0] ?? { child: 0 };
  assert.equal(memberOfRun(it.world, child), it.member("web"));
  it.pass(0);
  it.spawn("web");
  assert.deepEqual(it.pass(1000).filter(isOfRuns), [], "the next of its kind waits for its death");
  assert.deepEqual(it.happens("web", { type: "run-exited", child, waitStatus: 15, output: "" }), ["run post_start of web"]);
  assert.deepEqual(told(it), [["post_start", "restart", undefined]]);
});

test("HOOK-004 a stop ends post_start, also while it is being prepared", () => {
  const it = host({ postStart: "p" });
  it.run("web");
  it.take("web", { type: "stop" });
  assert.deepEqual(told(it), []);
  assert.deepEqual(it.happens("web", { type: "run-prepared", number: 1, child: 99 }), []);
});

test("HOOK-004 a program that ends before anybody has heard that it runs has no post_start", () => {
  const it = host({ postStart: "p" });
  it.start("web");
  it.nowMs += 5000;
  assert.deepEqual(it.exits("web", 0).filter(isOfRuns), []);
});

test("HOOK-008 HOOK-009 on_fatal runs whenever it has become FATAL, and is told how the last run ended", () => {
  const it = host({ onFatal: "f", startRetries: 0 });
  it.start("web");
  it.nowMs += 250;
  assert.ok(it.exits("web", 3).includes("run on_fatal of web"));
  const end = { code: 3, signal: null, expected: false, ranMs: 250, reason: "exit" };
  assert.deepEqual(told(it), [["on_fatal", "exit", end]]);
  it.runs("web", "on_fatal");
  it.take("web", { type: "start" });
  assert.ok(it.prepared("web").length > 0);
  assert.ok(it.spawnFails("web").includes("run on_fatal of web"), "again, from FATAL to FATAL");
  it.runs("web", "on_fatal", 1);
  it.start("web");
  it.take("web", { type: "stop" });
  it.ends("web", 15);
  assert.deepEqual(told(it), []);
  it.take("web", { type: "start" });
  it.prepared("web");
  it.spawnFails("web");
  assert.deepEqual(told(it), [["on_fatal", "stop", { code: null, signal: "SIGTERM", expected: true, ranMs: 0, reason: "stop" }]]);
});

test("HOOK-008 a one-shot that has failed for good is told how", () => {
  const it = host({ onFatal: "f", type: "oneshot", startSecs: 0, startRetries: 0 });
  it.start("web");
  assert.ok(it.exits("web", 4).includes("run on_fatal of web"));
  assert.equal(runsOf(it.member("web").state)[0]?.end?.code, 4);
});

test("CMN-010 KILL-008 while supervisord goes down no hook begins, what runs is ended, and its death is waited for", () => {
  const it = host({ postStart: "p", onFatal: "f" });
  it.run("web");
  it.runBegins("web", "post_start");
  assert.ok(it.goDown().includes("signal 15 to run 2 of web"));
  assert.ok(!it.ends("web", 15).includes("ended"));
  assert.deepEqual(it.pass(2000).filter(isOfRuns), ["signal 9 to run 2 of web"]);
  assert.deepEqual(it.happens("web", { type: "run-exited", child: 2, waitStatus: 9, output: "" }), ["ended"]);

  const other = host({ onFatal: "f" });
  other.start("web");
  other.exits("web", 1);
  assert.ok(!other.goDown().some(isOfRuns), "BACKOFF becomes FATAL");
  assert.equal(other.state("web"), "FATAL");
});

test("KILL-008 what SIGKILL does not end holds no shutdown", () => {
  const it = host({ postStart: "p" });
  it.run("web");
  it.runBegins("web", "post_start");
  it.goDown();
  it.ends("web", 15);
  assert.ok(it.pass(4000).includes("ended"));
});

test("CMN-021 CMN-022 runs come back as they went; a process without hooks stores nothing more", () => {
  const it = host({ postStart: "p" });
  it.run("web");
  it.runBegins("web", "post_start");
  const { state } = it.member("web");
  const life = encodeLife(state);
  const plain = decodeProcess(encodeProcess(state));
  assert.ok(plain.ok && life !== null);
  assert.deepEqual(withStoredLife(plain.value, life), { ok: true, value: state });
  const other = new Host(single("web"));
  other.run("web");
  assert.equal(encodeLife(other.member("web").state), null);
});
