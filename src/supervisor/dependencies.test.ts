/** Starts that wait for others: when they begin, what they start, how they end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { lackOf } from "./conditions.ts";
import { on } from "./dependencies.fixture.ts";
import { groupOf, Host, single } from "./host.fixture.ts";
import { waitingText } from "./waittexts.ts";

const web = (over: Partial<ProcessConfig> = {}) => single("web", { dependsOn: on("db"), ...over });
const db = (over: Partial<ProcessConfig> = {}) => single("db", over);
const text = (host: Host, name = "web") => waitingText(host.world, host.member(name));
const states = (words: readonly string[]) => words.filter((word) => /^\S+ [A-Z]+>[A-Z]+$/.test(word));
const prepares = (words: readonly string[]) => words.filter((word) => word.startsWith("prepare"));

test("DEP-001, DEP-003: a start waits until the condition holds, and begins in that step", () => {
  const host = new Host(web(), db());
  assert.deepEqual(host.autostart(), ["info: waiting: web for db (ready)", "lifecycle", "db STOPPED>STARTING", "prepare db"]);
  const news = host.effects.flatMap((effect) => (effect.type === "event" && effect.event.kind === "lifecycle" ? [effect.event] : []));
  assert.deepEqual(news, [
    {
      kind: "lifecycle",
      group: "web",
      process: "web",
      name: "LIFECYCLE_WAITING",
      keys: { for: "db" },
      text: "waiting: web for db (ready)",
    },
  ]);
  assert.equal(host.state("web"), "STOPPED");
  assert.equal(text(host), "waiting for db (STARTING)");
  host.spawn("db");
  assert.deepEqual(states(host.pass(1000)), ["db STARTING>RUNNING", "web STOPPED>STARTING"]);
  host.spawn("web");
  host.pass(1000);
  assert.equal(host.state("web"), "RUNNING");
  assert.equal(host.member("web").state.life.waiting, undefined);
});

test("DEP-001: restarts and retries ask as well", () => {
  const host = new Host(web({ autorestart: "always", startRetries: 3 }), db()).run("db").run("web");
  host.exits("db", 0);
  host.pass(2000);
  assert.deepEqual(states(host.exits("web", 0)), ["web RUNNING>EXITED", "db EXITED>STARTING"]);
  assert.deepEqual([host.state("web"), text(host)], ["EXITED", "waiting for db (STARTING)"]);
  host.spawn("db");
  host.pass(1000);
  host.spawn("web");
  host.take("db", { type: "stop" });
  host.exits("db", 0);
  assert.deepEqual(states(host.exits("web", 3)), ["web STARTING>BACKOFF"]);
  host.pass(5000);
  assert.deepEqual([host.state("web"), text(host)], ["BACKOFF", "waiting for db (stopped by user)"]);
  host.run("db");
  assert.equal(host.state("web"), "STARTING");
});

test("DEP-001: all conditions must hold at one moment", () => {
  const host = new Host(single("web", { dependsOn: on("a", "b") }), single("a"), single("b"));
  host.autostart();
  host.spawn("a");
  host.pass(1000);
  host.exits("a", 0);
  host.spawn("b");
  host.pass(1000);
  assert.deepEqual([host.state("a"), host.state("b"), host.state("web")], ["EXITED", "RUNNING", "STOPPED"]);
  assert.equal(text(host), "waiting for a (EXITED)");
  host.run("a");
  assert.equal(host.state("web"), "STARTING");
});

test("DEP-002: what is free starts at once and in parallel", () => {
  const host = new Host(web(), db(), single("other"), single("more", { dependsOn: on("other") }));
  assert.deepEqual(prepares(host.autostart()), ["prepare db", "prepare other"]);
});

test("DEP-004, DEP-005, DEP-006: a dependency that fails leaves its dependant waiting, and does nothing to one that runs or is being spawned", () => {
  const host = new Host(web(), db({ startRetries: 0 }));
  host.autostart();
  host.spawn("db");
  host.exits("db", 1);
  assert.deepEqual([host.state("db"), host.state("web"), text(host)], ["FATAL", "STOPPED", "waiting for db (FATAL)"]);
  host.run("db");
  assert.equal(host.state("web"), "STARTING");
  host.exits("db", 0);
  host.spawn("web");
  host.pass(1000);
  assert.equal(host.state("web"), "RUNNING");
});

test("each condition", () => {
  const steps: Readonly<Record<string, readonly string[]>> = {
    started: ["alive", "running"],
    running: ["running"],
    ready: ["running"],
    healthy: [],
    exited_ok: ["exited"],
  };
  for (const [condition, when] of Object.entries(steps)) {
    const host = new Host(db());
    const [target] = on(`db:${condition}`);
    assert.ok(target !== undefined);
    const held: string[] = [];
    const look = (moment: string) => lackOf(host.world, target) === null && held.push(moment);
    look("never");
    host.take("db", { type: "start" });
    look("preparing");
    host.prepared("db");
    look("spawning");
    host.spawned("db");
    look("alive");
    host.pass(1000);
    look("running");
    host.exits("db", 0);
    look("exited");
    host.run("db");
    host.exits("db", 1);
    look("failed");
    host.run("db");
    host.take("db", { type: "stop" });
    look("stopping");
    host.exits("db", 0);
    look("stopped");
    assert.deepEqual(held, when, condition);
  }
});

test("all processes of a target count; one that is not there does not hold, and an empty group does", () => {
  const host = new Host(
    single("web", { dependsOn: on("g:*", "e:*:ready", "n") }),
    groupOf("g", 1, { name: "a" }, { name: "b" }),
    groupOf("e", 1),
  );
  host.take("web", { type: "start" });
  assert.equal(text(host), "waiting for g:* (STARTING), n (not there)");
  for (const name of ["g:a", "g:b"]) host.spawn(name);
  host.pass(1000);
  assert.equal(text(host), "waiting for n (not there)");
  host.add(single("n"));
  assert.equal(text(host), "waiting for n (STOPPED)");
  host.run("n");
  assert.equal(host.state("web"), "STARTING");
});

test("DEP-030: a group that is removed while others wait for it is not there; an update that takes the dependency out starts them", () => {
  const host = new Host(web(), db({ startRetries: 0 }));
  host.autostart();
  host.spawn("db");
  host.exits("db", 1);
  host.remove("db");
  assert.equal(text(host), "waiting for db (not there)");
  const words = host.update(web({ dependsOn: [] }));
  assert.deepEqual(states(words), ["web STOPPED>STARTING"]);
});

test("DEP-030: another depends_on stops nothing", () => {
  const host = new Host(web({ dependsOn: [] }), db()).run("web");
  assert.deepEqual(states(host.update(web())), []);
  assert.equal(host.state("web"), "RUNNING");
});

test("DEP-007: what is ordered together is no news any more", () => {
  const host = new Host(web({ dependsOn: on("db:exited_ok") }), db()).run("db");
  host.exits("db", 0);
  const { ordered } = host.world.dependants;
  for (const name of ["web", "db"]) ordered.add(host.member(name));
  assert.deepEqual(states([...host.take("web", { type: "start" }), ...host.take("db", { type: "start" })]), ["db EXITED>STARTING"]);
  ordered.clear();
  host.spawn("db");
  host.pass(1000);
  assert.deepEqual(states(host.exits("db", 0)), ["db RUNNING>EXITED", "web STOPPED>STARTING"]);
});

test("DEP-008: what is needed and down is started, on all ways, whatever its autostart; what holds is not looked behind", () => {
  const host = new Host(
    web(),
    db({ autostart: false, dependsOn: on("disk") }),
    single("disk", { autostart: false, dependsOn: on("far") }),
    single("far", { autostart: false }),
  );
  assert.deepEqual(states(host.autostart()), ["far STOPPED>STARTING"]);
  assert.deepEqual([text(host), text(host, "db")], ["waiting for db (STOPPED)", "waiting for disk (STOPPED)"]);
  for (const name of ["far", "disk", "db", "web"]) {
    host.spawn(name);
    host.pass(1000);
  }
  assert.equal(host.state("web"), "RUNNING");
  host.exits("far", 0);
  host.exits("web", 0);
  assert.deepEqual(states(host.take("web", { type: "start" })), ["web EXITED>STARTING"]);
});

test("HOOK-009, DEP-008: at the start of supervisord what starts anyway starts for its own sake, and what does not for others", () => {
  const host = new Host(web({ dependsOn: on("db", "cache") }), db(), single("cache", { autostart: false }));
  host.autostart();
  const reasons = host.effects.flatMap((effect) =>
    effect.type === "event" && effect.event.kind === "process-state" ? [[effect.event.process, effect.event.reason]] : [],
  );
  assert.deepEqual(reasons, [
    ["db", "start"],
    ["cache", "dependency"],
  ]);
});

test("DEP-008: FATAL ones, and those that a user stopped, are started by a user's start alone", () => {
  for (const how of ["fatal", "stopped"] as const) {
    const host = new Host(web(), single("mid", { dependsOn: on("db") }), single("top", { dependsOn: on("mid") }), db({ startRetries: 0 }));
    if (how === "fatal") {
      host.start("db");
      host.exits("db", 1);
    } else {
      host.run("db").take("db", { type: "stop" });
      host.exits("db", 0);
    }
    assert.deepEqual(states(host.take("top", { type: "start", cause: "autostart" })), []);
    assert.equal(text(host, "mid"), how === "fatal" ? "waiting for db (FATAL)" : "waiting for db (stopped by user)");
    const from = how === "fatal" ? "FATAL" : "STOPPED";
    assert.deepEqual(states(host.take("top", { type: "start" })), [`db ${from}>STARTING`]);
  }
});

test("DEP-009: what was started for others stays when they stop", () => {
  const host = new Host(web(), db({ autostart: false }));
  host.autostart();
  host.spawn("db");
  host.pass(1000);
  host.take("web", { type: "stop" });
  assert.equal(host.state("db"), "RUNNING");
});

test("DEP-010: a start without dependencies waits for nothing and starts nothing, this once", () => {
  const host = new Host(web({ autorestart: "always" }), db());
  assert.deepEqual(states(host.take("web", { type: "start", deps: false })), ["web STOPPED>STARTING"]);
  host.spawn("web");
  host.pass(1000);
  assert.deepEqual(states(host.exits("web", 0)), ["web RUNNING>EXITED", "db STOPPED>STARTING"]);
});

test("DEP-011: a client waits with the start, and hears when a dependency has failed for good; the wish stays", () => {
  const host = new Host(web(), single("mid", { dependsOn: on("db") }), single("top", { dependsOn: on("mid") }), db({ startRetries: 0 }));
  host.take("top", { type: "start" });
  assert.deepEqual(host.wait(1, "top", "running"), []);
  assert.deepEqual(host.wait(2, "top", "spawned"), ["settle 2 done"]);
  host.spawn("db");
  assert.deepEqual(
    host.exits("db", 1).filter((word) => word.startsWith("settle")),
    ["settle 1 db, which is FATAL"],
  );
  assert.deepEqual(host.wait(3, "top", "running"), ["settle 3 db, which is FATAL"]);
  host.run("db");
  assert.equal(host.state("mid"), "STARTING");
  host.spawn("mid");
  host.pass(1000);
  assert.equal(host.state("top"), "STARTING");
});

test("DEP-011: a client hears as well when what is needed was stopped by a user, has ended for good, or is not there any more", () => {
  const settled = (words: readonly string[]) => words.filter((word) => word.startsWith("settle"));
  const waiting = (over: Partial<ProcessConfig> = {}): Host => {
    const host = new Host(web(), db({ startSecs: 0, ...over }));
    host.take("web", { type: "start" });
    assert.deepEqual(host.wait(1, "web", "running"), []);
    return host;
  };
  assert.deepEqual(settled(waiting().take("db", { type: "stop" })), ["settle 1 db, which is stopped by user"]);
  const ended = waiting({ startSecs: 1 });
  ended.spawn("db");
  ended.nowMs += 2000;
  assert.deepEqual(settled(ended.exits("db", 0)), ["settle 1 db, which is EXITED"]);
  const restarted = waiting({ startSecs: 1, autorestart: "always", restartDelay: 5000 });
  restarted.spawn("db");
  restarted.nowMs += 2000;
  assert.deepEqual(settled(restarted.exits("db", 0)), []);
  const alone = new Host(web());
  alone.take("web", { type: "start" });
  assert.deepEqual(alone.wait(1, "web", "running"), ["settle 1 db, which is not there"]);
});

test("DEP-012, CMN-009: a start joins a wait; a stop ends it without a change of state, for good", () => {
  const host = new Host(web(), db());
  host.autostart();
  const { waiting } = host.member("web").state.life;
  assert.deepEqual(host.take("web", { type: "start" }), []);
  assert.deepEqual(host.member("web").state.life.waiting, { ...waiting, cause: "user" });
  assert.deepEqual(host.take("web", { type: "stop" }), []);
  assert.equal(host.member("web").state.life.waiting, undefined);
  host.spawn("db");
  host.pass(1000);
  assert.equal(host.state("web"), "STOPPED");
  assert.deepEqual(host.autostart(), [], "a successor does not begin it again");
});

test("DEP-013: a wait that takes too long is a refused start", () => {
  const host = new Host(single("web", { dependsOn: on("db", "n", "m:started"), dependsTimeout: 60_000 }), db({ startSecs: 100 }));
  host.take("web", { type: "start" });
  host.spawn("db");
  assert.deepEqual(states(host.pass(59_999)), []);
  assert.deepEqual(states(host.pass(1)), ["web STOPPED>STARTING", "web STARTING>BACKOFF", "web BACKOFF>FATAL"]);
  assert.equal(host.member("web").state.spawnError, "depends_timeout: db and 2 more are not ready after 60 s");
  host.pass(100_000);
  assert.equal(host.state("web"), "FATAL");
  const one = new Host(web({ dependsTimeout: 1500 }), db({ startSecs: 100 }));
  one.autostart();
  one.pass(1500);
  assert.equal(one.member("web").state.spawnError, "depends_timeout: db is not ready after 1.5 s");
});

test("CMN-012: what is lacking, three of them, and in brackets what each is", () => {
  const host = new Host(
    single("web", { dependsOn: on("a:exited_ok", "b", "c", "d", "e") }),
    ...["a", "b", "c", "d", "e"].map((name) => single(name, { startRetries: 0 })),
  );
  host.run("a", "b").exits("a", 7);
  host.exits("b", 1);
  host.start("c");
  host.exits("c", 1);
  host.take("web", { type: "start", cause: "autostart" });
  host.take("d", { type: "stop" });
  assert.equal(text(host), "waiting for a (STARTING), b (STARTING), c (FATAL) and 2 more");
  for (const name of ["a", "b", "e"]) host.spawn(name);
  host.pass(1000);
  assert.equal(text(host), "waiting for a (RUNNING), c (FATAL), d (stopped by user)");
  host.exits("a", 7);
  assert.equal(text(host), "waiting for a (exit 7), c (FATAL), d (stopped by user)");
});

test("BND-001: a target that stands in depends_on and in bind_to is one condition, told once", () => {
  const host = new Host(web({ bindTo: on("db") }), db());
  host.autostart();
  assert.equal(text(host), "waiting for db (STARTING)");
});

test("RDY-012 while it reloads it is running and not ready; what is bound to it goes on", () => {
  const host = new Host(
    db(),
    web({ bindTo: on("db"), dependsOn: [] }),
    single("late", { dependsOn: on("db") }),
    single("any", { dependsOn: on("db:running") }),
  );
  host.run("db").run("web");
  const says = (kind: "ready" | "reloading") =>
    host.take("db", { type: "said", child: host.member("db").state.child, sender: { pid: 1, uid: 0 }, uid: 0, words: [{ kind }] });
  says("reloading");
  assert.deepEqual([host.state("db"), host.state("web")], ["RUNNING", "RUNNING"]);
  host.take("late", { type: "start" });
  host.take("any", { type: "start" });
  assert.deepEqual([host.state("late"), host.state("any"), text(host, "late")], ["STOPPED", "STARTING", "waiting for db (not ready)"]);
  says("ready");
  assert.equal(host.state("late"), "STARTING");
});
