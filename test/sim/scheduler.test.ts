import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Chance } from "./chance.ts";
import { Scheduler } from "./scheduler.ts";
import { contents, Tree } from "./tree.ts";

test("events come by time, then in the order in which they were asked for; cancelled ones never", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ at: fc.nat(20), cancel: fc.boolean() })), async (asked) => {
      const scheduler = new Scheduler(0);
      const seen: number[] = [];
      const pending = asked.map(({ at }, index) => scheduler.at(at, () => seen.push(index)));
      for (const [index, { cancel }] of asked.entries()) if (cancel) scheduler.cancel(pending[index] ?? null);
      while (await scheduler.step());
      const expected = asked
        .map((one, index) => ({ ...one, index }))
        .filter((one) => !one.cancel)
        .sort((a, b) => a.at - b.at || a.index - b.index);
      assert.deepEqual(
        seen,
        expected.map((one) => one.index),
      );
    }),
    { numRuns: 30 },
  );
});

test("promises run dry between two events", async () => {
  const scheduler = new Scheduler();
  const seen: string[] = [];
  scheduler.after(
    1,
    () =>
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => seen.push("promise")),
  );
  scheduler.after(1, () => seen.push("event"));
  while (await scheduler.step());
  assert.deepEqual(seen, ["promise", "event"]);
});

test("a seed is a whole history, another seed another one", () => {
  const draw = (seed: number): number[] => {
    const chance = new Chance(seed);
    return Array.from({ length: 20 }, () => chance.below(1000));
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  const many = new Chance(1);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) {
    const drawn = many.below(4);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  assert.ok(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(),
  );
});

test("a renamed file is still written by who has it open; a removed one lives on", () => {
  const tree = new Tree();
  tree.directory("/log");
  const open = tree.open("/log/a", { truncate: false, noFollow: false, exclusive: false, mode: 0o644 });
  assert.ok(open.ok);
  tree.rename("/log/a", "/log/a.1");
  open.value.parts.push(Buffer.from("x"));
  open.value.size++;
  assert.equal(tree.text("/log/a.1"), "x");
  tree.remove("/log/a.1");
  assert.equal(contents(open.value).toString(), "x");
  assert.deepEqual(tree.list("/log"), { ok: true, value: [] });
  assert.deepEqual(tree.find("/log/a/b"), { ok: false, error: "ENOENT" });
});
