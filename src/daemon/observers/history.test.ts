import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../../config/model.ts";
import { NEVER_STARTED, type ProcessInput } from "../../process/state.ts";
import type { State } from "../../process/states.ts";
import { exitWith } from "../../process/waitstatus.ts";
import { makeMember } from "../../supervisor/world.ts";
import { History, TIMELINE_MAX } from "./history.ts";

const member = () => makeMember("g", { name: "p", exitCodes: [0] } as unknown as ProcessConfig, NEVER_STARTED);
const change = (from: State, state: State, cause: ProcessInput = { type: "deadline" }, spawnError = "") =>
  ({
    kind: "process-state",
    group: "g",
    process: "p",
    from,
    state,
    pid: 7,
    tries: 0,
    expected: false,
    spawnError,
    cause,
    reason: null,
  }) as const;
const exited = (waitStatus: number) => ({ type: "exited", waitStatus }) as const;
const SIGKILL_WITH_CORE = 9 | 0x80;
const SIGTERM = 15;

test("the end of a process that was told to stop is expected, whatever it is", () => {
  for (const waitStatus of [SIGTERM, exitWith(143)]) {
    const [history, it] = [new History(), member()];
    history.changed(it, change("STOPPING", "STOPPED", exited(waitStatus)), 1);
    assert.equal(history.lastExit(it)?.expected, true);
  }
});

test("a restart is what nobody ordered", () => {
  const [history, it] = [new History(), member()];
  history.changed(it, change("STOPPED", "STARTING"), 1);
  history.changed(it, change("EXITED", "STARTING"), 2);
  history.changed(it, change("BACKOFF", "STARTING"), 3);
  history.changed(it, change("EXITED", "STARTING", { type: "start" }), 4);
  history.changed(it, change("BACKOFF", "STARTING", { type: "start" }), 5);
  assert.equal(history.restarts(it), 2);
});

test("an exit is the reason of the states that follow it, until the next start", () => {
  const [history, it] = [new History(), member()];
  history.changed(it, change("STARTING", "RUNNING", exited(exitWith(3))), 5.4);
  history.changed(it, change("RUNNING", "EXITED", exited(exitWith(3)), "Bad exit code 3"), 5.4);
  assert.deepEqual(history.lastExit(it), { at: 5, exitCode: 3, signal: null, expected: false, coreDumped: false });
  history.changed(it, change("EXITED", "STARTING"), 6);
  history.changed(it, change("RUNNING", "EXITED", exited(SIGKILL_WITH_CORE), "Bad exit code -1"), 7);
  assert.deepEqual(history.lastExit(it), { at: 7, exitCode: null, signal: "SIGKILL", expected: false, coreDumped: true });
  assert.deepEqual(
    history.timeline(it).map(({ reason }) => reason),
    ["", "exit 3", "", "SIGKILL (core dumped)"],
  );
});

test("a spawn that failed has its own reason", () => {
  const [history, it] = [new History(), member()];
  const text = "can't find command '/nowhere'";
  history.changed(it, change("STARTING", "BACKOFF", { type: "spawn-failed", text }, text), 1);
  history.changed(it, change("BACKOFF", "FATAL", { type: "give-up" }, text), 2);
  assert.deepEqual(
    history.timeline(it).map(({ reason }) => reason),
    [`spawn error: ${text}`, `spawn error: ${text}`],
  );
});

test("a child that never became its program: why not, until the next start", () => {
  const [history, it] = [new History(), member()];
  history.changed(it, change("STARTING", "BACKOFF", { ...exited(exitWith(127)), notSpawned: "couldn't exec /x: no such file" }), 1);
  assert.equal(history.unspawned(it), "couldn't exec /x: no such file");
  history.changed(it, change("BACKOFF", "STARTING"), 2);
  assert.equal(history.unspawned(it), null);
});

test("the oldest entries go; what never happened costs nothing", () => {
  const [history, it] = [new History(), member()];
  assert.deepEqual([history.timeline(it), history.lastExit(it), history.restarts(it)], [[], null, 0]);
  for (let at = 0; at < TIMELINE_MAX + 5; at++) history.changed(it, change("STARTING", "RUNNING"), at);
  assert.equal(history.timeline(it).length, TIMELINE_MAX);
  assert.equal(history.timeline(it)[0]?.at, 5);
});

test("what a predecessor saw is known from the record", () => {
  const it = makeMember("g", { name: "p", exitCodes: [0] } as unknown as ProcessConfig, {
    ...NEVER_STARTED,
    exitStatus: -1,
    stopWallMs: 9,
  });
  assert.deepEqual(new History().lastExit(it), { at: 9, exitCode: null, signal: null, expected: false, coreDumped: false });
});
