/**
 * The commands of the package that npm installs: scripts that become the executable of the platform. What was given to them arrives as if no shell stood in
 * between, whichever shell it is; and what is missing is one sentence (PKG-004).
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readBirth, type Words } from "../../src/birth.ts";
import { platformPackage } from "../../src/tools/holdfast/installation.ts";
import { ROOT, text } from "../tidy/tree.ts";

const base = realpathSync(mkdtempSync(path.join(tmpdir(), "holdfast npm ")));
after(() => rmSync(base, { recursive: true, force: true }));

const TOOLS = ["supervisord", "supervisorctl", "echo_supervisord_conf", "holdfast", "pidproxy"];
const NODE_FOLDER = path.dirname(process.execPath);
/** Whichever of them is sh elsewhere. */
const SHELLS = [["sh"], ["dash"], ["bash", "--posix"], ["busybox", "sh"], ["zsh", "--emulate", "sh"]].filter(
  ([file = "", ...words]) => spawnSync(file, [...words, "-c", ":"]).status === 0,
);

type Ran = { readonly code: number | null; readonly out: string; readonly error: string };

function run(file: string, args: readonly string[], env: Record<string, string> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd: base,
    env: { PATH: `${NODE_FOLDER}:/usr/bin:/bin`, ...env },
    encoding: "utf8",
  });
  return { code: status, out: stdout, error: stderr };
}

/** node_modules as npm leaves it, with stand-ins for the bundles, which tell how they were called. */
function installed(name: string): { readonly modules: string; readonly script: (tool: string) => string } {
  const modules = path.join(base, name, "node_modules");
  const bin = path.join(modules, "holdfast", "bin");
  for (const folder of [bin, path.join(modules, "holdfast", "dist"), path.join(modules, ".bin")]) mkdirSync(folder, { recursive: true });
  for (const tool of TOOLS) {
    writeFileSync(path.join(bin, tool), text("scripts/npm/command.sh").replace("tool=TOOL", `tool=${tool}`));
    chmodSync(path.join(bin, tool), 0o755);
    symlinkSync(`../holdfast/bin/${tool}`, path.join(modules, ".bin", tool));
  }
  const told = "console.log(JSON.stringify({ file: __filename, env: process.env, flags: process.execArgv, pid: process.pid }))";
  for (const bundle of ["daemon", "supervisorctl", "echo_supervisord_conf", "holdfast"]) {
    writeFileSync(path.join(modules, "holdfast", "dist", `${bundle}.cjs`), told);
  }
  cpSync(path.join(ROOT, "dist/launch.json"), path.join(modules, "holdfast", "dist", "launch.json"));
  const platform = path.join(modules, platformPackage());
  mkdirSync(platform);
  cpSync(path.join(ROOT, "bin"), path.join(platform, "bin"), { recursive: true });
  cpSync(path.join(ROOT, "dist/holdfast-keeper"), path.join(platform, "holdfast-keeper"));
  return { modules, script: (tool) => path.join(modules, ".bin", tool) };
}

function told({ out, error }: Ran): Words & { readonly file: string; readonly flags: readonly string[] } {
  assert.equal(error, "");
  const read = JSON.parse(out) as { readonly env: Record<string, string>; readonly file: string; readonly flags: readonly string[] };
  return { ...read, ...readBirth(read.env, []) };
}

const ODD = {
  "discovery.type": "single node",
  "BASH_FUNC_x%%": "() { :; }",
  "my-service": "x='y' \"z\" $(exit 3) `id`\n\\",
  NODE_OPTIONS: "--no-such-option",
  HOLDFAST_BIRTH_0: "1%00x%00",
  EMPTY: "",
  PWD: "/nowhere",
  OLDPWD: "/no",
  SHLVL: "7",
  _: "mine",
  IFS: "o",
  root: "/none",
  tool: "none",
  found: "/bin/false",
  PS4: "$(id)",
};

