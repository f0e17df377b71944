/** Canaries: each invariant of the options beyond Supervisor is broken on purpose once, by records that no daemon writes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupConfig, ProcessConfig } from "../../src/config/model.ts";
import type { Batch } from "../../src/link/messages.ts";
import { program } from "../../src/process/life.fixture.ts";
import { NEVER_STARTED, type ProcessState } from "../../src/process/state.ts";
import { delta } from "../../src/supervisor/delta.ts";
import { encodeLife, encodeProcess, encodeRecord, recordKeys } from "../../src/supervisor/records.ts";
import { actor } from "../contract/case.ts";
import type { Keeper } from "../contract/subject.ts";
import { LifeInvariants } from "./lifeinvariants.ts";
import { runSeed } from "./run.ts";

/** A store in which these programs are, each in a group of its own. */
class Told {
  readonly violations: string[] = [];
  nowMs = 0;
  readonly life = new LifeInvariants(
    (text) => this.violations.push(text),
    () => this.nowMs,
  );

  constructor(...programs: readonly ProcessConfig[]) {
    const template = program();
    const groups = programs.map((config, sequence) => {
      const group: Omit<GroupConfig, "processes"> = { kind: "programs", name: config.name, priority: 1 } as GroupConfig;
      const processes = { piece: [delta(template, config) ?? {}] };
      const record = { config: { ...group, processes: [] }, sequence, processes, autoLogs: { piece: [] } };
      return { key: recordKeys.group(config.name), value: encodeRecord(record, "2") };
    });
    this.sends({
      states: [
        { key: recordKeys.config, value: encodeRecord({ daemon: {} }) },
        { key: recordKeys.template, value: encodeRecord(template) },
        ...groups,
      ],
    });
    this.daemon("RUNNING");
  }

  sends(batch: Partial<Batch>): void {
    this.life.batch({ acknowledged: [], states: [], effects: [], ...batch });
  }

  daemon(mood: string, code?: number): void {
    const exit = code === undefined ? {} : { exit: { code } };
    this.sends({ states: [{ key: "daemon", value: encodeRecord({ mood, goingDown: null, ...exit }) }] });
  }

  is(name: string, state: Partial<ProcessState>, ...effects: Batch["effects"][number][]): void {
    const whole = { ...NEVER_STARTED, ...state };
    const ref = { group: name, process: name };
    const states = [
      { key: recordKeys.process(ref), value: encodeProcess(whole) },
      { key: recordKeys.life(ref), value: encodeLife(whole) },
    ];
    this.sends({ states, effects });
  }
}

const spawn = (name: string) => actor({ folder: "/log", actor: "/bin/actor" } as Keeper, 1, ["hold"], { label: `${name}:${name}` });
const STARTING = { state: "STARTING", attempt: 1 } as const;

test("L-11: a start while a condition does not hold, and a fork without a start", () => {
  const dependsOn = [{ name: "db", condition: null, group: "db", processes: null }];
  const host = new Told(program({ name: "db" }), program({ name: "web", dependsOn }));
  host.is("db", { state: "RUNNING", attempt: 1, pid: 100 });
  host.is("web", STARTING, spawn("web"));
  assert.deepEqual(host.violations, []);
  host.is("db", { state: "BACKOFF", attempt: 1 });
  host.is("web", { ...STARTING, attempt: 2 });
  assert.deepEqual(host.violations.splice(0), ["L-11 web:web is started, and db is not there"]);
  host.is("web", { state: "FATAL", attempt: 2 }, spawn("web"));
  assert.deepEqual(host.violations, ["L-11 web:web is forked, and no start of it was stored"]);
});

