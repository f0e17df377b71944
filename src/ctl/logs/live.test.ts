import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stitched } from "./live.ts";

test("the end of the log and the stream make one text, whatever came between the two", () => {
  const log = Buffer.from(Array.from({ length: 300 }, (_, at) => `line ${at} of the log\n`).join(""));
  fc.assert(
    fc.property(fc.nat(log.length), fc.nat(log.length), fc.integer({ min: 1, max: 3000 }), (a, b, piece) => {
      const [streamAt, readAt] = [Math.min(a, b), Math.max(a, b)];
      const headFrom = Math.max(0, streamAt - 1024);
      const stream = log.subarray(headFrom);
      // The first piece is what the server sends at once; later ones come in any size.
      const early = [stream.subarray(0, streamAt - headFrom), stream.subarray(streamAt - headFrom, streamAt - headFrom + piece)].filter(
        (each) => each.length > 0,
      );
      if (early.length === 0 || streamAt === 0) return;
      const { old, rest } = stitched({ bytes: log.subarray(0, readAt) }, early);
      assert.deepEqual(Buffer.concat([old, rest]), Buffer.concat([log.subarray(0, headFrom), ...early]));
    }),
  );
});

test("an empty stream adds nothing; a stream that is not found in the log stands alone", () => {
  assert.deepEqual(stitched({ bytes: Buffer.from("log\n") }, []), { old: Buffer.from("log\n"), rest: Buffer.alloc(0) });
  assert.equal(stitched({ bytes: Buffer.from("log\n") }, [Buffer.from("other\n")]).old.length, 0);
  assert.equal(stitched(null, [Buffer.from("other\n")]).rest.toString(), "other\n");
});
