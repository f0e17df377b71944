/** Goal: a program of an included file outlives rereads and updates while that file cannot be read, and whoever asks is told which file it is, and why. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { BIN, Instance, until } from "./instance.ts";
import { info } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const INCLUDED = "[program:inc]\ncommand=sleep 1000\nstartsecs=0\n";
const INCLUDE = "[program:main]\ncommand=sleep 1000\nstartsecs=0\n[include]\nfiles=conf.d/*.conf\n";

/** A daemon without root's powers: modes of files count for it. */
async function started(it: Instance, executable?: string): Promise<void> {
  mkdirSync(it.path("conf.d"), { recursive: true });
  if (isRoot) for (const folder of [it.dir, it.path("conf.d")]) chownSync(folder, NOBODY, NOBODY);
  it.configure(INCLUDE, isRoot && executable === undefined ? "user=nobody\n" : "");
  chmodSync(it.conf, 0o644);
  await it.start([], executable);
  await until("main runs", async () => (await info(it, "main"))["statename"] === "RUNNING");
}

/** Nobody's own file, which a mode of 0 closes to it. */
function write(it: Instance, name: string, text: string): void {
  writeFileSync(it.path(name), text);
  if (isRoot) chownSync(it.path(name), NOBODY, NOBODY);
}

const UNREADABLE: Readonly<Record<string, { spoil: (file: string) => void; named: RegExp; mend: (file: string) => void }>> = {
  "grows beyond what is read": {
    spoil: (file) => truncateSync(file, 17 * 1024 * 1024),
    named: /could not read config file \S+\/conf\.d\/h\.conf: it is larger than 16 MiB/,
    mend: (file) => truncateSync(file, INCLUDED.length),
  },
  "grows beyond what is taken in at all": {
    spoil: (file) => truncateSync(file, 70 * 1024 * 1024),
    named: /could not read config file \S+\/conf\.d\/h\.conf: it is larger than 16 MiB/,
    mend: (file) => truncateSync(file, INCLUDED.length),
  },
  "may not be read": {
    spoil: (file) => chmodSync(file, 0),
    named: /could not read config file \S+\/conf\.d\/h\.conf: permission denied/,
    mend: (file) => chmodSync(file, 0o644),
  },
  "lies in a folder that may not be listed": {
    spoil: (file) => chmodSync(path.dirname(file), 0),
    named: /could not read config file \S+\/conf\.d: permission denied/,
    mend: (file) => chmodSync(path.dirname(file), 0o755),
  },
};

describe("a running program's included file", () => {
  const it = new Instance({ after });
  const file = it.path("conf.d/h.conf");
  let pid: unknown;

  before(async () => {
    mkdirSync(it.path("conf.d"));
    write(it, "conf.d/h.conf", INCLUDED);
    await started(it);
    await until("inc runs", async () => (await info(it, "inc"))["statename"] === "RUNNING");
    pid = (await info(it, "inc"))["pid"];
  });

  for (const [what, { spoil, named, mend }] of Object.entries(UNREADABLE)) {
    test(`${what}: it runs on through reread, update and reload, and the file is named`, async () => {
      spoil(file);
      const reread = await it.ctl("reread");
      assert.match(reread.stdout + reread.stderr, named);
      assert.doesNotMatch(reread.stdout + reread.stderr, /disappeared/);
      for (const words of [["update"], ["update", "inc"], ["reload"]]) {
        const said = await it.ctl(...words);
        assert.match(said.stdout + said.stderr, named, words.join(" "));
      }
      assert.deepEqual([(await info(it, "inc"))["statename"], (await info(it, "inc"))["pid"]], ["RUNNING", pid]);
      mend(file);
      assert.match((await it.ctl("reread")).stdout, /No config updates to processes/);
    });
  }

  test("may not be read, and the daemon was killed meanwhile: its successor knows that it was read", async () => {
    chmodSync(file, 0);
    const daemon = it.daemonPid() ?? 0;
    process.kill(daemon, "SIGKILL");
    await until("a successor is in charge", () => it.daemonPid() !== undefined && it.daemonPid() !== daemon);
    const reread = await until("it answers", async () => {
      const said = await it.ctl("reread");
      return /CANT_REREAD|disappeared|No config/.test(said.stdout) && said.stdout;
    });
    assert.match(reread, /h\.conf: permission denied/);
    assert.equal((await info(it, "inc"))["pid"], pid);
    chmodSync(file, 0o644);
  });

  test("is gone, or a link that leads nowhere: that is a removal", async () => {
    unlinkSync(file);
    symlinkSync("nowhere", file);
    assert.match((await it.ctl("reread")).stdout, /^inc: disappeared$/m);
    rmSync(file);
    assert.match((await it.ctl("reread")).stdout, /^inc: disappeared$/m);
  });
});

/** A supervisord that has never been root's: as a script, for a start by another user. */
function asNobody(it: Instance): string {
  const script = it.path("as-nobody");
  const line = `exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups ${path.join(BIN, "supervisord")} "$@"`;
  writeFileSync(script, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return script;
}

const cannotBeNobody = isRoot && spawnSync("setpriv", [`--reuid=${NOBODY}`, "test", "-r", path.join(BIN, "supervisord")]).status !== 0;

test("CONF-196: what a start passed over for want of permission stays passed over, until it is read once", {
  skip: cannotBeNobody && "needs setpriv",
}, async (t) => {
  const it = new Instance(t);
  mkdirSync(it.path("conf.d"));
  write(it, "conf.d/h.conf", INCLUDED);
  chmodSync(it.path("conf.d/h.conf"), 0);
  await started(it, isRoot ? asNobody(it) : path.join(BIN, "supervisord"));
  assert.match(it.read("supervisord.log"), /WARN Cannot include "\S+\/conf\.d\/h\.conf": permission denied/);
  assert.match((await it.ctl("reread")).stdout, /No config updates to processes/);
  chmodSync(it.path("conf.d/h.conf"), 0o644);
  assert.match((await it.ctl("update")).stdout, /^inc: added process group$/m);
  chmodSync(it.path("conf.d/h.conf"), 0);
  assert.match((await it.ctl("reread")).stdout, /h\.conf: permission denied/);
});

test("an included file that is too large is told by supervisord at its start too", async (t) => {
  const it = new Instance(t);
  mkdirSync(it.path("conf.d"));
  writeFileSync(it.path("conf.d/h.conf"), "");
  truncateSync(it.path("conf.d/h.conf"), 70 * 1024 * 1024);
  it.configure(INCLUDE);
  it.spawnDaemon(["-n"]);
  assert.equal(await it.exitCode(), 2);
  assert.match(it.output, /^Error: could not read config file \S+\/conf\.d\/h\.conf: it is larger than 16 MiB\n {2}hint: split it/m);
});
