/** `holdfast`: its table of verbs, help, mistakes, versions and completion. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { HOLDFAST_VERSION, SUPERVISOR_VERSION } from "../../version.ts";
import { findKeeper, findLauncher, platformPackage } from "./installation.ts";
import { VERBS } from "./verbs.ts";

const base = mkdtempSync(path.join(tmpdir(), "holdfast tool "));
after(() => rmSync(base, { recursive: true, force: true }));
const PROGRAM = path.join(base, "dist", "holdfast.cjs");
const entry = fileURLToPath(new URL("./main.ts", import.meta.url));
await build({ entryPoints: [entry], outfile: PROGRAM, bundle: true, platform: "node", target: "node20", format: "cjs", logLevel: "error" });

type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

function holdfast(...args: string[]): Ran {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8" });
}

test("the overview and the help of each verb come from the table", () => {
  for (const args of [[], ["--help"], ["-h"], ["help"]]) {
    const { status, stdout, stderr } = holdfast(...args);
    assert.deepEqual([status, stderr], [0, ""]);
    for (const { name, what } of VERBS) assert.ok(stdout.includes(`${name} `) && stdout.includes(what), stdout);
  }
  const { status, stdout } = holdfast("version", "--help");
  assert.equal(status, 0);
  assert.match(stdout, /^holdfast version -- .*\n\nUsage: .*holdfast\.cjs version \[--json \| --entrypoint\]\n(?:.*\n)*--entrypoint -- /);
});

test("what is not known is said with what is, and ends with 2", () => {
  const verb = holdfast("verison");
  assert.deepEqual([verb.status, verb.stdout], [2, ""]);
  assert.match(verb.stderr, /there is no verb 'verison'\n {2}hint: did you mean version\?\n/);
  assert.match(holdfast("version", "--jsn").stderr, /option --jsn not recognized/);
  assert.match(holdfast("version", "now").stderr, /positional arguments are not supported/);
  assert.match(holdfast("completion", "bash", "zsh").stderr, /'zsh' is one word too many/);
  assert.equal(holdfast("completion", "bash", "zsh").status, 2);
});

test("version: the plain number, and more of it as JSON", () => {
  assert.equal(holdfast("version").stdout, `${HOLDFAST_VERSION}\n`);
  assert.equal(holdfast("--version").stdout, `${HOLDFAST_VERSION}\n`);
  const told = JSON.parse(holdfast("version", "--json").stdout) as Record<string, unknown>;
  assert.deepEqual([told["version"], told["supervisor"], told["node"]], [HOLDFAST_VERSION, SUPERVISOR_VERSION, process.versions.node]);
});

function binary(...parts: string[]): string {
  const file = path.join(base, ...parts);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, "\x7fELF rest");
  chmodSync(file, 0o755);
  return file;
}

test("PKG-003: the keeper is looked for where HOLDFAST_KEEPER says, in dist, in node_modules of the package, beside it", () => {
  const root = path.join(base, "node_modules", "holdfast");
  const name = platformPackage();
  mkdirSync(root, { recursive: true });
  assert.equal(findKeeper(root, {}), null);
  const beside = binary("node_modules", name, "holdfast-keeper");
  assert.equal(findKeeper(root, {}), beside);
  const inside = binary("node_modules", "holdfast", "node_modules", name, "holdfast-keeper");
  assert.equal(findKeeper(root, {}), inside);
  const built = binary("node_modules", "holdfast", "dist", "holdfast-keeper");
  assert.equal(findKeeper(root, { HOLDFAST_KEEPER: "" }), built);
  assert.equal(findKeeper(root, { HOLDFAST_KEEPER: beside }), beside);
});

test("the entry point of a container is a compiled supervisord, never a script", () => {
  const root = path.join(base, "app", "holdfast");
  const script = binary("app", "holdfast", "bin", "supervisord");
  writeFileSync(script, "#!/bin/sh\n");
  assert.equal(findLauncher(root), null);
  const launcher = binary("app", platformPackage(), "bin", "supervisord");
  assert.equal(findLauncher(root), launcher);
});

test("PKG-043: completion for bash offers verbs, their flags and words", {
  skip: spawnSync("bash", ["-c", ""]).error !== undefined,
}, () => {
  const file = path.join(base, "completion.bash");
  writeFileSync(file, holdfast("completion", "bash").stdout);
  const offered = (...words: string[]) => {
    const script = `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return spawnSync("bash", ["-c", script, file, ...words], { encoding: "utf8", cwd: "/" })
      .stdout.trim()
      .split("\n");
  };
  assert.deepEqual(offered("holdfast", "").sort(), VERBS.map(({ name }) => name).sort());
  assert.deepEqual(offered("holdfast", "version", "--j"), ["--json"]);
  assert.deepEqual(offered("holdfast", "completion", "f"), ["fish"]);
});

for (const shell of ["bash", "zsh", "fish"]) {
  test(`PKG-043: ${shell} finds no fault in its completion`, { skip: spawnSync(shell, ["-c", ""]).error !== undefined }, () => {
    const file = path.join(base, `completion.${shell}`);
    writeFileSync(file, holdfast("completion", shell).stdout);
    const { status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
  });
}
