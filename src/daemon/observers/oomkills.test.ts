import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kernel } from "../../doors.ts";
import { Turn } from "../loop/turn.ts";
import type { Inheritance } from "../runtime.ts";
import { OomKills } from "./oomkills.ts";

class FakeKernel implements Kernel {
  count: number | null = 7;
  looks = 0;

  oomKills(): number | null {
    this.looks += 1;
    return this.count;
  }

  oomKillsIn(): null {
    return null;
  }

  isGroupAlive(): boolean {
    return false;
  }

  groupSizes(): Promise<ReadonlyMap<number, number>> {
    return Promise.resolve(new Map());
  }
}

function scene() {
  const kernel = new FakeKernel();
  return { kernel, kills: new OomKills(kernel), turn: new Turn() };
}

test("HIS-002 a kill between the beginning of a run and its end", () => {
  const { kernel, kills, turn } = scene();
  kills.runBegins(turn, 1000);
  assert.equal(kills.hasKilledBetween(turn, 1000, 5000), false);
  kernel.count = 8;
  assert.equal(kills.hasKilledBetween(turn, 1000, 6000), true);
});

test("HIS-002 a kill before the run began is not about it", () => {
  const { kernel, kills, turn } = scene();
  kills.runBegins(turn, 1000);
  kernel.count = 8;
  kills.runBegins(turn, 5000);
  assert.equal(kills.hasKilledBetween(turn, 5000, 9000), false);
  assert.equal(kills.hasKilledBetween(turn, 1000, 9000), true);
});

test("HIS-002 a successor knows what was known: a kill while no daemon was there counts", () => {
  const { kernel, kills, turn } = scene();
  kills.runBegins(turn, 1000);
  const bytes = turn.states.get("oom-kills");
  assert.ok(bytes instanceof Uint8Array);
  const next = new OomKills(kernel);
  next.restore({ store: new Map([["oom-kills", bytes]]) } as unknown as Inheritance, true);
  kernel.count = 8;
  assert.equal(next.hasKilledBetween(new Turn(), 1000, 9000), true);
});

test("many starts at once are one look, and only a change is stored", () => {
  const { kernel, kills } = scene();
  const turns = Array.from({ length: 100 }, (_, at) => {
    const turn = new Turn();
    kills.runBegins(turn, 1000 + at);
    return turn;
  });
  assert.equal(kernel.looks, 1);
  assert.equal(turns.filter(({ states }) => states.size > 0).length, 1);
});

test("a kernel that does not say: nobody was killed for want of memory, as far as is known", () => {
  const { kernel, kills, turn } = scene();
  kernel.count = null;
  kills.runBegins(turn, 1000);
  assert.equal(kills.hasKilledBetween(turn, 1000, 9000), false);
  assert.equal(turn.states.size, 0);
});
