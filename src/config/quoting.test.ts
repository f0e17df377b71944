import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";
import { quoted, quotedList } from "./quoting.ts";

test("CONF-066: values are quoted as Python's repr does", () => {
  const shown: ReadonlyArray<readonly [string, string]> = [
    ["a", "'a'"],
    ["it's x", `"it's x"`],
    [`it's "x"`, `'it\\'s "x"'`],
    ["a\\b\n\t\r", "'a\\\\b\\n\\t\\r'"],
    ["\u0000\u001b\u007f\u0085", "'\\x00\\x1b\\x7f\\x85'"],
    ["\u00a0\u2028\ufeff", "'\\xa0\\u2028\\ufeff'"],
    ["\u{e0001}", "'\\U000e0001'"],
    ["日本 é 😀", "'日本 é 😀'"],
    ["", "''"],
  ];
  for (const [text, expected] of shown) assert.equal(quoted(text), expected);
  assert.equal(quotedList(["foo", "it's"]), `['foo', "it's"]`);
});

test("the nearest name is suggested when it is near, and nothing otherwise", () => {
  const known = ["autostart", "autorestart", "stderr_logfile", "logfile_maxbytes", "command"];
  assert.equal(nearest("autorstart", known), "autostart");
  assert.equal(nearest("stderror_logfile", known), "stderr_logfile");
  assert.equal(nearest("logfilemaxbytes", known), "logfile_maxbytes");
  assert.equal(nearest("comamnd", known), "command");
  assert.equal(nearest("dependent_startup", known), null);
  assert.equal(nearest("x".repeat(10_000), known), null);
});
