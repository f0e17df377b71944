/** Health checks of one process, on the machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../config/model.ts";
import { isPassing } from "./checks.ts";
import { Life } from "./life.fixture.ts";

const HTTP = { kind: "http", to: { kind: "tcp", host: "localhost", port: 80 }, uri: "/" } as const;

function running(over: Partial<ProcessConfig> = {}): Life {
  const life = new Life({ name: "web", healthcheck: HTTP, startSecs: 0, healthcheckGrace: 10_000, healthcheckInterval: 30_000, ...over });
  life.start();
  return life;
}

/** Lets an interval pass, and the check in it have this result. */
function next(life: Life, result: "ok" | "failed" | "error", text?: string): string[] {
  const asked = life.pass(33_000);
  assert.deepEqual(asked, [`probe health ${life.state.life.health?.check}`]);
  return life.probed("health", result, text);
}

test("HLT-001 checks begin at RUNNING, at once; a success makes it healthy early", () => {
  const life = running();
  assert.equal(life.state.state, "RUNNING");
  assert.deepEqual(life.pass(0), ["probe health 1"]);
  assert.deepEqual(life.probed("health", "ok"), ["info: healthy: web", "LIFECYCLE_HEALTHY"]);
  assert.deepEqual(next(life, "ok"), [], "told once");
});

test("HLT-003 HLT-004 unhealthy after three failures outside the grace time: told, and due for a restart", () => {
  const life = running();
  life.pass(0);
  assert.deepEqual(life.probed("health", "failed"), [], "within the grace time");
  assert.deepEqual([next(life, "failed"), next(life, "failed")], [[], []]);
  assert.deepEqual(next(life, "failed", "http 503"), ["warn: unhealthy: web (http 503, 3 failures)", "LIFECYCLE_UNHEALTHY"]);
  assert.equal(life.state.life.due, "unhealthy");
  assert.deepEqual(next(life, "ok"), ["info: healthy: web", "LIFECYCLE_HEALTHY"]);
  assert.equal(life.state.life.due, undefined, "it is well again before its turn came");
});

test("HLT-004 action=event: told, checked on, and nothing else", () => {
  const life = running({ healthcheckAction: "event", healthcheckFailures: 1, healthcheckGrace: 0 });
  life.pass(0);
  assert.deepEqual(life.probed("health", "failed", "ECONNREFUSED"), [
    "warn: unhealthy: web (ECONNREFUSED, 1 failure)",
    "LIFECYCLE_UNHEALTHY",
  ]);
  assert.equal(life.state.life.due, undefined);
  assert.deepEqual(next(life, "failed"), []);
});

test("HLT-005 checks that could not be made are told once a burst and count for nothing", () => {
  const life = running({ healthcheckFailures: 1, healthcheckGrace: 0 });
  life.pass(0);
  assert.deepEqual(life.probed("health", "error", "EMFILE"), [
    "warn: the check of web could not be made (EMFILE): it says nothing about web",
  ]);
  assert.deepEqual(next(life, "error", "EMFILE"), []);
  next(life, "ok");
  assert.equal(next(life, "error", "EMFILE").length, 1);
  assert.equal(life.state.life.health?.verdict, "healthy");
});

test("HLT-006 after a sleep what is under way is void, the next check is drawn from now, and counts are kept", () => {
  const life = running({ healthcheckGrace: 0 });
  life.pass(0);
  life.probed("health", "failed");
  life.pass(33_000);
  life.nowMs += 3_600_000;
  const late = life.state.life.health?.check ?? 0;
  life.take({ type: "recheck", counts: "kept" });
  const found = { result: "failed", text: "", output: "", ms: 1 } as const;
  assert.deepEqual(life.take({ type: "probed", purpose: "health", child: life.state.child, check: late, found }), []);
  assert.equal(life.state.life.health?.failures, 1);
  const due = life.state.deadlines.health ?? 0;
  assert.ok(due >= life.nowMs && due <= life.nowMs + 30_000);
});

test("HLT-009 checks rest during a stop, and a late result is dropped; the next run begins with nothing known", () => {
  const life = running();
  life.pass(0);
  life.take({ type: "stop" });
  assert.equal(life.state.deadlines.health, undefined);
  assert.deepEqual(life.probed("health", "failed"), []);
  life.diesOf(15);
  assert.deepEqual(life.state.life, {});
  life.start();
  assert.equal(life.state.life.health?.verdict, "unknown");
});

test("an update takes checks away, or gives new ones, to a process that runs", () => {
  const plain = running({ healthcheck: null });
  assert.deepEqual([plain.state.life, plain.state.deadlines], [{}, {}]);
  const life = new Life({ healthcheck: HTTP });
  life.state = { ...plain.state };
  life.take({ type: "recheck", counts: "zero" });
  assert.deepEqual(life.pass(0), ["probe health 1"]);
  const without = new Life({ healthcheck: null });
  without.state = life.state;
  without.take({ type: "recheck", counts: "zero" });
  assert.deepEqual([without.state.life, without.state.deadlines], [{}, {}]);
});

test("a check that changes nothing but itself need not be stored; what counts does", () => {
  const life = running();
  const passed = (result: "ok" | "failed"): boolean => {
    const before = life.state;
    life.pass(40_000);
    life.probed("health", result);
    return isPassing(before, life.state);
  };
  assert.deepEqual(
    [passed("ok"), passed("ok"), passed("failed"), passed("failed"), passed("ok"), passed("ok")],
    [false, true, false, false, false, true],
  );
  const before = life.state;
  life.take({ type: "stop" });
  assert.equal(isPassing(before, life.state), false);
});
