import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseSince, timeOfLine } from "./linetimes.ts";

const NOW = new Date(2026, 10, 24, 11, 30, 0).getTime();
const local = (...parts: [number, number, number, number?, number?, number?]) => {
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
};

test("--since: so long ago", () => {
  assert.equal(parseSince("30s", NOW), NOW - 30_000);
  assert.equal(parseSince("1h30m", NOW), NOW - 5_400_000);
  assert.equal(parseSince("0.5d", NOW), NOW - 43_200_000);
  assert.equal(parseSince("1w", NOW), NOW - 7 * 86_400_000);
});

test("--since: a time of day is the last one", () => {
  assert.equal(parseSince("10:15", NOW), local(2026, 11, 24, 10, 15));
  assert.equal(parseSince("11:31", NOW), local(2026, 11, 23, 11, 31));
  assert.equal(parseSince("9:05:07", NOW), local(2026, 11, 24, 9, 5, 7));
});

test("--since: a date, with a time and a zone", () => {
  assert.equal(parseSince("2026-01-31", NOW), local(2026, 1, 31));
  assert.equal(parseSince("2026-01-31 14:30", NOW), local(2026, 1, 31, 14, 30));
  assert.equal(parseSince("2026-01-31T14:30:05", NOW), local(2026, 1, 31, 14, 30, 5));
  assert.equal(parseSince("2026-01-31T14:30:05Z", NOW), Date.UTC(2026, 0, 31, 14, 30, 5));
});

test("--since: everything else is none", () => {
  for (const text of ["", "x", "10", "10x", "25:00", "10:60", "2026-13-01", "yesterday"]) assert.equal(parseSince(text, NOW), null, text);
});

test("times at the start of lines", () => {
  const second = local(2026, 11, 24, 10, 22, 35);
  const lines = [
    "2026-11-24 10:22:35,652 INFO spawned: 'cat' with pid 7",
    "[2026-11-24 10:22:35 +0000] [7] [INFO]".replace(" +0000", ""),
    "2026-11-24T10:22:35.123 x",
    "2026/11/24 10:22:35 [error] 7#7: nginx",
    "INFO 2026-11-24 10:22:35 x",
    "Nov 24 10:22:35 host sshd[7]: x",
  ];
  for (const line of lines) assert.equal(timeOfLine(line, NOW), second, line);
  assert.equal(timeOfLine("2026-11-24T10:22:35Z x", NOW), Date.UTC(2026, 10, 24, 10, 22, 35));
  assert.equal(timeOfLine("2026-11-24 10:22:35 +0130 x", NOW), Date.UTC(2026, 10, 24, 8, 52, 35));
  assert.equal(timeOfLine('1.2.3.4 - frank [24/Nov/2026:10:22:35 +0000] "GET / HTTP/1.1"', NOW), Date.UTC(2026, 10, 24, 10, 22, 35));
});

test("syslog's times have no year: one in the future is of last year", () => {
  assert.equal(timeOfLine("Dec 31 23:59:59 host x", NOW), local(2025, 12, 31, 23, 59, 59));
});

test("no time: none at all, one in the text, one that cannot be", () => {
  assert.equal(timeOfLine("Traceback (most recent call last):", NOW), null);
  assert.equal(timeOfLine(`${"x".repeat(50)} 2026-11-24 10:22:35`, NOW), null);
  assert.equal(timeOfLine("2026-99-24 10:22:35", NOW), null);
});

test("any text is read without a crash", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseSince(text, NOW);
      timeOfLine(text, NOW);
    }),
  );
});
