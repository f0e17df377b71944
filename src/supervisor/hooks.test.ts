import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { runsOf } from "../process/auxiliary.ts";
import { at } from "../process/life.fixture.ts";
import { beginCutoff } from "./cutoff.ts";
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

const preStarting = (over: Partial<ProcessConfig> = {}): Host => {
  const it = host({ preStart: "p", startRetries: 1, ...over });
  assert.deepEqual(it.take("web", { type: "start" }).slice(-1), ["prepare web, variables"]);
  assert.deepEqual(it.read("web"), ["run pre_start of web"]);
  return it;
};

test("HOOK-002 pre_start runs in STARTING before the program is looked up; startsecs begin at the fork", () => {
  const it = preStarting({ startSecs: 5 });
  assert.deepEqual([it.state("web"), told(it)], ["STARTING", [["pre_start", "start", undefined]]]);
  it.runBegins("web", "pre_start");
  it.nowMs += 20_000;
  assert.deepEqual(it.runExits("web", "pre_start"), ["prepare web, command"]);
  it.spawn("web");
  assert.equal(it.state("web"), "STARTING");
  assert.equal(it.member("web").state.life.mayStart, undefined);
  assert.ok(it.pass(5000).includes("web STARTING>RUNNING"));
});

test("HOOK-002 CMN-022 pre_start runs once for an attempt, however often its variables are read", () => {
  const it = preStarting();
  const again = () => it.take("web", { type: "read", attempt: it.member("web").state.attempt });
  assert.deepEqual(again(), []);
  it.runBegins("web", "pre_start");
  assert.deepEqual(again(), []);
  it.runExits("web", "pre_start");
  assert.deepEqual(again(), []);
});

test("HOOK-002 a failure of pre_start is a failed start", () => {
  const it = preStarting();
  const words = it.runs("web", "pre_start", 1);
  assert.deepEqual(words.slice(2), ["lifecycle", "info: spawnerr: pre_start failed (exit 1)", "web STARTING>BACKOFF"]);
  assert.equal(it.member("web").state.spawnError, "pre_start failed (exit 1)");
  it.pass(1000);
  it.read("web");
  assert.deepEqual(told(it), [["pre_start", "retry", undefined]]);
  it.runBegins("web", "pre_start");
  assert.ok(it.pass(30_000).includes("web BACKOFF>FATAL"), "its deadline is a failure as well");
  assert.equal(it.member("web").state.spawnError, "pre_start failed (not ended within 30 s)");
});

test("HOOK-003 a stop during pre_start ends it, and is over at once; the next start waits for its death", () => {
  const it = preStarting();
  it.runBegins("web", "pre_start");
  assert.deepEqual(
    it.take("web", { type: "stop" }).filter((word) => word !== "event"),
    ["web STARTING>STOPPING", "web STOPPING>STOPPED", "signal 15 to run 1 of web"],
  );
  it.take("web", { type: "start" });
  assert.deepEqual(it.read("web"), []);
  assert.deepEqual(it.happens("web", { type: "run-exited", child: 1, waitStatus: 15, output: "" }), ["run pre_start of web"]);
  assert.deepEqual(it.runs("web", "pre_start").slice(-1), ["prepare web, command"]);
});

test("HOOK-003 a stop while pre_start is being prepared: nothing of it begins", () => {
  const it = preStarting();
  it.take("web", { type: "stop" });
  assert.deepEqual([it.state("web"), it.happens("web", { type: "run-prepared", number: 1, child: 9 })], ["STOPPED", []]);
});

test("HOOK-002 whoever waits for a spawn alone is answered when pre_start has its turn, who waits for RUNNING when it runs", () => {
  const it = host({ preStart: "p", startSecs: 0 });
  it.take("web", { type: "start" });
  it.wait(1, "web", "spawned");
  it.wait(2, "web", "running");
  assert.ok(it.read("web").includes("settle 1 done"));
  it.runs("web", "pre_start");
  assert.ok(it.spawn("web").includes("settle 2 done"));
});

test("HOOK-005 a stop: STOPPING at once, then pre_stop, then the signal; stopwaitsecs run from there", () => {
  const it = host({ preStop: "p", stopWaitSecs: 10 });
  it.run("web");
  assert.deepEqual(it.take("web", { type: "stop" }), ["web RUNNING>STOPPING", "run pre_stop of web"]);
  assert.deepEqual(told(it), [["pre_stop", "stop", undefined]]);
  it.runBegins("web", "pre_stop");
  it.pass(20_000);
  assert.deepEqual(it.runExits("web", "pre_stop", 1).slice(2), ["debug: killing web (pid 1001) with signal SIGTERM", "signal 15 to web"]);
  assert.ok(!it.pass(9999).includes("signal 9 to web"));
  assert.ok(it.pass(1).includes("signal 9 to web"));
});

test("HOOK-005 a pre_stop that hangs holds the stop for its timeout and no longer", () => {
  const it = host({ preStop: "p" });
  it.run("web");
  it.take("web", { type: "stop" });
  it.runBegins("web", "pre_stop");
  assert.ok(it.pass(30_000).includes("signal 15 to web"));
});