test("L-13: a second run in one slot", () => {
  const cron = { kind: "every", ms: 1000, text: "@every 1s" } as const;
  const host = new Told(program({ name: "job", cron }));
  const job = (handledMs: number) => ({
    job: { of: cron.text, position: { handledMs, aheadMs: 0 }, paused: false, queued: false, skipped: { overlap: 0, missed: 0 } },
  });
  host.is("job", { life: job(0) });
  host.is("job", { ...STARTING, life: job(1000) });
  host.is("job", { state: "EXITED", attempt: 1, life: job(1000) });
  host.is("job", { ...STARTING, attempt: 2, life: job(2000) });
  assert.deepEqual(host.violations, []);
  host.is("job", { state: "EXITED", attempt: 2, life: job(2000) });
  host.is("job", { ...STARTING, attempt: 3, life: job(2000) });
  assert.deepEqual(host.violations, ["L-13 job:job runs twice for one slot"]);
});

test("L-14: a start while supervisord goes down", () => {
  const host = new Told(program({ name: "a" }));
  host.is("a", STARTING, spawn("a"));
  host.daemon("SHUTDOWN");
  assert.deepEqual(host.violations, []);
  host.is("a", { ...STARTING, attempt: 2 }, spawn("a"));
  assert.deepEqual(host.violations, ["L-14 a:a is started while supervisord goes down"]);
});

test("L-15: what waits though everything is there", () => {
  const dependsOn = [{ name: "db", condition: null, group: "db", processes: null }];
  const host = new Told(program({ name: "db" }), program({ name: "web", dependsOn }));
  host.is("web", { life: { waiting: { cause: "user", sinceMs: 0 } } });
  assert.deepEqual(host.life.waits(), []);
  host.is("db", { state: "RUNNING", attempt: 1, pid: 100 });
  assert.deepEqual(host.life.waits(), ["L-15 web:web waits, and everything that it waits for is there"]);
});

test("L-18: a pause that is too short, and one that is not counted; an order need not wait for it", () => {
  const host = new Told(program({ name: "a", restartDelay: 1000, restartBackoff: 2 }));
  const paused = (row: number) => ({ state: "EXITED", deadlines: { restart: 5000 }, life: { policy: { row, starts: [] } } }) as const;
  host.is("a", STARTING);
  host.is("a", { ...paused(2), attempt: 1 });
  host.nowMs = 2000;
  host.is("a", { ...STARTING, attempt: 2 });
  assert.deepEqual(host.violations, []);
  host.is("a", { ...paused(2), attempt: 2 });
  host.nowMs = 3900;
  host.is("a", { ...STARTING, attempt: 3 });
  assert.deepEqual(host.violations.splice(0), ["L-18 a:a is started after a pause of 1900 ms, not 2000 (row 2)"]);
  host.is("a", { state: "EXITED", attempt: 3, deadlines: { restart: 5000 } });
  assert.deepEqual(host.violations.splice(0), ["L-18 a:a pauses, and that is not counted"]);
  host.life.startOrdered("a:a");
  host.is("a", { ...STARTING, attempt: 4 });
  assert.deepEqual(host.violations, []);
});

test("L-19: a stop may take as long as it, what is bound to it and what is bound to that", () => {
  const to = (name: string) => ({ bindTo: [{ name, condition: null, group: name, processes: null }] });
  const host = new Told(
    program({ name: "db", stopWaitSecs: 1 }),
    program({ name: "web", stopWaitSecs: 5, ...to("db") }),
    program({ name: "log", stopWaitSecs: 10, ...to("web") }),
    program({ name: "other", stopWaitSecs: 100 }),
  );
  assert.equal(host.life.stopLimitMs("other:other") - host.life.stopLimitMs("log:log"), 90_000);
  assert.equal(host.life.stopLimitMs("db:db") - host.life.stopLimitMs("log:log"), 6000);
  for (const name of ["db", "web", "log", "other"]) host.is(name, { state: "RUNNING" });
  assert.equal(host.life.stopLimitMs(null) - host.life.stopLimitMs("other:other"), 16_000);
});

