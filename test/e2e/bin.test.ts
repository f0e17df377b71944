/**
 * What people start: found through links, from PATH, in folders with spaces, under any name; given on are the words and the environment as they came, with
 * nothing for node that is meant for programs; and one clear sentence when something is missing.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readBirth, type Words } from "../../src/birth.ts";
import { HOLDFAST_VERSION, SUPERVISOR_VERSION } from "../../src/version.ts";
import { files, ROOT, text } from "../tidy/tree.ts";

const base = realpathSync(mkdtempSync(path.join(tmpdir(), "holdfast bin ")));
after(() => rmSync(base, { recursive: true, force: true }));

const { DAEMON_FLAGS } = (await import(path.join(ROOT, "scripts/daemonflags.mjs"))) as { readonly DAEMON_FLAGS: readonly string[] };
const TOOLS = ["supervisord", "supervisorctl", "echo_supervisord_conf", "holdfast"];

type Told = {
  readonly file: string;
  readonly flags: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly parent: string;
};

/** A stand-in for a build, with the real keeper: the bundles tell how they were called. */
function checkout(name: string): string {
  const root = path.join(base, name);
  mkdirSync(path.join(root, "dist"), { recursive: true });
  cpSync(path.join(ROOT, "bin"), path.join(root, "bin"), { recursive: true });
  writeFileSync(path.join(root, "package.json"), "{}");
  cpSync(path.join(ROOT, "dist/holdfast-keeper"), path.join(root, "dist/holdfast-keeper"));
  const told =
    "console.log(JSON.stringify({ file: __filename, flags: process.execArgv, env: process.env, cwd: process.cwd(), parent: require('node:fs').readFileSync('/proc/' + process.ppid + '/cmdline', 'utf8') }))";
  for (const program of ["daemon", "supervisorctl", "echo_supervisord_conf", "holdfast"])
    writeFileSync(path.join(root, `dist/${program}.cjs`), told);
  return root;
}

