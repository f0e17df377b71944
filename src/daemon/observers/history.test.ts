import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupConfig } from "../../config/model.ts";
import type { Kernel } from "../../doors.ts";
import type { Reason } from "../../process/causes.ts";
import { NEVER_STARTED, type ProcessInput, type ProcessState } from "../../process/state.ts";
import type { State } from "../../process/states.ts";
import { exitWith } from "../../process/waitstatus.ts";
import { emptyWorld, findMember, makeGroup } from "../../supervisor/world.ts";
import { StoreBudget } from "../loop/storebudget.ts";
import { Turn } from "../loop/turn.ts";
import { ExitRecords } from "./exitrecords.ts";
import { GroupSurvivors } from "./groupsurvivors.ts";
import { History, TIMELINE_MAX } from "./history.ts";
import { OomKills } from "./oomkills.ts";

function scene(config = { name: "p", exitCodes: [0] }, state: ProcessState = NEVER_STARTED) {
  const world = emptyWorld();
  world.groups.set("g", makeGroup({ name: "g", processes: [config] } as unknown as GroupConfig, 0, new Map([["p", state]])));
  const it = findMember(world, { group: "g", process: "p" });
  assert.ok(it !== undefined);
  const kernel = { oomKills: 0 as number | null, inGroup: null as number | null, groupIsAlive: false };
  const door: Kernel = {
    oomKills: () => kernel.oomKills,
    oomKillsIn: (cgroup) => (cgroup === "/g" ? kernel.inGroup : null),
    isGroupAlive: () => kernel.groupIsAlive,
    groupSizes: () => Promise.resolve(new Map([[7, 2]])),
  };
  const exits = new ExitRecords(new StoreBudget());
  const turn = new Turn();
  const survivors = new GroupSurvivors({ post: (act) => act(turn) }, door, exits);
  const history = new History({ world, kernel: door, exits, oomKills: new OomKills(door), survivors });
  const end = (waitStatus: number, before: Partial<ProcessState> = {}, atMs = 5000) =>
    history.ended(
      turn,
      it,
      { ...NEVER_STARTED, state: "RUNNING", pid: 7, child: 1, startWallMs: 1000, startMonoMs: 1000, ...before },
      { pid: 7, waitStatus, userUs: 1500n, systemUs: 500n, maxRssKiB: 4n },
      { monoMs: atMs, wallMs: atMs },
    );
  const changed =
    (...args: Parameters<typeof change>) =>
    (at: number) =>
      history.changed(turn, it, change(...args), at);
  return { world, it, kernel, history, turn, end, changed };
}

const change = (from: State, state: State, cause: ProcessInput = { type: "deadline" }, spawnError = "", reason: Reason | null = null) =>
  ({ kind: "process-state", group: "g", process: "p", from, state, pid: 7, tries: 0, expected: false, spawnError, cause, reason }) as const;
const exited = (waitStatus: number) => ({ type: "exited", waitStatus }) as const;
const SIGKILL_WITH_CORE = 9 | 0x80;
const SIGTERM = 15;
const SIGKILL = 9;

test("the end of a process that was told to stop is expected, whatever it is", () => {
  for (const waitStatus of [SIGTERM, exitWith(143)]) {
    const { history, it, changed, end } = scene();
    changed("STOPPING", "STOPPED", exited(waitStatus), "", "stop")(1);
    end(waitStatus, { state: "STOPPING", stopping: true });
    assert.equal(history.lastExit(it)?.expected, true);
    assert.equal(history.exits(it).ends[0]?.reason, "stop");
  }
});

test("HIS-001 an end has its times, its code or signal, what it took, and why it came", () => {
  const { history, it, changed, end } = scene();
  assert.deepEqual(end(exitWith(3)), {
    startedAt: 1000,
    endedAt: 5000,
    ranMs: 4000,
    code: 3,
    signal: null,
    core: false,
    expected: false,
    reason: "exit",
    oom: "no",
    cpuMs: 2,
    memory: 4096,
    survivors: 0,
  });
  changed("STOPPING", "STOPPED", exited(SIGTERM), "", "unhealthy")(1);
  assert.equal(end(SIGTERM, { state: "STOPPING", stopping: true })?.reason, "unhealthy");
  assert.equal(history.exits(it).ends.length, 2);
});

test("HIS-001 a restart counts once, in the step of an end or later", () => {
  const { history, it, changed, end } = scene();
  changed("RUNNING", "EXITED", exited(exitWith(1)), "", "exit")(1);
  changed("EXITED", "STARTING", { type: "deadline" }, "", "exit")(1);
  end(exitWith(1));
  assert.deepEqual(history.exits(it).restarts, { exit: 1 });
  changed("RUNNING", "EXITED", exited(exitWith(1)), "", "exit")(2);
  end(exitWith(1));
  changed("EXITED", "STARTING", { type: "deadline" }, "", "exit")(3);
  assert.deepEqual(history.exits(it).restarts, { exit: 2 });
});

test("HIS-001 a process that was taken out of its group by its end leaves nothing", () => {
  const { world, history, it, turn, end } = scene();
  world.groups.clear();
  assert.equal(end(exitWith(0)), null);
  assert.deepEqual([history.exits(it).ends.length, turn.states.size], [0, 0]);
});

