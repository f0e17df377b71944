import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AnswerHead, AnswerReader } from "./answer-reader.ts";

/** Feeds the bytes in pieces that end at these places. */
const read = (bytes: Buffer, cuts: readonly number[] = []) => {
  let head: AnswerHead | null = null;
  const body: Buffer[] = [];
  const reader = new AnswerReader({
    head: (of) => {
      head = of;
    },
    body: (piece) => body.push(Buffer.from(piece)),
  });
  let reading: string = "more";
  let start = 0;
  for (const end of [...new Set(cuts)].sort((a, b) => a - b).concat(bytes.length)) {
    if (reading === "more") reading = reader.feed(bytes.subarray(start, end));
    start = end;
  }
  return {
    head: head as AnswerHead | null,
    body: Buffer.concat(body).toString("utf8"),
    reading,
    isComplete: reader.ended(),
    line: reader.line,
  };
};
const http = (text: string) => Buffer.from(text.replaceAll("\n", "\r\n"));

const BY_LENGTH = http("HTTP/1.1 200 OK\nContent-Length: 5\nX-Y: z\n\nhello");
const IN_CHUNKS = http("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nhel\n2;ext=1\nlo\n0\nTrailer: x\n\n");
const TO_END = http("HTTP/1.0 200\n\nhello");

test("bodies by length, in chunks, to the end of the connection", () => {
  for (const [bytes, reading] of [
    [BY_LENGTH, "done"],
    [IN_CHUNKS, "done"],
    [TO_END, "more"],
  ] as const) {
    const answer = read(bytes);
    assert.equal(answer.head?.status, 200);
    assert.equal(answer.body, "hello");
    assert.equal(answer.reading, reading);
    assert.ok(answer.isComplete);
  }
  assert.equal(read(BY_LENGTH).head?.headers.get("x-y"), "z");
});

test("wherever the bytes are cut, the answer is the same", () => {
  fc.assert(
    fc.property(fc.constantFrom(BY_LENGTH, IN_CHUNKS, TO_END), fc.array(fc.nat(120)), (bytes, cuts) => {
      const inside = cuts.filter((cut) => cut < bytes.length);
      assert.deepEqual(read(bytes, inside), read(bytes));
    }),
  );
});

test("an empty body is complete with its head", () => {
  assert.equal(read(http("HTTP/1.1 204 No Content\nContent-Length: 0\n\n")).reading, "done");
});

test("an answer that ends too early is not complete", () => {
  for (const bytes of [BY_LENGTH, IN_CHUNKS]) assert.equal(read(bytes.subarray(0, -1)).isComplete, false);
  assert.equal(read(Buffer.alloc(0)).isComplete, false);
});

test("CTL-045: what is no HTTP is said at once, with what came instead", () => {
  const answer = read(Buffer.from("SSH-2.0-OpenSSH\r\n"));
  assert.equal(answer.reading, "malformed");
  assert.equal(answer.line, "SSH-2.0-OpenSSH");
  assert.equal(read(http("HTTP/1.1 200 OK\nContent-Length: x\n\n")).reading, "malformed");
  assert.equal(read(http("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nzz\n")).reading, "malformed");
});

test("a head, or the line of a chunk, that never ends is given up", () => {
  assert.equal(read(Buffer.from(`HTTP/1.1 200 OK\r\n${"x".repeat(70_000)}`)).reading, "malformed");
  assert.equal(read(Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"1".repeat(9_000)}`)).reading, "malformed");
});

test("any bytes are read without a crash", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void read(Buffer.from(bytes))));
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      (bytes) => void read(Buffer.concat([http("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"), bytes])),
    ),
  );
});