test("HOOK-005 a program that ends in between is STOPPED at once, and what has not begun is left out", () => {
  const it = host({ preStop: "p" });
  it.run("web");
  it.take("web", { type: "stop" });
  assert.ok(it.ends("web", 0).includes("web STOPPING>STOPPED"));
  assert.deepEqual(told(it), []);
  const other = host({ preStop: "p", stopCommand: "c" });
  other.run("web");
  other.take("web", { type: "stop" });
  other.runBegins("web", "pre_stop");
  other.ends("web", 0);
  assert.deepEqual(other.runExits("web", "pre_stop").filter(isOfRuns), []);
});

test("HOOK-005 every kind of stop has its pre_stop, and says what for; a user's signal has none", () => {
  const it = host({ preStop: "p" });
  it.run("web");
  assert.deepEqual(it.take("web", { type: "signal", signal: 1 }).filter(isOfRuns), []);
  it.take("web", { type: "stop", cause: "memory", again: true });
  assert.deepEqual(told(it), [["pre_stop", "memory", undefined]]);
  const other = host({ preStop: "p" });
  other.start("web");
  other.goDown();
  assert.deepEqual([other.state("web"), told(other)], ["STOPPING", [["pre_stop", "shutdown", undefined]]]);
});

test("HOOK-009 a stop has one reason from its beginning to post_stop, though a shutdown comes meanwhile; the next one has its own", () => {
  const it = host({ preStop: "p", stopCommand: "c", postStop: "e", startSecs: 0, stopWaitSecs: 60 });
  const reasons = () => told(it).map(([what, reason]) => [what, reason]);
  it.run("web");
  it.take("web", { type: "stop" });
  it.runBegins("web", "pre_stop");
  it.goDown();
  assert.deepEqual(reasons(), [["pre_stop", "stop"]]);
  it.runExits("web", "pre_stop");
  assert.deepEqual(reasons(), [["stop_command", "stop"]]);
  it.runBegins("web", "stop_command");
  it.ends("web", 15);
  assert.deepEqual(reasons().at(-1), ["post_stop", "stop"]);
  const events = it.effects.flatMap((effect) => (effect.type === "event" && effect.event.kind === "process-state" ? [effect.event] : []));
  assert.deepEqual(
    events.slice(-2).map(({ state, reason }) => [state, reason]),
    [
      ["STOPPING", "stop"],
      ["STOPPED", "stop"],
    ],
  );
  const again = host({ postStop: "e", startSecs: 0 });
  again.run("web");
  again.take("web", { type: "stop", cause: "memory", again: true });
  again.ends("web", 15);
  again.runs("web", "post_stop");
  again.spawn("web");
  again.take("web", { type: "stop" });
  again.ends("web", 15);
  assert.deepEqual(
    told(again).map(([what, reason]) => [what, reason]),
    [["post_stop", "stop"]],
  );
});

test("HOOK-006 stop_command takes the place of the signal; when it fails the signal goes out at once", () => {
  const it = host({ stopCommand: "c", stopWaitSecs: 10 });
  it.run("web");
  assert.deepEqual(it.take("web", { type: "stop" }), ["web RUNNING>STOPPING", "run stop_command of web"]);
  it.runBegins("web", "stop_command");
  assert.deepEqual(
    it.runExits("web", "stop_command").filter((word) => /signal/.test(word)),
    [],
  );
  assert.ok(it.pass(10_000).includes("signal 9 to web"), "0 is a promise, for stopwaitsecs from its start");
  const other = host({ stopCommand: "c", preStop: "p" });
  other.run("web");
  other.take("web", { type: "stop" });
  assert.ok(other.runs("web", "pre_stop").includes("run stop_command of web"));
  assert.ok(other.runs("web", "stop_command", 1).includes("signal 15 to web"));
});

test("HOOK-006 after stopwaitsecs SIGKILL for both, and the command has failed", () => {
  const it = host({ stopCommand: "c", stopWaitSecs: 10 });
  it.run("web");
  it.take("web", { type: "stop" });
  it.runBegins("web", "stop_command");
  const words = it.pass(10_000);
  for (const word of ["signal 9 to web", "signal 9 to run 2 of web", "warn: hook: web stop_command failed (not ended within 10 s)"]) {
    assert.ok(words.includes(word), words.join("\n"));
  }
  assert.ok(!words.includes("signal 15 to web"));
});

test("CTR-005 HOOK-011 when the time for a shutdown is over, no hook holds it", () => {
  const it = host({ preStop: "p" });
  it.run("web");
  it.goDown();
  it.step((step) => beginCutoff(it.world, 1000, at(it.nowMs), step));
  it.runBegins("web", "pre_stop");
  const words = it.pass(1000);
  for (const word of ["signal 9 to web", "signal 9 to run 2 of web"]) assert.ok(words.includes(word), words.join("\n"));
});

test("KILL-008 a group that is taken out while a shutdown waits for nothing but its hooks holds it up no longer", () => {
  const it = host({ onFatal: "f", startRetries: 0 });
  it.start("web");
  it.exits("web", 3);
  it.runBegins("web", "on_fatal");
  assert.ok(!it.goDown().includes("ended"), "the hook is waited for");
  it.remove("web");
  assert.ok(it.pass(3000).includes("ended"));
});
