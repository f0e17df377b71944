/**
 * The packages of npm and the bundle as somebody else gets them: what is in them, that the registry would take them, and that they run where there is neither
 * a compiler nor a network. (PKG-001..008, PKG-030)
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { Instance, run, until } from "../e2e/instance.ts";
import { ROOT, text } from "../tidy/tree.ts";
import { keeperScenarios, SCENARIOS } from "./keeper.ts";
import { wholeLife } from "./scenario.ts";

type Packages = {
  readonly layOutPackages: (platforms: readonly string[]) => Promise<readonly string[]>;
  readonly packFolder: (folder: string, target: string) => Promise<string>;
};
const { layOutPackages, packFolder } = (await import(path.join(ROOT, "scripts/packages.mjs"))) as Packages;
type Bundle = { readonly makeBundle: (options: { readonly level: number; readonly target: string }) => Promise<string> };
const { makeBundle } = (await import(path.join(ROOT, "scripts/bundle.mjs"))) as Bundle;

const HERE = `linux-${process.arch}`;
const VERSION = (JSON.parse(text("package.json")) as { readonly version: string }).version;
const base = realpathSync(mkdtempSync(path.join(tmpdir(), "holdfast pack ")));
after(() => rmSync(base, { recursive: true, force: true }));
chmodSync(base, 0o755);

const folders = await layOutPackages([HERE]);
const packed = await Promise.all(folders.map((folder) => packFolder(folder, base)));
const [main = "", keeper = ""] = packed;

/** All that a start needs, and no compiler: node, and the tools of every system that the commands of the package ask. */
const tools = path.join(base, "tools");
mkdirSync(tools);
for (const name of ["node", "npm", "sh", "sleep", "env"]) {
  const found = (process.env["PATH"] ?? "").split(":").find((folder) => existsSync(path.join(folder, name)));
  if (found !== undefined) symlinkSync(path.join(found, name), path.join(tools, name));
}
const ENV = { PATH: tools, HOME: base, LANG: "C.UTF-8" };

