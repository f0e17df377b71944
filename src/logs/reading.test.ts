import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readRange, tailRange } from "./reading.ts";

const FILE = "0123456789";

function read(offset: number, length: number, file = FILE): string {
  const range = readRange(file.length, offset, length);
  return range.ok ? file.slice(range.value.from, range.value.from + range.value.length) : range.error;
}

function tail(offset: number, length: number, file = FILE): [string, number, boolean] {
  const range = tailRange(file.length, offset, length);
  return [file.slice(range.from, range.from + range.length), range.newOffset, range.overflow];
}

test("LOG-096, RPC-122, RPC-123: from an offset to the end, or at most so many bytes", () => {
  assert.equal(read(0, 0), FILE);
  assert.equal(read(7, 0), "789");
  assert.equal(read(3, 4), "3456");
  assert.equal(read(8, 100), "89");
  assert.equal(read(10, 0), "");
  assert.equal(read(100, 5), "");
});

test("LOG-097, RPC-120: the last bytes, or all of them", () => {
  assert.equal(read(-3, 0), "789");
  assert.equal(read(-10, 0), FILE);
  assert.equal(read(-100, 0), FILE);
  assert.equal(read(-1, 0, ""), "");
});

test("LOG-098, RPC-119, RPC-121: what cannot be", () => {
  assert.equal(read(-1, 1), "BAD_ARGUMENTS");
  assert.equal(read(-1, -1), "BAD_ARGUMENTS");
  assert.equal(read(0, -1), "BAD_ARGUMENTS");
});

test("LOG-103: the table of the tail calls", () => {
  assert.deepEqual(tail(0, 5), ["56789", 10, true]);
  assert.deepEqual(tail(0, 10), [FILE, 10, false]);
  assert.deepEqual(tail(0, 100), [FILE, 10, false]);
  assert.deepEqual(tail(5, 5), ["56789", 10, false]);
  assert.deepEqual(tail(5, 3), ["789", 10, true]);
  assert.deepEqual(tail(5, 10), [FILE, 10, false]);
  assert.deepEqual(tail(10, 5), ["", 10, false]);
  assert.deepEqual(tail(100, 5), ["", 10, false]);
  assert.deepEqual(tail(-5, 3), ["789", 10, true]);
  assert.deepEqual(tail(0, 0), ["", 10, true]);
  assert.deepEqual(tail(0, -1), ["", 10, true]);
  assert.deepEqual(tail(-20, 5), ["56789", 10, true]);
});

test("RPC-133, RPC-134: more of it", () => {
  assert.deepEqual(tail(0, 9), ["123456789", 10, true]);
  assert.deepEqual(tail(0, 11), [FILE, 10, false]);
  assert.deepEqual(tail(2, 3), ["789", 10, true]);
  assert.deepEqual(tail(7, 3), ["789", 10, false]);
  assert.deepEqual(tail(9, 1), ["9", 10, false]);
  assert.deepEqual(tail(9, 100), [FILE, 10, false]);
  assert.deepEqual(tail(11, 5), ["", 10, false]);
  assert.deepEqual(tail(-1, 5), ["56789", 10, true]);
  assert.deepEqual(tail(0, -5), ["", 10, true]);
  assert.deepEqual(tail(20, -5), ["", 10, false]);
  assert.deepEqual(tail(0, 5, ""), ["", 0, false]);
});

test("LOG-101, LOG-102, RPC-132: always the file's size, never bytes outside of it, and whoever asks with the new offset reads on", () => {
  const number = fc.integer({ min: -50, max: 50 });
  fc.assert(
    fc.property(fc.nat(40), number, number, (size, offset, length) => {
      const range = tailRange(size, offset, length);
      assert.equal(range.newOffset, size);
      assert.equal(range.overflow, size > offset + length);
      assert.ok(range.from >= 0 && range.length >= 0 && range.from + range.length <= Math.max(size, range.from));
      assert.ok(range.length === 0 || range.from + range.length === size);
      const again = tailRange(size, range.newOffset, Math.max(1, length));
      assert.equal(again.length, 0);
    }),
  );
});
