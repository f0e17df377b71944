import assert from "node:assert/strict";
import { test } from "node:test";
import { callOffRuns, hasRuns, killRuns, orderRun, type RunInput, runsDueMs, runsOf, stepRuns } from "./auxiliary.ts";
import { at, inWords, program } from "./life.fixture.ts";
import type { What } from "./run.ts";
import { NEVER_STARTED, type ProcessState, type Transition } from "./state.ts";
import { exitWith } from "./waitstatus.ts";

/** Runs of one process, and what came of what happened to them. */
class Runs {
  state: ProcessState = NEVER_STARTED;
  nowMs = 0;
  ended: string[] = [];

  order(what: What, timeoutMs = 30_000): string[] {
    return this.#take(orderRun(this.state, { what, timeoutMs }, at(this.nowMs)));
  }

  take(input: RunInput): string[] {
    const step = stepRuns(program(), this.state, input, at(this.nowMs));
    if (step.ended !== null) this.ended.push(`${step.ended.what} ${step.ended.number} ${JSON.stringify(step.ended.outcome)}`);
    return this.#take(step);
  }

  /** Prepared and spawned. */
  begins(number: number, child: number): string[] {
    return [...this.take({ type: "run-prepared", number, child }), ...this.take({ type: "run-spawned", child, pid: 1000 + child })];
  }

  exits(child: number, waitStatus = exitWith(0)): string[] {
    return this.take({ type: "run-exited", child, waitStatus, output: "" });
  }

  passTo(ms: number): string[] {
    this.nowMs = ms;
    return this.take({ type: "run-due" });
  }

  callOff(...whats: What[]): string[] {
    return this.#take(callOffRuns(this.state, ({ what }) => whats.includes(what), at(this.nowMs)));
  }

  kill(): string[] {
    return this.#take(killRuns(this.state, at(this.nowMs)));
  }

  #take({ process, effects }: Transition): string[] {
    this.state = process;
    return effects.map(inWords);
  }
}

test("CMN-022 a run is prepared, spawned with its number and deadline, and its end is told once", () => {
  const runs = new Runs();
  assert.deepEqual(runs.order("post_start"), ["run post_start 1"]);
  runs.nowMs = 5000;
  assert.deepEqual(runs.begins(1, 50), ["spawn run 1 as 50"]);
  assert.deepEqual(
    runsOf(runs.state).map(({ child, pid, sinceMs, untilMs }) => [child, pid, sinceMs, untilMs]),
    [[50, 1050, 5000, 35_000]],
    "CMN-026 what it has waited is not counted",
  );
  assert.deepEqual(runs.exits(50), []);
  assert.deepEqual(runs.ended, ['post_start 1 {"kind":"exit","code":0}']);
  assert.deepEqual([runs.exits(50), runs.ended.length, runs.state.life.runs], [[], 1, undefined]);
  assert.deepEqual(runs.order("post_start"), ["run post_start 2"], "numbers grow");
});

test("CMN-022 a late result of a preparation or a child that is no more is nothing", () => {
  const runs = new Runs();
  runs.order("post_start");
  assert.deepEqual(runs.callOff("post_start"), []);
  assert.deepEqual(runs.take({ type: "run-prepared", number: 1, child: 50 }), []);
  assert.deepEqual(runs.take({ type: "run-unprepared", number: 1, outcome: { kind: "not-run", text: "no" } }), []);
  runs.order("post_start");
  assert.deepEqual(runs.take({ type: "run-prepared", number: 1, child: 50 }), []);
  assert.deepEqual(runs.begins(2, 51), ["spawn run 2 as 51"]);
  assert.deepEqual(runs.take({ type: "run-prepared", number: 2, child: 52 }), []);
  assert.deepEqual([runs.ended, runsOf(runs.state).map(({ child }) => child)], [[], [51]]);
});

test("HOOK-001 every failure is told: a code, a signal, the deadline, not to be run", () => {
  const failures: [RunInput | number, string, string][] = [
    [{ type: "run-exited", child: 50, waitStatus: exitWith(3), output: "" }, "exit 3", '{"hook":"post_start","code":3,"signal":""}'],
    [{ type: "run-exited", child: 50, waitStatus: 9, output: "" }, "SIGKILL", '{"hook":"post_start","code":"","signal":"SIGKILL"}'],
    [30_000, "not ended within 30 s", '{"hook":"post_start","code":"","signal":""}'],
    [{ type: "run-not-spawned", child: 50, text: "exec: ENOENT" }, "exec: ENOENT", '{"hook":"post_start","code":"","signal":""}'],
  ];
  for (const [input, words, keys] of failures) {
    const runs = new Runs();
    runs.order("post_start");
    runs.begins(1, 50);
    if (typeof input === "number") runs.nowMs = input;
    const { effects } = stepRuns(program(), runs.state, typeof input === "number" ? { type: "run-due" } : input, at(runs.nowMs));
    const [line, news] = effects.slice(-2);
    assert.deepEqual(line, { type: "log", level: "warn", text: `hook: cat post_start failed (${words})` });
    assert.equal(news?.type === "lifecycle" && news.name === "LIFECYCLE_HOOK_FAILED" ? JSON.stringify(news.keys) : news, keys);
  }
  const runs = new Runs();
  runs.order("on_fatal");
  const words = runs.take({ type: "run-unprepared", number: 1, outcome: { kind: "not-run", text: "can't find command 'x'" } });
  assert.deepEqual(words, ["warn: hook: cat on_fatal failed (can't find command 'x')", "LIFECYCLE_HOOK_FAILED"]);
});

