import assert from "node:assert/strict";
import { test } from "node:test";
import { publicEnvironment, readBirth } from "./birth.ts";
import { realRandom } from "./random.ts";

test("names that begin with HOLDFAST_ stay with us, all others are kept as they are", () => {
  const environment = publicEnvironment({
    HOLDFAST_KEEPER_FD: "3",
    HOLDFAST_ARGV0: "x",
    PATH: "/bin",
    HOLDFAST: "kept",
    EMPTY: "",
    NONE: undefined,
    ["__proto__"]: "odd",
  });
  assert.deepEqual(Object.entries(environment), [
    ["PATH", "/bin"],
    ["HOLDFAST", "kept"],
    ["EMPTY", ""],
    ["__proto__", "odd"],
  ]);
});

test("what we were called comes from the keeper", () => {
  process.env["HOLDFAST_ARGV0"] = "/usr/local/bin/supervisord";
  const birth = readBirth();
  delete process.env["HOLDFAST_ARGV0"];
  assert.equal(birth.argv0, "/usr/local/bin/supervisord");
  assert.equal(readBirth().argv0, "supervisord");
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
