/** A stop that is followed by a start of its own, starts that are refused, and what each change of state is for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Effect } from "./effects.ts";
import { Host, single } from "./host.fixture.ts";

const reasons = (host: Host): string[] =>
  host.effects.flatMap((effect: Effect) => {
    const event = effect.type === "event" && effect.event.kind === "process-state" ? effect.event : null;
    return event === null || event.reason === null ? [] : [`${event.state} ${event.reason}`];
  });
const since = (host: Host, act: () => void): string[] => {
  const before = reasons(host).length;
  act();
  return reasons(host).slice(before);
};

test("CMN-012: stopped for a start of its own, it starts when it is down, and the events say what for", () => {
  const host = new Host(single("a")).run("a");
  const seen = since(host, () => {
    host.take("a", { type: "stop", cause: "unhealthy", again: true });
    host.exits("a", 0);
  });
  assert.deepEqual(seen, ["STOPPING unhealthy", "STOPPED unhealthy", "STARTING unhealthy"]);
  assert.equal(host.state("a"), "STARTING");
});

test("CMN-008: a user's stop calls off the start that was to follow, also on the way down", () => {
  const host = new Host(single("a")).run("a");
  host.take("a", { type: "stop", cause: "memory", again: true });
  host.take("a", { type: "stop" });
  assert.deepEqual(
    since(host, () => host.exits("a", 0)),
    ["STOPPED stop"],
  );
  assert.deepEqual([host.state("a"), host.next()], ["STOPPED", null]);
});

test("CMN-010: nothing is started again while the daemon goes down", () => {
  const host = new Host(single("a")).run("a");
  host.take("a", { type: "stop", cause: "age", again: true });
  host.goDown();
  host.exits("a", 0);
  assert.equal(host.state("a"), "STOPPED");
});

test("an update during a stop that is followed by a start starts it with its new configuration, once", () => {
  const host = new Host(single("a")).run("a");
  host.take("a", { type: "stop", cause: "age", again: true });
  host.update(single("a", { command: "/bin/other" }));
  assert.deepEqual(
    since(host, () => host.exits("a", 0)),
    ["STOPPED update", "STARTING update"],
  );
  assert.equal(host.member("a").config.command, "/bin/other");
});

test("CMN-011: a refused start goes STARTING, BACKOFF, FATAL in one step, from BACKOFF it goes FATAL, and the spawn error says why", () => {
  const host = new Host(single("a"));
  assert.deepEqual(host.take("a", { type: "refuse", text: "no reason" }), [
    "a STOPPED>STARTING",
    "a STARTING>BACKOFF",
    "a BACKOFF>FATAL",
    "info: spawnerr: no reason",
    "info: gave up: a entered FATAL state, no reason",
  ]);
  assert.equal(host.member("a").state.spawnError, "no reason");
  assert.deepEqual([host.member("a").state.tries, host.next()], [0, null]);
  host.take("a", { type: "start" });
  host.take("a", { type: "unprepared", attempt: 2, text: "not there" });
  assert.equal(host.take("a", { type: "refuse", text: "limit" })[0], "a BACKOFF>FATAL");
});

test("HOOK-009: each start and each end has its reason", () => {
  const host = new Host(single("a", { autorestart: "always" }), single("b"));
  assert.deepEqual(
    since(host, () => host.autostart()),
    ["STARTING start", "STARTING start"],
  );
  host.spawn("a");
  host.pass(5000);
  assert.deepEqual(
    since(host, () => host.exits("a", 1)),
    ["EXITED exit", "STARTING restart"],
  );
  host.spawn("a");
  assert.deepEqual(
    since(host, () => {
      host.exits("a", 1);
      host.pass(1000);
    }),
    ["BACKOFF exit", "STARTING retry"],
  );
  host.spawn("a");
  assert.deepEqual(
    since(host, () => {
      host.take("a", { type: "stop" });
      host.exits("a", 0);
    }),
    ["STOPPING stop", "STOPPED stop"],
  );
  host.spawn("b");
  assert.deepEqual(
    since(host, () => {
      host.goDown();
      host.exits("b", 0);
    }),
    ["STOPPING shutdown", "STOPPED shutdown"],
  );
});