test("PKG-008: words and environment arrive as they were given, through npm's links, whatever shell is sh", () => {
  const { modules, script } = installed("a folder with blanks");
  const words = ["-c", "a  b", "", "$(id) `id` \\ ' \"", "100% caf\u00e9\n", "*"];
  for (const shell of SHELLS) {
    for (const tool of TOOLS.slice(0, 4)) {
      const [file = "", ...before] = [...shell, script(tool)];
      const { argv0, args, environment, ...rest } = told(run(file, [...before, ...words], ODD));
      assert.deepEqual([argv0, args], [script(tool), words], shell.join(" "));
      assert.deepEqual({ ...environment }, { PATH: `${NODE_FOLDER}:/usr/bin:/bin`, ...ODD }, shell.join(" "));
      assert.equal(rest.file, path.join(modules, "holdfast", "dist", `${tool === "supervisord" ? "daemon" : tool}.cjs`));
    }
  }
});

test("PKG-008: bytes that are not UTF-8, entries with one name, an empty environment and a large one arrive", () => {
  const { script } = installed("bytes");
  const raw = `raw=$(printf "\\351\\377\\201"); exec env -i "PATH=$PATH" "R$raw=$raw" "$0" "-c$raw"`;
  const { args, environment } = told(run("sh", ["-c", raw, script("supervisorctl")]));
  assert.deepEqual(args, ["-c\udce9\udcff\udc81"]);
  assert.equal(environment["R\udce9\udcff\udc81"], "\udce9\udcff\udc81");
  const listed = (...before: string[]) => run("env", ["-i", ...before, script("pidproxy"), "/none", "/usr/bin/env"]).out;
  assert.equal(listed(), "");
  assert.equal(listed("A=1", "B.b=2"), "A=1\nB.b=2\n");
  const large = "\u00e9".repeat(60_000);
  const ran = told(run(script("supervisorctl"), [large], { LARGE: large, "LARGE.2": large, LARGE_3: large }));
  assert.deepEqual([ran.environment["LARGE"], ran.environment["LARGE.2"], ran.args], [large, large, [large]]);
});

test("PKG-008: descriptors, pid and ignored signals are the caller's", () => {
  const { modules, script } = installed("descriptors");
  const direct = path.join(modules, platformPackage(), "bin", "pidproxy");
  const seen = (file: string, ...before: string[]) => {
    const line = `exec 7</dev/null 9>/dev/null; trap '' HUP; exec ${before.join(" ")} "$0" /none sh -c 'ls /proc/self/fd; grep -E "^Sig(Ign|Blk)" /proc/self/status'`;
    return run("sh", ["-c", line, file]);
  };
  assert.deepEqual(seen(script("pidproxy")), seen(direct));
  const ignoring = ["env", "--ignore-signal=CHLD"];
  if (run("env", ["--ignore-signal=CHLD", "true"]).code === 0) {
    assert.deepEqual(seen(script("pidproxy"), ...ignoring), seen(direct, ...ignoring));
    assert.equal(told(run("env", ["--ignore-signal=CHLD", script("supervisord"), "-x"], ODD)).environment["my-service"], ODD["my-service"]);
  }
  const same = run("sh", ["-c", 'echo $$; exec "$0"', script("supervisorctl")]).out.split("\n");
  assert.equal((JSON.parse(same[1] ?? "") as { readonly pid: number }).pid, Number(same[0]));
});

test("PKG-008: without PATH, and where /proc is another's, it still starts", () => {
  const { script } = installed("bare");
  const { code, error } = run("env", ["-i", script("supervisorctl")]);
  if (code !== 0) assert.match(error, /^supervisorctl: Node\.js was not found: .*\n$/);
  assert.equal(run("env", ["-i", `HOLDFAST_NODE=${process.execPath}`, script("supervisorctl")]).code, 0);
});

