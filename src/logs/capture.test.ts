import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CAPTURE_BYTES_MAX, type Capture, CHUNK_BYTES, type ChunkChange, collect, collected, discard, NO_CAPTURE } from "./capture.ts";

/** Collects piece by piece, and keeps the chunks as a store would. */
function collectAll(pieces: readonly string[], maxBytes: number): { capture: Capture; store: Map<number, Uint8Array>; stored: number } {
  const store = new Map<number, Uint8Array>();
  let capture = NO_CAPTURE;
  let stored = 0;
  for (const piece of pieces) {
    const step = collect(capture, Buffer.from(piece), maxBytes);
    capture = step.capture;
    apply(store, step.changes);
    stored += capture.rest.length + step.changes.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  }
  return { capture, store, stored };
}

function apply(store: Map<number, Uint8Array>, changes: readonly ChunkChange[]): void {
  for (const { chunk, bytes } of changes) {
    if (bytes === null) assert.ok(store.delete(chunk), "a chunk was deleted that was not stored");
    else store.set(chunk, bytes);
  }
}

const text = (capture: Capture) => Buffer.from(collected(capture)).toString();

test("LOG-090: the buffer never holds more than its limit, and holds the last bytes", () => {
  assert.equal(text(collectAll(["0123456789", "abcdefghij", "KLM"], 20).capture), "3456789abcdefghijKLM");
  assert.equal(text(collectAll(["x".repeat(50)], 20).capture), "x".repeat(20));
});

test("the limit of the configuration is bounded by ours", () => {
  const { capture } = collectAll(Array<string>(70).fill("y".repeat(CHUNK_BYTES)), 50 * 1024 * 1024);
  assert.equal(collected(capture).length, CAPTURE_BYTES_MAX);
});

test("what is stored is what is collected: chunks by number, the rest in the record", () => {
  const pieces = fc.array(fc.nat(CHUNK_BYTES + 100), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, fc.integer({ min: 1, max: 4 * CHUNK_BYTES }), (lengths, maxBytes) => {
      const all = lengths.map((length, at) => String.fromCharCode(97 + (at % 26)).repeat(length));
      const { capture, store } = collectAll(all, maxBytes);
      assert.equal(text(capture), all.join("").slice(-maxBytes));
      assert.deepEqual(
        [...store].map(([chunk, bytes]) => [chunk, bytes.length]),
        capture.chunks.map((bytes, at) => [capture.first + at, bytes.length]),
      );
      assert.ok(capture.skip < (capture.chunks[0]?.length ?? 1), "a chunk of which nothing is needed is not kept");
      const { capture: empty, changes } = discard(capture);
      apply(store, changes);
      assert.equal(store.size, 0);
      assert.equal(collected(empty).length, 0);
      assert.ok(empty.first >= capture.first + capture.chunks.length, "numbers are not used again");
    }),
    { numRuns: 60 },
  );
});

test("small blocks of a large capture do not store the whole each time", () => {
  const { stored, capture } = collectAll(Array<string>(2000).fill("z".repeat(50)), CAPTURE_BYTES_MAX);
  assert.equal(collected(capture).length, 100_000);
  assert.ok(stored < 2000 * CHUNK_BYTES, `${stored} bytes were stored`);
});