test("CMN-024 after its deadline SIGTERM, 2 s later SIGKILL, and in the end nobody waits for it", () => {
  const runs = new Runs();
  runs.order("post_start", 1000);
  runs.begins(1, 50);
  assert.deepEqual(runs.passTo(999), []);
  assert.equal(runs.passTo(1000)[0], "signal 15 to run 50");
  assert.deepEqual(runs.ended, ['post_start 1 {"kind":"timeout"}'], "the result does not wait for its death");
  assert.deepEqual(runs.passTo(2999), []);
  assert.deepEqual(runs.passTo(3000), ["signal 9 to run 50"]);
  assert.ok(hasRuns(runs.state));
  assert.deepEqual(runs.passTo(5000), []);
  assert.deepEqual([hasRuns(runs.state), runsDueMs(runs.state)], [false, Number.POSITIVE_INFINITY]);
  assert.deepEqual(runs.exits(50, 9), []);
  assert.deepEqual([runs.ended.length, runs.state.life.runs], [1, undefined]);
});

test("CMN-024 the next run of its kind waits for the death of one that overstays, others do not; but not for ever", () => {
  const runs = new Runs();
  runs.order("post_start", 1000);
  runs.begins(1, 50);
  runs.passTo(1000);
  assert.deepEqual(runs.order("post_start"), []);
  assert.deepEqual(runs.order("on_fatal"), [], "HOOK-010 hooks in their order, one at a time");
  assert.deepEqual(runs.exits(50, 15), ["run post_start 2"]);
  runs.begins(2, 51);
  assert.deepEqual(runs.exits(51), ["run on_fatal 3"]);

  const other = new Runs();
  other.order("post_start", 1000);
  other.begins(1, 50);
  other.passTo(1000);
  assert.deepEqual(other.order("on_fatal"), ["run on_fatal 2"]);
  other.order("post_start");
  other.begins(2, 51);
  other.exits(51);
  other.passTo(3000);
  assert.deepEqual(other.passTo(5000), ["run post_start 3"], "what SIGKILL does not end holds nobody");
});

test("HOOK-010 a hook waits until the one before has ended, or its deadline has passed", () => {
  const runs = new Runs();
  runs.order("post_start", 1000);
  runs.begins(1, 50);
  assert.deepEqual(runs.order("on_fatal"), []);
  assert.deepEqual(runs.passTo(1000).slice(0, 2), ["signal 15 to run 50", "run on_fatal 2"]);
});

test("HOOK-004 one that is called off is no failure, whatever becomes of it", () => {
  const runs = new Runs();
  runs.order("post_start");
  runs.begins(1, 50);
  assert.deepEqual(runs.callOff("on_fatal"), []);
  assert.deepEqual(runs.callOff("post_start"), ["signal 15 to run 50"]);
  assert.deepEqual(runs.callOff("post_start"), []);
  assert.deepEqual(runs.passTo(2000), ["signal 9 to run 50"]);
  assert.deepEqual(runs.exits(50, 9), []);
  assert.deepEqual(runs.ended, []);
});

test("CTR-005 without any more time SIGKILL goes to what runs, also to what has had SIGTERM", () => {
  const runs = new Runs();
  runs.order("on_fatal");
  runs.begins(1, 50);
  runs.callOff("on_fatal");
  assert.deepEqual(runs.kill(), ["signal 9 to run 50"]);
  assert.deepEqual(runs.kill(), []);
});

test("CMN-025 a child of which the keeper has never heard was never there: it is run again; not one that was to end", () => {
  const runs = new Runs();
  runs.order("post_start");
  runs.begins(1, 50);
  assert.deepEqual(runs.take({ type: "run-lost", child: 50 }), ["run post_start 1"]);
  assert.equal(runsDueMs(runs.state), Number.POSITIVE_INFINITY);
  runs.begins(1, 51);
  runs.callOff("post_start");
  assert.deepEqual(runs.take({ type: "run-lost", child: 51 }), []);
  assert.deepEqual([runs.ended, runs.state.life.runs], [[], undefined]);
});
