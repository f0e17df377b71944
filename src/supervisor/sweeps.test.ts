/** Who waits until nothing of a run is left: the next start, the answer of a stop, what it needs, an update, a shutdown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { on } from "./dependencies.fixture.ts";
import { Host, single } from "./host.fixture.ts";
import { watchedPids } from "./spared.ts";

const TREE = { killTree: true, startSecs: 0 } as const;
const swept = (host: Host, name: string): string[] =>
  host.take(name, { type: "swept", child: host.member(name).state.life.sweep?.child ?? 0, left: [] });

test("KILL-001 the next start waits until nothing of the last run is left: a restart, a retry, a user's", () => {
  const host = new Host(single("a", { ...TREE, autorestart: "always" })).run("a");
  host.pass(5000);
  host.exits("a", 0);
  assert.deepEqual([host.state("a"), host.preparing.length], ["EXITED", 0]);
  assert.deepEqual(swept(host, "a").slice(0, 2), ["a EXITED>STARTING", "prepare a"]);

  const retry = new Host(single("a", { ...TREE, startSecs: 1 }));
  retry.start("a");
  retry.exits("a", 1);
  assert.equal(retry.state("a"), "BACKOFF");
  retry.pass(60_000);
  assert.equal(retry.state("a"), "BACKOFF", "its second is long over");
  assert.equal(swept(retry, "a")[0], "a BACKOFF>STARTING");

  const user = new Host(single("a", TREE)).run("a");
  user.exits("a", 0);
  user.take("a", { type: "start" });
  user.wait(1, "a", "spawned");
  user.wait(2, "a", "running");
  assert.deepEqual([user.state("a"), user.settled.size], ["EXITED", 0]);
  swept(user, "a");
  user.prepared("a");
  user.spawned("a");
  assert.deepEqual([user.settled.get(1), user.settled.get(2)], ["done", "done"]);
});

test("KILL-001 a stop is answered when nothing of the run is left", () => {
  const host = new Host(single("a", TREE)).run("a");
  host.take("a", { type: "stop" });
  host.wait(1, "a", "stopped");
  host.exits("a", 0);
  assert.deepEqual([host.state("a"), host.settled.size], ["STOPPED", 0]);
  swept(host, "a");
  assert.equal(host.settled.get(1), "done");
});

test("KILL-001 a stop is answered when nothing of the run is left, also when a start has waited for that", () => {
  const host = new Host(single("a", TREE)).run("a");
  host.take("a", { type: "stop" });
  host.wait(1, "a", "stopped");
  host.exits("a", 0);
  host.take("a", { type: "start", cause: "dependency" });
  assert.equal(host.settled.size, 0);
  swept(host, "a");
  assert.deepEqual([host.state("a"), host.settled.get(1)], ["STARTING", "done"]);
});

test("CMN-008 a stop during a sweep calls off the start that waits for it", () => {
  const host = new Host(single("a", { ...TREE, autorestart: "always" })).run("a");
  host.pass(5000);
  host.exits("a", 0);
  host.take("a", { type: "stop" });
  swept(host, "a");
  assert.deepEqual([host.state("a"), host.preparing.length, host.next()], ["EXITED", 0, null]);
});

test("DEP-020 what it needs is stopped when nothing of it is left", () => {
  const host = new Host(single("db"), single("web", { ...TREE, dependsOn: on("db") }));
  host.run("db").run("web");
  host.stopTogether("db", "web");
  host.exits("web", 0);
  assert.deepEqual([host.state("web"), host.state("db")], ["STOPPED", "RUNNING"]);
  assert.ok(swept(host, "web").includes("db RUNNING>STOPPING"));
});

test("KILL-001 a process leaves its group, or gets its new configuration, when nothing of its run is left", () => {
  const host = new Host(single("a", TREE)).run("a");
  host.update(single("a", { ...TREE, command: "/bin/other" }));
  host.exits("a", 0);
  assert.equal(host.member("a").config.command, "/bin/cat");
  assert.ok(swept(host, "a").includes("prepare a"));
  assert.equal(host.member("a").config.command, "/bin/other");
});

test("KILL-008 a shutdown waits for sweeps, and no longer than shutdown_timeout; nothing is started behind one", () => {
  const host = new Host(single("a", { ...TREE, autorestart: "always" })).run("a");
  host.pass(5000);
  host.exits("a", 0);
  assert.ok(!host.goDown().includes("ended"));
  assert.deepEqual(swept(host, "a"), ["ended"]);
  assert.equal(host.preparing.length, 0);
});

test("KILL-003, KILL-005 main processes and what runs beside them are spared", () => {
  const host = new Host(single("a"), single("b", { ...TREE, postStart: "/bin/hook" })).run("a", "b");
  host.runBegins("b", "post_start");
  const pids = [host.member("a").state.pid, host.member("b").state.pid, host.runOf("b", "post_start").pid];
  assert.deepEqual([...watchedPids(host.world)].sort(), pids.sort());
});
