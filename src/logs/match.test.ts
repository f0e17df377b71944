import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MATCHED_LINE_MAX, NEW_MATCH, takeMatchLines } from "./match.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The lines of a text that comes in these parts. */
function linesOf(parts: readonly Uint8Array[]): string[] {
  let state = NEW_MATCH;
  return parts.flatMap((part) => {
    const taken = takeMatchLines(state, part);
    state = taken.state;
    return taken.lines;
  });
}

test("RDY-006 a line is looked at when it has ended, without colours and without its end", () => {
  assert.deepEqual(linesOf([bytes("\u001b[32mready\u001b[0m on 80\r\nnot yet")]), ["ready on 80"]);
});

test("RDY-006 where blocks are cut changes nothing", () => {
  const part = fc.constantFrom("a", "é", "\n", "\u001b[1m", "x".repeat(MATCHED_LINE_MAX - 2), "\r\n", "中");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 6 }), (texts, cuts) => {
      const whole = bytes(texts.join(""));
      const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
      const blocks = places.slice(1).map((end, at) => whole.slice(places[at], end));
      assert.deepEqual(linesOf(blocks), linesOf([whole]));
    }),
  );
});

test("RDY-006 of a line without an end 8 KiB are kept, and nothing beyond them is looked at", () => {
  let state = NEW_MATCH;
  for (let i = 0; i < 100; i++) state = takeMatchLines(state, bytes("x".repeat(1024))).state;
  assert.equal(state.half.length, MATCHED_LINE_MAX);
  const { lines } = takeMatchLines(state, bytes("ready\nready\n"));
  assert.deepEqual(lines, ["x".repeat(MATCHED_LINE_MAX), "ready"]);
});
