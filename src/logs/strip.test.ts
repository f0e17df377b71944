import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type StripState, strip, stripEnd } from "./strip.ts";

/** Passes the text through in the given blocks. */
function stripped(...blocks: string[]): string {
  let state: StripState = "text";
  const parts: Uint8Array[] = [];
  for (const block of blocks) {
    const step = strip(state, Buffer.from(block, "latin1"));
    state = step.state;
    parts.push(step.bytes);
  }
  return Buffer.concat([...parts, stripEnd(state)]).toString("latin1");
}

test("LOG-070: colours and cursor movements go, text stays", () => {
  assert.equal(stripped("\x1b[31mred\x1b[0m and \x1b[1;4mbold\x1b[m\n"), "red and bold\n");
  assert.equal(stripped("\x1b[2J\x1b[10;20Hx\x1b[?25hy\x1b[38;2;1;2;3mz"), "xyz");
});

test("LOG-071: every final byte that the original knows ends a sequence", () => {
  for (const final of "HfABCDRsuJKhlpm") assert.equal(stripped(`a\x1b[1;2${final}b`), "ab", final);
});

test("LOG-071: a sequence with another final byte ends there as well, and the text behind it is not swallowed", () => {
  assert.equal(stripped("\x1b[5Gcol m"), "col m");
  assert.equal(stripped("\x1b[3;4rA\x1b[1 qB"), "AB");
});

test("LOG-072: a sequence without an end loses no line", () => {
  assert.equal(stripped("a\x1b[12", "\nnext"), "a\nnext");
  assert.equal(stripped("a\x1b[31\nline two\n"), "a\nline two\n");
  assert.equal(stripped("a\x1b[\xe9\n"), "a\xe9\n");
  assert.equal(stripped("a\x1b[12"), "a");
});

test("LOG-073: a sequence that is split over blocks is gone as a whole", () => {
  assert.equal(stripped("before\x1b[3", "1mafter"), "beforeafter");
  assert.equal(stripped("before\x1b", "[31mafter"), "beforeafter");
  assert.equal(stripped("before\x1b[", "31", "m", "after"), "beforeafter");
});

test("LOG-074: other escapes are kept, also at the end of a block", () => {
  assert.equal(stripped("\x1b]0;title\x07\x1bM\x1b(B"), "\x1b]0;title\x07\x1bM\x1b(B");
  assert.equal(stripped("\x1b", "M"), "\x1bM");
  assert.equal(stripped("\x1b\x1b[1m\x1b"), "\x1b\x1b");
});

test("a block without an escape is handed on as it is, not copied", () => {
  const block = Buffer.from("plain");
  assert.equal(strip("text", block).bytes, block);
});

test("however the bytes are split, the same is left", () => {
  const piece = fc.constantFrom("\x1b", "[", "31", ";", "m", "G", "text", "\n", "\xe9", "\x1b[0m");
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 4 }), { maxLength: 8 }), (blocks) => {
      const texts = blocks.map((block) => block.join(""));
      assert.equal(stripped(...texts), stripped(texts.join("")));
    }),
  );
});
