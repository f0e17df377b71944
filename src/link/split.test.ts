import assert from "node:assert/strict";
import { test } from "node:test";
import { batchSize } from "./codec.ts";
import type { Batch } from "./messages.ts";
import { splitBatch } from "./split.ts";

const bytes = new Uint8Array(100);
const batch: Batch = {
  acknowledged: [1n, 2n],
  states: Array.from({ length: 50 }, (_, at) => ({ key: `k${at}`, value: at % 2 === 0 ? bytes : null })),
  effects: Array.from({ length: 50 }, (_, sink) => ({ type: "append" as const, sink, bytes })),
};

test("a batch that fits is left alone", () => {
  assert.deepEqual(splitBatch(batch, batchSize(batch)), [batch]);
});

test("one that does not is cut into batches that do, and nothing is lost, doubled or in another order", () => {
  const parts = splitBatch(batch, 1000);
  assert.ok(parts.every((part) => batchSize(part) <= 1000));
  assert.deepEqual(parts[0]?.acknowledged, [1n, 2n], "what was reported is acknowledged with the states that follow from it");
  assert.deepEqual(
    parts.flatMap((part) => part.acknowledged),
    batch.acknowledged,
  );
  assert.deepEqual(
    parts.flatMap((part) => part.states),
    batch.states,
  );
  assert.deepEqual(
    parts.flatMap((part) => part.effects),
    batch.effects,
  );
});
