import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FRAME_MAX, FrameReader } from "./frames.ts";

type Frame = { readonly tag: number; readonly body: string };

function write({ tag, body }: Frame): Buffer {
  const frame = Buffer.alloc(6 + body.length / 2);
  frame.writeUInt32LE(2 + body.length / 2, 0);
  frame.writeUInt16LE(tag, 4);
  frame.write(body, 6, "hex");
  return frame;
}

function collector(): { readonly frames: Frame[]; readonly reader: FrameReader } {
  const frames: Frame[] = [];
  return { frames, reader: new FrameReader((tag, body) => frames.push({ tag, body: body.toString("hex") })) };
}

const frame = fc.record(
  { tag: fc.integer({ min: 0, max: 0xffff }), body: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString("hex")) },
  { noNullPrototype: true },
);

test("any cut of the stream gives the same frames, even when the memory of a chunk is used again", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (frames, cuts) => {
      const stream = Buffer.concat(frames.map(write));
      const { frames: seen, reader } = collector();
      const reused = Buffer.alloc(40);
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const length = stream.copy(reused, 0, at, at + (cuts[turn % cuts.length] ?? 1));
        assert.deepEqual(reader.push(reused.subarray(0, length)), { ok: true, value: true });
        reused.fill(0xee);
        at += length;
      }
      assert.deepEqual(seen, frames);
      assert.ok(reader.idle);
    }),
  );
});

test("in the middle of a length or of a frame the reader is not idle", () => {
  const bytes = write({ tag: 7, body: "aabb" });
  for (let cut = 1; cut < bytes.length; cut++) {
    const { reader } = collector();
    reader.push(bytes.subarray(0, cut));
    assert.equal(reader.idle, false, `after ${cut} bytes`);
  }
});

test("a length that cannot be ends the stream for good", () => {
  for (const length of [0, 1, FRAME_MAX + 1, 0xffff_ffff]) {
    const { frames, reader } = collector();
    const bad = Buffer.alloc(4);
    bad.writeUInt32LE(length);
    assert.deepEqual(reader.push(Buffer.concat([write({ tag: 1, body: "" }), bad])), { ok: false, error: `a frame of ${length} bytes` });
    assert.equal(reader.push(write({ tag: 2, body: "" })).ok, false);
    assert.deepEqual(frames, [{ tag: 1, body: "" }]);
  }
});

test("the longest frame passes in chunks of any size and takes time in proportion", () => {
  const frame = Buffer.alloc(4 + FRAME_MAX, 0x61);
  frame.writeUInt32LE(FRAME_MAX, 0);
  let length = 0;
  const reader = new FrameReader((_tag, body) => {
    length = body.length;
  });
  for (let at = 0; at < frame.length; at += 100) reader.push(frame.subarray(at, at + 100));
  assert.equal(length, FRAME_MAX - 2);
});

test("a frame that lies whole in a chunk is handed on without a copy", () => {
  const chunk = write({ tag: 1, body: "aabb" });
  let shared = false;
  new FrameReader((_tag, body) => {
    shared = body.buffer === chunk.buffer;
  }).push(chunk);
  assert.ok(shared);
});
