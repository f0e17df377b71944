import assert from "node:assert/strict";
import { test } from "node:test";
import { firstMatch } from "./expressions.ts";

test("RDY-006 the first line that matches is found, within the line, with flag u", () => {
  assert.equal(
    firstMatch("listening on (port )?\\d+", ["starting", "now listening on port 80", "listening on 81"]),
    "now listening on port 80",
  );
  assert.equal(firstMatch("^\\p{Script=Han}+$", ["ready", "就绪"]), "就绪");
  assert.equal(firstMatch("ready", ["not yet"]), null);
  assert.equal(firstMatch("ready", []), null);
});

test("an expression that would look for hours is stopped", () => {
  const began = performance.now();
  assert.equal(firstMatch("(a+)+$", [`${"a".repeat(60)}!`]), null);
  assert.ok(performance.now() - began < 10_000);
});

test("RDY-006 a line that would take hours is passed over, and the next one is looked at", () => {
  assert.equal(firstMatch("^(a+)+$|^ok$", [`${"a".repeat(60)}!`, "ok"]), "ok");
});

test("RDY-006 on a busy host, where the time that passes belongs to others, a line is not passed over", () => {
  const regexp = /(a+)+b|z$/u;
  let line = "az";
  /** As long as a search takes that the engine stops at its first try. */
  const searchMs = (): number => {
    const began = performance.now();
    regexp.test(line);
    return performance.now() - began;
  };
  while (searchMs() < 80) line = `a${line}`;
  assert.equal(
    firstMatch(regexp.source, [line], () => 0),
    line,
  );
});
