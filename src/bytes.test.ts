import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { byteLength, bytesOf, jsonOf, textOf } from "./bytes.ts";

/** Bytes as they come: random ones, and UTF-8 with some of it cut or damaged. */
const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.tuple(fc.string({ unit: "binary", maxLength: 20 }), fc.uint8Array({ maxLength: 4 }), fc.nat({ max: 40 })).map(([text, noise, at]) => {
    const bytes = Buffer.from(text);
    return new Uint8Array(Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]));
  }),
);

test("whatever the bytes are, they come back", () => {
  fc.assert(
    fc.property(someBytes, (bytes) => {
      const text = textOf(bytes);
      assert.deepEqual(new Uint8Array(bytesOf(text)), bytes);
      assert.equal(byteLength(text), bytes.length);
    }),
  );
});

test("texts that were read stay what they are when they are put together", () => {
  const join = fc.property(someBytes, someBytes, (a, b) => {
    assert.deepEqual(new Uint8Array(bytesOf(textOf(a) + textOf(b))), new Uint8Array([...a, ...b]));
  });
  fc.assert(join);
});

test("UTF-8 is ordinary text, and any well-formed text survives", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.equal(textOf(Buffer.from(text)), text);
      assert.equal(textOf(bytesOf(text)), text);
    }),
  );
  assert.equal(textOf(Buffer.from("\ufffd 中")), "\ufffd 中");
});

test("what is not UTF-8 is one character a byte, as in the original: surrogates, overlong forms, ends that are cut", () => {
  assert.equal(textOf(Buffer.from("caf\xe9", "latin1")), "caf\udce9");
  assert.equal(textOf(Buffer.from([0xed, 0xa0, 0x80])), "\udced\udca0\udc80");
  assert.equal(textOf(Buffer.from([0xc0, 0x80, 0x41])), "\udcc0\udc80A");
  assert.equal(textOf(Buffer.from([0xe4, 0xb8])), "\udce4\udcb8");
  assert.equal(textOf(Buffer.from([0xf5, 0x80, 0xff])), "\udcf5\udc80\udcff");
});

test("halves of pairs that are no bytes become U+FFFD, as everywhere", () => {
  assert.deepEqual(bytesOf("a\ud800b\udc7f"), Buffer.from("a\ufffdb\ufffd"));
  const odd = { ["k\udcff"]: ["a\udce9\\udce9\\", "😀\u0001", 1, null] };
  assert.equal(jsonOf(odd), JSON.stringify({ "k\ufffd": ["a\ufffd\\udce9\\", "😀\u0001", 1, null] }));
});
