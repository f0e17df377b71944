/** Random histories of the whole, and what must be true of each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { at } from "../process/life.fixture.ts";
import { STATES } from "../process/states.ts";
import { groups, history, live, type Whole } from "./histories.fixture.ts";
import { deadlinesDue, stepReports } from "./step.ts";
import { allMembers, label } from "./world.ts";

/** The earliest moment at which something is to be done, reckoned without the world's own answer. */
function earliest({ world }: Whole): number | null {
  const times = [...allMembers(world)].flatMap(({ state: { state, deadlines } }) => {
    const isRestart = state === "BACKOFF" || state === "EXITED" || state === "STOPPED";
    return isRestart && world.mood !== "RUNNING" ? [] : Object.values(deadlines);
  });
  for (const { until, reportMs } of world.waiters.values()) if (until === "stopped") times.push(reportMs);
  if (world.goingDown !== null) times.push(world.goingDown.nextReportMs);
  return times.length === 0 ? null : Math.min(...times);
}

test("every history keeps the rules, whoever comes and goes", () => {
  fc.assert(
    fc.property(groups, history, (configs, acts) => void live(configs, acts)),
    { numRuns: 300 },
  );
});

test("the histories get somewhere: every change of state, every outcome of a wait, ends of both kinds", () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  fc.assert(
    fc.property(groups, history, (configs, acts) => {
      const whole = live(configs, acts);
      for (const effect of whole.effects) if (effect.type === "event" && effect.event.kind === "process-state") count(effect.event.state);
      for (const outcome of whole.settled.values()) count(typeof outcome === "string" ? outcome : "waits in vain");
      if (whole.endCount > 0) count(`ended ${whole.world.mood}`);
      if (whole.world.goingDown !== null) count("still going down");
    }),
    { numRuns: 500, seed: 1 },
  );
  const expected = [
    ...Object.keys(STATES),
    "done",
    "spawn-error",
    "abnormal-termination",
    "gone",
    "ended SHUTDOWN",
    "ended RESTARTING",
    "still going down",
  ];
  for (const what of expected) assert.ok((seen.get(what) ?? 0) >= 10, `${what}: ${seen.get(what) ?? 0} times`);
});

test("the alarm is never later than anything that is due, and when it has been answered it is later than now", () => {
  fc.assert(
    fc.property(groups, history, fc.nat(20_000), (configs, acts, lateMs) => {
      const whole = live(configs, acts, (one) => assert.equal(one.next(), earliest(one)));
      const next = whole.next();
      if (next === null) return;
      const before = at(Math.max(whole.nowMs, next - 0.001));
      if (before.monoMs < next) {
        assert.deepEqual(deadlinesDue(whole.world, before), []);
        assert.deepEqual(
          whole.step((step) => stepReports(whole.world, before, step)),
          [],
        );
      }
      whole.nowMs = Math.max(whole.nowMs, next) + lateMs;
      whole.ring();
      assert.ok((whole.next() ?? Number.POSITIVE_INFINITY) > whole.nowMs, "no alarm rings for ever");
    }),
    { numRuns: 300 },
  );
});

/** From now on every child obeys SIGKILL, and every preparation and spawn comes to its end. */
function obey(whole: Whole): void {
  for (let step = 0; step < 2000 && whole.endCount === 0; step++) {
    for (const one of whole.members((member) => whole.children.get(member.state.child)?.alive === false)) whole.spawned(label(one.ref));
    const killed = whole.members((member) => member.state.kills > 0 && member.state.state === "STOPPING");
    for (const one of killed) whole.ends(label(one.ref), 9);
    if (killed.length === 0) whole.pass(Math.max(0, (whole.next() ?? whole.nowMs) - whole.nowMs));
  }
}

test("a shutdown ends when every child exits on SIGKILL, and every wait is over by then", () => {
  let ends = 0;
  fc.assert(
    fc.property(groups, history, (configs, acts) => {
      const whole = live(configs, acts);
      whole.goDown("SHUTDOWN");
      obey(whole);
      assert.equal(whole.endCount, 1);
      ends += 1;
      assert.equal(whole.world.waiters.size, 0);
      for (let id = 1; id <= whole.waits; id++) assert.ok(whole.settled.has(id) !== whole.abandoned.has(id), `wait ${id}`);
    }),
    { numRuns: 300 },
  );
  assert.equal(ends, 300);
});

test("PROC-154: while going down a process is told only when nothing of a higher priority runs", () => {
  let told = 0;
  fc.assert(
    fc.property(groups, history, (configs, acts) => {
      const whole = live(configs, acts);
      if (whole.world.mood !== "RUNNING") return;
      const seen = whole.effects.length;
      const running = new Map(whole.members((one) => !STATES[one.state.state].stopped).map((one) => [label(one.ref), one]));
      const toldBefore = new Set(whole.members((one) => one.state.stopping).map((one) => label(one.ref)));
      whole.goDown("SHUTDOWN");
      obey(whole);
      for (const effect of whole.effects.slice(seen)) {
        if (effect.type !== "event" || effect.event.kind !== "process-state") continue;
        const { event } = effect;
        const priority = whole.world.groups.get(event.group)?.config.priority ?? 0;
        if (event.state === "STOPPING" && !toldBefore.has(`${event.group}:${event.process}`)) {
          told += 1;
          const higher = [...running.values()].filter((one) => (whole.world.groups.get(one.ref.group)?.config.priority ?? 0) > priority);
          assert.deepEqual(
            higher.map((one) => label(one.ref)),
            [],
          );
        }
        if (STATES[event.state].stopped) running.delete(`${event.group}:${event.process}`);
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(told > 30, `${told} times`);
});
