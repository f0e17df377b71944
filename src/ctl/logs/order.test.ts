import assert from "node:assert/strict";
import { test } from "node:test";
import { byTime } from "./order.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const at = (time: string, text: string): string => `2026-11-24T10:00:${time}Z ${text}`;
const order = (logs: Readonly<Record<string, readonly string[]>>): string[] | null =>
  byTime(
    Object.entries(logs).map(([source, lines]) => ({ source, lines })),
    NOW,
  )?.map(({ source, line }) => `${source} ${line.replace(/^\S+Z /, "")}`) ?? null;

test("by time across logs; what has no time stays with the line before it, at the beginning with the one behind it", () => {
  const web = ["  of an earlier one", at("02", "two"), "  at line 5", at("04", "four")];
  const db = [at("01", "one"), at("03", "three"), at("04", "also four")];
  const expected = ["db one", "web   of an earlier one", "web two", "web   at line 5", "db three", "web four", "db also four"];
  assert.deepEqual(order({ web, db }), expected);
});

test("a log keeps its own order, whatever its clock did; an empty one is no reason to give up, one without times is", () => {
  assert.deepEqual(order({ a: [at("05", "five"), at("01", "back")], b: [at("03", "three")], c: [] }), ["b three", "a five", "a back"]);
  assert.equal(order({ a: [at("05", "five")], b: ["no time"] }), null);
});
