import assert from "node:assert/strict";
import { test } from "node:test";
import { historyHash } from "./historyhash.ts";
import { runSeed } from "./run.ts";

test("a seed is a whole history: run again it does the same, to the last line", async () => {
  const [first, second] = [await runSeed(3), await runSeed(3)];
  assert.deepEqual(second, first);
  assert.ok(first.events > 100, `${first.events} events`);
  const other = await runSeed(4);
  assert.notDeepEqual(other.trace, first.trace);
});

test("where a file may have two names a log is always at its path, whenever the daemon dies", async () => {
  const lines: string[] = [];
  for (const seed of [10, 14, 16]) {
    const { violations } = await runSeed(seed, { hardLinks: true, onTrace: (line) => lines.push(line) });
    assert.deepEqual(violations, [], `seed ${seed}`);
  }
  assert.ok(lines.some((line) => / link .*: done/.test(line)));
});

test("the hash of a history is the same twice, and another where the history is another", async () => {
  const lines: string[] = [];
  const first = await historyHash(5, { onTrace: (line) => lines.push(line) });
  assert.equal(await historyHash(5), first);
  assert.notEqual(await historyHash(6), first);
  assert.notEqual(await historyHash(5, { actions: 3 }), first);
  assert.ok(lines.length > 300, "all lines count, also those that a result does not keep");
});
