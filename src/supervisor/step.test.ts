/** Groups, the order of starts, deadlines, what comes too late. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../process/life.fixture.ts";
import { groupOf, Host, single } from "./host.fixture.ts";
import { autostartsDue, deadlinesDue } from "./step.ts";
import { emptyWorld, groupsInOrder, isStopped, label, makeGroup } from "./world.ts";

const names = (host: Host): string[] => autostartsDue(host.world).map((member) => label(member.ref));

test("PROC-008: what has autostart and was never started starts, once", () => {
  const host = new Host(single("a"), single("b", { autostart: false }));
  assert.deepEqual(host.autostart(), ["a STOPPED>STARTING", "prepare a"]);
  assert.deepEqual(host.autostart(), []);
  host.spawn("a");
  host.take("a", { type: "stop" });
  host.exits("a", 0);
  assert.equal(host.state("a"), "STOPPED");
  assert.deepEqual(host.autostart(), [], "not after a stop");
});

test("PROC-008: nothing starts by itself while the daemon goes down", () => {
  const host = new Host(single("a"), single("b", { autostart: false }));
  host.run("b");
  host.goDown();
  assert.deepEqual(names(host), []);
  assert.deepEqual(host.autostart(), []);
});

test("PROC-142: groups by priority; equal ones in the order of their arrival, also those added later", () => {
  const host = new Host(single("m"), single("z", { priority: 1 }), single("a"));
  host.add(single("b"));
  host.remove("m");
  host.add(single("m"));
  assert.deepEqual(
    groupsInOrder(host.world).map((group) => group.config.name),
    ["z", "a", "b", "m"],
  );
});

test("PROC-142: the order of arrival is in the sequence, which records keep: in whatever order a successor finds the groups", () => {
  const host = new Host(single("first"), single("second"));
  host.remove("first");
  host.add(single("first"));
  const arrived = [...host.world.groups.values()].map((group) => [group.config.name, group.sequence] as const);
  assert.deepEqual(arrived, [
    ["second", 1],
    ["first", 2],
  ]);
  const found = emptyWorld();
  for (const [name, sequence] of [...arrived].reverse()) found.groups.set(name, makeGroup(single(name), sequence));
  assert.deepEqual(
    groupsInOrder(found).map((group) => group.config.name),
    ["second", "first"],
  );
});

test("PROC-143: all autostarts of all groups in one go, by priority, none waiting for another to be RUNNING", () => {
  const host = new Host(single("late", { priority: 900 }), single("early", { priority: 1 }));
  assert.deepEqual(host.autostart(), ["early STOPPED>STARTING", "prepare early", "late STOPPED>STARTING", "prepare late"]);
});

test("PROC-145: within a group the order of `programs` counts, not the priority of the programs", () => {
  const host = new Host(groupOf("g", 999, { name: "x", priority: 900 }, { name: "y", priority: 1 }));
  assert.deepEqual(names(host), ["g:x", "g:y"]);
});

test("EVT-023, PROC-149: a group is added, then its event is sent and none about its processes; those with autostart are due from then on", () => {
  const host = new Host();
  assert.deepEqual(names(host), []);
  assert.deepEqual(host.add(groupOf("g", 999, { name: "x" }, { name: "y", autostart: false })), ["added g", "group g ADDED"]);
  assert.deepEqual([...host.lastStep.changed].map(label), ["g:x", "g:y"], "the records are written with it");
  assert.deepEqual(names(host), ["g:x"]);
});

test("a group is added once, and what is removed was there and is down", () => {
  const host = new Host(single("a"));
  assert.throws(() => host.add(single("a")), /broken invariant: group a was added twice/);
  assert.throws(() => host.remove("b"), /broken invariant: group b was removed and is not there/);
  host.run("a");
  assert.throws(() => host.remove("a"), /broken invariant: group a was removed while it runs/);
});

test("a removed group is gone, then its event is sent, and its records are deleted", () => {
  const host = new Host(groupOf("g", 999, { name: "x" }, { name: "y" }));
  assert.deepEqual(host.remove("g"), ["removed g", "group g REMOVED"]);
  assert.equal(host.world.groups.size, 0);
  assert.deepEqual([...host.lastStep.changed].map(label), ["g:x", "g:y"]);
});

test("PROC-002: STOPPED, EXITED, FATAL and UNKNOWN count as stopped, STOPPING does not", () => {
  const host = new Host(single("a"));
  const seen = () => isStopped(host.member("a"));
  assert.equal(seen(), true);
  host.run("a");
  assert.equal(seen(), false);
  host.take("a", { type: "stop" });
  assert.equal(seen(), false);
  host.take("a", { type: "signal-failed", signal: 15, errno: "EPERM" });
  assert.equal(seen(), true);
});

test("PROC-055: an exit: event, line, then the pipes and logs of the child are let go", () => {
  const host = new Host(single("a")).run("a");
  assert.deepEqual(host.exits("a", 0), ["a RUNNING>EXITED", "info: exited: a (exit status 0; expected)", "reaped a"]);
  assert.equal(host.member("a").state.pid, 0);
});

test("PROC-192: better: a restart follows in the same step", () => {
  const host = new Host(single("a", { autorestart: "always" })).run("a");
  assert.deepEqual(host.exits("a", 0).slice(-3), ["reaped a", "a EXITED>STARTING", "prepare a"]);
});

test("PROC-160: while the daemon goes down nothing is started or retried; the rest of life goes on", () => {
  const host = new Host(
    single("front", { priority: 999 }),
    single("starting", { priority: 1, startSecs: 5 }),
    single("retrying", { priority: 1 }),
    single("running", { priority: 1, autorestart: "always" }),
  );
  host.run("front", "running");
  host.start("starting");
  host.take("retrying", { type: "start" });
  host.take("retrying", { type: "unprepared", attempt: 1, text: "no" });
  host.goDown();
  assert.deepEqual(
    host.pass(5000).filter((word) => / \w+>\w+$/.test(word)),
    ["starting STARTING>RUNNING"],
  );
  assert.deepEqual(host.exits("running", 1).slice(0, 1), ["running RUNNING>EXITED"]);
  assert.deepEqual([host.state("retrying"), host.state("running"), host.state("front")], ["BACKOFF", "EXITED", "STOPPING"]);
});

test("PROC-160: a start request that was on its way when the daemon began to go down starts nothing", () => {
  const host = new Host(single("a", { priority: 1 }), single("z")).run("a");
  host.goDown();
  assert.deepEqual(host.take("z", { type: "start" }), []);
  assert.deepEqual(host.exits("a", 0).at(-1), "ended");
});

test("PROC-160: a restart whose time had come when the daemon began to go down does not happen", () => {
  const host = new Host(single("a", { priority: 1 }), single("z", { startSecs: 0, autorestart: "always" }));
  host.run("a");
  host.member("z").state = { ...host.member("z").state, shortRuns: 9 };
  host.start("z");
  host.exits("z", 0);
  host.nowMs += 1000;
  const due = deadlinesDue(host.world, at(host.nowMs));
  assert.deepEqual(
    due.map((member) => member.ref.process),
    ["z"],
  );
  host.goDown();
  for (const member of due) assert.deepEqual(host.takeAs(member, { type: "deadline" }), []);
  assert.equal(host.exits("a", 0).at(-1), "ended");
});

test("what comes for a group that was removed meanwhile is nobody's business, also when one of its name is there again", () => {
  const host = new Host(single("a", { startSecs: 0, autorestart: "always" }));
  host.member("a").state = { ...host.member("a").state, shortRuns: 9 };
  host.start("a");
  host.exits("a", 0);
  const old = host.member("a");
  host.remove("a");
  host.add(single("a"));
  host.nowMs += 10_000;
  assert.deepEqual(host.takeAs(old, { type: "deadline" }), []);
  assert.deepEqual(host.takeAs(old, { type: "start" }), []);
  assert.equal(host.state("a"), "STOPPED");
});

test("PROC-190: better: the alarm is for the earliest deadline; none when nothing waits", () => {
  const host = new Host(single("a", { startSecs: 5 }), single("b", { startSecs: 3 }));
  assert.equal(host.next(), null);
  host.nowMs = 100;
  host.start("a");
  host.start("b");
  assert.equal(host.next(), 3100);
  host.pass(3000);
  assert.deepEqual([host.state("b"), host.next()], ["RUNNING", 5100]);
  host.pass(2000);
  assert.equal(host.next(), null);
});

test("PROC-189: deadlines that are due at once are acted upon in the order of groups", () => {
  const host = new Host(single("z"), single("a", { priority: 1 }), single("m"));
  for (const name of ["m", "z", "a"]) host.start(name);
  host.nowMs += 1000;
  assert.deepEqual(
    deadlinesDue(host.world, at(host.nowMs)).map((member) => member.ref.process),
    ["a", "z", "m"],
  );
});

test("what clients see has a new version with every change, and only then", () => {
  const host = new Host(single("a"));
  const version = () => host.member("a").version;
  assert.equal(version(), 0);
  host.run("a");
  const running = version();
  assert.ok(running > 0);
  host.take("a", { type: "signal", signal: 1 });
  host.take("a", { type: "start" });
  assert.equal(version(), running);
  assert.equal(host.lastStep.changed.size, 0);
  host.exits("a", 0);
  assert.ok(version() > running);
});
