import assert from "node:assert/strict";
import { test } from "node:test";
import { readBirth } from "./birth.ts";
import { realRandom } from "./random.ts";

test("who we are, where, and what we were called", () => {
  const birth = readBirth();
  assert.equal(birth.argv0, process.argv[1]);
  assert.equal(birth.uid, process.getuid?.());
  assert.equal(birth.cwd, process.cwd());
  assert.ok(birth.hostName.length > 0);
});

test("a word has its length and only letters that mkstemp draws", () => {
  const random = realRandom();
  assert.match(random.word(8), /^[a-z0-9_]{8}$/);
  assert.equal(random.word(0), "");
  const seen = new Set(random.word(5000));
  assert.equal(seen.size, 37);
});
