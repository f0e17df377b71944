/** When a program is started again: pauses, limits and what clears them, in numbers and in the life of a process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ProcessConfig } from "../config/model.ts";
import { INFINITE_RETRIES } from "../config/restartlimits.ts";
import { at, Life } from "./life.fixture.ts";
import { countStart, nextPause, type Policy } from "./policy.ts";
import { spread } from "./spread.ts";

const DOUBLING = { restartDelay: 1000, restartBackoff: 2, restartDelayMax: 30_000 } as const;
const MINUTE = 60_000;

/** How long it waits now for its next start. */
const pauseOf = (life: Life): number | null => (life.dueMs === null ? null : life.dueMs - life.nowMs);
/** It ends after so long a run; its pause, and its next run when that is over. */
const endsAfter = (life: Life, ms: number): number => {
  life.pass(ms);
  life.exits(0);
  const pause = pauseOf(life) ?? Number.NaN;
  life.pass(pause);
  if (life.state.state === "STARTING") life.spawn();
  return pause;
};

test("RST-001: pauses of 1 s, factor 2, 30 s at most, are 1, 2, 4, 8, 16, 30, 30 seconds", () => {
  const life = new Life({ ...DOUBLING, autorestart: "always" }).run();
  const pauses = Array.from({ length: 7 }, () => endsAfter(life, 1500));
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.equal(life.state.life.policy?.row, 7);
});

test("RST-001: a pause that is longer than the default of restart_delay_max is as long as it is written", () => {
  const life = new Life({ restartDelay: 600_000, restartDelayMax: 300_000, autorestart: "always" }).run();
  assert.deepEqual([endsAfter(life, 1500), endsAfter(life, 1500)], [600_000, 600_000]);
});

test("RST-001: jitter adds up to its part, another one each time, and never takes away", () => {
  const life = new Life({ restartDelay: 1000, restartJitter: 0.5, autorestart: "always" }).run();
  const pauses = Array.from({ length: 20 }, () => endsAfter(life, 1500));
  for (const pause of pauses) assert.ok(pause >= 1000 && pause < 1500, `${pause}`);
  assert.ok(new Set(pauses).size > 15);
});

test("RST-001: what is drawn is spread over the whole range, also for neighbours", () => {
  const drawn = Array.from({ length: 1000 }, (_, index) => spread(`web_${index}`, 1, 1000));
  assert.ok(drawn.every((one) => one >= 0 && one < 1));
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = drawn.filter((one) => Math.floor(one * 10) === tenth).length;
    assert.ok(count > 60 && count < 140, `${count} of 1000 in tenth ${tenth}`);
  }
});

test("RST-002: the pause takes the place of the seconds of BACKOFF and of the restart at once; the states are as ever", () => {
  const failing = new Life({ restartDelay: 5000 });
  failing.failToStart();
  assert.deepEqual([failing.state.state, pauseOf(failing)], ["BACKOFF", 5000]);
  failing.pass(5000);
  failing.unprepared();
  assert.deepEqual([failing.state.state, pauseOf(failing)], ["BACKOFF", 5000], "two seconds without it");
  const ending = new Life({ restartDelay: 5000, autorestart: "always" }).run();
  ending.exits(3);
  assert.deepEqual([ending.state.state, pauseOf(ending)], ["EXITED", 5000]);
});

test("RST-003: a restart by health pauses and counts, those by memory, age, rolling and bind do neither", () => {
  for (const cause of ["unhealthy", "memory", "age", "rolling", "bind"] as const) {
    const life = new Life({ ...DOUBLING, restartLimit: { count: 5, ms: MINUTE } }).run();
    life.take({ type: "stop", cause, again: true });
    life.exits(0);
    const isHealth = cause === "unhealthy";
    assert.equal(pauseOf(life), isHealth ? 1000 : 0, cause);
    life.pass(1000);
    assert.equal(life.state.state, "STARTING");
    assert.deepEqual([life.state.life.policy?.row ?? 0, life.state.life.policy?.starts.length ?? 0], isHealth ? [1, 1] : [0, 0], cause);
  }
});

