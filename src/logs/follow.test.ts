import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { beginFollowing, FOLLOW_HEAD_BYTES, follow, TRUNCATED } from "./follow.ts";

const MANY = 1 << 20;

test("LOG-106: following begins 1024 bytes before the end", () => {
  assert.deepEqual(beginFollowing({ size: 5000, inode: 1n }), { offset: 5000 - 1024, inode: 1n });
  assert.deepEqual(beginFollowing({ size: 100, inode: 1n }), { offset: 0, inode: 1n });
});

test("LOG-106: what was appended comes once; a file that stays as it is gives nothing", () => {
  const step = follow({ offset: 10, inode: 1n }, { size: 15, inode: 1n }, MANY);
  assert.deepEqual(step, { following: { offset: 15, inode: 1n }, truncated: false, read: { from: 10, length: 5 } });
  assert.equal(follow(step.following, { size: 15, inode: 1n }, MANY).read, null);
});

test("LOG-106: a file that has shrunk is said to be truncated and read from its beginning", () => {
  assert.equal(TRUNCATED, "==> File truncated <==\n");
  const step = follow({ offset: 10, inode: 1n }, { size: 3, inode: 1n }, MANY);
  assert.deepEqual(step, { following: { offset: 3, inode: 1n }, truncated: true, read: { from: 0, length: 3 } });
});

test("LOG-106: a file that was replaced is read from its beginning without a word", () => {
  const step = follow({ offset: 10, inode: 1n }, { size: 3, inode: 2n }, MANY);
  assert.deepEqual(step, { following: { offset: 3, inode: 2n }, truncated: false, read: { from: 0, length: 3 } });
});

test("a file that only grows is read whole, in order, in pieces of the size asked for", () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.array(fc.nat(300), { maxLength: 20 }), fc.integer({ min: 1, max: 200 }), (size, growths, lengthMax) => {
      let following = beginFollowing({ size, inode: 1n });
      let [read, at, end] = [0, following.offset, size];
      const begun = following.offset;
      for (const growth of [...growths, ...Array<number>(200).fill(0)]) {
        end += growth;
        const step = follow(following, { size: end, inode: 1n }, lengthMax);
        following = step.following;
        if (step.read === null) continue;
        assert.equal(step.read.from, at);
        assert.ok(step.read.length <= lengthMax);
        at += step.read.length;
        read += step.read.length;
      }
      assert.ok(read <= end - begun);
      assert.ok(size - begun <= FOLLOW_HEAD_BYTES);
      if (end - begun <= lengthMax * 200) assert.equal(at, end);
    }),
  );
});