test("PKG-007: each package holds what the recorded list says, and nothing that leads to a folder of the build", () => {
  for (const [folder, file] of [folders[0] ?? "", folders[1] ?? ""].map((each, at) => [each, packed[at] ?? ""] as const)) {
    const listed = spawnSync("tar", ["-tvzf", file], { encoding: "utf8" }).stdout.trim().split("\n");
    const seen = [...new Set(listed.map((line) => summary(line)))].sort();
    const recorded = path.basename(folder) === "holdfast" ? "holdfast.txt" : "platform.txt";
    assert.deepEqual(
      seen,
      text(`test/packages/${recorded}`).trim().split("\n"),
      `test/packages/${recorded} should say:\n${seen.join("\n")}\n`,
    );
  }
  const inside = readdirSync(folders[0] ?? "", { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of inside.filter((entry) => /\.([cm]?js|json|map)$/.test(entry.name))) {
    assert.ok(!readFileSync(path.join(parentPath, name), "latin1").includes(ROOT), `${parentPath}/${name} names the folder of the build`);
  }
});

/** The mode and the name; what changes with every page, source or style stands for its folder. */
function summary(line: string): string {
  const [mode = "", , , , , ...rest] = line.split(/ +/);
  const name = rest.join(" ").replace(/^package\//, "");
  if (name.startsWith("docs/")) return `${mode} docs/*`;
  const shared = /^(keeper|launcher|dist\/types|dist\/web\/assets)\/.*(\.\w+)$/.exec(name);
  return `${mode} ${shared === null ? name : `${shared[1]}/*${shared[2]}`}`;
}

test("PKG-007: publint and a dry run of npm publish have nothing to say", async () => {
  for (const folder of folders) {
    const { messages } = await publint({ pkgDir: folder, strict: true });
    const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual(
      messages.map((message) => formatMessage(message, manifest)),
      [],
    );
    const { code, stderr } = await run("npm", ["publish", "--dry-run", "--offline", "--ignore-scripts"], { cwd: folder });
    const warnings = stderr.split("\n").filter((line) => /^npm (warn|error)/i.test(line) && !/requires you to be logged in/.test(line));
    assert.deepEqual([code, warnings], [0, []], stderr);
  }
});

test("PKG-041: the list of components and the licence texts name all that is inside", () => {
  const main = folders[0] ?? "";
  type Component = { readonly name: string; readonly type: string; readonly components?: readonly Component[] };
  const sbom = JSON.parse(readFileSync(path.join(main, "dist", "sbom.cdx.json"), "utf8")) as {
    readonly specVersion: string;
    readonly components: readonly Component[];
  };
  assert.equal(sbom.specVersion, "1.5");
  const packages = ["@preact/signals", "@preact/signals-core", "@rgrove/parse-xml", "preact"];
  assert.deepEqual(
    sbom.components.map(({ name }) => name),
    [...packages, "holdfast-keeper", "musl"],
  );
  const sources = sbom.components.find(({ name }) => name === "holdfast-keeper")?.components?.map(({ name }) => name) ?? [];
  assert.ok(sources.includes("keeper/main.c") && sources.includes("launcher/shell.c"));
  for (const folder of folders) {
    const licences = readFileSync(path.join(folder, "LICENSE-third-party"), "utf8");
    for (const name of [...packages, ...(folder === main ? [] : ["musl,"])]) assert.match(licences, new RegExp(`^## ${name} `, "m"));
  }
});

function installOffline(name: string, ...files: string[]): Promise<{ readonly prefix: string; readonly said: string }> {
  const prefix = path.join(base, name);
  const words = ["install", "-g", "--offline", "--prefix", prefix, "--cache", path.join(base, `${name} cache`), "--no-audit", "--no-fund"];
  return run("npm", [...words, ...files], { cwd: base, env: { ...ENV, npm_config_update_notifier: "false" } }).then(
    ({ code, stdout, stderr }) => {
      assert.equal(code, 0, stdout + stderr);
      return { prefix, said: stdout + stderr };
    },
  );
}

let installed: ReturnType<typeof installOffline> | null = null;
/** Both packages, once. */
function whole(): ReturnType<typeof installOffline> {
  installed ??= installOffline("an empty prefix", main, keeper);
  return installed;
}

test("PKG-006: installed offline, into an empty prefix, with an empty cache, without a compiler, it lives a whole life", async (t) => {
  const { prefix, said } = await whole();
  assert.match(said, /added 2 packages/);
  const it = new Instance(t);
  it.bin = path.join(prefix, "bin");
  it.env = { ...ENV, GREETING: "from npm", NODE_OPTIONS: "--no-such-option" };
  await wholeLife(it);
});

test("PKG-001: nothing is run and nothing else is installed", async () => {
  const modules = path.join((await whole()).prefix, "lib", "node_modules");
  assert.deepEqual(
    readdirSync(modules)
      .filter((name) => !name.startsWith("."))
      .sort(),
    ["holdfast", `holdfast-keeper-${HERE}`],
  );
  for (const name of readdirSync(modules).filter((each) => !each.startsWith("."))) {
    const manifest = JSON.parse(readFileSync(path.join(modules, name, "package.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual([manifest["scripts"], manifest["dependencies"], manifest["version"]], [undefined, undefined, VERSION]);
  }
  assert.equal(existsSync(path.join(modules, "holdfast", "node_modules")), false);
});

test("PKG-004, PKG-005: without the package of the platform each command says so, until holdfast build-keeper has compiled it", async (t) => {
  const { prefix } = await installOffline("alone", main);
  const bin = path.join(prefix, "bin");
  const said = `the package holdfast-keeper-${HERE} was not installed: \`--omit=optional\`, or node_modules came from another machine; install it, or run \`holdfast build-keeper\` (needs a C compiler)\n`;
  for (const tool of ["supervisord", "supervisorctl", "echo_supervisord_conf", "pidproxy"]) {
    assert.deepEqual(await run(path.join(bin, tool), ["-n"], { env: ENV }), { code: 1, stdout: "", stderr: `${tool}: ${said}` });
  }
  const without = await run(path.join(bin, "holdfast"), ["build-keeper"], { env: { ...ENV, CC: "no-such-compiler" } });
  assert.deepEqual([without.code, without.stdout], [1, ""]);
  assert.match(without.stderr, /^holdfast build-keeper: no C compiler was found \(no-such-compiler\): install one .*\n$/);
  const root = path.join(prefix, "lib", "node_modules", "holdfast");
  const built = await run(path.join(bin, "holdfast"), ["build-keeper"], { env: { ...ENV, PATH: `${tools}:/usr/bin:/bin` } });
  assert.deepEqual(built, { code: 0, stdout: `${root}/dist/holdfast-keeper is ready\n`, stderr: "" });
  const it = new Instance(t);
  it.bin = bin;
  it.env = { ...ENV, GREETING: "compiled here" };
  await wholeLife(it);
});

test("PKG-011: the keeper that is shipped passes its scenarios", () => {
  const driver = keeperScenarios();
  const shipped = path.join(folders[1] ?? "", "holdfast-keeper");
  const { status, stdout } = spawnSync(driver, ["run", shipped], { encoding: "utf8", cwd: base });
  assert.deepEqual([status, stdout.match(/^ok /gm)?.length], [0, SCENARIOS.length], stdout);
  assert.doesNotMatch(spawnSync("ldd", [shipped], { encoding: "utf8" }).stdout, /=>/);
});

test("PKG-030: the bundle runs in a folder with blanks, read-only, as another user, without Node.js", {
  skip: process.getuid?.() !== 0 && "only root can be another user",
}, async (t) => {
  const file = await makeBundle({ level: 1, target: base });
  const name = "holdfast";
  const into = path.join(base, "some folder");
  mkdirSync(into);
  assert.equal(spawnSync("tar", ["-xzf", file, "-C", into, "--no-same-owner"]).status, 0);
  rmSync(file);
  const it = new Instance(t);
  it.bin = path.join(into, name, "bin");
  it.env = { PATH: "/usr/bin:/bin", GREETING: "from the bundle", HOLDFAST_NODE: "" };
  spawnSync("chmod", ["-R", "a-w", path.join(into, name)]);
  const asNobody = async (): Promise<void> => {
    spawnSync("chown", ["-R", "65534:65534", it.dir]);
    it.spawnDaemon(["--reuid=65534", "--regid=65534", "--clear-groups", path.join(it.bin, "supervisord"), "-n"], "setpriv");
    await until(`supervisord serves; it said: ${it.output}`, () => existsSync(it.socket));
  };
  await wholeLife(it, asNobody);
  t.after(() => spawnSync("chmod", ["-R", "u+w", into]));
});
