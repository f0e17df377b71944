/** How long a shutdown may take. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { at } from "../process/life.fixture.ts";
import { beginCutoff } from "./cutoff.ts";
import { on } from "./dependencies.fixture.ts";
import { groupOf, Host, single } from "./host.fixture.ts";

const signals = (words: readonly string[]): string[] => words.filter((word) => word.startsWith("signal"));

/** Going down with so much time. */
function down(host: Host, timeoutMs: number, mood: "SHUTDOWN" | "RESTARTING" = "SHUTDOWN"): Host {
  host.goDown(mood);
  host.step((step) => beginCutoff(host.world, timeoutMs, at(host.nowMs), step));
  return host;
}

test("CTR-005: when the time is over everything is killed at once, whatever its turn; a group where killasgroup says so", () => {
  const host = new Host(
    single("late", { priority: 9 }),
    groupOf("early", 1, { name: "a", killAsGroup: true }, { name: "b" }),
    single("idle"),
  ).run("late", "early:a", "early:b");
  assert.deepEqual(host.lastStep.daemonChanged, false);
  down(host, 3000);
  assert.equal(host.lastStep.daemonChanged, true, "a successor knows the time");
  assert.deepEqual(signals(host.pass(2999)), []);
  const words = host.pass(1);
  assert.deepEqual(signals(words), [
    "signal 9 to late",
    "signal 15 to early:a",
    "signal 9 to early:a",
    "signal 15 to early:b",
    "signal 9 to early:b",
  ]);
  assert.ok(words.includes("warn: shutdown_timeout is over: killing late, a, b with SIGKILL"), String(words));
  const groups = host.effects.flatMap((effect) => (effect.type === "signal" && effect.signal === 9 ? [effect.to] : []));
  assert.deepEqual(groups, ["process", "group", "process"]);
  host.ends("early:a", 9);
  host.ends("late", 9);
  assert.equal(host.ends("early:b", 9).at(-1), "ended");
  assert.equal(host.next(), null);
});

test("CTR-005: a child that comes to life after that is killed at once", () => {
  const host = new Host(single("a"));
  host.take("a", { type: "start" });
  host.prepared("a");
  down(host, 1000).pass(1000);
  assert.deepEqual(signals(host.spawned("a")), ["signal 15 to a", "signal 9 to a"]);
});

test("CTR-005: what has been killed already is not killed again before its time", () => {
  const host = new Host(single("a", { stopWaitSecs: 1 })).run("a");
  down(host, 1500);
  assert.deepEqual(signals(host.pass(1000)), ["signal 9 to a"]);
  assert.deepEqual(signals(host.pass(500)), []);
});

test("CTR-005: five seconds later it ends without what SIGKILL does not end, and names it", () => {
  const host = new Host(single("stuck"), single("a")).run("stuck", "a");
  down(host, 1000).pass(1000);
  host.ends("a", 9);
  assert.ok(!host.pass(4999).includes("ended"));
  const { pid } = host.member("stuck").state;
  assert.deepEqual(host.pass(1).slice(-2), [`warn: ending although SIGKILL has not ended stuck (pid ${pid})`, "ended"]);
  assert.ok(!host.pass(600_000).includes("ended"), "once");
});

test("CTR-005: without the option, and in a reload, there is all the time that is needed; a reload that becomes a shutdown has from then on", () => {
  const host = down(new Host(single("a")).run("a"), 0);
  assert.equal(host.world.cutoff, null);
  const reload = down(new Host(single("a", { stopWaitSecs: 100 })).run("a"), 1000, "RESTARTING");
  assert.deepEqual(signals(reload.pass(5000)), []);
  down(reload, 1000);
  assert.deepEqual(signals(reload.pass(1000)), ["signal 9 to a"]);
});

test("CTR-005: a second order to shut down does not begin anew", () => {
  const host = down(new Host(single("a")).run("a"), 1000);
  host.pass(500);
  down(host, 1000);
  assert.deepEqual(signals(host.pass(500)), ["signal 9 to a"]);
});

test("CTR-005: nothing is left when everything is down in time", () => {
  const host = down(new Host(single("a")).run("a"), 1000);
  assert.equal(host.exits("a", 0).at(-1), "ended");
  assert.equal(host.next(), null);
});

test("CTR-005, DEP-020: what waits to be stopped until others are down is killed as well, at that moment", () => {
  const host = new Host(single("web", { dependsOn: on("db") }), single("db")).run("db").run("web");
  down(host, 3000);
  assert.deepEqual(signals(host.pass(2999)), []);
  assert.deepEqual(signals(host.pass(1)).sort(), ["signal 15 to db", "signal 9 to db", "signal 9 to web"]);
});
