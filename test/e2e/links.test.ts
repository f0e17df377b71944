/**
 * Goal: a link that another user has put where root writes never lends that user root's rights: at the path of the pid file, of the activity log, of a
 * program's log, at the start, a reload, USR2, a start of the program. Links that root has made go on working.
 */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const asRoot = { skip: process.getuid?.() === 0 ? false : "needs root" };
const NOBODY = 65_534;
const SECRET = "root:*:1\n";
const TALKER = 'sh -c "while echo said; do sleep 0.05; done"';

/** A folder of `kind` with a link of another user in it, to a file that is root's alone. */
function trap(it: Instance, kind: "sticky" | "foreign", name: string): { link: string; victim: string } {
  const [folder, victim] = [it.path(kind), it.path("victim")];
  chmodSync(it.dir, 0o755);
  if (!existsSync(folder)) mkdirSync(folder);
  if (kind === "sticky") chmodSync(folder, 0o1777);
  else chownSync(folder, NOBODY, NOBODY);
  writeFileSync(victim, SECRET, { mode: 0o600 });
  const link = path.join(folder, name);
  lure(link, victim);
  return { link, victim };
}

function lure(link: string, victim: string): void {
  symlinkSync(victim, link);
  lchownSync(link, NOBODY, NOBODY);
}

function assertUntouched(victim: string): void {
  assert.equal(readFileSync(victim, "utf8"), SECRET);
  assert.equal(statSync(victim).mode & 0o777, 0o600);
}

for (const kind of ["sticky", "foreign"] as const) {
  test(`a pid file that is another user's link (${kind} folder) is not written, at the start and at a reload`, asRoot, async (t) => {
    const it = new Instance(t);
    const { link, victim } = trap(it, kind, "supervisord.pid");
    it.configure("", `pidfile=${link}\n`);
    await it.start();
    const said = (): number => it.read("supervisord.log").split(`could not write pidfile ${link}\n`).length - 1;
    await until("the log tells it", () => said() === 1 && it.read("supervisord.log").includes("a link that another user has made"));
    assertUntouched(victim);
    it.signal("SIGHUP");
    await until("and again", () => said() === 2);
    assertUntouched(victim);
    unlinkSync(link);
    it.signal("SIGHUP");
    await until("the pid file is there", () => existsSync(link) && readFileSync(link, "utf8") === `${it.pid}\n`);
    // The file is removed in a reload: what is put there meanwhile is no better.
    unlinkSync(link);
    lure(link, victim);
    it.signal("SIGHUP");
    await until("told again", () => said() === 3);
    assertUntouched(victim);
  });

  test(`a log that another user makes a link (${kind} folder): USR2 and a start of the program do not follow it`, asRoot, async (t) => {
    const it = new Instance(t);
    const { link, victim } = trap(it, kind, "talker.log");
    unlinkSync(link);
    it.configure(`[program:talker]\ncommand=${TALKER}\nstdout_logfile=${link}\nstartretries=0\n`);
    await it.start();
    await until("it talks", () => existsSync(link) && statSync(link).size > 0);
    unlinkSync(link);
    lure(link, victim);
    it.signal("SIGUSR2");
    await until("the log tells it", () =>
      / cannot open \S+talker.log \(stdout of talker\): E(LOOP|ACCES)/.test(it.read("supervisord.log")),
    );
    assertUntouched(victim);
    await call(it, "supervisor.stopProcess", "talker");
    await assert.rejects(call(it, "supervisor.startProcess", "talker"));
    assert.match(String((await info(it, "talker"))["spawnerr"]), /E(LOOP|ACCES)/);
    assertUntouched(victim);
    if (kind === "sticky") return;
    unlinkSync(link);
    // What is the link maker's own may be written: it lends nothing.
    writeFileSync(it.path("own"), "");
    chownSync(it.path("own"), NOBODY, NOBODY);
    lure(link, it.path("own"));
    await call(it, "supervisor.startProcess", "talker");
    await until("it talks into the other user's own file", () => it.read("own").includes("said\n"));
  });

  test(`an activity log that is another user's link (${kind} folder) keeps supervisord from starting`, asRoot, async (t) => {
    const it = new Instance(t);
    const { link, victim } = trap(it, kind, "supervisord.log");
    it.configure("", `logfile=${link}\n`);
    it.spawnDaemon(["-n"]);
    assert.equal(await it.exitCode(), 1);
    assert.match(it.output, /cannot open the log file .*: (ELOOP: the path is a link that another user has made|EACCES)/);
    assertUntouched(victim);
  });
}

test("links of root's are followed: pid file, activity log and logs, to files that are there or not, and to devices", asRoot, async (t) => {
  const it = new Instance(t);
  chmodSync(it.dir, 0o755);
  for (const folder of ["behind", "front", "theirs"]) mkdirSync(it.path(folder));
  // As an image has it whose folder was given away after the link was made.
  symlinkSync("../behind/given", it.path("theirs/given.log"));
  symlinkSync("/dev/null", it.path("theirs/nothing.log"));
  chownSync(it.path("theirs"), NOBODY, NOBODY);
  symlinkSync("../behind/pid", it.path("front/pid"));
  symlinkSync("pid", it.path("front/again"));
  symlinkSync(it.path("behind/log"), it.path("front/log"));
  symlinkSync("../behind/out", it.path("front/out"));
  const program = (name: string, log: string): string =>
    `[program:${name}]\ncommand=${TALKER}\nstdout_logfile=${it.path(log)}\nstdout_logfile_maxbytes=0\n`;
  it.configure(
    program("file", "front/out") + program("given", "theirs/given.log") + program("nothing", "theirs/nothing.log"),
    `pidfile=${it.path("front/again")}\nlogfile=${it.path("front/log")}\n`,
  );
  await it.start();
  await until("the pid file is there", () => it.read("behind/pid") === `${it.pid}\n`);
  assert.deepEqual([lstatSync(it.path("front/again")).isSymbolicLink(), lstatSync(it.path("front/pid")).isSymbolicLink()], [true, true]);
  await until(
    "the log behind its link",
    () => it.read("behind/out").includes("said\n") && it.read("behind/log").includes("spawned: 'file'"),
  );
  await until("what root has given away", () => it.read("behind/given").includes("said\n"));
  await until("a device", async () => (await info(it, "nothing"))["statename"] === "RUNNING");
  it.signal("SIGUSR2");
  const size = it.read("behind/out").length;
  await until("also after USR2", () => it.read("behind/out").length > size + 20);
});

test("a socket gets its mode and its owner", asRoot, async (t) => {
  const it = new Instance(t);
  it.configure("");
  writeFileSync(it.conf, readFileSync(it.conf, "utf8").replace(`file=${it.socket}\n`, `file=${it.socket}\nchmod=0750\nchown=nobody\n`));
  await it.start();
  const { mode, uid } = statSync(it.socket);
  assert.deepEqual([mode & 0o7777, uid], [0o750, NOBODY]);
  assert.equal(statSync(it.socket).isSocket(), true);
});
