/**
 * Batches that are larger than a frame, cut. What is in one batch happens together, what is cut does not: the daemon keeps its turns far below this size,
 * and here is the last resort for a single step that concerns many thousands of processes at once. The order stays: acknowledgements, states, effects.
 */
import { batchSize, effectSize, stateSize } from "./codec.ts";
import { FRAME_MAX } from "./frames.ts";
import type { Batch, KeeperEffect, StateChange } from "./messages.ts";

/** The batch itself when it fits. */
export function splitBatch(batch: Batch, maxBytes = FRAME_MAX): readonly Batch[] {
  if (batchSize(batch) <= maxBytes) return [batch];
  // An acknowledgement takes 8 bytes and there is one for a report at most.
  const states = cut(batch.states, stateSize, maxBytes / 2);
  const effects = cut(batch.effects, effectSize, maxBytes / 2);
  return [
    { acknowledged: batch.acknowledged, states: states[0] ?? [], effects: [] },
    ...states.slice(1).map((some): Batch => ({ acknowledged: [], states: some, effects: [] })),
    ...effects.map((some): Batch => ({ acknowledged: [], states: [], effects: some })),
  ];
}

function cut<T extends KeeperEffect | StateChange>(items: readonly T[], sizeOf: (item: T) => number, maxBytes: number): T[][] {
  const parts: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const size = sizeOf(item);
    if (bytes + size > maxBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(item);
    bytes += size;
  }
  return parts;
}
