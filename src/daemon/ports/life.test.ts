import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSchedule } from "../../config/cronfields.ts";
import type { ProcessConfig } from "../../config/model.ts";
import { program } from "../../process/life.fixture.ts";
import { NEVER_STARTED, type ProcessState } from "../../process/state.ts";
import type { Zones } from "../../supervisor/jobs.ts";
import { emptyWorld, makeMember } from "../../supervisor/world.ts";
import { lifeOf, nextOf, stateSince } from "./life.ts";

const UTC: Zones = () => () => 0;
const NOW = { monoMs: 1000, wallMs: 50_000 };
const member = (state: Partial<ProcessState>, config: Partial<ProcessConfig> = {}) =>
  makeMember("g", program({ name: "p", ...config }), { ...NEVER_STARTED, ...state });
const next = (state: Partial<ProcessState>, world = emptyWorld()) => {
  const { what, at, text } = nextOf(world, member(state), NOW, UTC);
  return [what, at, text];
};

test("HIS-005 what happens next, and when", () => {
  assert.deepEqual(next({ state: "RUNNING" }), ["runs", null, "runs"]);
  assert.deepEqual(next({ state: "STARTING", deadlines: { startup: 2000 } }), ["runs", 51_000, "runs"]);
  assert.deepEqual(next({ state: "STOPPING", deadlines: { kill: 7000 } }), ["stops", 56_000, "is stopped"]);
  for (const deadline of ["restart", "again", "fatal-retry"] as const)
    assert.deepEqual(next({ state: "BACKOFF", deadlines: { [deadline]: 3000 } }), ["retries", 52_000, "retries"]);
  for (const state of ["STOPPED", "EXITED", "FATAL", "UNKNOWN"] as const)
    assert.deepEqual(next({ state }), ["stays-down", null, "stays down until it is started"]);
  assert.equal(next({ state: "STOPPED", life: { waiting: { cause: "user", sinceMs: 0 } } })[0], "starts");
});

test("HIS-005 on the way down nothing is started any more", () => {
  const world = emptyWorld();
  world.mood = "SHUTDOWN";
  assert.equal(next({ state: "BACKOFF", deadlines: { restart: 3000 } }, world)[0], "stays-down");
});

test("HIS-005 a process that an update takes out is removed", () => {
  const it = member({ state: "STOPPING", deadlines: { kill: 7000 } });
  it.pending = { config: null, start: false };
  assert.deepEqual(nextOf(emptyWorld(), it, NOW, UTC), { what: "removed", at: 56_000, text: "is removed" });
});

test("RST-010: the restarts in a row of a process that pauses between them", () => {
  const row = (state: Partial<ProcessState>, config: Partial<ProcessConfig>) => lifeOf(emptyWorld(), member(state, config), NOW, UTC).row;
  assert.equal(row({ life: { policy: { row: 4, starts: [] } } }, { restartDelay: 1000 }), 4);
  assert.equal(row({}, { restartDelay: 1000 }), 0);
  assert.equal(row({}, {}), null);
});

test("HIS-007 null for what is not used", () => {
  assert.deepEqual(lifeOf(emptyWorld(), member({ state: "RUNNING" }), NOW, UTC), {
    ...{ wanted: "up", wantedBy: "autostart", next: { what: "runs", at: null, text: "runs" } },
    ...{
      waitsFor: null,
      ready: null,
      readyAt: null,
      statusText: null,
      health: null,
      hook: null,
      row: null,
      limits: null,
      job: null,
      tree: null,
      reload: null,
    },
  });
});

