import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NEW_STREAM, type StreamState } from "./pipeline.ts";
import { restoreStream, streamRecord } from "./streamrecord.ts";

const STATE: StreamState = {
  tokens: { capturing: true, held: new Uint8Array([60, 33]) },
  capture: { first: 3, chunks: [new Uint8Array(20), new Uint8Array(30)], skip: 5, rest: new Uint8Array([255, 0]) },
  strip: "sequence",
  cutCharacter: new Uint8Array([0xe2]),
  heldLine: new Uint8Array([104]),
  line: new Uint8Array([104, 105]),
  taken: { block: 12n, bytes: 4096 },
};
const CHUNKS = new Map([
  [3, new Uint8Array(20)],
  [4, new Uint8Array(30)],
]);

test("a state comes back as it was", () => {
  assert.deepEqual(restoreStream(streamRecord(STATE), CHUNKS), { ok: true, value: STATE });
  assert.deepEqual(restoreStream(streamRecord(NEW_STREAM), new Map()), { ok: true, value: NEW_STREAM });
});

test("a capture of which a chunk is missing or has another length is refused", () => {
  for (const chunks of [new Map(), new Map([...CHUNKS, [4, new Uint8Array(29)]])])
    assert.equal(restoreStream(streamRecord(STATE), chunks).ok, false);
});

test("whatever lies in the store, the answer is a state or a refusal", () => {
  const record = streamRecord(STATE);
  const damaged = fc.tuple(fc.nat(record.length - 1), fc.nat(255)).map(([at, byte]) => {
    const copy = new Uint8Array(record);
    copy[at] = byte;
    return copy;
  });
  const json = fc.json().map((text) => new TextEncoder().encode(text));
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), json, damaged), (bytes) => typeof restoreStream(bytes, CHUNKS).ok === "boolean"));
  assert.equal(
    restoreStream(new TextEncoder().encode(JSON.stringify({ ...JSON.parse(Buffer.from(record).toString()), version: 2 })), CHUNKS).ok,
    false,
  );
});
