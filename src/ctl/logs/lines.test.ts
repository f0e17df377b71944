import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LineCutter } from "./lines.ts";

test("lines, wherever the bytes are cut, also inside a character", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 10 })), fc.array(fc.nat(200)), (words, cuts) => {
      const lines = words.map((word) => word.replace(/[\r\n]/g, ""));
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const cutter = new LineCutter();
      const found: string[] = [];
      let start = 0;
      for (const end of [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b)) {
        found.push(...cutter.take(bytes.subarray(start, end)));
        start = end;
      }
      assert.deepEqual(
        found,
        Buffer.from(lines.join("\n"))
          .toString()
          .split("\n")
          .slice(0, lines.length === 0 ? 0 : undefined),
      );
      assert.equal(cutter.flush(), null);
    }),
  );
});

test("CR LF is an end as well; what has no end yet is kept", () => {
  const cutter = new LineCutter();
  assert.deepEqual(cutter.take(Buffer.from("a\r\nb")), ["a"]);
  assert.equal(cutter.flush(), "b");
  assert.equal(cutter.flush(), null);
});

test("a line that never ends comes in pieces", () => {
  const cutter = new LineCutter();
  const piece = Buffer.alloc(300_000, "x");
  const lengths = Array.from({ length: 4 }, () => cutter.take(piece))
    .flat()
    .map((line) => line.length);
  assert.deepEqual(lengths, [1_200_000]);
});
