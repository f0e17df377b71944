/** What clients that wait are told, and when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { on } from "./dependencies.fixture.ts";
import { groupOf, Host, single } from "./host.fixture.ts";

const settles = (words: readonly string[]): string[] => words.filter((word) => word.startsWith("settle"));
const preparing = (...groups: Parameters<typeof single>): Host => {
  const host = new Host(single(...groups));
  host.take(groups[0], { type: "start" });
  return host;
};

test("RPC-063: an attempt that fails before there is a child is a spawn error, waited for or not", () => {
  for (const until of ["spawned", "running"] as const) {
    const looking = preparing("a");
    looking.wait(1, "a", until);
    assert.deepEqual(settles(looking.take("a", { type: "unprepared", attempt: 1, text: "no" })), ["settle 1 spawn-error"]);
    const forking = preparing("a", { startRetries: 0 });
    forking.prepared("a");
    forking.wait(1, "a", until);
    assert.deepEqual(settles(forking.spawnFails("a")), ["settle 1 spawn-error"], "also when that was the last attempt");
  }
});

test("RPC-064: startsecs=0: the wait for RUNNING is over with the spawn", () => {
  const host = preparing("a", { startSecs: 0 });
  host.wait(1, "a", "running");
  assert.deepEqual(settles(host.spawn("a")), ["settle 1 done"]);
});

test("RPC-065, PROC-187: better: the wait for RUNNING is over when it is RUNNING, not when somebody looks", () => {
  const host = preparing("a", { startSecs: 5 });
  host.wait(1, "a", "running");
  assert.deepEqual(settles(host.spawn("a")), []);
  assert.deepEqual(settles(host.pass(4999)), []);
  assert.deepEqual(settles(host.pass(1)), ["settle 1 done"]);
});

test("RPC-066, PROC-187: an exit before startsecs is a spawn error at once, whatever the retry does", () => {
  const host = preparing("a");
  host.wait(1, "a", "running");
  host.spawn("a");
  assert.deepEqual(settles(host.exits("a", 0)), ["settle 1 spawn-error"]);
});

test("RPC-067: left STARTING without an error: stopped by another client", () => {
  const alive = preparing("a");
  alive.wait(1, "a", "running");
  alive.spawn("a");
  assert.deepEqual(settles(alive.take("a", { type: "stop" })), ["settle 1 abnormal-termination"]);
  const childless = preparing("a");
  childless.wait(1, "a", "running");
  assert.deepEqual(settles(childless.take("a", { type: "stop" })), ["settle 1 abnormal-termination"]);
});

test("RPC-067: it ran long enough and ended before anybody knew: heard of, though it starts again in the same step", () => {
  const host = preparing("a", { autorestart: "always" });
  host.wait(1, "a", "running");
  host.spawn("a");
  host.nowMs += 5000;
  assert.deepEqual(settles(host.exits("a", 0)), ["settle 1 abnormal-termination"]);
  assert.equal(host.state("a"), "STARTING");
});

test("RPC-068: without a wait the answer comes with the spawn, in STARTING", () => {
  const host = preparing("a");
  assert.deepEqual(host.wait(1, "a", "spawned"), [], "not while the command is being looked up");
  assert.deepEqual(host.prepared("a"), ["spawn a"]);
  assert.deepEqual(settles(host.spawned("a")), ["settle 1 done"]);
  assert.equal(host.state("a"), "STARTING");
});

test("RPC-069: a start in STOPPING: abnormal termination for who waits, done for who does not", () => {
  const host = new Host(single("a")).run("a");
  host.take("a", { type: "stop" });
  assert.deepEqual(host.take("a", { type: "start" }), ["warn: process 'a' already running"]);
  assert.deepEqual(host.wait(1, "a", "running"), ["settle 1 abnormal-termination"]);
  assert.deepEqual(host.wait(2, "a", "spawned"), ["settle 2 done"]);
});

test("RPC-083: the wait for a stop is over in STOPPED, EXITED, FATAL and UNKNOWN", () => {
  const stopped = new Host(single("a")).run("a");
  stopped.take("a", { type: "stop" });
  stopped.wait(1, "a", "stopped");
  assert.deepEqual(settles(stopped.exits("a", 0)), ["settle 1 done"]);
  const exited = new Host(single("a")).run("a");
  exited.wait(1, "a", "stopped");
  assert.deepEqual(settles(exited.exits("a", 0)), ["settle 1 done"]);
  const fatal = preparing("a", { startRetries: 0 });
  fatal.wait(1, "a", "stopped");
  assert.deepEqual(settles(fatal.take("a", { type: "unprepared", attempt: 1, text: "no" })), ["settle 1 done"]);
  const unknown = new Host(single("a")).run("a");
  unknown.take("a", { type: "stop" });
  unknown.wait(1, "a", "stopped");
  assert.deepEqual(settles(unknown.take("a", { type: "signal-failed", signal: 15, errno: "EPERM" })), ["settle 1 done"]);
});

test("the wait for a stop ends with an exit even when a restart follows in the same step", () => {
  const host = new Host(single("a", { autorestart: "always" })).run("a");
  host.wait(1, "a", "stopped");
  assert.deepEqual(settles(host.exits("a", 0)), ["settle 1 done"]);
});

test("RPC-084: a stop in BACKOFF is over at once, without a signal", () => {
  const host = preparing("a");
  host.take("a", { type: "unprepared", attempt: 1, text: "no" });
  const words = host.take("a", { type: "stop" });
  assert.deepEqual([...words.filter((word) => word.startsWith("signal")), ...host.wait(1, "a", "stopped")], ["settle 1 done"]);
});

test("PROC-125, RPC-086, LOG-133: `waiting for NAME to stop`: when the wait begins, then every two seconds", () => {
  const host = new Host(groupOf("g", 1, { name: "a", stopWaitSecs: 60 })).run("g:a");
  host.take("g:a", { type: "stop" });
  const line = "info: waiting for a to stop";
  assert.deepEqual(host.wait(1, "g:a", "stopped"), [line]);
  assert.deepEqual(host.pass(1999), []);
  assert.deepEqual(host.pass(1), [line]);
  assert.deepEqual(host.pass(2000), [line]);
  host.exits("g:a", 0);
  assert.equal(host.next(), null, "nobody wakes up for it any more");
});

test("RPC-082, PROC-126: a stop that is over when the wait begins is answered at once and told to nobody", () => {
  const host = new Host(single("a")).run("a");
  host.take("a", { type: "stop" });
  host.exits("a", 0);
  assert.deepEqual(host.wait(1, "a", "stopped"), ["settle 1 done"]);
});

test("RPC-087: SIGKILL after stopwaitsecs ends the wait", () => {
  const host = new Host(single("a", { stopWaitSecs: 3 })).run("a");
  host.take("a", { type: "stop" });
  host.wait(1, "a", "stopped");
  assert.deepEqual(
    host.pass(3000).filter((word) => word.startsWith("signal")),
    ["signal 9 to a"],
  );
  assert.deepEqual(settles(host.ends("a", 9)), ["settle 1 done"]);
});

test("RPC-092: what a client stopped is not started again by itself", () => {
  const host = new Host(single("a", { autorestart: "always" })).run("a");
  host.take("a", { type: "stop" });
  host.exits("a", 1);
  assert.deepEqual(host.pass(1e9), []);
  assert.equal(host.state("a"), "STOPPED");
});

test("several clients wait for one process, each for its own, and others are not disturbed", () => {
  const host = new Host(groupOf("g", 1, { name: "a" }, { name: "b" }), groupOf("h", 1, { name: "a" }));
  for (const name of ["g:a", "g:b", "h:a"]) host.take(name, { type: "start" });
  host.wait(1, "g:a", "spawned");
  host.wait(2, "g:a", "running");
  host.wait(3, "g:b", "spawned");
  host.wait(4, "h:a", "spawned");
  assert.deepEqual(settles(host.spawn("g:a")), ["settle 1 done"]);
  assert.deepEqual(settles(host.pass(1000)), ["settle 2 done"]);
  assert.deepEqual([...host.world.waiters.keys()], [3, 4], "neither its sibling nor its namesake in another group");
});

test("a wait for what is not there is over at once", () => {
  const host = new Host(single("a"));
  for (const [id, until] of [
    [1, "spawned"],
    [2, "running"],
    [3, "stopped"],
  ] as const) {
    assert.deepEqual(host.wait(id, "gone", until), [`settle ${id} gone`]);
  }
  assert.equal(host.world.waiters.size, 0);
});

test("DEP-011: a client whose start waits for others hears when the process is taken out, with its group or by an update (seed 898 of --life)", () => {
  const dependsOn = on("db");
  const waiting = (): Host => {
    const host = new Host(single("db", { startRetries: 0 }), groupOf("g", 1, { name: "a", dependsOn }, { name: "b" }));
    host.take("g:a", { type: "start" });
    host.wait(1, "g:a", "running");
    host.wait(2, "db", "running");
    assert.deepEqual([...host.world.waiters.keys()], [1, 2]);
    return host;
  };
  assert.deepEqual(settles(waiting().remove("g")), ["settle 1 gone"]);
  assert.deepEqual(settles(waiting().update(groupOf("g", 1, { name: "b" }))), ["settle 1 abnormal-termination"]);
});

test("a start that comes too late for a shutdown does not leave its client waiting", () => {
  const host = new Host(single("a"), single("b")).run("b");
  host.goDown();
  host.take("a", { type: "start" });
  assert.deepEqual(host.wait(1, "a", "running"), ["settle 1 abnormal-termination"]);
});
