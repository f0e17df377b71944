/** What stands in bin/: found through links, from PATH, in folders with spaces; and one clear sentence when something is missing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { SUPERVISOR_VERSION } from "../src/version.ts";
import { ROOT } from "./tidy/tree.ts";

const base = realpathSync(mkdtempSync(path.join(tmpdir(), "holdfast bin ")));
after(() => rmSync(base, { recursive: true, force: true }));

/** A stand-in for a build: the "keeper" and the bundles tell how they were called, a line a word. */
function checkout(name: string): string {
  const root = path.join(base, name);
  mkdirSync(path.join(root, "dist"), { recursive: true });
  cpSync(path.join(ROOT, "bin"), path.join(root, "bin"), { recursive: true });
  executable(path.join(root, "dist/holdfast-keeper"), 'echo keeper; for word; do echo "$word"; done; echo "argv0=$HOLDFAST_ARGV0"; pwd');
  for (const program of ["supervisord", "supervisorctl", "pidproxy", "echo_supervisord_conf"]) {
    const told =
      'console.log([require("node:path").basename(__filename), ...process.argv.slice(2), "argv0=" + process.env.HOLDFAST_ARGV0].join("\\n"))';
    writeFileSync(path.join(root, `dist/${program}.cjs`), told);
  }
  return root;
}

function executable(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

type Options = { readonly cwd?: string; readonly env?: Record<string, string> };

function run(
  file: string,
  args: readonly string[],
  { cwd = base, env = {} }: Options = {},
): { code: number | null; out: string[]; error: string } {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, env: { PATH: process.env["PATH"] ?? "", ...env }, encoding: "utf8" });
  return { code: status, out: stdout.trimEnd().split("\n"), error: stderr };
}

/** What the stand-in keeper says of a call. */
function keeperCall(root: string, argv0: string, args: readonly string[], cwd: string): string[] {
  return [
    "keeper",
    realNode(),
    "--max-semi-space-size=1",
    "--v8-pool-size=1",
    "--expose-gc",
    path.join(root, "dist/supervisord.cjs"),
    ...args,
    `argv0=${argv0}`,
    cwd,
  ];
}

function realNode(): string {
  return spawnSync("sh", ["-c", "command -v node"], { encoding: "utf8" }).stdout.trim();
}

test("CLI-110: the four programs start, with their words as given and the name they were called by", () => {
  const root = checkout("a plain checkout");
  const daemon = path.join(root, "bin/supervisord");
  assert.deepEqual(run(daemon, ["-c", "a  b", ""]).out, keeperCall(root, daemon, ["-c", "a  b", ""], base));
  for (const program of ["supervisorctl", "pidproxy", "echo_supervisord_conf"]) {
    const file = path.join(root, "bin", program);
    assert.deepEqual(run(file, ["x  y", "-z"]).out, [`${program}.cjs`, "x  y", "-z", `argv0=${file}`]);
  }
});

test("links are followed: absolute, relative, one after the other, and of the folder itself", () => {
  const root = checkout("linked");
  const links = path.join(base, "links");
  mkdirSync(links);
  symlinkSync(path.join(root, "bin/supervisord"), path.join(links, "absolute"));
  symlinkSync("../linked/bin/supervisord", path.join(links, "relative"));
  symlinkSync("relative", path.join(links, "twice"));
  symlinkSync(root, path.join(links, "folder"));
  for (const name of ["absolute", "relative", "twice", "folder/bin/supervisord"]) {
    const file = path.join(links, name);
    assert.deepEqual(run(file, ["-v"]).out, keeperCall(root, file, ["-v"], base), name);
  }
});

test("it is found from PATH and by a relative path, and the working folder stays", () => {
  const root = checkout("from path");
  const found = run("sh", ["-c", "supervisord -v"], { env: { PATH: `${path.join(root, "bin")}:${process.env["PATH"]}` } });
  assert.deepEqual(found.out, keeperCall(root, path.join(root, "bin/supervisord"), ["-v"], base));
  assert.deepEqual(run("sh", ["bin/supervisord", "-v"], { cwd: root }).out, keeperCall(root, "bin/supervisord", ["-v"], root));
  assert.deepEqual(
    run("sh", ["supervisord", "-v"], { cwd: path.join(root, "bin") }).out,
    keeperCall(root, "supervisord", ["-v"], path.join(root, "bin")),
  );
});

