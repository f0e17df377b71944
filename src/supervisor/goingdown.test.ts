/** Shutdown, and the way down of a reload. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../process/life.fixture.ts";
import { NEVER_STARTED } from "../process/state.ts";
import { allIsHeard } from "./goingdown.ts";
import { groupOf, Host, single } from "./host.fixture.ts";

const signals = (words: readonly string[]): string[] => words.filter((word) => word.startsWith("signal"));
const reports = (words: readonly string[]): string[] => words.filter((word) => word.includes("to die"));

test("PROC-153, EVT-025: going down: the mood, the event, then the first signals", () => {
  for (const mood of ["SHUTDOWN", "RESTARTING"] as const) {
    const host = new Host(single("a")).run("a");
    const { pid } = host.member("a").state;
    assert.deepEqual(host.goDown(mood), [
      "supervisor STOPPING",
      `debug: killing a (pid ${pid}) with signal SIGTERM`,
      "a RUNNING>STOPPING",
      "signal 15 to a",
      "info: waiting for a to die",
    ]);
    assert.equal(host.world.mood, mood);
    assert.equal(host.lastStep.daemonChanged, true);
    assert.deepEqual(host.exits("a", 0).slice(-2), ["reaped a", "ended"]);
    assert.equal(host.lastStep.daemonChanged, true);
  }
});

test("PROC-154: by falling priority; the next group is told when everything of the present one is down", () => {
  const host = new Host(single("a", { priority: 1 }), groupOf("m", 5, { name: "x" }, { name: "y" }), single("z", { priority: 9 }));
  host.run("a", "m:x", "m:y", "z");
  assert.deepEqual(signals(host.goDown()), ["signal 15 to z"]);
  assert.deepEqual(signals(host.exits("z", 0)), ["signal 15 to m:y", "signal 15 to m:x"]);
  assert.deepEqual(signals(host.exits("m:x", 0)), [], "y is not down");
  assert.deepEqual(signals(host.exits("m:y", 0)), ["signal 15 to a"]);
  assert.equal(host.exits("a", 0).at(-1), "ended");
});

test("PROC-154, PROC-157: better: groups of equal priority are told in reverse order, and do not wait for each other", () => {
  const host = new Host(single("a"), single("b"), single("c"), single("first", { priority: 1 }));
  host.run("a", "b", "c", "first");
  assert.deepEqual(signals(host.goDown()), ["signal 15 to c", "signal 15 to b", "signal 15 to a"]);
  host.exits("a", 0);
  host.exits("c", 0);
  assert.deepEqual(signals(host.exits("b", 0)), ["signal 15 to first"], "but the next priority waits for all of them");
});

test("PROC-157: better: groups that are down already cost nothing", () => {
  const idle = Array.from({ length: 200 }, (_, index) => single(`idle_${index}`, { priority: 1000 + index }));
  const host = new Host(single("a"), ...idle).run("a");
  assert.deepEqual(signals(host.goDown()), ["signal 15 to a"]);
});

test("PROC-156: within a group by falling priority, equal ones in reverse order, without waiting", () => {
  const host = new Host(
    groupOf("n", 999, { name: "n_0" }, { name: "n_1" }, { name: "early", priority: 1 }, { name: "late", priority: 1000 }),
  );
  host.run("n:n_0", "n:n_1", "n:early", "n:late");
  assert.deepEqual(signals(host.goDown()), ["signal 15 to n:late", "signal 15 to n:n_1", "signal 15 to n:n_0", "signal 15 to n:early"]);
});

test("PROC-155: RUNNING and STARTING are stopped, STOPPING ones are left alone", () => {
  const host = new Host(
    groupOf("g", 999, { name: "running", startSecs: 0 }, { name: "starting", startSecs: 99 }, { name: "stopping", startSecs: 0 }),
  );
  for (const name of ["g:running", "g:starting", "g:stopping"]) host.start(name);
  host.take("g:stopping", { type: "stop" });
  assert.deepEqual(signals(host.goDown()), ["signal 15 to g:starting", "signal 15 to g:running"]);
});

test("EVT-021, PROC-016: what waits for a retry gives up, without a line, when its group is told", () => {
  const host = new Host(single("a", { priority: 1 }), single("z")).run("z");
  host.take("a", { type: "start" });
  host.take("a", { type: "unprepared", attempt: 1, text: "no" });
  host.goDown();
  assert.equal(host.state("a"), "BACKOFF", "not before its turn");
  assert.deepEqual(host.exits("z", 0).slice(-2), ["a BACKOFF>FATAL", "ended"]);
});

test("a start under way: one that is being prepared is down at once, one that is being spawned is waited for", () => {
  const host = new Host(single("preparing"), single("spawning"));
  host.take("preparing", { type: "start" });
  host.take("spawning", { type: "start" });
  host.prepared("spawning");
  assert.deepEqual(host.goDown(), [
    "supervisor STOPPING",
    "preparing STARTING>STOPPING",
    "preparing STOPPING>STOPPED",
    "info: waiting for spawning to die",
  ]);
  assert.deepEqual(signals(host.spawned("spawning")), ["signal 15 to spawning"]);
  assert.equal(host.exits("spawning", 0).at(-1), "ended");
  const failing = new Host(single("a"));
  failing.take("a", { type: "start" });
  failing.prepared("a");
  failing.goDown();
  assert.equal(failing.spawnFails("a").at(-1), "ended");
});

test("PROC-158: the end comes with the last exit, even if groups have not had their turn", () => {
  const host = new Host(single("idle", { priority: 1 }), single("a")).run("a");
  host.goDown();
  assert.equal(host.exits("a", 0).at(-1), "ended");
  assert.equal(host.world.goingDown, null);
  assert.deepEqual(new Host(single("idle")).goDown(), ["supervisor STOPPING", "ended"], "at once when nothing runs");
});

test("PROC-159, LOG-133: `waiting for a, b to die` at once and every three seconds, in the order of arrival, without the group", () => {
  const host = new Host(groupOf("g", 1, { name: "x" }), single("z", { stopWaitSecs: 60 }), single("b", { stopWaitSecs: 60 }));
  host.run("g:x", "z", "b");
  assert.deepEqual(reports(host.goDown()), ["info: waiting for x, z, b to die"]);
  assert.deepEqual(host.pass(2999), []);
  assert.deepEqual(host.pass(1), ["info: waiting for x, z, b to die"]);
  host.exits("z", 0);
  assert.deepEqual(reports(host.pass(3000)), ["info: waiting for x, b to die"]);
});

test("PROC-161: a second request for a shutdown changes nothing", () => {
  const host = new Host(single("a")).run("a");
  host.goDown();
  const due = host.member("a").state.deadlines;
  assert.deepEqual(host.goDown(), []);
  assert.deepEqual(host.member("a").state.deadlines, due);
  host.exits("a", 0);
  assert.deepEqual(host.goDown(), [], "nor after the end");
});

test("PROC-162: a shutdown is not turned into a restart", () => {
  const host = new Host(single("a")).run("a");
  host.goDown();
  assert.deepEqual(host.goDown("RESTARTING"), []);
  assert.equal(host.world.mood, "SHUTDOWN");
});

test("PROC-163: a restart is turned into a shutdown; nothing is told twice", () => {
  const host = new Host(single("a")).run("a");
  host.goDown("RESTARTING");
  assert.deepEqual(host.goDown("RESTARTING"), []);
  assert.deepEqual(host.goDown("SHUTDOWN"), []);
  assert.equal(host.lastStep.daemonChanged, true);
  assert.equal(host.world.mood, "SHUTDOWN");
  assert.equal(host.exits("a", 0).at(-1), "ended");
});

test("a restart that is turned into a shutdown after everything was down has its one end behind it", () => {
  const host = new Host(single("a"));
  assert.equal(host.goDown("RESTARTING").at(-1), "ended");
  assert.deepEqual(host.goDown("SHUTDOWN"), []);
  assert.equal(host.world.mood, "SHUTDOWN");
});

test("PROC-165: nothing ends the daemon while a process does not die; it is killed again and again", () => {
  const host = new Host(single("a", { stopWaitSecs: 1 })).run("a");
  host.goDown();
  const words = host.pass(86_400_000);
  assert.ok(!words.includes("ended"));
  const kills = words.filter((word) => word === "signal 9 to a").length;
  assert.ok(kills > 250 && kills < 350, `${kills} times in a day`);
  assert.equal(host.ends("a", 9).at(-1), "ended");
});

test("PROC-114: stopwaitsecs=0 on the way down: SIGKILL in the same step", () => {
  const host = new Host(single("a", { stopWaitSecs: 0 })).run("a");
  assert.deepEqual(signals(host.goDown()), ["signal 15 to a", "signal 9 to a"]);
});

test("PROC-022, PROC-124: a process whose signal is refused counts as down: the next group has its turn", () => {
  const host = new Host(single("a", { priority: 1 }), single("z")).run("a", "z");
  host.goDown();
  assert.deepEqual(signals(host.take("z", { type: "signal-failed", signal: 15, errno: "EPERM" })), ["signal 15 to a"]);
});

test("PROC-168: listeners, at -1, are told when everything else is down", () => {
  const listeners = { ...single("l", { priority: 999 }), priority: -1 };
  const host = new Host(listeners, single("a", { priority: 1 }), single("b")).run("l", "a", "b");
  assert.deepEqual(signals(host.goDown()), ["signal 15 to b"]);
  assert.deepEqual(signals(host.exits("b", 0)), ["signal 15 to a"]);
  assert.deepEqual(signals(host.exits("a", 0)), ["signal 15 to l"]);
});

test("better: listeners are told when they have heard everything, or a second later, and nobody waits for those that do not run", () => {
  const listeners = { ...single("l"), kind: "listeners", priority: -1, events: ["EVENT"], bufferSize: 10, resultHandler: "" } as const;
  const down = () => {
    const host = new Host(listeners, single("a")).run("l", "a");
    host.goDown();
    assert.deepEqual(signals(host.exits("a", 0)), [], "a RUNNING listener hears of a first");
    return host;
  };
  const heard = down();
  const release = (host: Host) => host.step((step) => allIsHeard(host.world, at(host.nowMs), step));
  assert.deepEqual(signals(release(heard)), ["signal 15 to l"]);
  assert.deepEqual(signals(release(heard)), [], "once");
  assert.equal(heard.exits("l", 0).at(-1), "ended");

  const deaf = down();
  assert.deepEqual(signals(deaf.pass(999)), []);
  assert.deepEqual(signals(deaf.pass(1)), ["signal 15 to l"]);
  assert.equal(deaf.world.goingDown?.listeningUntilMs, null);

  const gone = down();
  assert.equal(gone.exits("l", 0).at(-1), "ended", "one that ends by itself is not waited for");
  const starting = new Host(listeners, single("a")).run("a");
  starting.start("l");
  starting.goDown();
  assert.deepEqual(signals(starting.exits("a", 0)), ["signal 15 to l"]);
});

test("the record of the order follows it: it is written whenever the next groups are told", () => {
  const host = new Host(single("a", { priority: 1 }), single("b", { priority: 2 }), single("c", { priority: 3 })).run("a", "b", "c");
  host.goDown();
  assert.deepEqual(host.world.goingDown?.waiting, ["b", "a"]);
  assert.deepEqual(host.world.goingDown.current, ["c"]);
  host.exits("c", 0);
  assert.equal(host.lastStep.daemonChanged, true);
  assert.deepEqual([host.world.goingDown.waiting, host.world.goingDown.current], [["a"], ["b"]]);
});

test("what runs although its group had its turn gets another one: its record was lost, and the keeper says that it lives", () => {
  const host = new Host(single("a", { priority: 1 }), single("z")).run("a");
  host.goDown();
  assert.deepEqual(host.world.goingDown?.current, ["a"]);
  host.children.set(99, { ref: host.member("z").ref, alive: true });
  host.member("z").state = { ...NEVER_STARTED, state: "RUNNING", pid: 1099, child: 99, attempt: 1 };
  assert.deepEqual(signals(host.exits("a", 0)), ["signal 15 to z"]);
  assert.equal(host.exits("z", 0).at(-1), "ended");
});