test("RDY-013 HLT-012 readiness, the verdict and the last result of its checks", () => {
  const config = { readyWhen: { kind: "tcp", host: "localhost", port: 80 } } as const;
  const shown = (state: Partial<ProcessState>) => {
    const { ready, readyAt, health, next } = lifeOf(emptyWorld(), member(state, config), NOW, UTC);
    return { ready, readyAt, health, next };
  };
  assert.deepEqual(shown({ state: "STARTING", life: { ready: { isReady: false, check: 3 } }, deadlines: { ready: 3000 } }), {
    ...{ ready: false, readyAt: null, health: null },
    next: { what: "runs", at: 52_000, text: "runs when it is ready" },
  });
  const last = { result: "failed", text: "http 503", output: "", ms: 12.4, atWallMs: 49_000.3 } as const;
  const health = {
    verdict: "unhealthy",
    sinceWallMs: 48_000,
    failures: 3,
    successes: 0,
    check: 9,
    beganMs: null,
    runningMs: 0,
    last,
  } as const;
  assert.deepEqual(shown({ state: "RUNNING", life: { ready: { isReady: true, atWallMs: 40_000, check: 4 }, health } }), {
    ...{ ready: true, readyAt: 40_000, next: { what: "runs", at: null, text: "runs" } },
    health: {
      ...{ state: "unhealthy", since: 48_000, failures: 3, lastAt: 49_000 },
      lastResult: { result: "failed", text: "http 503", ms: 12 },
    },
  });
  assert.equal(shown({ state: "STOPPED" }).ready, false);
});

test("since when it is in its state: its last change, or what a successor knows", () => {
  assert.equal(stateSince(member({ state: "RUNNING", startWallMs: 5 }), 7), 7);
  assert.equal(stateSince(member({ state: "RUNNING", startWallMs: 5 }), undefined), 5);
  assert.equal(stateSince(member({ state: "EXITED", startWallMs: 5, stopWallMs: 6 }), undefined), 6);
  assert.equal(stateSince(member({}), undefined), null);
});

test("HIS-007, CRON-002: of a job its next run, its last, and whether it is paused", () => {
  const cron = parseSchedule("30 2 * * *");
  assert.ok(cron.ok);
  const config = program({ name: "p", cron: cron.value });
  const job = {
    of: "30 2 * * *",
    position: { handledMs: 0, aheadMs: 0 },
    paused: false,
    queued: false,
    skipped: { overlap: 1, missed: 2 },
  };
  const state: ProcessState = { ...NEVER_STARTED, state: "EXITED", startWallMs: 7, life: { job } };
  const at = 9_000_000;
  const it = lifeOf(emptyWorld(), makeMember("g", config, state), NOW, UTC);
  assert.deepEqual(it.job, { next: at, last: 7, paused: false, queued: false, skipped: 3 });
  assert.deepEqual(it.next, { what: "run", at, text: "runs by its schedule" });
  const paused = lifeOf(emptyWorld(), makeMember("g", config, { ...state, life: { job: { ...job, paused: true } } }), NOW, UTC);
  assert.deepEqual([paused.job?.next, paused.next.what], [null, "paused"]);
});

test("RDY-010 RDY-012 what it says of itself: its status, that it ends, that it reloads and is not ready meanwhile", () => {
  const ready = { isReady: true, check: 2, atWallMs: 7 };
  const shown = (said: ProcessState["life"]["said"]) => {
    const it = lifeOf(emptyWorld(), member({ state: "RUNNING", life: { ready, ...(said && { said }) } }), NOW, UTC);
    return [it.ready, it.readyAt, it.statusText, it.next.text];
  };
  assert.deepEqual(shown(undefined), [true, 7, null, "runs"]);
  assert.deepEqual(shown({ status: "warm" }), [true, 7, "warm", "runs"]);
  assert.deepEqual(shown({ stopping: true }), [true, 7, null, "runs, and is about to end, as it says"]);
  assert.deepEqual(shown({ reloadingMs: 5 }), [false, null, null, "runs, and takes up its configuration anew"]);
});

test("HIS-007, RLD-001: by what a program takes up its own configuration, where it says so", () => {
  const shown = (config: Partial<ProcessConfig>) => lifeOf(emptyWorld(), member({}, config), NOW, UTC).reload;
  assert.deepEqual([shown({}), shown({ reloadSignal: 1 }), shown({ reloadCommand: "nginx -s reload" })], [null, "signal", "command"]);
});