test("RST-004: a run that was RUNNING for restart_reset clears the row; merely reaching RUNNING does not", () => {
  const life = new Life({ ...DOUBLING, autorestart: "always", restartReset: MINUTE }).run();
  assert.deepEqual(
    [endsAfter(life, 1500), endsAfter(life, 1500), endsAfter(life, MINUTE)],
    [1000, 2000, 4000],
    "a second of it was STARTING",
  );
  assert.equal(endsAfter(life, MINUTE + 1000), 1000);
});

test("RST-004: a user's start and an update that restarts it clear the row, an automatic start does not", () => {
  for (const [cause, row] of [
    ["user", 0],
    ["update", 0],
    ["dependency", 0],
    ["restart", 2],
    ["bind", 2],
  ] as const) {
    const life = new Life({ ...DOUBLING, autorestart: "always" }).run();
    endsAfter(life, 1500);
    life.pass(1500);
    life.exits(0);
    life.take({ type: "start", cause });
    assert.equal(life.state.life.policy?.row ?? 0, row, cause);
  }
});

test("RST-004: one that became ready late has been RUNNING since then", () => {
  const life = new Life({ ...DOUBLING, autorestart: "always", restartReset: MINUTE }).run();
  endsAfter(life, 1500);
  const after = (readyMs: number): number | undefined => {
    const one = new Life({ ...DOUBLING, autorestart: "always", restartReset: MINUTE });
    one.state = { ...life.state, state: "RUNNING", startMonoMs: 0, deadlines: {} };
    one.state = { ...one.state, life: { ...one.state.life, ready: { isReady: true, check: 1, atWallMs: at(readyMs).wallMs } } };
    one.nowMs = 10 * MINUTE;
    one.exits(0);
    return one.state.life.policy?.row;
  };
  assert.deepEqual([after(9.5 * MINUTE), after(8 * MINUTE)], [2, 1]);
});

test("RST-005: with startretries=infinite a failing start is never FATAL, and its seconds grow to restart_delay_max at most", () => {
  const life = new Life({ startRetries: INFINITE_RETRIES, restartDelayMax: 10_000 });
  life.failToStart();
  const pauses: (number | null)[] = [];
  for (let failure = 0; failure < 50; failure++) {
    pauses.push(pauseOf(life));
    life.pass(pauseOf(life) ?? 0);
    life.unprepared();
    assert.equal(life.state.state, "BACKOFF");
  }
  assert.deepEqual(pauses.slice(0, 3), [1000, 2000, 3000]);
  assert.equal(pauses.at(-1), 10_000);
});

test("RST-005: the row goes on where startretries ends in FATAL: a start that never was does not count", () => {
  const life = new Life({ ...DOUBLING, startRetries: 1 });
  life.failToStart();
  life.pass(1000);
  life.unprepared();
  assert.deepEqual([life.state.state, life.state.life.policy?.row], ["FATAL", 1]);
});

test("RST-006: one automatic start too many within the time is refused, with the limit in words; a user's start forgets them", () => {
  const limit = { count: 3, ms: MINUTE };
  const life = new Life({ autorestart: "always", restartLimit: limit }).run();
  for (let run = 0; run < 3; run++) endsAfter(life, 1500);
  life.pass(1500);
  life.exits(0);
  assert.deepEqual(life.take({ type: "deadline" }).slice(0, 3), ["EXITED>STARTING", "STARTING>BACKOFF", "BACKOFF>FATAL"]);
  assert.equal(life.state.spawnError, "restart limit: 3 restarts in 1m");
  life.start();
  assert.equal(life.state.life.policy, undefined);
});

test("RST-006: what is older than the time does not count", () => {
  const life = new Life({ autorestart: "always", restartLimit: { count: 3, ms: MINUTE } }).run();
  for (let run = 0; run < 10; run++) endsAfter(life, 20_001);
  assert.equal(life.state.state, "STARTING");
});

test("RST-006: retries of BACKOFF count as well, and the limit ends them", () => {
  const life = new Life({ startRetries: 10, restartLimit: { count: 2, ms: MINUTE } });
  life.failToStart();
  for (let retry = 0; retry < 2; retry++) {
    life.pass(pauseOf(life) ?? 0);
    life.unprepared();
  }
  assert.deepEqual(life.pass(pauseOf(life) ?? 0).slice(0, 1), ["BACKOFF>FATAL"]);
});

