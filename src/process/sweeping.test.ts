import assert from "node:assert/strict";
import { test } from "node:test";
import { CHILD, Life, PID, SIGKILL } from "./life.fixture.ts";
import { hasStartDue } from "./state.ts";

const tree = { sinceTicks: 77 };

function running(over: ConstructorParameters<typeof Life>[0] = {}): Life {
  const life = new Life({ killTree: true, startSecs: 0, ...over });
  life.take({ type: "start" });
  life.take({ type: "prepared", attempt: 1, child: CHILD, tree });
  life.spawned(PID);
  return life;
}

test("KILL-001 the end of the main process begins a sweep of its run, whatever the end was; at most 10 s (KILL-004)", () => {
  for (const waitStatus of [0, 256, SIGKILL]) {
    const life = running();
    life.nowMs = 5000;
    life.take({ type: "exited", waitStatus });
    assert.deepEqual(life.state.life, { sweep: { sinceTicks: 77, pid: PID, child: CHILD, untilMs: 15_000 } });
    assert.deepEqual([life.state.state, life.state.pid], ["EXITED", 0], "its state changes as ever");
  }
  const stopped = running();
  stopped.take({ type: "stop" });
  stopped.take({ type: "exited", waitStatus: 15 });
  assert.equal(stopped.state.state, "STOPPED");
  assert.equal(stopped.state.life.sweep?.child, CHILD);
});

test("KILL-006 without killtree there is none, and an update that takes it back counts at once", () => {
  const plain = new Life({ startSecs: 0 }).run();
  plain.take({ type: "exited", waitStatus: 0 });
  assert.deepEqual(plain.state.life, {});
  const life = running();
  (life as { config: Life["config"] }).config = { ...life.config, killTree: false };
  life.take({ type: "exited", waitStatus: 0 });
  assert.deepEqual(life.state.life, {});
});

test("KILL-001 killtree that came with an update after the start is a sweep, too", () => {
  const life = new Life({ startSecs: 0 }).run();
  (life as { config: Life["config"] }).config = { ...life.config, killTree: true };
  life.take({ type: "exited", waitStatus: 0 });
  assert.deepEqual(life.state.life.sweep, { sinceTicks: 0, pid: PID, child: CHILD, untilMs: life.nowMs + 10_000 });
});

test("KILL-001 at a stop the run is looked at while its main process lives; after stopwaitsecs all of it is killed", () => {
  const life = running();
  assert.ok(life.take({ type: "stop" }).includes("look at the tree"));
  life.nowMs += 10_000;
  assert.deepEqual(life.take({ type: "deadline", name: "kill" }).slice(-2), ["kill at the tree", "signal 9 to process"]);
  const plain = new Life().run();
  assert.ok(!plain.take({ type: "stop" }).some((word) => word.includes("tree")));
});

test("KILL-001 a start waits for the end of the sweep, and a stop calls it off (CMN-008)", () => {
  const life = running();
  life.take({ type: "exited", waitStatus: 0 });
  life.take({ type: "start-later", cause: "user", deps: false });
  assert.deepEqual(life.state.life.later, { cause: "user", deps: false });
  assert.equal(hasStartDue(life.state), true);
  life.take({ type: "stop" });
  assert.equal(life.state.life.later, undefined);
  assert.equal(life.state.life.sweep?.child, CHILD, "the sweep goes on");
  assert.equal(hasStartDue(life.state), false);
});

test("KILL-004 who is left is told: a WARN, LIFECYCLE_LEFTOVERS; nobody left is told nobody", () => {
  const life = running();
  life.take({ type: "exited", waitStatus: 0 });
  assert.deepEqual(life.take({ type: "swept", child: 99, left: [] }), []);
  assert.notEqual(life.state.life.sweep, undefined, "of another run");
  const left = [{ pid: 4711, name: "node", state: "D" }];
  assert.deepEqual(life.take({ type: "swept", child: CHILD, left }), ["warn: left behind: cat: node (4711, D)", "LIFECYCLE_LEFTOVERS"]);
  assert.deepEqual(life.state.life, {});
  const event = life.effects.at(-1);
  assert.deepEqual(event?.type === "lifecycle" && event.keys, { count: 1 });

  const clean = running();
  clean.take({ type: "exited", waitStatus: 0 });
  assert.deepEqual(clean.take({ type: "swept", child: CHILD, left: [] }), []);
  assert.deepEqual(clean.state.life, {});
});

test("KILL-004 of many that are left a few are named", () => {
  const life = running();
  life.take({ type: "exited", waitStatus: 0 });
  const left = Array.from({ length: 12 }, (_, index) => ({ pid: index + 1, name: "n", state: "D" }));
  assert.match(life.take({ type: "swept", child: CHILD, left })[0] ?? "", /n \(10, D\), and 2 more$/);
});
