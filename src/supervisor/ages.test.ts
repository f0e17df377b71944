/** Runs that grow too old: a program is started again, one of a group at a time, a job has failed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSchedule } from "../config/cronfields.ts";
import { at } from "../process/life.fixture.ts";
import { ageDeadlineMs, stepAge } from "./ages.ts";
import { on } from "./dependencies.fixture.ts";
import { groupOf, Host, single } from "./host.fixture.ts";
import { decodeProcess, encodeLife, encodeProcess, withStoredLife } from "./records.ts";

const age = (host: Host, name: string): string[] => host.step((step) => stepAge(host.world, host.member(name), at(host.nowMs), step));
const due = (host: Host, name: string): number | null => ageDeadlineMs(host.world, host.member(name));

test("AGE-001: a program is started again when it has been RUNNING for so long, with the reason age", () => {
  const host = new Host(single("a", { maxAge: 10_000, startSecs: 2 }));
  host.start("a");
  assert.equal(due(host, "a"), null, "it is not RUNNING yet");
  host.pass(2000);
  assert.equal(due(host, "a"), 12_000);
  host.pass(9999);
  assert.deepEqual(age(host, "a"), []);
  host.pass(1);
  assert.deepEqual(age(host, "a").slice(0, 1), ["lifecycle"]);
  assert.equal(due(host, "a"), null);
  assert.deepEqual(
    host.exits("a", 0).filter((word) => word.includes(">")),
    ["a STOPPING>STOPPED", "a STOPPED>STARTING"],
  );
  const events = host.effects.flatMap((effect) => (effect.type === "event" ? [effect.event] : []));
  const lifecycle = events.find((event) => event.kind === "lifecycle");
  assert.deepEqual(lifecycle?.kind === "lifecycle" && [lifecycle.name, lifecycle.keys["reason"]], ["LIFECYCLE_RESTARTING", "age"]);
  assert.equal(host.member("a").state.life.runningMs, undefined, "a new run begins anew");
});

test("AGE-001: since when it runs is stored, and a new max_age counts from then too", () => {
  const host = new Host(single("a", { maxAge: 10_000 })).run("a");
  const { state } = host.member("a");
  const process = decodeProcess(encodeProcess(state));
  const life = encodeLife(state);
  assert.ok(process.ok && life !== null);
  assert.deepEqual(withStoredLife(process.value, life), { ok: true, value: state });
  host.update(single("a", { maxAge: 20_000 }));
  assert.equal(due(host, "a"), 21_000);
  host.update(single("a"));
  assert.equal(due(host, "a"), null);
  host.update(single("a", { maxAge: 30_000 }));
  assert.equal(due(host, "a"), 31_000);
});

test("AGE-001: of the processes of a group one at a time", () => {
  const old = { maxAge: 10_000 };
  const host = new Host(groupOf("g", 999, { name: "a", ...old }, { name: "b", ...old })).run("g:a", "g:b");
  host.pass(60_000);
  assert.ok(age(host, "g:a").some((word) => word.includes("RUNNING>STOPPING")));
  age(host, "g:b");
  assert.equal(host.state("g:b"), "RUNNING");
  host.exits("g:a", 0);
  host.spawn("g:a");
  assert.equal(host.state("g:b"), "RUNNING", "the other is still on its way up");
  host.pass(1000);
  assert.equal(host.state("g:b"), "STOPPING");
});

test("AGE-001: a one-shot that is too old is stopped and has failed, and is not started again", () => {
  const host = new Host(single("a", { type: "oneshot", maxAge: 600_000, startSecs: 0, startRetries: 0 }));
  host.start("a");
  host.pass(600_000);
  assert.deepEqual(age(host, "a").slice(1), ["a RUNNING>STOPPING", "signal 15 to a"]);
  host.exits("a", 0);
  assert.deepEqual([host.state("a"), host.member("a").state.spawnError], ["FATAL", "older than 10 m"]);
});

test("AGE-001: a job that is too old is stopped and has failed; a user's stop is none", () => {
  const cron = parseSchedule("@daily");
  assert.ok(cron.ok);
  const config = single("a", { cron: cron.value, maxAge: 600_000, startSecs: 0, startRetries: 0 });
  const host = new Host(config);
  host.start("a");
  host.pass(600_000);
  assert.deepEqual(age(host, "a").slice(1), ["a RUNNING>STOPPING", "signal 15 to a"]);
  assert.deepEqual(
    host.exits("a", 0).filter((word) => word.includes(">")),
    ["a STOPPING>STOPPED", "a STOPPED>STARTING", "a STARTING>BACKOFF", "a BACKOFF>FATAL"],
  );
  assert.equal(host.member("a").state.spawnError, "older than 10 m");
  assert.equal(host.member("a").state.life.job?.paused, false);
  const stopped = new Host(config);
  stopped.start("a");
  stopped.pass(600_000);
  age(stopped, "a");
  stopped.take("a", { type: "stop" });
  stopped.exits("a", 0);
  assert.equal(stopped.state("a"), "STOPPED");
});

test("AGE-001, BND-002: one whose stop waits for what is bound to it is ordered once", () => {
  const cron = parseSchedule("@daily");
  assert.ok(cron.ok);
  for (const kind of [{}, { cron: cron.value, startRetries: 0 }]) {
    const host = new Host(single("a", { ...kind, maxAge: 10_000, startSecs: 0 }), single("web", { bindTo: on("a:running") }));
    host.run("a").run("web");
    host.pass(10_000);
    assert.ok(age(host, "a").includes("web RUNNING>STOPPING"));
    assert.equal(host.state("a"), "RUNNING");
    assert.equal(due(host, "a"), null, "else the loop would turn as long as the other takes");
    assert.deepEqual(host.take("a", { type: "recheck", counts: "kept" }), [], "it is not told again");
    assert.ok(host.exits("web", 0).includes("a RUNNING>STOPPING"));
  }
});
