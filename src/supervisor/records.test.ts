import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NEVER_STARTED } from "../process/machine.ts";
import { decodeRecord, encodeRecord, recordKeys } from "./records.ts";

/** Plain data as records hold it: what JSON can say, any text in it. */
const value = fc.jsonValue({ noUnicodeString: false }).map((one) => JSON.parse(JSON.stringify(one)) as unknown);
const refused = (bytes: Uint8Array): string => {
  const decoded = decodeRecord(bytes);
  assert.ok(!decoded.ok, `believed: ${new TextDecoder().decode(bytes)}`);
  return decoded.error;
};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a record comes back as it went", () => {
  fc.assert(fc.property(value, (one) => assert.deepEqual(decodeRecord(encodeRecord(one)), { ok: true, value: one })));
  const process = { ...NEVER_STARTED, state: "BACKOFF", deadlineMs: 1234.567891, spawnError: "can't find command '\ud800\u2028é'" };
  assert.deepEqual(decodeRecord(encodeRecord(process)), { ok: true, value: process });
});

test("any single changed byte is noticed", () => {
  fc.assert(
    fc.property(value, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, mask) => {
      const bytes = encodeRecord(one);
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ mask;
      refused(bytes);
    }),
    { numRuns: 3000 },
  );
});

test("every single changed bit of one record is noticed", () => {
  const good = encodeRecord({ ...NEVER_STARTED, spawnError: "é\ufffd\u{1f600}" });
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bytes = Uint8Array.from(good);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    refused(bytes);
  }
});

test("every cut, and anything before or after, is noticed", () => {
  const good = encodeRecord({ mood: "RUNNING", goingDown: null });
  for (let length = 0; length < good.length; length++) refused(good.subarray(0, length));
  for (let from = 1; from < good.length; from++) refused(good.subarray(from));
  for (const more of [[0], [0x20], [0x0a], [0xef, 0xbb, 0xbf]]) {
    refused(Uint8Array.from([...more, ...good]));
    refused(Uint8Array.from([...good, ...more]));
  }
});

test("any bytes are refused, and none of them is thrown at", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void refused(bytes)));
});

test("what is wrong is said", () => {
  assert.match(refused(bytesOf("")), /^version {2}is neither 1 nor 2$/);
  assert.match(refused(bytesOf("3 811c9dc5 {}")), /^version 3 is neither 1 nor 2$/);
  assert.match(refused(bytesOf(`${"x".repeat(1000)} 0 {}`)), /^version x{8} is neither 1 nor 2$/, "no more than a few characters of it");
  assert.equal(refused(bytesOf("1")), "it is cut off");
  assert.equal(refused(bytesOf("1 0 {}")), "the checksum is wrong");
  assert.equal(refused(bytesOf("1 811c9dc5 ")), "it is not JSON");
  assert.equal(refused(Uint8Array.from([0x31, 0x20, 0xff])), "it is not UTF-8");
});

test("each record has a key of its own", () => {
  const keys = [
    recordKeys.daemon,
    recordKeys.config,
    recordKeys.available,
    recordKeys.numbers,
    recordKeys.group("daemon"),
    recordKeys.process({ group: "daemon", process: "daemon" }),
    recordKeys.process({ group: "a", process: "b:c" }),
    recordKeys.stream(7),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(recordKeys.process({ group: "g", process: "p" }), "process/g:p");
});