test("L-20: an end that does not end supervisord, a code that is not its, one that changes", () => {
  const told = () => {
    const host = new Told(program({ name: "a", exitOn: "failure", exitCodes: [0] }));
    host.is("a", { state: "RUNNING", attempt: 1, child: 7, pid: 100 });
    host.life.codes.childEnded(7, 3 << 8);
    return host;
  };
  const ended = told();
  ended.is("a", { state: "EXITED", attempt: 1 });
  assert.deepEqual(ended.violations, ["L-20 what has ended ends supervisord with 3, and it does not"]);
  const ordered = told();
  ordered.is("a", { state: "STOPPING", attempt: 1, child: 7, pid: 100 });
  ordered.is("a", { state: "STOPPED", attempt: 1 });
  assert.deepEqual(ordered.violations, []);
  ordered.daemon("RUNNING", 3);
  assert.deepEqual(ordered.violations, ["L-20 supervisord is to end with 3, and what has ended gives no reason"]);
  ordered.daemon("SHUTDOWN", 4);
  assert.deepEqual(ordered.violations.slice(1), ["L-20 supervisord was to end with 3, and is to end with 4"]);
});

test("L-12: a hook that runs twice for one cause, one that nobody has ordered; L-14: one that begins on the way down", () => {
  const host = new Told(program({ name: "a", postStart: "true" }));
  const spawnRun = (child: number) =>
    actor({ folder: "/log", actor: "/bin/actor" } as Keeper, child, ["hold"], { label: "a:a:post_start" });
  const running = (attempt: number, number: number, child: number): Partial<ProcessState> => {
    const run = { what: "post_start", timeoutMs: 1000, number, child, pid: 0, sinceMs: 0, sinceWallMs: 0, reason: "start" } as const;
    return { state: "RUNNING", attempt, child: attempt, pid: 100, life: { lastRun: number, runs: [run] } };
  };
  host.is("a", running(1, 1, 12), spawnRun(12));
  host.life.runs.born("a:a:post_start", 12, 0);
  host.life.runs.gone(12);
  assert.deepEqual(host.violations, []);
  host.is("a", running(1, 1, 13), spawnRun(13));
  host.life.runs.born("a:a:post_start", 13, 0);
  assert.deepEqual(host.violations.splice(0), ["L-12 a:a:post_start runs twice for one cause (run 1)"]);
  host.is("a", running(1, 2, 14));
  assert.deepEqual(host.violations.splice(0), ["L-12 a:a:post_start is to run twice for one cause (attempt 1)"]);
  host.life.runs.born("a:a:on_fatal", 15, 0);
  assert.deepEqual(host.violations.splice(0), ["L-12 a:a:on_fatal runs, and nobody has ordered it"]);
  host.daemon("SHUTDOWN");
  host.is("a", running(2, 3, 16), spawnRun(16));
  assert.deepEqual(host.violations, ["L-14 a:a:post_start is run while supervisord goes down"]);
});

test("L-16: a hook that is older than its time, and a stop command that has the time of the stop", () => {
  const host = new Told(program({ name: "a", hookTimeout: 1000, stopWaitSecs: 10 }));
  host.is("a", { state: "STOPPING", attempt: 1, child: 1, pid: 100 });
  host.life.runs.born("a:a:pre_stop", 2, 0);
  host.life.runs.born("a:a:stop_command", 3, 0);
  host.nowMs = 4000;
  assert.deepEqual(host.life.overdueRuns(), []);
  host.nowMs = 4001;
  assert.deepEqual(host.life.overdueRuns(), ["L-16 a:a:pre_stop runs since 4001 ms, 4000 at most"]);
  host.nowMs = 13_001;
  assert.equal(host.life.overdueRuns().length, 2);
});

test("a seed with options beyond Supervisor is a history of its own, and the same each time", async () => {
  const [first, second] = [await runSeed(3, { life: true }), await runSeed(3, { life: true })];
  assert.deepEqual(second, first);
  assert.notDeepEqual((await runSeed(3)).config, first.config);
});
