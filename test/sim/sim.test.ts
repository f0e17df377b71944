import assert from "node:assert/strict";
import { test } from "node:test";
import { runSeed } from "./run.ts";

test("a seed is a whole history: run again it does the same, to the last line", async () => {
  const [first, second] = [await runSeed(3), await runSeed(3)];
  assert.deepEqual(second, first);
  assert.ok(first.events > 100, `${first.events} events`);
  const other = await runSeed(4);
  assert.notDeepEqual(other.trace, first.trace);
});
