import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../../config/model.ts";
import { NEVER_STARTED } from "../../process/state.ts";
import type { State } from "../../process/states.ts";
import { exitWith } from "../../process/waitstatus.ts";
import { makeMember } from "../../supervisor/world.ts";
import { History, TIMELINE_MAX } from "./history.ts";

const member = (spawnError = "") =>
  makeMember("g", { name: "p", exitCodes: [0] } as unknown as ProcessConfig, { ...NEVER_STARTED, spawnError });
const change = (from: State, state: State, pid = 7) =>
  ({ kind: "process-state", group: "g", process: "p", from, state, pid, tries: 0, expected: false }) as const;
const SIGKILL_WITH_CORE = 9 | 0x80;
const SIGTERM = 15;

test("the end of a process that was told to stop is expected, whatever it is", () => {
  for (const waitStatus of [SIGTERM, exitWith(143)]) {
    const history = new History();
    const it = makeMember("g", { name: "p", exitCodes: [0] } as unknown as ProcessConfig, { ...NEVER_STARTED, state: "STOPPING" });
    history.exited(it, waitStatus, 1);
    assert.equal(history.lastExit(it)?.expected, true);
  }
});

test("a restart is what nobody ordered", () => {
  const [history, it] = [new History(), member()];
  history.changed(it, change("STOPPED", "STARTING"), 1);
  history.changed(it, change("EXITED", "STARTING"), 2);
  history.changed(it, change("BACKOFF", "STARTING"), 3);
  history.ordered(() => history.changed(it, change("EXITED", "STARTING"), 4));
  assert.equal(history.restarts(it), 2);
});

test("an exit is the reason of the states that follow it, until the next start", () => {
  const [history, it] = [new History(), member("bad exit code 3")];
  history.exited(it, exitWith(3), 5.4);
  history.changed(it, change("STARTING", "RUNNING"), 5);
  history.changed(it, change("RUNNING", "EXITED"), 5);
  assert.deepEqual(history.lastExit(it), { at: 5, exitCode: 3, signal: null, expected: false, coreDumped: false });
  history.changed(it, change("EXITED", "STARTING"), 6);
  history.exited(it, SIGKILL_WITH_CORE, 7);
  history.changed(it, change("RUNNING", "EXITED"), 7);
  assert.deepEqual(history.lastExit(it), { at: 7, exitCode: null, signal: "SIGKILL", expected: false, coreDumped: true });
  assert.deepEqual(
    history.timeline(it).map(({ reason }) => reason),
    ["", "exit 3", "", "SIGKILL (core dumped)"],
  );
});

test("a spawn that failed has its own reason", () => {
  const [history, it] = [new History(), member("can't find command '/nowhere'")];
  history.changed(it, change("STARTING", "BACKOFF", 0), 1);
  assert.equal(history.timeline(it)[0]?.reason, "spawn error: can't find command '/nowhere'");
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
