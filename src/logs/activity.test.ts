import assert from "node:assert/strict";
import { test } from "node:test";
import { textOf } from "../bytes.ts";
import type { LogLevel } from "../config/model.ts";
import { formatJsonLine, formatLine, isWritten, LEVELS } from "./activity.ts";

const wallMs = Date.UTC(2026, 10, 24, 10, 29, 55, 7);
const line = (level: LogLevel, text: string, at = wallMs, offsetMinutes = 0) =>
  Buffer.from(formatLine(level, at, offsetMinutes, text)).toString();

test("LOG-001: time with milliseconds after a comma, code, text, LF", () => {
  assert.equal(line("info", "spawned: 'a' with pid 7"), "2026-11-24 10:29:55,007 INFO spawned: 'a' with pid 7\n");
  assert.equal(line("warn", "x", wallMs + 0.999), "2026-11-24 10:29:55,007 WARN x\n", "milliseconds are cut off");
});

test("LOG-001: the time is the local zone's, over midnight as well", () => {
  assert.equal(line("info", "x", wallMs, 330), "2026-11-24 15:59:55,007 INFO x\n");
  assert.equal(line("info", "x", wallMs, -11 * 60), "2026-11-23 23:29:55,007 INFO x\n");
});

test("LOG-002: only the first line of a message has the stamp", () => {
  assert.equal(line("debug", "one\ntwo\n"), "2026-11-24 10:29:55,007 DEBG one\ntwo\n\n");
});

test("OBS-005: as JSON a message is one line, whatever is in it; the time is UTC, the level a word of loglevel", () => {
  const json = (text: string) => Buffer.from(formatJsonLine("warn", wallMs + 0.9, text)).toString();
  assert.equal(json("x"), '{"time":"2026-11-24T10:29:55.007Z","level":"warn","message":"x"}\n');
  const text = 'one\n"two"\t\\ 中文 \u0000';
  assert.equal(json(text).indexOf("\n"), json(text).length - 1);
  assert.equal(JSON.parse(json(text)).message, text);
  // A name that is no UTF-8 is held as its bytes behind a mark; what comes out can be read by everybody.
  assert.ok(
    Buffer.from(formatJsonLine("info", wallMs, textOf(Uint8Array.of(0x61, 0xff)))).equals(
      Buffer.from(json("a\ufffd").replace("warn", "info")),
    ),
  );
});

test("LOG-003: codes and numbers of the levels", () => {
  const shown = Object.entries(LEVELS).map(([name, { code, number }]) => `${name} ${code} ${number}`);
  assert.deepEqual(shown, [
    "critical CRIT 50",
    "error ERRO 40",
    "warn WARN 30",
    "info INFO 20",
    "debug DEBG 10",
    "trace TRAC 5",
    "blather BLAT 3",
  ]);
});

test("LOG-004: a message is written from the level in force upwards", () => {
  const written = (threshold: LogLevel) => (Object.keys(LEVELS) as LogLevel[]).filter((level) => isWritten(level, threshold));
  assert.deepEqual(written("info"), ["critical", "error", "warn", "info"]);
  assert.deepEqual(written("critical"), ["critical"]);
  assert.deepEqual(written("blather"), Object.keys(LEVELS));
});

test("LOG-005: lines are UTF-8", () => {
  assert.deepEqual([...formatLine("info", wallMs, 0, "é😀").subarray(-7)], [0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0x0a]);
});