test("HIS-002 SIGKILL and a kill for want of memory during the run: likely; one of ours, or another end: no", () => {
  const { kernel, history, turn, end } = scene();
  history.spawned(turn, { monoMs: 1000, wallMs: 1000 });
  assert.equal(end(SIGKILL)?.oom, "no");
  kernel.oomKills = 1;
  assert.equal(end(SIGTERM)?.oom, "no");
  assert.equal(end(SIGKILL, { kills: 1 })?.oom, "no");
  history.signalled(1, 9);
  assert.equal(end(SIGKILL)?.oom, "no");
  assert.equal(end(SIGKILL)?.oom, "likely");
});

test("HIS-002 where the program has a control group the kernel tells: yes when it has killed in it during the run, else no", () => {
  const { kernel, history, turn, end } = scene();
  history.spawned(turn, { monoMs: 1000, wallMs: 1000 });
  kernel.oomKills = 1;
  const life = { tree: { sinceTicks: 1, cgroup: "/g", oomKills: 2 } };
  kernel.inGroup = 2;
  assert.equal(end(SIGKILL, { life })?.oom, "no", "somebody else was killed");
  kernel.inGroup = 3;
  assert.equal(end(SIGKILL, { life })?.oom, "yes");
  assert.equal(end(SIGTERM, { life })?.oom, "no");
  kernel.inGroup = null;
  assert.equal(end(SIGKILL, { life })?.oom, "likely", "without the controller it is as ever");
});

test("KILL-006 who lives on in the process group is counted where somebody does", async () => {
  const { kernel, history, it, end } = scene();
  kernel.groupIsAlive = true;
  assert.equal(end(exitWith(0))?.survivors, null);
  await new Promise(setImmediate);
  assert.equal(history.exits(it).ends[0]?.survivors, 2);
});

test("a restart is what nobody ordered", () => {
  const { history, it, changed } = scene();
  const started = (from: State, reason: Reason) => changed(from, "STARTING", undefined, "", reason)(1);
  started("STOPPED", "start");
  started("EXITED", "restart");
  started("BACKOFF", "retry");
  started("STOPPED", "unhealthy");
  started("EXITED", "start");
  started("BACKOFF", "dependency");
  started("STOPPED", "update");
  assert.deepEqual([history.restarts(it), history.exits(it).restarts], [3, { restart: 1, retry: 1, unhealthy: 1, update: 1 }]);
});

test("RST-006 a restart that was refused is none", () => {
  const { history, it, changed } = scene(undefined, { ...NEVER_STARTED, state: "FATAL" });
  changed("EXITED", "STARTING", undefined, "", "restart")(1);
  changed("STARTING", "BACKOFF")(1);
  changed("BACKOFF", "FATAL")(1);
  assert.equal(history.restarts(it), 0);
});

test("an exit is the reason of the states that follow it, until the next start", () => {
  const { history, it, changed, end } = scene();
  changed("STARTING", "RUNNING", exited(exitWith(3)))(5.4);
  changed("RUNNING", "EXITED", exited(exitWith(3)), "Bad exit code 3")(5.4);
  end(exitWith(3), {}, 5.4);
  assert.deepEqual(history.lastExit(it), { at: 5, exitCode: 3, signal: null, expected: false, coreDumped: false });
  changed("EXITED", "STARTING")(6);
  changed("RUNNING", "EXITED", exited(SIGKILL_WITH_CORE), "Bad exit code -1")(7);
  end(SIGKILL_WITH_CORE, {}, 7);
  assert.deepEqual(history.lastExit(it), { at: 7, exitCode: null, signal: "SIGKILL", expected: false, coreDumped: true });
  assert.deepEqual(
    history.timeline(it).map(({ reason }) => reason),
    ["", "exit 3", "", "SIGKILL (core dumped)"],
  );
});

test("a spawn that failed has its own reason", () => {
  const { history, it, changed } = scene();
  const text = "can't find command '/nowhere'";
  changed("STARTING", "BACKOFF", { type: "spawn-failed", text }, text)(1);
  changed("BACKOFF", "FATAL", { type: "give-up" }, text)(2);
  assert.deepEqual(
    history.timeline(it).map(({ reason }) => reason),
    [`spawn error: ${text}`, `spawn error: ${text}`],
  );
});

test("a child that never became its program: why not, until the next start", () => {
  const { history, it, changed } = scene();
  changed("STARTING", "BACKOFF", { ...exited(exitWith(127)), notSpawned: "couldn't exec /x: no such file" })(1);
  assert.equal(history.unspawned(it), "couldn't exec /x: no such file");
  changed("BACKOFF", "STARTING")(2);
  assert.equal(history.unspawned(it), null);
});

test("the oldest entries go; what never happened costs nothing", () => {
  const { history, it, turn, changed } = scene();
  assert.deepEqual([history.timeline(it), history.lastExit(it), history.restarts(it)], [[], null, 0]);
  for (let at = 0; at < TIMELINE_MAX + 5; at++) changed("STARTING", "RUNNING")(at);
  assert.equal(history.timeline(it).length, TIMELINE_MAX);
  assert.equal(history.timeline(it)[0]?.at, 5);
  assert.equal(turn.states.size, 0);
});

test("what a predecessor of an earlier release saw is known from the record", () => {
  const { history, it } = scene(undefined, { ...NEVER_STARTED, exitStatus: -1, stopWallMs: 9 });
  assert.deepEqual(history.lastExit(it), { at: 9, exitCode: null, signal: null, expected: false, coreDumped: false });
});
