import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { envelopeBytes } from "../events/envelope.ts";
import { Messages } from "./messagereader.ts";

const bytesOf = (payload: string, serial = 0): Uint8Array =>
  envelopeBytes({ identifier: "s", pool: "p", serial, poolSerial: serial, name: "TICK_5", payload: Buffer.from(payload) });

test("EVT-058, EVT-059: messages are found in bytes however they are cut; len counts characters", () => {
  const payload = fc.string({ unit: fc.constantFrom("a", "\n", "é", "漢", "🙂", "e\u0301", ":") });
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (payloads, cuts) => {
      const all = Buffer.concat(payloads.map((one, serial) => bytesOf(one, serial)));
      const messages = new Messages();
      const seen: string[] = [];
      for (let at = 0, turn = 0; at < all.length; turn++) {
        const size = cuts[turn % cuts.length] ?? 1;
        messages.push(all.subarray(at, at + size));
        at += size;
        for (let one = messages.take(); one !== null; one = messages.take()) {
          assert.equal(one.headers["serial"], String(seen.length));
          seen.push(Buffer.from(one.payload).toString());
        }
      }
      assert.deepEqual(seen, payloads);
    }),
  );
});

test("what is no event is said, not waited for", () => {
  for (const text of ["hello\n", "len:x\n", "x".repeat(70_000)]) {
    const messages = new Messages();
    messages.push(Buffer.from(text));
    assert.throws(() => messages.take(), /no header line/);
  }
});
