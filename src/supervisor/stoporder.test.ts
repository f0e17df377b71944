/** In which order several go down, what is bound to others, and what a shutdown takes with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { on } from "./dependencies.fixture.ts";
import { groupOf, Host, single } from "./host.fixture.ts";
import { waitingText } from "./waittexts.ts";

const states = (words: readonly string[]) => words.filter((word) => /^\S+ [A-Z]+>[A-Z]+$/.test(word));
const signals = (words: readonly string[]) => words.filter((word) => word.startsWith("signal"));

/** web -> api -> db, web -> db; other alone. */
function chain(): Host {
  const host = new Host(
    single("web", { dependsOn: on("api", "db") }),
    single("api", { dependsOn: on("db:started") }),
    single("db"),
    single("other"),
  );
  return host.run("db", "other").run("api").run("web");
}

test("DEP-020: an order for several stops a process when everything in it that depends on it is down, the others at once", () => {
  const host = chain();
  assert.deepEqual(signals(host.stopTogether("db", "other", "api", "web")), ["signal 15 to other", "signal 15 to web"]);
  assert.deepEqual(signals(host.exits("web", 0)), ["signal 15 to api"]);
  assert.deepEqual(signals(host.exits("api", 0)), ["signal 15 to db"]);
  assert.deepEqual(states(host.exits("db", 0)), ["db STOPPING>STOPPED"]);
  host.pass(10_000);
  assert.deepEqual(
    ["web", "api", "db"].map((name) => host.state(name)),
    ["STOPPED", "STOPPED", "STOPPED"],
  );
});

test("DEP-020: exited_ok keeps nobody; what does not run keeps nobody", () => {
  const host = new Host(single("web", { dependsOn: on("job:exited_ok", "db") }), single("job"), single("db"));
  host.run("job", "db").exits("job", 0);
  host.run("web").run("job");
  assert.deepEqual(signals(host.stopTogether("job", "web", "db")), ["signal 15 to job", "signal 15 to web"]);
  const down = chain();
  down.exits("web", 0);
  down.exits("api", 0);
  assert.deepEqual(signals(down.stopTogether("db", "api", "web")), ["signal 15 to db"]);
});

test("DEP-020, BND-002: what goes down already is waited for as well: in an order for several, in a shutdown, and by what it is bound to", () => {
  const several = chain();
  assert.deepEqual(signals(several.take("api", { type: "stop" })), ["signal 15 to api"]);
  several.exits("web", 0);
  assert.deepEqual(signals(several.stopTogether("db", "api", "other")), ["signal 15 to other"]);
  assert.deepEqual(signals(several.exits("api", 0)), ["signal 15 to db"]);
  const down = chain();
  down.take("web", { type: "stop" });
  down.exits("api", 0);
  assert.deepEqual(signals(down.goDown()), ["signal 15 to other"]);
  assert.deepEqual(signals(down.exits("web", 0)), ["signal 15 to db"]);
  const bound = new Host(single("web", { bindTo: on("db") }), single("db")).run("db").run("web");
  bound.take("web", { type: "stop" });
  assert.deepEqual(signals(bound.take("db", { type: "stop" })), []);
  assert.deepEqual(signals(bound.exits("web", 0)), ["signal 15 to db"]);
  const alone = chain();
  alone.take("web", { type: "stop" });
  assert.deepEqual(signals(alone.take("db", { type: "stop" })), ["signal 15 to db"], "stop db alone stops db alone");
});

test("DEP-020: a wait ends by the dependant's own stopwaitsecs and SIGKILL", () => {
  const host = new Host(single("web", { dependsOn: on("db"), stopWaitSecs: 5 }), single("db", { stopWaitSecs: 1 })).run("db").run("web");
  assert.deepEqual(signals(host.stopTogether("web", "db")), ["signal 15 to web"]);
  assert.deepEqual(signals(host.pass(5000)), ["signal 9 to web"]);
  assert.deepEqual(signals(host.ends("web", 9)), ["signal 15 to db"]);
});

test("DEP-020: one that ends by itself while its stop waits stays down", () => {
  const host = new Host(single("web", { dependsOn: on("db") }), single("db", { autorestart: "always" })).run("db").run("web");
  host.stopTogether("web", "db");
  assert.deepEqual(states(host.exits("db", 0)), ["db RUNNING>EXITED"]);
  host.pass(10_000);
  host.exits("web", 0);
  host.pass(10_000);
  assert.deepEqual([host.state("web"), host.state("db")], ["STOPPED", "EXITED"]);
});

test("DEP-020: what waits for its stop holds no condition any more", () => {
  const host = new Host(single("web", { dependsOn: on("db") }), single("db"), single("late", { dependsOn: on("db") }));
  host.run("db").run("web");
  host.stopTogether("web", "db");
  host.take("late", { type: "start" });
  assert.equal(waitingText(host.world, host.member("late")), "waiting for db (STOPPING)");
});

test("DEP-022: a stop of one stops that one alone", () => {
  const host = chain();
  assert.deepEqual(signals(host.take("db", { type: "stop" })), ["signal 15 to db"]);
});

