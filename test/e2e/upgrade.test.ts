/** Upgrades in place of the real executables: packages that are replaced, what is refused at which step, and that nobody notices. (UPG) */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { Instance, isAlive, run, until } from "./instance.ts";
import { changeData, copyPackage, LATER, laterPackage, VERSION } from "./packages.ts";

const COUNTS = `i=0; while :; do i=$((i+1)); echo line $i; sleep 0.01; done`;
const PROGRAMS = `[program:still]\ncommand=/bin/sleep 1000\n[program:counts]\ncommand=/bin/sh -c '${COUNTS}'\nstdout_logfile=%(here)s/counts.log\nstdout_logfile_maxbytes=0\n`;

/** A package of this version in the folder of the test, and what is started by a link to it. */
async function started(t: TestContext, options: { sections?: string; env?: NodeJS.ProcessEnv } = {}) {
  const instance = new Instance(t);
  if (options.env !== undefined) instance.env = options.env;
  const root = copyPackage(instance.path("lib/holdfast"));
  instance.bin = path.join(root, "bin");
  mkdirSync(instance.path("bin"));
  symlinkSync("../lib/holdfast/bin/supervisord", instance.path("bin/supervisord"));
  instance.configure(options.sections ?? PROGRAMS);
  await instance.start([], instance.path("bin/supervisord"));
  await until("all run", async () => (await instance.ctl("status")).stdout.match(/RUNNING/g)?.length === 2);
  return { instance, root };
}

const ctl = (instance: Instance, ...words: string[]) => instance.ctl(...words);
const statusOf = async (instance: Instance) => (await ctl(instance, "status")).stdout.replaceAll(/uptime.*/g, "");
const versionsOf = async (instance: Instance) => {
  const { stdout } = await ctl(instance, "version", "--json");
  return (JSON.parse(stdout) as { holdfast: { keeper: string; daemon: string; upgradable: boolean } }).holdfast;
};

/** The lines of the program are there, each once and in their order. */
function assertCounted(instance: Instance): void {
  const lines = instance.read("counts.log").split("\n").slice(0, -1);
  assert.ok(lines.length > 10);
  assert.deepEqual(lines.filter((line, index) => line !== `line ${index + 1}`).slice(0, 3), []);
}

const DONE = new RegExp(
  `^keeper ${VERSION} -> ${LATER}\ndaemon ${VERSION} -> ${LATER} \\(node ${process.versions.node}\\)\n2 processes untouched, control was away for \\d\\.\\d\\d s\n$`,
);

test("UPG-001, UPG-002: npm has put a newer package where the old one was; down again with --from", {
  timeout: 300_000,
}, async (t) => {
  const { instance, root } = await started(t);
  const before = await statusOf(instance);
  const words = readFileSync(`/proc/${instance.pid}/cmdline`, "utf8");
  const limits = readFileSync(`/proc/${instance.pid}/limits`, "utf8");
  const daemon = instance.daemonPid();
  copyPackage(instance.path("old"));
  rmSync(root, { recursive: true });
  laterPackage(root);
  assert.deepEqual(await versionsOf(instance).then(({ daemon: name, upgradable }) => [name, upgradable]), [VERSION, true]);
  assert.match((await ctl(instance, "upgrade", "--check")).stdout, /^keeper .*\ndaemon .*\nchecked: 2 processes would not notice\n$/);
  assert.equal(instance.daemonPid(), daemon);

  const upgraded = await ctl(instance, "upgrade");
  assert.deepEqual([upgraded.code, upgraded.stderr], [0, ""], upgraded.stdout + upgraded.stderr);
  assert.match(upgraded.stdout, DONE);
  assert.equal(await statusOf(instance), before);
  assert.equal(readFileSync(`/proc/${instance.pid}/cmdline`, "utf8"), words);
  assert.equal(readFileSync(`/proc/${instance.pid}/limits`, "utf8"), limits);
  assert.notEqual(instance.daemonPid(), daemon);
  assert.deepEqual(await versionsOf(instance).then(({ keeper, daemon: name, upgradable }) => [keeper, name, upgradable]), [
    LATER,
    LATER,
    false,
  ]);
  assert.equal((await ctl(instance, "upgrade")).stdout, `nothing to upgrade: ${LATER} runs and is installed\n`);

  const down = await ctl(instance, "upgrade", "--from", "old");
  assert.match(down.stdout, new RegExp(`^keeper ${LATER} -> ${VERSION}\ndaemon ${LATER} -> ${VERSION} `), down.stdout + down.stderr);
  assert.equal(await statusOf(instance), before);
  assertCounted(instance);
  assert.match(instance.read("supervisord.log"), /upgraded in place: keeper .* -> .*, daemon .* -> .*, control was away for/);
  assert.doesNotMatch(instance.read("supervisord.log"), /exited|died|ended/);
});

test("UPG-003: who connects all along is never refused, also when a link is switched and with a new Node.js", {
  timeout: 300_000,
}, async (t) => {
  const { instance } = await started(t);
  const errors: string[] = [];
  let connects = 0;
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const socket = connect(instance.socket);
      socket.on("error", (error: NodeJS.ErrnoException) => errors.push(`connect ${++connects}: ${error.code}`));
      await new Promise((resolve) => socket.on("close", resolve).on("connect", () => socket.destroy()));
      connects++;
      // Fewer than the queue holds while no daemon is there.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  laterPackage(instance.path("lib/later"));
  rmSync(instance.path("bin/supervisord"));
  symlinkSync("../lib/later/bin/supervisord", instance.path("bin/supervisord"));
  assert.match((await ctl(instance, "upgrade")).stdout, DONE);
  const again = await ctl(instance, "upgrade", "--daemon-only", "--force", "--json");
  assert.equal((JSON.parse(again.stdout) as { outcome: string }).outcome, "upgraded");
  isOver = true;
  await asking;
  assert.ok(connects > 50);
  assert.deepEqual(errors, []);
  assertCounted(instance);
});

