import assert from "node:assert/strict";
import { test } from "node:test";
import { commEventText, echoText, protocolEchoText } from "./echo.ts";
import { cutCharacterLength } from "./undecodable.ts";

test("LOG-065, LOG-142: the name as Python quotes it, a line end, the data as it is", () => {
  assert.equal(echoText("web", "stdout", Buffer.from("hello\n")), "'web' stdout output:\nhello\n");
  assert.equal(echoText("it's", "stderr", Buffer.from("é")), `"it's" stderr output:\né`);
});

test("LOG-066: bytes that are not UTF-8 are shown as Python shows them", () => {
  assert.equal(
    echoText("web", "stdout", new Uint8Array([0xff, 0xe9, 0x41, 0x0a, 0x5c, 0x27])),
    `'web' stdout output:\nUndecodable: b"\\xff\\xe9A\\n\\\\'"`,
  );
});

test("LOG-068: what a listener says is shown as bytes", () => {
  assert.equal(protocolEchoText("l", "stdout", Buffer.from("READY\n")), "'l' stdout output:\nb'READY\\n'");
  assert.equal(
    protocolEchoText("l", "stdout", Buffer.from(`'"\t\r\x00\x7f\xad`, "latin1")),
    `'l' stdout output:\nb'\\'"\\t\\r\\x00\\x7f\\xad'`,
  );
});

test("LOG-143: the line after a capture", () => {
  assert.equal(commEventText("web", "stderr"), "'web' stderr emitted a comm event");
});

test("the beginning of a character at the end is recognised, and nothing else is", () => {
  const length = (...bytes: number[]) => cutCharacterLength(new Uint8Array(bytes));
  assert.equal(length(), 0);
  assert.equal(length(0x41), 0);
  assert.equal(length(0x41, 0xc3), 1);
  assert.equal(length(0xc3, 0xa9), 0);
  assert.equal(length(0xe2, 0x82), 2);
  assert.equal(length(0xf0, 0x9f, 0x98), 3);
  assert.equal(length(0xf0, 0x9f, 0x98, 0x80), 0);
  assert.equal(length(0xff), 0);
  assert.equal(length(0x80, 0x80, 0x80, 0x80), 0);
});
