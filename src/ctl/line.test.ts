import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseCommandLine } from "./line.ts";

const command = (text: string) => {
  const line = parseCommandLine(text);
  assert.ok(line.kind === "command", text);
  return [line.name, line.argument];
};

test("CTL-012: an empty or blank line is nothing; one quoted word is split like several", () => {
  assert.deepEqual(parseCommandLine(""), { kind: "empty" });
  assert.deepEqual(parseCommandLine(" \t "), { kind: "empty" });
  assert.deepEqual(command("  status   cat "), ["status", "cat"]);
});

test("CTL-013: a name ends at the first character that cannot be in one", () => {
  assert.deepEqual(command("status;"), ["status", ";"]);
  assert.deepEqual(command("status-cat"), ["status", "-cat"]);
  assert.deepEqual(command("a_1.b"), ["a_1", ".b"]);
});

test("CTL-015: ? is help, ! is no command", () => {
  assert.deepEqual(command("? start"), ["help", "start"]);
  assert.deepEqual(command("?"), ["help", ""]);
  assert.deepEqual(parseCommandLine("! ls"), { kind: "unknown", line: "! ls" });
  assert.deepEqual(parseCommandLine("!ls"), { kind: "unknown", line: "!ls" });
});

test("any line is taken apart without a crash, and nothing of it is lost", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const line = parseCommandLine(text);
      if (line.kind === "command") assert.ok(line.line.startsWith(line.name) && line.line.endsWith(line.argument));
    }),
  );
});
