import assert from "node:assert/strict";
import { test } from "node:test";
import { filledPrefix, parsePrefix } from "./lineprefix.ts";

test("a prefix keeps its blanks in quotes; braces around no name are themselves", () => {
  const read = (text: string) => {
    const prefix = parsePrefix(text);
    return prefix.ok ? prefix.value : prefix;
  };
  assert.equal(read('"{process} | "'), "{process} | ");
  assert.equal(read("[{pid}]"), "[{pid}]");
  assert.equal(read('""'), "");
  assert.equal(read('"'), '"');
  assert.equal(read("{} {X} }{"), "{} {X} }{");
});

test("a place that is none, a line break and what is too long are refused", () => {
  for (const text of ["{name}", "a\nb", "x".repeat(257)]) assert.equal(parsePrefix(text).ok, false, text);
  assert.deepEqual(parsePrefix("{proces}"), {
    ok: false,
    error: "not a place for a name: '{proces}' ({group}, {process}, {channel} or {pid})",
  });
});

test("places are filled, all of them", () => {
  const names = { group: "g", process: "{pid}", channel: "stderr", pid: "7" };
  assert.equal(filledPrefix("{group}:{process}[{pid}] {channel} {process}", names), "g:{pid}[7] stderr {pid}");
});