test("DEP-021: a turn of a shutdown takes with it, first, what needs one of its processes, whatever its priority", () => {
  const host = new Host(
    single("web", { priority: 1, dependsOn: on("db") }),
    single("early", { priority: 1 }),
    single("db", { priority: 500 }),
    single("late", { priority: 900 }),
  );
  host.run("db", "early", "late").run("web");
  assert.deepEqual(signals(host.goDown()), ["signal 15 to late"]);
  assert.deepEqual(signals(host.exits("late", 0)), ["signal 15 to web"]);
  assert.deepEqual(signals(host.exits("web", 0)), ["signal 15 to db"]);
  assert.deepEqual(signals(host.exits("db", 0)), ["signal 15 to early"]);
  assert.equal(host.exits("early", 0).at(-1), "ended");
});

test("DEP-020, DEP-021: in one turn as well, and in a group", () => {
  const host = new Host(groupOf("g", 1, { name: "a", dependsOn: on("g:b") }, { name: "b" }, { name: "c" }));
  host.run("g:b", "g:c").run("g:a");
  assert.deepEqual(signals(host.goDown()), ["signal 15 to g:c", "signal 15 to g:a"]);
  assert.deepEqual(signals(host.exits("g:a", 0)), ["signal 15 to g:b"]);
});

test("DEP-023, CMN-010: what waits to be started is dropped by a shutdown at once", () => {
  const host = new Host(single("web", { dependsOn: on("db") }), single("db"));
  host.autostart();
  host.spawn("db");
  host.goDown();
  assert.equal(host.member("web").state.life.waiting, undefined);
  assert.equal(host.exits("db", 0).at(-1), "ended");
  const alone = new Host(single("web", { dependsOn: on("nowhere") }));
  alone.take("web", { type: "start" });
  assert.deepEqual(alone.goDown().at(-1), "ended");
});

test("DEP-032: a listener that depends on a program goes down before it", () => {
  const host = new Host(single("db", { priority: 999 }), {
    ...single("ears", { priority: -1, dependsOn: on("db") }),
    kind: "listeners",
    bufferSize: 10,
    events: ["EVENT"],
    resultHandler: "supervisor.dispatchers:default_handler",
  });
  host.run("db").run("ears");
  assert.deepEqual(signals(host.goDown()), ["signal 15 to ears"]);
  assert.deepEqual(signals(host.exits("ears", 0)), ["signal 15 to db"]);
  assert.equal(host.exits("db", 0).at(-1), "ended");
});

test("BND-001: what is bound is stopped when its target leaves RUNNING, and starts when it is back", () => {
  const host = new Host(single("web", { bindTo: on("db") }), single("db", { autorestart: "always" }));
  host.autostart();
  host.spawn("db");
  host.pass(1000);
  host.spawn("web");
  host.pass(1000);
  assert.deepEqual(states(host.exits("db", 1)), ["db RUNNING>EXITED", "web RUNNING>STOPPING", "db EXITED>STARTING"]);
  assert.deepEqual(states([...host.exits("web", 0), ...host.pass(0)]), ["web STOPPING>STOPPED"]);
  assert.equal(waitingText(host.world, host.member("web")), "waiting for db (STARTING)");
  host.spawn("db");
  assert.deepEqual(states(host.pass(1000)), ["db STARTING>RUNNING", "web STOPPED>STARTING"]);
});

test("BND-001: one that is being started is stopped as well; one that failed retries when the target is back", () => {
  const host = new Host(single("web", { bindTo: on("db") }), single("db")).run("db");
  host.start("web");
  assert.deepEqual(states(host.exits("db", 0)), ["db RUNNING>EXITED", "web STARTING>STOPPING"]);
  host.exits("web", 0);
  host.pass(0);
  assert.equal(waitingText(host.world, host.member("web")), "waiting for db (STARTING)", "and db is started for it");
});

test("BND-002: a stop of the target first stops what is bound to it, and what is bound to that, and waits", () => {
  const host = new Host(single("web", { bindTo: on("api") }), single("api", { bindTo: on("db") }), single("db"));
  host.run("db").run("api").run("web");
  assert.deepEqual(signals(host.take("db", { type: "stop" })), ["signal 15 to web"]);
  assert.deepEqual(states([...host.exits("web", 0), ...host.pass(0)]), ["web STOPPING>STOPPED", "api RUNNING>STOPPING"]);
  assert.deepEqual(states([...host.exits("api", 0), ...host.pass(0)]), ["api STOPPING>STOPPED", "db RUNNING>STOPPING"]);
  host.exits("db", 0);
  host.pass(10_000);
  assert.equal(waitingText(host.world, host.member("api")), "waiting for db (stopped by user)");
  assert.equal(host.state("db"), "STOPPED");
  host.run("db");
  assert.equal(host.state("api"), "STARTING");
});

test("BND-003: a user's stop of what is bound stays", () => {
  const host = new Host(single("web", { bindTo: on("db") }), single("db")).run("db").run("web");
  host.take("db", { type: "stop" });
  host.exits("web", 0);
  host.pass(0);
  host.take("web", { type: "stop" });
  host.exits("db", 0);
  host.run("db");
  host.pass(10_000);
  assert.equal(host.state("web"), "STOPPED");
});