test("RST-007: FATAL is left after fatal_retry, for ever, with the row kept and the limit begun anew; a stop ends that and it stays down", () => {
  const life = new Life({ startRetries: 0, fatalRetry: 5 * MINUTE, restartLimit: { count: 1, ms: 60 * MINUTE } });
  life.failToStart();
  for (let time = 0; time < 5; time++) {
    assert.deepEqual([life.state.state, pauseOf(life)], ["FATAL", 5 * MINUTE]);
    assert.equal(life.pass(5 * MINUTE)[0], "FATAL>STARTING");
    assert.equal(life.state.tries, 0);
    life.unprepared();
  }
  life.take({ type: "stop" });
  assert.deepEqual([life.state.state, life.dueMs, life.state.life.wanted], ["FATAL", null, { up: false, by: "user" }]);
  life.start();
  assert.equal(life.state.life.wanted, undefined);
});

test("RST-008: without restart_delay the brake for short runs is as ever", () => {
  const life = new Life({ autorestart: "always", startSecs: 0 });
  life.start();
  const pauses = Array.from({ length: 6 }, () => endsAfter(life, 0));
  assert.deepEqual(pauses, [0, 0, 0, 0, 1000, 1000]);
  assert.equal(life.state.life.policy, undefined, "and nothing is kept of it");
});

/** The same, told as a story: every automatic start with the pause before it. */
function naivePauses(
  config: Pick<ProcessConfig, "restartDelay" | "restartBackoff" | "restartDelayMax" | "restartReset">,
  runsMs: readonly number[],
) {
  let wait = config.restartDelay;
  return runsMs.map((runMs) => {
    if (runMs - 1000 >= config.restartReset) wait = config.restartDelay;
    const pause = Math.min(wait, config.restartDelayMax);
    wait *= config.restartBackoff;
    return pause;
  });
}

test("RST-001, RST-004: whatever the options and the runs, pauses are those of a story without formulas", () => {
  const options = fc.record({
    restartDelay: fc.integer({ min: 1, max: 20_000 }),
    restartBackoff: fc.constantFrom(1, 1.5, 2, 10),
    restartDelayMax: fc.integer({ min: 20_000, max: 300_000 }),
    restartReset: fc.integer({ min: 0, max: 100_000 }),
  });
  fc.assert(
    fc.property(options, fc.array(fc.integer({ min: 1001, max: 200_000 }), { maxLength: 12 }), (config, runsMs) => {
      const life = new Life({ ...config, autorestart: "always" }).run();
      life.nowMs = life.state.startMonoMs;
      const pauses = runsMs.map((runMs) => endsAfter(life, runMs));
      for (const [index, expected] of naivePauses(config, runsMs).entries()) {
        assert.ok(Math.abs((pauses[index] ?? 0) - expected) < 0.01, `${pauses.join()} and not ${expected} at ${index}`);
      }
    }),
    { numRuns: 300 },
  );
});

test("RST-006: whatever the times, no more starts than the limit are within any of its windows, and none is refused without need", () => {
  const limit = fc.record({ count: fc.integer({ min: 1, max: 5 }), ms: fc.integer({ min: 1, max: 5000 }) });
  fc.assert(
    fc.property(limit, fc.array(fc.nat(2000), { maxLength: 40 }), (restartLimit, gaps) => {
      const config = { restartDelay: 0, restartBackoff: 1, restartDelayMax: 1, restartJitter: 0, restartReset: 0, restartLimit };
      let policy: Policy | undefined;
      let now = 0;
      const granted: number[] = [];
      for (const gap of gaps) {
        now += gap;
        const recent = granted.filter((at) => now - at < restartLimit.ms).length;
        const counted = countStart(config, policy, "restart", now);
        assert.equal("refused" in counted, recent >= restartLimit.count);
        if ("refused" in counted) continue;
        policy = counted.policy;
        granted.push(now);
        assert.ok((policy?.starts.length ?? 0) <= restartLimit.count, "the list is bounded");
      }
    }),
  );
});

test("no pauses without restart_delay", () => {
  const config = { restartDelay: 0, restartBackoff: 1, restartDelayMax: 1, restartJitter: 0, restartReset: 0, restartLimit: null };
  assert.equal(nextPause(config), null);
});
