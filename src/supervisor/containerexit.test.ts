/** Which ends of processes end supervisord, with which code, and what that does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { at } from "../process/life.fixture.ts";
import { exitWith } from "../process/waitstatus.ts";
import { on } from "./dependencies.fixture.ts";
import { goOnGoingDown } from "./goingdown.ts";
import { groupOf, Host, single } from "./host.fixture.ts";
import { setState } from "./world.ts";

const SIGKILL = 9;

type ExitOn = ProcessConfig["exitOn"];

function running(exitOn: ExitOn, over: Partial<ProcessConfig> = {}): Host {
  return new Host(single("web", { exitOn, autorestart: "always", ...over }), single("other", { autorestart: "always" })).run(
    "web",
    "other",
  );
}

/** The code with which supervisord is to end; null: it goes on. */
function codeAfter(host: Host, act: (host: Host) => unknown): number | null {
  act(host);
  return host.world.exit?.code ?? null;
}

const ends = (waitStatus: number) => (host: Host) => host.ends("web", waitStatus);
const exits = (code: number) => ends(exitWith(code));

test("CTR-001, CTR-002: exit is any end, failure one that is not expected or by a signal; signal n is 128 + n", () => {
  for (const [exitOn, waitStatus, code] of [
    ["never", exitWith(3), null],
    ["never", SIGKILL, null],
    ["exit", exitWith(0), 0],
    ["exit", exitWith(3), 3],
    ["exit", SIGKILL, 137],
    ["exit", SIGKILL | 0x80, 137],
    ["failure", exitWith(0), null],
    ["failure", exitWith(2), null],
    ["failure", exitWith(3), 3],
    ["failure", exitWith(255), 255],
    ["failure", SIGKILL, 137],
    ["fatal", exitWith(3), null],
    ["fatal", SIGKILL, null],
  ] as const) {
    assert.equal(codeAfter(running(exitOn, { exitCodes: [0, 2] }), ends(waitStatus)), code, `${exitOn} ${waitStatus}`);
  }
});

test("CTR-004: the line, the event, then the shutdown begins; nothing is started any more", () => {
  const host = running("failure");
  assert.deepEqual(host.exits("web", 3), [
    "web RUNNING>EXITED",
    "warn: exited: web (exit status 3; not expected)",
    "reaped web",
    "info: exiting with 3: web exited with 3 (exit_on=failure)",
    "lifecycle",
    "go-down",
    "supervisor STOPPING",
    `debug: killing other (pid ${host.member("other").state.pid}) with signal SIGTERM`,
    "other RUNNING>STOPPING",
    "signal 15 to other",
    "info: waiting for other to die",
  ]);
  const [event] = host.effects.flatMap((effect) => (effect.type === "event" && effect.event.kind === "lifecycle" ? [effect.event] : []));
  assert.ok(event !== undefined);
  assert.deepEqual(event, {
    kind: "lifecycle",
    group: "web",
    process: "web",
    name: "LIFECYCLE_EXITING",
    keys: { code: 3 },
    text: "web exited with 3 (exit_on=failure)",
  });
  assert.deepEqual(
    host.pass(10_000).filter((word) => word.includes("STARTING")),
    [],
  );
  assert.deepEqual(host.take("web", { type: "start" }), []);
  assert.equal(host.exits("other", 1).at(-1), "ended");
  assert.equal(host.world.exit?.code, 3);
});

test("CTR-001: a restart that is due at once does not begin", () => {
  const host = running("exit", { autorestart: "always" });
  const words = host.exits("web", 0);
  assert.ok(!words.some((word) => word.includes("STARTING")), String(words));
  assert.equal(host.world.mood, "SHUTDOWN");
});

test("CTR-001: what an order stops never counts", () => {
  const stop = (host: Host) => {
    host.take("web", { type: "stop" });
    host.exits("web", 3);
  };
  assert.equal(codeAfter(running("exit"), stop), null);
  for (const cause of ["unhealthy", "memory", "age", "bind", "rolling", "replaced"] as const) {
    const host = running("exit");
    host.take("web", { type: "stop", cause, again: true });
    host.exits("web", 3);
    assert.equal(host.world.exit, null, cause);
  }
  const update = (host: Host) => {
    host.update(single("web", { exitOn: "exit", command: "/bin/dog" }));
    host.exits("web", 3);
  };
  assert.equal(codeAfter(running("exit"), update), null);
  const killed = (host: Host) => {
    host.take("web", { type: "stop" });
    host.pass(10_000);
    host.ends("web", SIGKILL);
  };
  assert.equal(codeAfter(running("failure"), killed), null, "it had to be killed");
});

test("CTR-001: a user's signal is no order to stop", () => {
  const host = running("failure");
  host.take("web", { type: "signal", signal: SIGKILL });
  assert.equal(codeAfter(host, ends(SIGKILL)), 137);
});