test("UPG-005: what is refused at which step, with its reason, and all goes on", { timeout: 300_000 }, async (t) => {
  const { instance } = await started(t);
  const before = await statusOf(instance);
  const daemon = instance.daemonPid();
  let number = 0;
  const refused = async (text: RegExp, spoil: (root: string) => void) => {
    const root = laterPackage(instance.path(`other${++number}`));
    spoil(root);
    const { code, stdout } = await ctl(instance, "upgrade", "--from", root);
    assert.match(stdout, text);
    assert.equal(code, 1, stdout);
    rmSync(root, { recursive: true });
  };
  const keeper = (root: string) => path.join(root, "dist/holdfast-keeper");
  await refused(/^upgrade refused at step 1: there is no package in .*: dist\/launch\.json: ENOENT\n$/, (root) =>
    rmSync(path.join(root, "dist/launch.json")),
  );
  await refused(/at step 1: .*launch\.json: it is not JSON/, (root) => writeFileSync(path.join(root, "dist/launch.json"), "{"));
  await refused(/at step 1: there is no keeper in /, (root) => rmSync(keeper(root)));
  await refused(/at step 1: .* can be written by other users/, (root) => chmodSync(path.join(root, "dist"), 0o777));
  await refused(/at step 2: .*holdfast-keeper --formats: EACCES/, (root) => chmodSync(keeper(root), 0o644));
  await refused(/at step 2: .*: ENOEXEC, it is no executable of linux-/, (root) => writeFileSync(keeper(root), "\x7fELF of another world"));
  await refused(/at step 2: .* is .* 0123456789ab .*, and its package has .* 111111111111 /, (root) =>
    changeData(root, { build: "111111111111" }),
  );
  await refused(/at step 3: process\/a:a: version 9\nsecond line\n$/, (root) =>
    writeFileSync(path.join(root, "dist/daemon.cjs"), 'console.log("process/a:a: version 9\\nsecond line"); process.exitCode = 1;'),
  );
  await refused(/at step 3: .*daemon\.cjs: (?:.|\n)*SyntaxError/, (root) =>
    writeFileSync(path.join(root, "dist/daemon.cjs"), "this is none"),
  );
  instance.append("supervisord.conf", "[program:wrong]\nnothing=1\n");
  await refused(/at step 3: (?:.|\n)*supervisord\.conf/, () => undefined);
  assert.equal(instance.daemonPid(), daemon);
  assert.equal(await statusOf(instance), before);
  assertCounted(instance);
  assert.match(instance.read("supervisord.log"), /WARN upgrade refused at step 3: .*; everything goes on as it is/);
});

test("UPG: kill -USR1 is the same order, also with NODE_OPTIONS in the environment", {
  timeout: 300_000,
}, async (t) => {
  const { instance, root } = await started(t, {
    env: { ...process.env, NODE_OPTIONS: "--no-such-option", HOLDFAST_NODE: process.execPath },
  });
  const before = await statusOf(instance);
  renameSync(root, instance.path("before"));
  laterPackage(root);
  instance.signal("SIGUSR1");
  await until("the later version runs", async () => (await versionsOf(instance)).daemon === LATER);
  assert.equal(await statusOf(instance), before);
  assert.match(instance.read("supervisord.log"), /received SIGUSR1 indicating upgrade request/);
  instance.signal("SIGUSR1");
  await until("it is told", () => instance.read("supervisord.log").includes(`nothing to upgrade: ${LATER} runs and is installed`));
  assert.ok(isAlive(instance.pid));
});

test("UPG: a configuration that came through a pipe, from a working folder that is gone by now", { timeout: 300_000 }, async (t) => {
  const instance = new Instance(t);
  const root = copyPackage(instance.path("lib/holdfast"));
  instance.bin = path.join(root, "bin");
  instance.configure("[program:still]\ncommand=/bin/sleep 1000\n");
  const folder = instance.path("gone");
  mkdirSync(folder);
  // It ends with its supervisord, whose pid is in the pid file.
  void run("/bin/bash", ["-c", `cd gone && exec ${root}/bin/supervisord -n -c <(cat ${instance.conf}) >${instance.path("said")} 2>&1`], {
    cwd: instance.dir,
  });
  await until("it runs", async () => /RUNNING/.test((await ctl(instance, "status")).stdout));
  const pid = Number(instance.read("supervisord.pid"));
  t.after(() => isAlive(pid) && process.kill(pid, "SIGKILL"));
  const before = (await ctl(instance, "pid", "still")).stdout;
  rmSync(folder, { recursive: true });
  rmSync(root, { recursive: true });
  laterPackage(root);
  const upgraded = await ctl(instance, "upgrade");
  assert.equal(upgraded.code, 0, upgraded.stdout + upgraded.stderr);
  assert.equal((await ctl(instance, "pid", "still")).stdout, before);
  assert.equal((await ctl(instance, "reread")).stdout, "No config updates to processes\n");
  assert.equal((await ctl(instance, "shutdown")).code, 0);
  await until("it has ended", () => !isAlive(pid));
});
