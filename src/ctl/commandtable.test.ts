import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { COMMANDS } from "./commandtable.ts";
import { SUPERVISORCTL_FLAGS } from "./flags.ts";

const PAGE = readFileSync(new URL("../../docs/supervisorctl.md", import.meta.url), "utf8");

test("docs/supervisorctl.md knows every command, every option of ours and every flag, and no other", () => {
  const headings = [...PAGE.matchAll(/^### `(\w+)/gm)].map(([, name]) => name);
  assert.deepEqual([...headings].sort(), COMMANDS.map((row) => row.name).sort());
  for (const row of COMMANDS) {
    const part = PAGE.split(/^### /m).find((each) => each.startsWith(`\`${row.name}`)) ?? "";
    for (const { name } of row.options.filter((option) => option.name !== "json"))
      assert.ok(part.includes(`--${name}`), `${row.name}: --${name}`);
  }
  for (const { long } of SUPERVISORCTL_FLAGS.filter((flag) => flag.hidden !== true)) assert.ok(PAGE.includes(`--${long}`), `--${long}`);
  const words = new Set([
    ...COMMANDS.flatMap((row) => row.options.map((option) => option.name)),
    ...SUPERVISORCTL_FLAGS.map((flag) => flag.long),
  ]);
  for (const [, word] of PAGE.matchAll(/`[^`]*--([a-z][a-z_-]*)/g)) assert.ok(words.has(word ?? ""), `--${word} is no flag`);
});

test("every command's code loads", async () => {
  for (const row of COMMANDS) assert.equal(typeof (await row.load()).run, "function", row.name);
});