function executable(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

type Options = { readonly cwd?: string; readonly env?: Record<string, string>; readonly argv0?: string };
type Ran = { readonly code: number | null; readonly out: string; readonly error: string };

function run(file: string, args: readonly string[], { cwd = base, env = {}, argv0 }: Options = {}): Ran {
  const options = {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    encoding: "utf8" as const,
    ...(argv0 !== undefined && { argv0 }),
  };
  const { status, stdout, stderr } = spawnSync(file, args, options);
  return { code: status, out: stdout, error: stderr };
}

/** What a stand-in says of a call, and what the real program would read of it. */
function call(file: string, args: readonly string[], options?: Options): Told & Words {
  const { out, error } = run(file, args, options);
  assert.equal(error, "");
  const told = JSON.parse(out) as Told;
  return { ...told, ...readBirth(told.env, []) };
}

test("CLI-110: the programs start, with their words as given and the name they were called by", () => {
  const root = checkout("a plain checkout");
  const words = ["-c", "a  b", "", "100% caf\u00e9\n"];
  for (const tool of TOOLS) {
    const file = path.join(root, "bin", tool);
    const told = call(file, words);
    const isDaemon = tool === "supervisord";
    assert.deepEqual([told.argv0, told.args, told.cwd], [file, words, base]);
    assert.equal(told.file, path.join(root, `dist/${isDaemon ? "daemon" : tool}.cjs`));
    assert.deepEqual(told.flags, isDaemon ? DAEMON_FLAGS : []);
    if (isDaemon) assert.equal(told.parent, [file, ...words, ""].join("\0"), "the keeper's command line is what was typed");
  }
});

test("links are followed: absolute, relative, one after the other, of any name, and of the folder itself; copies beside it are as good", () => {
  const root = checkout("linked");
  const links = path.join(base, "links");
  mkdirSync(links);
  symlinkSync(path.join(root, "bin/supervisord"), path.join(links, "absolute"));
  symlinkSync("../linked/bin/supervisord", path.join(links, "supervisorctl"));
  symlinkSync("supervisorctl", path.join(links, "twice"));
  symlinkSync(root, path.join(links, "folder"));
  cpSync(path.join(root, "bin/supervisord"), path.join(root, "bin/sv"));
  linkSync(path.join(root, "bin/supervisord"), path.join(root, "bin/hard"));
  for (const name of ["absolute", "supervisorctl", "twice", "folder/bin/supervisord", "../linked/bin/sv", "../linked/bin/hard"]) {
    const file = `${links}/${name}`;
    const told = call(file, ["-v"]);
    assert.deepEqual([told.argv0, told.args, told.file], [file, ["-v"], path.join(root, "dist/daemon.cjs")], name);
  }
});

test("it is found from PATH and by a relative path, whatever argv[0] says, and the working folder stays", () => {
  const root = checkout("from path");
  const bin = path.join(root, "bin");
  const from = (file: string, options: Options) => {
    const { argv0, file: bundle, cwd } = call(file, ["-v"], options);
    assert.equal(bundle, path.join(root, "dist/daemon.cjs"));
    return [argv0, cwd];
  };
  const shell = run("sh", ["-c", "supervisord -v"], { env: { PATH: `${bin}:${process.env["PATH"]}` } });
  assert.equal(readBirth((JSON.parse(shell.out) as Told).env, []).argv0, path.join(bin, "supervisord"));
  assert.deepEqual(from("bin/supervisord", { cwd: root }), ["bin/supervisord", root]);
  assert.deepEqual(from("./supervisord", { cwd: bin }), ["./supervisord", bin]);
  assert.deepEqual(from("../bin/supervisord", { cwd: bin }), ["../bin/supervisord", bin]);
  for (const argv0 of ["", "-sh", "supervisorctl"]) {
    assert.deepEqual(from(path.join(bin, "supervisord"), { argv0 }), [path.join(bin, "supervisord"), base]);
  }
});

test("the environment arrives as it was; node sees nothing of it that would change node", () => {
  const root = checkout("environment");
  const meant = {
    NODE_OPTIONS: "--no-such-option",
    NODE_CHANNEL_FD: "3",
    NODE_DEBUG: "net,http",
    NODE_V8_COVERAGE: base,
    NODE_EXTRA_CA_CERTS: "/none",
    OPENSSL_CONF: "/none",
    UV_THREADPOOL_SIZE: "1",
    HOLDFAST_KEEPER_FD: "7",
    HOLDFAST_BIRTH_0: "1%00x%00",
    HOLDFAST_PROGRAM_0: "/none",
  };
  const plain = {
    "discovery.type": "single-node",
    "BASH_FUNC_x%%": "() { :; }",
    EMPTY: "",
    "my-service": "x=y",
    TZ: "UTC",
    LD_BIND_NOW: "1",
  };
  for (const tool of TOOLS) {
    const told = call(path.join(root, "bin", tool), [], { env: { ...plain, ...meant } });
    assert.deepEqual({ ...told.environment }, { PATH: process.env["PATH"], ...plain, ...meant }, tool);
    const seen = Object.keys(told.env).filter((name) => !name.startsWith("HOLDFAST_"));
    assert.deepEqual(seen.sort(), ["PATH", ...Object.keys(plain)].sort());
  }
});

test("what is not UTF-8 arrives: names, values, words; of two variables with one name the first counts", () => {
  const root = checkout("bytes");
  const script = 'raw=$(printf "\\351"); exec env -i "PATH=$PATH" "R$raw=$raw" "V=$raw" "U=\u4e2d" "$0" "-c$raw"';
  const { out } = run("sh", ["-c", script, path.join(root, "bin/supervisorctl")]);
  const told = readBirth((JSON.parse(out) as Told).env, []);
  assert.deepEqual(told.args, ["-c\udce9"]);
  assert.deepEqual({ ...told.environment }, { PATH: process.env["PATH"], "R\udce9": "\udce9", V: "\udce9", U: "\u4e2d" });
});

test("an environment that is empty, or larger than one variable can be, is fine", () => {
  const root = checkout("sizes");
  const file = path.join(root, "bin/supervisorctl");
  const bare = run("env", ["-i", file]);
  if (bare.code === 0) assert.deepEqual(Object.keys(readBirth((JSON.parse(bare.out) as Told).env, []).environment), []);
  else assert.match(bare.error, /Node.js was not found/);
  const large = "\u00e9".repeat(60_000);
  assert.equal(call(file, [large], { env: { NODE_LARGE: large } }).environment["NODE_LARGE"], large);
});

test("--hash-password is no matter of the keeper, whose daemon has no terminal", () => {
  const root = checkout("hash");
  const told = call(path.join(root, "bin/supervisord"), ["-n", "--hash-password"]);
  assert.deepEqual([told.args, told.flags, told.env["HOLDFAST_KEEPER_FD"]], [["-n", "--hash-password"], [], undefined]);
});

test("HOLDFAST_NODE and HOLDFAST_KEEPER name others", () => {
  const root = checkout("others");
  const keeper = path.join(base, "other keeper");
  executable(keeper, 'echo "other $HOLDFAST_PROGRAM_0"');
  const daemon = path.join(root, "bin/supervisord");
  const told = run(daemon, [], { env: { HOLDFAST_KEEPER: keeper, HOLDFAST_NODE: process.execPath } });
  assert.equal(told.out, `other ${process.execPath}\n`);
  const node = path.join(base, "other node");
  executable(node, 'echo "other node $1"');
  const program = path.join(root, "dist/supervisorctl.cjs");
  for (const named of [node, "./other node"]) {
    assert.equal(run(path.join(root, "bin/supervisorctl"), [], { env: { HOLDFAST_NODE: named } }).out, `other node ${program}\n`);
  }
  // Not executable, a folder, and not there: the next on PATH is taken.
  for (const folder of ["p1", "p2/node", "p3"]) mkdirSync(path.join(base, folder), { recursive: true });
  writeFileSync(path.join(base, "p1/node"), "");
  cpSync(node, path.join(base, "p3/node"));
  assert.equal(run(path.join(root, "bin/supervisorctl"), [], { env: { PATH: "p0:p1:p2:p3" } }).out, `other node ${program}\n`);
});

test("what is missing is one sentence and code 1", () => {
  const root = checkout("missing");
  const daemon = path.join(root, "bin/supervisord");
  const noNode = "supervisord: Node.js was not found: install version 20.19 or later, or set HOLDFAST_NODE to its path.\n";
  for (const env of [
    { HOLDFAST_NODE: path.join(base, "no node here") },
    { HOLDFAST_NODE: "no-such-node" },
    { PATH: "/nowhere" },
    { PATH: "" },
  ]) {
    assert.deepEqual(run(daemon, [], { env }), { code: 1, out: "", error: noNode });
  }
  rmSync(path.join(root, "dist/holdfast-keeper"));
  assert.match(run(daemon, []).error, /^supervisord: the keeper .* is missing: run 'npm run build' in .*\n$/);
  writeFileSync(path.join(root, "dist/holdfast-keeper"), "");
  assert.match(run(daemon, []).error, /^supervisord: .*dist\/holdfast-keeper is not executable for you\n$/);
  cpSync(daemon, path.join(base, "elsewhere/bin/supervisord"));
  const copied = run(path.join(base, "elsewhere/bin/supervisord"), []);
  assert.deepEqual([copied.code, copied.out], [1, ""]);
  assert.match(copied.error, /^supervisord: .*daemon\.cjs is missing: .* make a link to it there instead of a copy\.\n$/);
  rmSync(path.join(root, "dist"), { recursive: true });
  for (const tool of TOOLS) {
    const { code, error } = run(path.join(root, "bin", tool), []);
    assert.deepEqual([code, error], [1, `${tool}: it is not built yet: run 'npm run build' in ${root}.\n`]);
  }
});

test("V8 takes the code that was kept at the build, under the flags with which each program is started", () => {
  for (const [name, flags] of Object.entries({ daemon: DAEMON_FLAGS, supervisorctl: [], echo_supervisord_conf: [], holdfast: [] })) {
    const file = path.join(ROOT, "dist", `${name}.bundle.cjs`);
    const asTheStarter = `const { readFileSync } = require("node:fs"), { Script, constants } = require("node:vm"), { wrap } = require("node:module");
      const [, file] = process.argv;
      console.log(new Script(wrap(readFileSync(file, "latin1")), { filename: file, cachedData: readFileSync(file.replace(/cjs$/, "cache")),
        importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER }).cachedDataRejected);`;
    const { stdout } = spawnSync(process.execPath, [...flags, "-e", asTheStarter, file], { encoding: "utf8" });
    assert.equal(stdout, "false\n", name);
  }
});

test("a program without its kept code, or with that of another engine, starts all the same", () => {
  const root = path.join(base, "other code");
  for (const folder of ["bin", "dist"]) cpSync(path.join(ROOT, folder), path.join(root, folder), { recursive: true });
  const cache = path.join(root, "dist/supervisorctl.bundle.cache");
  const sound = () => assert.deepEqual(run(path.join(root, "bin/supervisorctl"), ["--version"]).out, `${HOLDFAST_VERSION}\n`);
  rmSync(cache);
  sound();
  for (const bytes of ["", "no code", Buffer.alloc(100_000, 7)]) {
    writeFileSync(cache, bytes);
    sound();
  }
});

test("an older Node.js is one sentence, before anything that it does not have is asked for", () => {
  const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.8" } });';
  const said = "Holdfast needs Node.js 20.19 or later; this is 18.20.8.\n";
  for (const script of ["start", "build", "test"]) {
    const ran = run(process.execPath, [
      "--import",
      `data:text/javascript,${encodeURIComponent(older)}`,
      path.join(ROOT, `scripts/${script}.mjs`),
    ]);
    assert.deepEqual(ran, { code: 1, out: "", error: said }, script);
  }
  // A name that an older version does not export would end them before their first line.
  const newer = /import \{[^}]*\b(styleText|parseEnv|isWellFormed|glob|getCallSites?)\b[^}]*\} from "node:/;
  for (const file of files(/^scripts\/.*\.mjs$/)) assert.doesNotMatch(text(file), newer, file);
});

test("CLI-111: better: nothing is imported at run time: the built programs run where there are no modules", () => {
  const root = path.join(base, "alone");
  for (const folder of ["bin", "dist"]) cpSync(path.join(ROOT, folder), path.join(root, folder), { recursive: true });
  const { code, out, error } = run(path.join(root, "bin/supervisord"), ["--version"]);
  assert.deepEqual({ code, out, error }, { code: 0, out: `${SUPERVISOR_VERSION}\n`, error: "" });
  assert.equal(run(path.join(root, "bin/supervisorctl"), ["--help"]).code, 0);
  assert.match(run(path.join(root, "bin/echo_supervisord_conf"), []).out, /^\[supervisord\]/m);
  assert.equal(run(path.join(root, "bin/pidproxy"), []).code, 1);
});
