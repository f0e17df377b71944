import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { childRecords, HELD_LINE_MAX, RECORD_TEXT_MAX, syslogRecords, takeLines } from "./syslog.ts";

const wallMs = Date.UTC(2026, 10, 4, 10, 29, 55, 123);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const NOTHING = new Uint8Array(0);

test("LOG-013: with logfile=syslog each line of a message is a record of the stamped line and an LF", () => {
  const records = syslogRecords("warn", wallMs, 60, "one\n\ntwo\n").map(text);
  assert.deepEqual(records, [
    "<14>Nov  4 11:29:55 supervisord: 2026-11-04 11:29:55,123 WARN one\n",
    "<14>Nov  4 11:29:55 supervisord: 2026-11-04 11:29:55,123 WARN \n",
    "<14>Nov  4 11:29:55 supervisord: 2026-11-04 11:29:55,123 WARN two\n",
  ]);
});

test("LOG-015, LOG-078: user.info whatever the level, the ident, no pid, no channel", () => {
  for (const level of ["critical", "blather"] as const)
    assert.match(text(syslogRecords(level, wallMs, 0, "x")[0] ?? NOTHING), /^<14>Nov {2}4 10:29:55 supervisord: /);
  assert.deepEqual(childRecords("web", Buffer.from("hello"), wallMs, 0).map(text), ["<14>Nov  4 10:29:55 supervisord: web hello"]);
});

/** The lines of all blocks, and last what is held back. */
function lines(...blocks: string[]): string[] {
  let held: Uint8Array = NOTHING;
  const all: string[] = [];
  for (const block of blocks) {
    const step = takeLines(held, Buffer.from(block));
    held = step.held;
    all.push(...step.lines.map(text));
  }
  return [...all, `held: ${text(held)}`];
}

test("LOG-076: output is cut at LFs; those at the end make no empty lines, those between do", () => {
  assert.deepEqual(lines("one\ntwo\n"), ["one", "two", "held: "]);
  assert.deepEqual(lines("one\n\ntwo\n\n\n"), ["one", "", "two", "held: "]);
  assert.deepEqual(lines("\n"), ["", "held: "]);
});

test("LOG-077: a line that comes in two parts is one record", () => {
  assert.deepEqual(lines("he", "llo\nwor", "ld\n"), ["hello", "world", "held: "]);
  assert.deepEqual(lines("he", "llo"), ["held: hello"]);
});

test("a line without an end is not held back for ever", () => {
  const long = "x".repeat(HELD_LINE_MAX);
  assert.deepEqual(lines(long), [`held: ${long}`]);
  assert.deepEqual(lines(long, "y"), [`${long}y`, "held: "]);
});

test("LOG-080: bytes that are not UTF-8 are sent as they are", () => {
  const record = childRecords("web", new Uint8Array([0xff, 0x41]), wallMs, 0)[0] ?? NOTHING;
  assert.deepEqual([...record.subarray(-2)], [0xff, 0x41]);
});

test("a text that fits into no datagram becomes several records, not cut within a character", () => {
  const long = Buffer.from("é".repeat(RECORD_TEXT_MAX));
  const records = childRecords("web", Buffer.concat([Buffer.from("x"), long]), wallMs, 0);
  assert.ok(records.length >= 2 && records.every((record) => record.length <= 65536));
  const texts = records.map((record) => text(record).replace("<14>Nov  4 10:29:55 supervisord: web ", ""));
  assert.equal(texts.join(""), `x${long.toString()}`);
});

test("nothing of the output is lost or made up, however it is split", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ab\n]{0,6}$/), { maxLength: 8 }), (blocks) => {
      const [whole, parts] = [lines(blocks.join("")), lines(...blocks)];
      const words = (all: readonly string[]) => all.map((line) => line.replace("held: ", "")).filter((line) => line !== "");
      assert.deepEqual(words(parts), words(whole));
    }),
  );
});
