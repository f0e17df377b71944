import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import { NEVER_STARTED, type ProcessState } from "../../process/state.ts";
import { emptyWorld, makeGroup } from "../../supervisor/world.ts";
import type { Runtime } from "../runtime.ts";
import { readinessOf } from "./readiness.ts";

function worldWith(states: Readonly<Record<string, Partial<ProcessState> & { readonly autostart?: boolean; readonly cron?: object }>>) {
  const world = emptyWorld();
  for (const [name, { autostart = true, cron = null, ...state }] of Object.entries(states)) {
    const process = { name, autostart, cron, exitCodes: [0] } as unknown as ProcessConfig;
    const config = { kind: "programs", name, priority: 999, processes: [process] } as unknown as GroupConfig;
    world.groups.set(name, makeGroup(config, 0, new Map([[name, { ...NEVER_STARTED, ...state }]])));
  }
  return world;
}

const readinessIn = (world: ReturnType<typeof emptyWorld>) => readinessOf({ world } as unknown as Runtime);

test("not ready while something that starts by itself has not come up; an orderly end, and what is not to start, count as up", () => {
  const world = worldWith({
    never: {},
    coming: { state: "STARTING", attempt: 1 },
    again: { state: "BACKOFF", attempt: 2 },
    never_up: { state: "FATAL", attempt: 4 },
    broken: { state: "EXITED", attempt: 1, exitStatus: 3 },
    up: { state: "RUNNING", attempt: 1 },
    done: { state: "EXITED", attempt: 1, exitStatus: 0 },
    stopped: { state: "STOPPED", attempt: 1 },
    asked: { autostart: false },
    job: { cron: {} },
  });
  const { alive, ready, why } = readinessIn(world)();
  assert.deepEqual([alive, ready], [true, false]);
  assert.deepEqual(
    why.map((line) => line.split(":")[0]),
    ["never", "coming", "again", "never_up", "broken"],
  );
});

test("once ready it stays so whatever fails, until it goes down; after a reload it begins anew", () => {
  const world = worldWith({ web: { state: "RUNNING", attempt: 1 } });
  const ask = readinessIn(world);
  assert.equal(ask().ready, true);
  const member = world.groups.get("web")?.members.get("web");
  assert.ok(member !== undefined);
  member.state = { ...member.state, state: "FATAL" };
  assert.equal(ask().ready, true);
  world.mood = "RESTARTING";
  assert.deepEqual(ask(), { alive: true, ready: false, why: ["the daemon is in RESTARTING"] });
  world.mood = "RUNNING";
  assert.equal(ask().ready, false);
  world.mood = "SHUTDOWN";
  assert.equal(ask().alive, false);
});
