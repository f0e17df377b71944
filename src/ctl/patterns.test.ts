import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { groupMatcher, isPattern, processMatcher } from "./patterns.ts";

const matches = (pattern: string, name: string) => {
  const [group = "", process = group] = name.split(":");
  return processMatcher(pattern)({ group, name: process });
};

test("what is a pattern: the group forms are none", () => {
  for (const word of ["web-*", "*", "a?", "[ab]", "*:*", "w*:", "g:a*"]) assert.ok(isPattern(word), word);
  for (const word of ["web", "g:a", "g:*", "g:", "all", ""]) assert.ok(!isPattern(word), word);
});

test("patterns are matched against the names that status shows, and the full ones", () => {
  assert.ok(matches("web-*", "web-1"));
  assert.ok(matches("web*", "web:web_00"), "* crosses the colon");
  assert.ok(matches("*:web_0?", "web:web_07"));
  assert.ok(matches("cat:*at", "cat"), "the full name of a process that is shown by the short one");
  assert.ok(!matches("web-?", "web-10"));
  assert.ok(!matches("eb*", "web"));
});

test("sets of characters, ranges, negation; a bracket that does not close is a bracket", () => {
  assert.ok(matches("w[abe]b", "web"));
  assert.ok(matches("w[a-f]b", "web"));
  assert.ok(matches("w[!a]b", "web") && !matches("w[!e]b", "web"));
  assert.ok(matches("w[^a]b", "web"));
  assert.ok(matches("[]]x*", "]x"));
  assert.ok(matches("[-", "[-"));
  assert.ok(!matches("[z-a]", "b"));
});

test("groups", () => {
  assert.ok(groupMatcher("web-*")("web-1"));
  assert.ok(groupMatcher("web-*:*")("web-1"));
  assert.ok(!groupMatcher("web-?")("web"));
});

test("a name without wildcards matches itself alone, and no pattern crashes or hangs", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (a, b) => {
      const literal = a.replace(/[*?[]/g, "x");
      assert.equal(processMatcher(literal)({ group: b, name: b }), literal === b || literal === `${b}:${b}`);
      processMatcher(a)({ group: b, name: b });
      groupMatcher(a)(b);
    }),
  );
  assert.ok(processMatcher("*".repeat(5000))({ group: "x", name: "x" }));
});
