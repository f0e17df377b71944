import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ok } from "../result.ts";
import { bashScript } from "./completion/bash.ts";
import { fishScript } from "./completion/fish.ts";
import { zshScript } from "./completion/zsh.ts";
import { SUPERVISORCTL_FLAGS } from "./flags.ts";
import { info, scene } from "./scene.fixture.ts";
import { COMMANDS } from "./table.ts";

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

/** What bash offers for a line that ends at the cursor. */
const bash = (line: string, asked = ""): readonly string[] => {
  const script = `${bashScript(COMMANDS)}
supervisorctl() { echo "$@" >&2; printf '%s\\n' ${asked}; }
COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
_supervisorctl
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", line], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.split("\n").filter((word) => word !== "");
};

test("bash: commands, flags, options", () => {
  assert.deepEqual(bash("supervisorctl sta"), ["start", "status"]);
  assert.deepEqual(bash("supervisorctl -c x -u y sta"), ["start", "status"]);
  assert.ok(bash("supervisorctl --server").includes("--serverurl"));
  assert.deepEqual(bash("supervisorctl status --"), ["--json", "--watch"]);
  assert.deepEqual(bash("supervisorctl help vers"), ["version"]);
  assert.deepEqual(bash("supervisorctl signal HU"), ["HUP"]);
  assert.deepEqual(bash("supervisorctl completion "), ["bash", "zsh", "fish"]);
});

test("bash: names are asked of the server that the flags name, and what stands before a colon is not repeated", () => {
  assert.deepEqual(bash("supervisorctl stop ", "web:a web:b db"), ["web:a", "web:b", "db"]);
  assert.deepEqual(bash("supervisorctl stop web:", "web:a 'web:*' db"), ["a", "*"]);
  assert.deepEqual(bash("supervisorctl signal HUP d", "web:a db"), ["db"]);
  assert.deepEqual(bash("supervisorctl update d", "web db"), ["db"]);
});

test("bash: a name is never run", () => {
  assert.deepEqual(bash("supervisorctl stop ", "'$(touch /tmp/holdfast-was-here)' '`id`' '*'"), [
    "$(touch /tmp/holdfast-was-here)",
    "`id`",
    "*",
  ]);
});

test("bash, zsh and fish: every command stands in the script, and bash finds no mistake in its own", () => {
  for (const script of [bashScript(COMMANDS), zshScript(COMMANDS), fishScript(COMMANDS)]) {
    for (const { name } of COMMANDS) assert.match(script, new RegExp(`\\b${name}\\b`));
  }
  execFileSync("bash", ["-n"], { input: bashScript(COMMANDS) });
});

test("completion: the scripts by name; names for them, one a line; anything else is a wrong use", async () => {
  const world = scene({ methods: { getAllProcessInfo: async () => ok([info("a", "RUNNING"), info("g:b", "RUNNING")]) } });
  assert.equal((await world.run("completion bash")).text, bashScript(COMMANDS));
  assert.equal((await world.run("completion zsh")).text, zshScript(COMMANDS));
  assert.equal((await world.run("completion fish")).text, fishScript(COMMANDS));
  assert.equal((await world.run("completion processes")).text, "a\ng:b\ng:*\nall\n");
  assert.equal((await world.run("completion groups")).text, "a\ng\nall\n");
  assert.equal((await world.run("completion tcsh")).exit, 2);
  assert.deepEqual(await scene().run("completion processes"), { text: "", exit: 1 });
});