test("programs inherit no PWD that the shell has made: only one that was given", () => {
  const root = checkout("environment");
  executable(path.join(root, "dist/holdfast-keeper"), 'tr "\\0" "\\n" <"/proc/$$/environ"');
  writeFileSync(path.join(root, "dist/pidproxy.cjs"), 'console.log(Object.entries(process.env).map((pair) => pair.join("=")).join("\\n"))');
  for (const program of ["supervisord", "pidproxy"]) {
    const told = (env: Record<string, string>) =>
      run(path.join(root, "bin", program), [], { env }).out.filter((line) => line.startsWith("PWD="));
    assert.deepEqual(told({}), []);
    assert.deepEqual(told({ OLDPWD: base }), []);
    assert.deepEqual(told({ PWD: base }), [`PWD=${base}`]);
  }
});

test("--hash-password is no matter of the keeper, whose daemon has no terminal", () => {
  const root = checkout("hash");
  const { out } = run(path.join(root, "bin/supervisord"), ["-n", "--hash-password"]);
  assert.deepEqual(out.slice(0, 3), ["supervisord.cjs", "-n", "--hash-password"]);
});

test("HOLDFAST_NODE and HOLDFAST_KEEPER name others", () => {
  const root = checkout("others");
  const keeper = path.join(base, "other keeper");
  executable(keeper, 'echo other; echo "$1"');
  const told = run(path.join(root, "bin/supervisord"), [], { env: { HOLDFAST_KEEPER: keeper, HOLDFAST_NODE: process.execPath } });
  assert.deepEqual(told.out, ["other", process.execPath]);
  const node = path.join(base, "other node");
  executable(node, 'echo "other node"; echo "$1"');
  assert.deepEqual(run(path.join(root, "bin/pidproxy"), [], { env: { HOLDFAST_NODE: node } }).out, [
    "other node",
    path.join(root, "dist/pidproxy.cjs"),
  ]);
});

test("what is missing is one sentence and code 1", () => {
  const root = checkout("missing");
  const daemon = path.join(root, "bin/supervisord");
  const without = run(daemon, [], { env: { HOLDFAST_NODE: path.join(base, "no node here") } });
  assert.deepEqual(
    [without.code, without.error],
    [1, "supervisord: Node.js was not found: install version 20.19 or later, or set HOLDFAST_NODE to its path.\n"],
  );
  rmSync(path.join(root, "dist/holdfast-keeper"));
  assert.match(run(daemon, []).error, /^supervisord: the keeper .* is missing: run 'npm run build' in .*\n$/);
  rmSync(path.join(root, "dist"), { recursive: true });
  for (const program of ["supervisord", "supervisorctl", "pidproxy", "echo_supervisord_conf"]) {
    const { code, error } = run(path.join(root, "bin", program), []);
    assert.deepEqual([code, error], [1, `${program}: it is not built yet: run 'npm run build' in ${root}.\n`]);
  }
});

test("CLI-111: better: nothing is imported at run time: the built programs run where there are no modules", () => {
  const root = path.join(base, "alone");
  for (const folder of ["bin", "dist"]) cpSync(path.join(ROOT, folder), path.join(root, folder), { recursive: true });
  assert.deepEqual(run(path.join(root, "bin/supervisord"), ["--version"]), { code: 0, out: [SUPERVISOR_VERSION], error: "" });
  assert.equal(run(path.join(root, "bin/supervisorctl"), ["--help"]).code, 0);
  assert.match(run(path.join(root, "bin/echo_supervisord_conf"), []).out.join("\n"), /^\[supervisord\]/m);
  assert.equal(run(path.join(root, "bin/pidproxy"), []).code, 1);
});
