import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupConfig } from "../../config/model.ts";
import { ENDS_MAX, type End, encodeHistory, NO_HISTORY, withEnd } from "../../supervisor/exits.ts";
import { makeGroup } from "../../supervisor/world.ts";
import { StoreBudget } from "../loop/storebudget.ts";
import { Turn } from "../loop/turn.ts";
import type { Inheritance } from "../runtime.ts";
import { ExitRecords } from "./exitrecords.ts";

const END: End = {
  startedAt: 1,
  endedAt: 2,
  ranMs: 1,
  code: 0,
  signal: null,
  core: false,
  expected: true,
  reason: "exit",
  oom: "no",
  cpuMs: 0,
  memory: 0,
  survivors: 0,
};
const REF = { group: "g", process: "p" };
const KEY = "history/g:p";
const ref = (at: number) => ({ group: "g", process: `p${at}` });
const found = (store: Map<string, Uint8Array>): Inheritance => ({ store }) as unknown as Inheritance;

test("HIS-001 an end is written in the turn of the exit; a successor takes it up", () => {
  const [records, turn] = [new ExitRecords(new StoreBudget()), new Turn()];
  records.ended(turn, REF, END);
  records.restarted(turn, REF, "restart");
  const bytes = turn.states.get(KEY);
  assert.ok(bytes instanceof Uint8Array);
  const next = new ExitRecords(new StoreBudget());
  next.restore(found(new Map([[KEY, bytes]])), true);
  assert.deepEqual(next.of(REF), { ...NO_HISTORY, ends: [END], restarts: { restart: 1 } });
});

test("a daemon that begins without states takes none of it; a damaged record is as if it were not there", () => {
  const { bytes } = encodeHistory(withEnd(NO_HISTORY, END));
  const records = new ExitRecords(new StoreBudget());
  records.restore(found(new Map([[KEY, bytes]])), false);
  assert.equal(records.of(REF), NO_HISTORY);
  records.restore(found(new Map([[KEY, bytes.slice(3)]])), true);
  assert.equal(records.of(REF), NO_HISTORY);
});

test("HIS-001 nothing is stored of a process that has never ended", () => {
  const [records, turn] = [new ExitRecords(new StoreBudget()), new Turn()];
  records.forget(turn, REF);
  records.survived(turn, REF, 2, 1);
  assert.equal(turn.states.size, 0);
});

test("the record goes with the process, and all of them with a reload", () => {
  const [records, turn] = [new ExitRecords(new StoreBudget()), new Turn()];
  records.ended(turn, REF, END);
  records.ended(turn, ref(1), END);
  records.forget(turn, REF);
  assert.equal(turn.states.get(KEY), null);
  const group = makeGroup({ name: "g", processes: [{ name: "p1" }] } as unknown as GroupConfig, 0);
  records.groupChanged(turn, group, "removed");
  assert.deepEqual([...turn.states.values()], [null, null]);
  assert.equal(records.of(ref(1)), NO_HISTORY);
});

test("CMN-029 in a full store histories are cut to 5 ends, then to their counters, then they go; it never takes more", () => {
  const most = 20_000;
  const budget = new StoreBudget(most);
  const records = new ExitRecords(budget);
  const stored = new Map<string, Uint8Array>();
  for (let process = 0; process < 200; process++) {
    for (let end = 0; end < ENDS_MAX; end++) {
      const turn = new Turn();
      records.ended(turn, ref(process), END);
      for (const [key, value] of turn.states) {
        if (value === null) stored.delete(key);
        else stored.set(key, value);
      }
      const total = [...stored].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
      assert.ok(total <= most, `${total} bytes`);
      assert.equal(total, budget.total);
    }
  }
  assert.equal(records.of(ref(0)).ends.length, 5);
  assert.equal(records.of(ref(199)).ends.length, 0);
});
