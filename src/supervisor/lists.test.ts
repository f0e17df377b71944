import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ok } from "../result.ts";
import { nextPiece, type Piece, readList } from "./lists.ts";

test("a list comes back from pieces of whatever size, and a piece holds no more than its size but for one entry that is larger", () => {
  const entry = fc.record({ name: fc.string(), environment: fc.dictionary(fc.constantFrom("A", "B"), fc.string()) });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), fc.option(entry), fc.integer({ min: 1, max: 500 }), (list, base, size) => {
      const pieces: Piece[] = [];
      for (let at = 0; at < list.length; ) {
        const { piece, bytes } = nextPiece(base, list, at, size);
        assert.ok(piece.length === 1 || bytes <= size);
        at += piece.length;
        pieces.push(JSON.parse(JSON.stringify(piece)) as Piece);
      }
      const read = readList(base, { id: 1, pieces: pieces.length }, (_id, index) => ok(pieces[index]));
      assert.equal(JSON.stringify(read), JSON.stringify(ok(list)));
    }),
  );
});
