/** Sweeps on a machine that is told: how often is looked, who is killed, what comes of a process that does not die and of a look that never ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { KernelProcess } from "../../doors.ts";
import type { KeeperEffect } from "../../link/messages.ts";
import { program } from "../../process/life.fixture.ts";
import { NEVER_STARTED } from "../../process/state.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { emptyStep, type Step } from "../../supervisor/effects.ts";
import { emptyWorld, findMember, makeGroup, setState } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import { Sweeps } from "./sweeps.ts";

const at = (monoMs: number) => ({ monoMs, wallMs: 0 });
const one = (pid: number, over: Partial<KernelProcess> = {}): KernelProcess => ({
  ...{ pid, parent: 10, group: pid, session: 10, startTicks: pid, state: "S", name: "node" },
  ...over,
});

/** The run with pid 100 and the number 7 has ended; keeper 10, daemon 11. */
function scene() {
  const world = emptyWorld();
  world.groups.set("g", makeGroup({ kind: "programs", name: "g", priority: 1, processes: [program({ killTree: true })] }, 0));
  const member = findMember(world, { group: "g", process: "cat" });
  assert.ok(member !== undefined);
  let nowMs = 0;
  const machine: {
    all: KernelProcess[];
    marks: Record<number, string>;
    below: KernelProcess[];
    hangs: boolean;
    reads: number;
    empty: () => Result<boolean, string>;
  } = {
    ...{ all: [], marks: {}, below: [], hangs: false, reads: 0, empty: () => ok(true) },
  };
  const effects: KeeperEffect[] = [];
  const told: string[] = [];
  const turn = { effect: (effect: KeeperEffect) => effects.push(effect) } as unknown as Turn;
  const processes = {
    all: () => (machine.hangs ? new Promise(() => undefined) : Promise.resolve(machine.all)),
    one: (pid: number) => machine.all.find((its) => its.pid === pid) ?? one(10),
    below: () => machine.below,
    variableOf: (pid: number) => {
      machine.reads += 1;
      return Promise.resolve(machine.marks[pid] ?? null);
    },
  };
  const runtime = {
    ...{ world, keeperPid: 10, doors: { clock: { now: () => at(nowMs) }, processes, birth: { pid: 11 } } },
    loop: { post: (act: (turn: Turn) => void) => act(turn) },
    step: (_: Turn, act: (step: Step, now: ReturnType<typeof at>) => void) => {
      const step = emptyStep();
      act(step, at(nowMs));
      for (const effect of step.effects) if (effect.type === "log") told.push(effect.text);
    },
  } as unknown as Runtime;
  const groups = { empty: () => Promise.resolve(machine.empty()), pidsOfRun: () => Promise.resolve(machine.all.map(({ pid }) => pid)) };
  const sweeps = new Sweeps(runtime, groups);
  const end = (untilMs = 10_000, cgroup?: string): void =>
    setState(world, member, {
      ...NEVER_STARTED,
      state: "EXITED",
      life: { sweep: { sinceTicks: 100, pid: 100, child: 7, untilMs, ...(cgroup !== undefined && { cgroup }) } },
    });
  const pass = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms;
    for (;;) {
      const next = sweeps.nextDeadlineMs();
      if (next === null || next > untilMs) break;
      nowMs = Math.max(nowMs, next);
      sweeps.deadlinePassed(at(nowMs));
      await setImmediate();
    }
    nowMs = untilMs;
  };
  const killed = () => effects.splice(0).flatMap((effect) => (effect.type === "signal-process" && effect.signal === 9 ? effect.pid : []));
  return { sweeps, member, machine, turn, end, pass, killed, told };
}

