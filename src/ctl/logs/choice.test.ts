import assert from "node:assert/strict";
import { test } from "node:test";
import { type Choice, choose, LINES_DEFAULT } from "./choice.ts";

const NOW = new Date(2026, 10, 24, 12, 0, 0).getTime();
const ALL: Choice = { lines: null, sinceMs: null, grep: null, nowMs: NOW };
const at = (time: string, text: string) => `2026-11-24 ${time}:00 ${text}`;
const since = (time: string) => new Date(`2026-11-24T${time}:00`).getTime();

test("the last so many", () => {
  const lines = ["a", "b", "c"];
  assert.deepEqual(choose(lines, { ...ALL, lines: 2 }, false), { lines: ["b", "c"], isEnough: true, isTimeless: false });
  assert.deepEqual(choose(lines, { ...ALL, lines: 5 }, false), { lines, isEnough: false, isTimeless: false });
  assert.deepEqual(choose(lines, { ...ALL, lines: 0 }, false).lines, []);
  assert.ok(choose(lines, { ...ALL, lines: 5 }, true).isEnough);
});

test("those that match count", () => {
  const lines = ["a1", "b", "a2", "a3", "c"];
  assert.deepEqual(choose(lines, { ...ALL, lines: 2, grep: /^a/ }, false), { lines: ["a2", "a3"], isEnough: true, isTimeless: false });
  assert.equal(choose(lines, { ...ALL, lines: 4, grep: /^a/ }, false).isEnough, false);
});

test("since a time: a line without one belongs to the line before it", () => {
  const lines = [at("10:00", "old"), "  of old", at("11:00", "young"), "  of young"];
  assert.deepEqual(choose(lines, { ...ALL, sinceMs: since("10:30") }, false), { lines: lines.slice(2), isEnough: true, isTimeless: false });
  assert.deepEqual(choose(lines, { ...ALL, sinceMs: since("11:30") }, false).lines, []);
  assert.deepEqual(choose(lines, { ...ALL, sinceMs: since("09:00") }, false), { lines, isEnough: false, isTimeless: false });
});

test("a clock that was set back: only the last stretch counts", () => {
  const lines = [at("11:00", "before"), at("09:00", "set back"), at("11:10", "after")];
  assert.deepEqual(choose(lines, { ...ALL, sinceMs: since("10:00") }, false).lines, [lines[2]]);
});

test("a log without times is shown as if none had been asked for, and that is told", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const chosen = choose(lines, { ...ALL, sinceMs: since("10:00") }, true);
  assert.equal(chosen.lines.length, LINES_DEFAULT);
  assert.ok(chosen.isTimeless && chosen.isEnough);
  assert.equal(choose([], { ...ALL, sinceMs: since("10:00") }, true).isTimeless, false);
});