const SENTENCE = {
  omitted: (tool: string) =>
    `${tool}: the package ${platformPackage()} was not installed: \`--omit=optional\`, or node_modules came from another machine; install it, or run \`holdfast build-keeper\` (needs a C compiler)\n`,
  unknown: (tool: string, platform: string) =>
    `${tool}: this is ${platform}, for which no keeper is shipped: run \`holdfast build-keeper\` (needs a C compiler)\n`,
};

test("PKG-004: without the package of the platform, on a platform without one, and without the right to execute: one sentence each, and 1", () => {
  const { modules, script } = installed("missing");
  const platform = path.join(modules, platformPackage());
  const keeper = path.join(platform, "holdfast-keeper");
  chmodSync(keeper, 0o644);
  assert.deepEqual(run(script("supervisord"), []), { code: 1, out: "", error: `supervisord: ${keeper} is not executable for you\n` });
  const launcher = path.join(platform, "bin", "supervisorctl");
  chmodSync(launcher, 0o644);
  assert.deepEqual(run(script("supervisorctl"), []), { code: 1, out: "", error: `supervisorctl: ${launcher} is not executable for you\n` });
  rmSync(platform, { recursive: true });
  const others = TOOLS.filter((tool) => tool !== "holdfast");
  for (const tool of others) assert.deepEqual(run(script(tool), []), { code: 1, out: "", error: SENTENCE.omitted(tool) });
  const fake = path.join(base, "fake");
  mkdirSync(fake);
  for (const [machine, name] of [
    ["Linux riscv64", "linux-riscv64"],
    ["Linux ppc64le", "linux-ppc64le"],
    ["Darwin arm64", "darwin-arm64"],
  ] as const) {
    writeFileSync(path.join(fake, "uname"), `#!/bin/sh\necho ${machine}\n`);
    chmodSync(path.join(fake, "uname"), 0o755);
    const ran = run(script("supervisord"), [], { PATH: `${fake}:/usr/bin:/bin` });
    assert.deepEqual(ran, { code: 1, out: "", error: SENTENCE.unknown("supervisord", name) });
  }
});

test("holdfast itself works without an executable, and node is told nothing that is meant for programs", () => {
  const { modules, script } = installed("bare holdfast");
  rmSync(path.join(modules, platformPackage()), { recursive: true });
  const { code, out } = run(script("holdfast"), ["build-keeper"], ODD);
  assert.equal(code, 0);
  assert.equal((JSON.parse(out) as { readonly env: Record<string, string> }).env["NODE_OPTIONS"], undefined);
});

test("PKG-003: the keeper is that of the platform's package, unless HOLDFAST_KEEPER names one or one was built; another version is refused", () => {
  const { modules, script } = installed("versions");
  const mark = (file: string, version: string) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(
      file,
      `#!/bin/sh\n[ "$1" = --formats ] && echo "holdfast-keeper ${version} b1 protocol 1-2 table 1-1" || echo "${version} $1"\n`,
    );
    chmodSync(file, 0o755);
    return file;
  };
  const launch = path.join(modules, "holdfast", "dist", "launch.json");
  writeFileSync(launch, `${JSON.stringify({ version: "3.2.1", build: "b1" }, null, 2)}\n`);
  const beside = mark(path.join(modules, platformPackage(), "holdfast-keeper"), "3.2.1");
  assert.equal(run(script("supervisord"), ["-n"]).out, "3.2.1 -n\n");
  mark(beside, "3.2.0");
  assert.deepEqual(run(script("supervisord"), ["-n"]), {
    code: 1,
    out: "",
    error: `supervisord: the keeper ${beside} is of version 3.2.0 (b1) and ${path.join(modules, "holdfast")} of version 3.2.1 (b1): install the same version of both.\n`,
  });
  const named = mark(path.join(base, "named", "keeper"), "9");
  assert.equal(run(script("supervisord"), ["-n"], { HOLDFAST_KEEPER: named }).out, "9 -n\n");
  mark(path.join(modules, "holdfast", "dist", "holdfast-keeper"), "8");
  assert.equal(run(script("supervisord"), ["-n"]).out, "8 -n\n");
});
