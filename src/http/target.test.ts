/** Targets and fields, also against Python's own reading. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { parseFields, parseTarget, percentDecode, percentEncode } from "./target.ts";

test("HTTP-056, HTTP-057: decoded once, without parameters, query and fragment", () => {
  assert.deepEqual(parseTarget("/a%2fb;x=y?q=1?2#f"), { raw: "/a%2fb;x=y?q=1?2#f", path: "/a/b", query: "q=1?2" });
  assert.equal(parseTarget("/%2561").path, "/%61");
  assert.equal(parseTarget("/index.html%3Faction=stopall").query, "");
  assert.equal(parseTarget("/%c3%a9%ff%zz%").path, "/é\ufffd%zz%");
});

test("what is encoded comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      assert.match(percentEncode(text), /^[A-Za-z0-9_.~/%-]*$/);
      assert.equal(percentDecode(percentEncode(text)), text);
    }),
  );
});

const python = spawnSync("python3", ["-c", "0"]).status === 0 ? false : "python3 is not installed";

test("WEB-008, WEB-009, WEB-040: as Python reads and writes them", { skip: python }, () => {
  const piece = fc.constantFrom("a", "b", "=", "&", ";", "+", "%20", "%c3%a9", "%ff", "%", "é", "?", "%26");
  const queries = fc.sample(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
    { numRuns: 600, seed: 3 },
  );
  const script = `
import sys, json
from urllib.parse import parse_qs, parse_qsl, quote
out = []
for text in json.load(sys.stdin):
    out.append([{k: v[0] for k, v in parse_qs(text).items()}, dict(parse_qsl(text)), quote(text)])
json.dump(out, sys.stdout)`;
  const run = spawnSync("python3", ["-c", script], { input: JSON.stringify(queries), encoding: "utf8" });
  const theirs = JSON.parse(run.stdout) as [Record<string, string>, Record<string, string>, string][];
  for (const [index, query] of queries.entries()) {
    const mine = [Object.fromEntries(parseFields(query, "first")), Object.fromEntries(parseFields(query, "last")), percentEncode(query)];
    assert.deepEqual(mine, theirs[index], query);
  }
});