test("CTR-001: a run that ends before startsecs counts as any other", () => {
  const early = (exitOn: ExitOn, code: number) => {
    const host = new Host(single("web", { exitOn }));
    host.start("web");
    return codeAfter(host, exits(code));
  };
  assert.deepEqual([early("exit", 0), early("failure", 5), early("failure", 0), early("fatal", 5)], [0, 5, null, null]);
});

/** Fails to start until it is given up, each time with one of these codes; null: it cannot be spawned. */
function failing(exitOn: ExitOn, ...codes: readonly (number | null)[]): Host {
  const host = new Host(single("web", { exitOn, startRetries: codes.length - 1 }));
  host.take("web", { type: "start" });
  for (const code of codes) {
    host.pass(60_000);
    host.prepared("web");
    if (code === null) host.spawnFails("web");
    else {
      host.spawned("web");
      host.exits("web", code);
    }
  }
  assert.equal(host.state("web"), "FATAL");
  return host;
}

test("CTR-002: FATAL: the code of the last run on the way there, 1 where there was none or it was 0", () => {
  assert.equal(failing("fatal", 3, 4).world.exit?.code, 4);
  assert.equal(failing("fatal", 3, 0).world.exit?.code, 1);
  assert.equal(failing("fatal", 3, null).world.exit?.code, 3);
  assert.equal(failing("fatal", null, null).world.exit?.code, 1);
  assert.equal(failing("failure", 0, 0).world.exit?.code, 1);
  assert.equal(failing("exit", null).world.exit?.code, 1);
  assert.equal(failing("never", 3).world.exit, null);
  const words = failing("fatal", 4).effects.flatMap((effect) => (effect.type === "log" ? [effect.text] : []));
  assert.ok(words.includes("exiting with 4: web is FATAL (exit_on=fatal)"), String(words));
});

test("CTR-002: the code of an earlier life is no way to FATAL, and is kept by nobody else", () => {
  const host = new Host(single("web", { exitOn: "fatal", autorestart: "always", startRetries: 0 })).run("web");
  host.exits("web", 3);
  assert.equal(host.member("web").state.life.lastCode, undefined);
  host.pass(60_000);
  host.prepared("web");
  assert.equal(
    codeAfter(host, () => host.spawnFails("web")),
    1,
  );
  const stopped = new Host(single("web", { exitOn: "fatal", startRetries: 1 }));
  stopped.start("web");
  stopped.exits("web", 3);
  assert.equal(stopped.member("web").state.life.lastCode, 3);
  stopped.take("web", { type: "stop" });
  assert.deepEqual(stopped.member("web").state.life, {});
  const plain = new Host(single("web", { startRetries: 1 }));
  plain.start("web");
  plain.exits("web", 3);
  assert.deepEqual(plain.member("web").state.life, {});
});

test("CTR-002: the first one fixes the code", () => {
  const host = new Host(single("a", { exitOn: "exit" }), single("b", { exitOn: "exit" })).run("a", "b");
  host.exits("a", 3);
  host.exits("b", 4);
  assert.equal(host.world.exit?.code, 3);
});

test("CTR-003: a shutdown or reload that was ordered before ends with 0, whatever ends meanwhile", () => {
  for (const mood of ["SHUTDOWN", "RESTARTING"] as const) {
    const host = new Host(single("a", { exitOn: "failure", priority: 1 }), single("b")).run("a", "b");
    host.goDown(mood);
    host.exits("a", 3);
    assert.equal(host.exits("b", 4).at(-1), "ended");
    assert.equal(host.world.exit, null);
  }
});

test("CTR-007: any process of several counts", () => {
  const host = new Host(groupOf("g", 1, { name: "p0", exitOn: "failure" }, { name: "p1", exitOn: "failure" })).run("g:p0", "g:p1");
  host.exits("g:p0", 0);
  assert.equal(
    codeAfter(host, () => host.exits("g:p1", 5)),
    5,
  );
});

test("CTR-001: an update that runs takes the option over at once", () => {
  const host = running("never");
  host.update(single("web", { exitOn: "exit", autorestart: "always" }));
  assert.equal(host.state("web"), "RUNNING");
  assert.equal(codeAfter(host, exits(3)), 3);
});

test("CTR-004: a successor that finds the code goes on to end with it", () => {
  const host = running("exit");
  host.exits("web", 3);
  host.step((step) => goOnGoingDown(host.world, at(host.nowMs), step));
  assert.equal(host.exits("other", 0).at(-1), "ended");
  assert.equal(host.world.exit?.code, 3);
});

test("CTR-001 DEP-013: a start out of FATAL that is refused makes it FATAL anew, and that ends supervisord", () => {
  const host = new Host(single("web", { exitOn: "fatal", dependsOn: on("db"), dependsTimeout: 2000 }), single("db", { startRetries: 0 }));
  const web = host.member("web");
  setState(host.world, web, { ...web.state, state: "FATAL", attempt: 1 });
  host.take("web", { type: "start" });
  assert.deepEqual([host.state("web"), host.world.exit], ["FATAL", null]);
  host.pass(2000);
  assert.deepEqual(host.world.exit, { code: 1 });
});
