import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { program } from "../../process/life.fixture.ts";
import { LOOK_MS } from "../../process/memory.ts";
import { NEVER_STARTED, type ProcessState } from "../../process/state.ts";
import { ok } from "../../result.ts";
import type { Group, Member } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import { MemoryLimits } from "./memory.ts";

const TURN = {} as Turn;
const at = (monoMs: number) => ({ monoMs, wallMs: 0 });
const sample = (pid: number, parent: number, memory: number) => ({ pid, parent, memory, cpuMs: 0, startTicks: 1 });

/** A program with a limit of 100 bytes that runs with pid 10, and what was told of it; each look sees what `sizes` says: the program, its child. */
function scene(state: Partial<ProcessState> = {}, maxMemoryRestart: number | null = 100) {
  const ref = { group: "cat", process: "cat" };
  const member = {
    ref,
    config: program({ maxMemoryRestart }),
    state: { ...NEVER_STARTED, state: "RUNNING", pid: 10, child: 7, ...state },
  } as Member;
  const group = { members: new Map([["cat", member]]) } as unknown as Group;
  let told = 0;
  let looks = 0;
  const sizes = { own: 60, child: 50 };
  const runtime = {
    world: { groups: new Map([["cat", group]]) },
    doors: { clock: { now: () => at(0) } },
    loop: { post: () => void told++ },
  } as unknown as Runtime;
  const limits = new MemoryLimits(runtime, async () => {
    looks++;
    return ok({ processes: [sample(10, 1, sizes.own), sample(11, 10, sizes.child), sample(12, 1, 1000)], costMs: 0 });
  });
  limits.groupChanged(TURN, group, "added");
  let nowMs = 0;
  const look = async (): Promise<number> => {
    assert.equal(limits.nextDeadlineMs(at(nowMs)), nowMs + LOOK_MS);
    nowMs += LOOK_MS;
    limits.deadlinePassed(at(nowMs));
    await setImmediate();
    return told;
  };
  return { limits, look, sizes, looks: () => looks };
}

test("LIM-006 it is told when it was above its limit three times in a row, its descendants counted", async () => {
  const { look, sizes } = scene();
  assert.deepEqual([await look(), await look(), await look()], [0, 0, 1]);
  sizes.child = 40;
  assert.equal(await look(), 1);
  sizes.child = 50;
  assert.deepEqual([await look(), await look(), await look()], [1, 1, 2]);
});

test("LIM-006 a process that is not RUNNING is not looked at", async () => {
  const { look } = scene({ state: "STARTING" });
  assert.deepEqual([await look(), await look(), await look()], [0, 0, 0]);
});

test("LIM-006 where nobody has the option nothing is looked at", () => {
  const { limits, looks } = scene({}, null);
  assert.equal(limits.nextDeadlineMs(at(0)), null);
  assert.equal(looks(), 0);
});
