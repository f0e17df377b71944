/** Updates in place: what is touched and what is not, what waits, and that a successor goes on with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupConfig, ProcessConfig } from "../config/model.ts";
import { at, program } from "../process/life.fixture.ts";
import type { ProcessState } from "../process/state.ts";
import { groupOf, Host } from "./host.fixture.ts";
import { autostartsDue } from "./step.ts";
import { pendingRecords, planUpdate, restorePending, resumeUpdates } from "./update.ts";
import { emptyWorld, label, makeGroup } from "./world.ts";

const three = ["a", "b", "c"].map((name) => ({ name }));
const edited = (over: Partial<ProcessConfig>): GroupConfig => groupOf("g", 999, { name: "a" }, { name: "b", ...over }, { name: "c" });

function running(): Host {
  const host = new Host(groupOf("g", 999, ...three));
  return host.run("g:a", "g:b", "g:c");
}

const members = (host: Host) => [...(host.world.groups.get("g")?.members.keys() ?? [])];

test("every option is either taken over by what runs, or needs a restart", () => {
  const channel = program().stdout;
  const changes: readonly [Partial<ProcessConfig>, "apply" | "restart"][] = [
    [{ autostart: false }, "apply"],
    [{ autorestart: "always" }, "apply"],
    [{ startSecs: 7 }, "apply"],
    [{ startRetries: 7 }, "apply"],
    [{ stopSignal: 2 }, "apply"],
    [{ stopWaitSecs: 7 }, "apply"],
    [{ stopAsGroup: true, killAsGroup: true }, "apply"],
    [{ exitCodes: [0, 2] }, "apply"],
    [{ priority: 1 }, "apply"],
    [{ stdout: { ...channel, maxBytes: 7 } }, "apply"],
    [{ stderr: { ...channel, backups: 7 } }, "apply"],
    [{ command: "/bin/dog" }, "restart"],
    [{ directory: "/tmp" }, "restart"],
    [{ umask: 0 }, "restart"],
    [{ uid: 7 }, "restart"],
    [{ environment: { A: "1" } }, "restart"],
    [{ serverUrl: "http://a" }, "restart"],
    [{ redirectStderr: true }, "restart"],
    [{ stdout: { ...channel, logfile: { kind: "auto" } } }, "restart"],
    [{ stderr: { ...channel, captureMaxBytes: 7 } }, "restart"],
    [{ stdout: { ...channel, eventsEnabled: true } }, "restart"],
    [{ stdout: { ...channel, syslog: true } }, "restart"],
    [{ priority: 1, umask: 0 }, "restart"],
  ];
  for (const [over, action] of changes) {
    const plan = planUpdate(groupOf("g", 999, ...three), edited(over));
    assert.deepEqual(
      plan?.map((one) => one.action),
      ["keep", action, "keep"],
      JSON.stringify(over),
    );
  }
});

test("HLT-010 a watchdog is taken over by what runs where there is a socket for it, and needs a restart otherwise", () => {
  const action = (from: Partial<ProcessConfig>, to: Partial<ProcessConfig>) =>
    planUpdate(groupOf("g", 999, { name: "a", ...from }), groupOf("g", 999, { name: "a", ...to }))?.[0]?.action;
  const watchdog = { healthcheck: { kind: "watchdog" } } as const;
  const notify = { readyWhen: { kind: "notify" } } as const;
  assert.equal(action({}, watchdog), "restart");
  assert.equal(action(notify, { ...notify, ...watchdog }), "apply");
  assert.equal(action(watchdog, { ...watchdog, healthcheckInterval: 9000 }), "apply");
  assert.equal(action(watchdog, {}), "apply");
  assert.equal(action({}, notify), "apply");
});

test("a group of another kind or with another socket cannot be changed in place; its priority and a pool's options can", () => {
  const plain = groupOf("g", 999, { name: "a" });
  const pool = (bufferSize: number, events: readonly string[]): GroupConfig => ({
    ...plain,
    kind: "listeners",
    bufferSize,
    events,
    resultHandler: "supervisor.dispatchers:default_handler",
  });
  const fastCgi = (port: number): GroupConfig => ({
    ...plain,
    kind: "fastcgi",
    socket: { kind: "tcp", url: `tcp://:${port}`, host: "", port, backlog: null },
  });
  assert.equal(planUpdate(plain, pool(10, ["TICK"])), null);
  assert.equal(planUpdate(fastCgi(1), fastCgi(2)), null);
  const keep = [{ process: "a", action: "keep" }];
  assert.deepEqual(planUpdate(plain, { ...plain, priority: 1 }), keep);
  assert.deepEqual(planUpdate(pool(10, ["TICK"]), pool(20, ["TICK_5"])), keep);
});

test("a live change is there at once, and nothing is stopped, started or told", () => {
  const host = running();
  const version = host.member("g:b").version;
  assert.deepEqual(host.update(edited({ stopSignal: 2 })), [
    "info: updating group g in place: as it is: a, c; changed without a restart: b",
    "changed g",
  ]);
  assert.ok(host.member("g:b").version > version, "clients see it");
  assert.ok(host.take("g:b", { type: "stop" }).includes("signal 2 to g:b"));
});

test("a process that needs a restart is stopped as it was configured and started as it is configured now; the others run on", () => {
  const host = running();
  const words = host.update(edited({ command: "/bin/dog", stopSignal: 2 }));
  assert.ok(words.includes("signal 15 to g:b"), words.join("\n"));
  assert.equal(host.member("g:b").config.command, "/bin/cat", "while it is going");
  assert.deepEqual(host.exits("g:b", 0).slice(-3), ["changed g", "g:b STOPPED>STARTING", "prepare g:b"]);
  assert.equal(host.member("g:b").config.command, "/bin/dog");
  host.spawn("g:b");
  assert.equal(host.state("g:a"), "RUNNING");
  assert.deepEqual(
    host.effects.filter((effect) => effect.type === "event" && effect.event.kind === "process-group").length,
    1,
    "no event but the one of the beginning",
  );
});

test("more or fewer processes: only the difference starts or stops", () => {
  const host = running();
  host.update(groupOf("g", 999, ...three, { name: "d" }));
  assert.deepEqual(
    autostartsDue(host.world).map((member) => label(member.ref)),
    ["g:d"],
  );
  assert.deepEqual([...host.lastStep.changed].map(label), ["g:d"], "its record is written with it");
  host.autostart();
  host.spawn("g:d");
  host.pass(1000);
  const fewer = host.update(groupOf("g", 999, ...three.slice(0, 2)));
  assert.deepEqual(
    fewer.filter((word) => word.startsWith("signal")),
    ["signal 15 to g:d", "signal 15 to g:c"],
  );
  assert.deepEqual(members(host), ["a", "b", "c", "d"]);
  assert.deepEqual(host.exits("g:c", 0).slice(-2), ["reaped g:c", "changed g"]);
  assert.deepEqual(members(host), ["a", "b", "d"]);
  assert.ok(
    [...host.lastStep.changed].some((ref) => label(ref) === "g:c"),
    "its record is dropped",
  );
  host.exits("g:d", 0);
  assert.deepEqual(members(host), ["a", "b"]);
  assert.equal(host.state("g:b"), "RUNNING");
});

test("what somebody stopped stays stopped, what failed or ended tries again, what waits for a retry does not wait any longer", () => {
  const host = running();
  host.take("g:a", { type: "stop" });
  host.exits("g:a", 0);
  host.exits("g:b", 1);
  const changed = { command: "/bin/dog" };
  host.update(groupOf("g", 999, { name: "a", ...changed }, { name: "b", ...changed }, { name: "c", ...changed, autostart: false }));
  assert.deepEqual([host.state("g:a"), host.state("g:b"), host.state("g:c")], ["STOPPED", "STARTING", "STOPPING"]);
  host.exits("g:c", 0);
  assert.equal(host.state("g:c"), "STARTING", "it ran before");
  host.spawn("g:b");
  host.exits("g:b", 1);
  assert.equal(host.state("g:b"), "BACKOFF");
  host.update(groupOf("g", 999, { name: "a" }, { name: "b" }, { name: "c" }));
  assert.equal(host.state("g:b"), "STARTING");
});

test("a stop by somebody during the update has the last word", () => {
  const host = running();
  host.update(edited({ command: "/bin/dog" }));
  assert.deepEqual(host.take("g:b", { type: "stop" }), ["changed g"]);
  host.exits("g:b", 0);
  assert.deepEqual([host.state("g:b"), host.member("g:b").config.command], ["STOPPED", "/bin/dog"]);
});

test("a second update while processes are still going: the newest configuration counts", () => {
  const host = running();
  host.update(groupOf("g", 999, { name: "a" }, { name: "b", command: "/bin/dog" }));
  host.update(groupOf("g", 999, { name: "a" }, { name: "c", command: "/bin/cow" }));
  assert.deepEqual(members(host), ["a", "c", "b"]);
  host.exits("g:b", 0);
  host.exits("g:c", 0);
  assert.deepEqual(members(host), ["a", "c"]);
  assert.deepEqual([host.state("g:c"), host.member("g:c").config.command], ["STARTING", "/bin/cow"]);
});

test("a process whose signal fails is not started beside itself", () => {
  const host = running();
  host.update(edited({ command: "/bin/dog" }));
  host.take("g:b", { type: "signal-failed", signal: 15, errno: "EPERM" });
  assert.deepEqual([host.state("g:b"), host.member("g:b").config.command], ["UNKNOWN", "/bin/dog"]);
});

test("a daemon that goes down meanwhile starts nothing again, and ends", () => {
  const host = running();
  host.update(edited({ command: "/bin/dog" }));
  host.goDown();
  for (const name of ["g:c", "g:a", "g:b"]) host.exits(name, 0);
  assert.equal(host.state("g:b"), "STOPPED");
  assert.equal(host.effects.at(-1)?.type, "ended");
});

test("a successor goes on: the old configuration until the process is down, then the new one", () => {
  const host = running();
  const next = groupOf("g", 999, { name: "a" }, { name: "b", command: "/bin/dog" });
  host.update(next);
  const group = host.world.groups.get("g");
  assert.ok(group !== undefined);
  const records = JSON.parse(JSON.stringify(pendingRecords(group))) as ReturnType<typeof pendingRecords>;
  const states = new Map([...group.members].map(([name, { state }]): [string, ProcessState] => [name, state]));
  const stateOf = (name: string) => states.get(name) ?? assert.fail(name);
  host.world = emptyWorld();
  host.world.groups.set("g", restorePending(makeGroup(next, group.sequence, states), records, stateOf));
  assert.deepEqual(
    host.step((step) => resumeUpdates(host.world, at(host.nowMs), step)),
    [],
    "both were told before",
  );
  assert.deepEqual(members(host), ["a", "b", "c"]);
  assert.equal(host.member("g:b").config.command, "/bin/cat");
  host.exits("g:b", 0);
  host.exits("g:c", 0);
  assert.deepEqual(members(host), ["a", "b"]);
  assert.deepEqual([host.state("g:b"), host.member("g:b").config.command], ["STARTING", "/bin/dog"]);
});