test("KILL-004 a look at once, then every 50 ms until it finds nobody; then the sweep is over", async () => {
  const it = scene();
  assert.equal(it.sweeps.nextDeadlineMs(), null);
  it.machine.all = [one(101, { group: 100 }), one(102), one(103), one(90, { group: 100 })];
  it.machine.marks = { 102: "outer-1 10-10-7", 103: "10-10-8" };
  it.end();
  await it.pass(0);
  assert.deepEqual(it.killed(), [101, 102]);
  assert.equal(it.sweeps.countOf(it.member), 2);
  await it.pass(49);
  assert.deepEqual(it.killed(), []);
  it.machine.all = [one(104, { parent: 102 }), one(102)];
  await it.pass(1);
  assert.deepEqual(it.killed(), [102, 104], "who was forked meanwhile");
  it.machine.all = [one(104, { state: "Z" })];
  await it.pass(50);
  assert.deepEqual([it.killed(), it.sweeps.countOf(it.member), it.sweeps.nextDeadlineMs()], [[], null, null]);
  assert.equal(it.member.state.life.sweep, undefined);
});

test("KILL-003 an environment is read once of each process", async () => {
  const it = scene();
  it.machine.all = [one(101, { group: 100 }), one(102), one(50)];
  it.end();
  await it.pass(500);
  assert.equal(it.machine.reads, 2, "what is older than the run is not asked");
});

test("KILL-004 after 10 s who is left is told and given up", async () => {
  const it = scene();
  it.machine.all = [one(4711, { group: 100, state: "D", name: "no\u0007de" })];
  it.end();
  await it.pass(9_999);
  assert.deepEqual(it.told, []);
  await it.pass(100);
  assert.deepEqual(it.told, ["left behind: cat: no?de (4711, D)"]);
  assert.equal(it.member.state.life.sweep, undefined);
});

test("KILL-004 a look that never comes back holds nobody for ever", async () => {
  const it = scene();
  it.machine.hangs = true;
  it.end();
  await it.pass(12_000);
  assert.equal(it.member.state.life.sweep, undefined);
});

test("KILL-007 a successor looks twice at least, however late it is", async () => {
  const it = scene();
  await it.pass(60_000);
  it.machine.all = [one(101, { group: 100 })];
  it.end(10_000);
  await it.pass(0);
  assert.deepEqual(it.killed(), [101]);
  assert.notEqual(it.member.state.life.sweep, undefined);
  it.machine.all = [];
  await it.pass(50);
  assert.deepEqual([it.member.state.life.sweep, it.told], [undefined, []]);
});

test("KILL-003 who was below the main process when it was told to stop is of the run; after stopwaitsecs it is killed with it", async () => {
  const it = scene();
  it.machine.below = [one(105)];
  it.sweeps.whileAlive(it.turn, { type: "tree", ref: it.member.ref, child: 7, pid: 100, act: "look" });
  assert.deepEqual(it.killed(), []);
  it.machine.below = [one(106)];
  it.sweeps.whileAlive(it.turn, { type: "tree", ref: it.member.ref, child: 7, pid: 100, act: "kill" });
  assert.deepEqual(it.killed(), [105, 106]);
  it.machine.all = [one(105), one(107)];
  it.end();
  it.sweeps.reaped(it.member.ref, 7);
  await it.pass(0);
  assert.deepEqual(it.killed(), [105]);
});

test("KILL-002 a control group is emptied in one go, and the sweep is over when nobody is in it; no process is looked for", async () => {
  const it = scene();
  let looks = 0;
  it.machine.empty = () => ok(++looks > 2);
  it.machine.all = [one(101, { name: "n" })];
  it.end(10_000, "/group");
  await it.pass(0);
  assert.equal(it.sweeps.countOf(it.member), 1);
  await it.pass(20);
  assert.deepEqual([looks, it.machine.reads, it.killed(), it.member.state.life.sweep], [3, 0, [], undefined]);
});

test("KILL-002 who does not leave the group within 10 s is told; where it cannot be used its processes are looked for", async () => {
  const it = scene();
  it.machine.empty = () => ok(false);
  it.machine.all = [one(4711, { state: "D" })];
  it.end(10_000, "/group");
  await it.pass(10_100);
  assert.deepEqual(it.told, ["left behind: cat: node (4711, D)"]);
  const other = scene();
  other.machine.empty = () => refuse("EACCES");
  other.machine.all = [one(101, { group: 100 })];
  other.end(10_000, "/group");
  await other.pass(0);
  assert.deepEqual(other.killed(), [101]);
});
