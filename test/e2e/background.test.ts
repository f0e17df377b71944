/** Goal: a supervisord in the background: what the command that was typed does, what the daemon finds around itself, what files it leaves. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { behind, startBehind } from "./behind.ts";
import { type Finished, isAlive, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const asRoot = { skip: isRoot ? false : "needs root" };
const NOBODY = 65_534;
const OVERWRITTEN = "1\n";

const mode = (file: string): string => (statSync(file).mode & 0o7777).toString(8);

describe("in the background", () => {
  const it = behind({ after });
  let started: Finished;
  let pid = 0;

  before(async () => {
    it.configure("[program:sleep]\ncommand=sleep 1000\nstartsecs=0\n", "directory=/\numask=077\n");
    writeFileSync(it.conf, readFileSync(it.conf, "utf8").replace("s.sock\n", "s.sock\nchmod=0770\n"));
    it.append("supervisord.pid", OVERWRITTEN);
    started = await startBehind(it, "027", ["-c", "supervisord.conf"]);
    await until("it serves", () => call(it, "supervisor.getState").catch(() => undefined));
    pid = Number(it.read("supervisord.pid"));
  });

  const stat = (): string[] => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];

  test("CONF-356, CONF-339: the command ends with 0, says nothing, and keeps nobody waiting who reads its output; the log tells it", () => {
    assert.deepEqual(started, { code: 0, stdout: "", stderr: "" });
    assert.match(it.read("supervisord.log"), / INFO daemonizing the supervisord process\n/);
  });

  test("CONF-357: the directory, said in the log; 0, 1 and 2 on /dev/null; a session of its own; the umask, which programs have too", async () => {
    assert.equal(readlinkSync(`/proc/${pid}/cwd`), "/");
    assert.match(it.read("supervisord.log"), / INFO set current directory: '\/'\n/);
    const standard = [0, 1, 2].map((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`));
    assert.deepEqual(standard, ["/dev/null", "/dev/null", "/dev/null"]);
    const child = Number((await info(it, "sleep"))["pid"]);
    for (const process of [pid, child]) assert.match(readFileSync(`/proc/${process}/status`, "utf8"), /^Umask:\t0077$/m);
  });

  test("CONF-358: it leads its session and group, its parent does not stay, it has no terminal", () => {
    const [, parent, group, session, terminal] = stat();
    assert.deepEqual([group, session, terminal], [String(pid), String(pid), "0"]);
    assert.notEqual(parent, String(process.pid));
  });

  test("CONF-363, CONF-337, CONF-353: the pid file is made with the new umask, the log with the starter's, the socket with chmod whatever it is", () => {
    assert.deepEqual(
      ["supervisord.pid", "supervisord.log", "s.sock"].map((name) => mode(it.path(name))),
      ["600", "640", "770"],
    );
  });

  test("CONF-364, CONF-366, PROC-222: the pid file holds the number and a line end, whatever stood there; the log says so after the daemonizing", () => {
    assert.equal(it.read("supervisord.pid"), `${pid}\n`);
    assert.notEqual(`${pid}\n`, OVERWRITTEN);
    assert.match(it.read("supervisord.log"), new RegExp(`daemonizing[\\s\\S]* INFO supervisord started with pid ${pid}\n`));
  });

  test("CONF-420: better: a relative -c is found again though the directory is another by now, by a reread and by a reload", async () => {
    it.append("supervisord.conf", "[program:more]\ncommand=sleep 1000\nstartsecs=0\n");
    assert.deepEqual(await call(it, "supervisor.reloadConfig"), [[["more"], [], []]]);
    process.kill(pid, "SIGHUP");
    await until("it runs what is new", async () => {
      const more = await info(it, "more").catch(() => undefined);
      return more !== undefined && more["pid"] !== 0;
    });
    assert.equal(it.read("supervisord.pid"), `${pid}\n`);
    assert.equal(it.read("supervisord.log").match(/daemonizing/g)?.length, 1, "CONF-421: a reload does not daemonize again");
  });
});

test("CONF-360, CONF-359, CONF-365: a pid file that cannot be written is told by the log alone, and everything goes on, in the starter's folder", async (t) => {
  const it = behind(t);
  it.configure("");
  mkdirSync(it.path("folder"));
  const { code, stdout } = await startBehind(it, "022", ["-c", it.conf, "-j", it.path("folder")]);
  assert.deepEqual([code, stdout], [0, ""]);
  const pid = Number(await until("it serves", () => call(it, "supervisor.getPID").catch(() => undefined)));
  const log = it.read("supervisord.log");
  assert.ok(log.includes(`CRIT could not write pidfile ${it.path("folder")}\n`), log);
  assert.doesNotMatch(log, /supervisord started with pid/);
  assert.equal(readlinkSync(`/proc/${pid}/cwd`), it.dir);
  await it.ctl("shutdown");
  await until("it has ended", () => !isAlive(pid));
  assert.ok(statSync(it.path("folder")).isDirectory(), "CONF-370: what it has not written it does not remove");
});

test(
  "CONF-357, CONF-374: a directory that cannot be entered is told, and everything goes on; AUTO logs are the user's",
  asRoot,
  async (t) => {
    const it = behind(t);
    chownSync(it.dir, NOBODY, NOBODY);
    mkdirSync(it.path("private"), { mode: 0o700 });
    it.configure("[program:p]\ncommand=sleep 1000\nautostart=false\n", `user=nobody\ndirectory=${it.path("private")}\n`);
    assert.equal((await startBehind(it, "022", ["-c", it.conf])).code, 0);
    await until("it serves", () => call(it, "supervisor.getState").catch(() => undefined));
    assert.ok(it.read("supervisord.log").includes(` CRIT can't chdir into '${it.path("private")}': EACCES\n`));
    assert.match(it.read("supervisord.log"), / INFO Set uid to user 65534 succeeded\n/);
    const owners = it
      .files()
      .filter((name) => name.startsWith("p-std"))
      .map((name) => statSync(it.path(name)).uid);
    assert.deepEqual(owners, [NOBODY, NOBODY]);
  },
);

test("CONF-007: root is told when the configuration was searched for, though it was found and is good; elsewhere nothing is said", async (t) => {
  const it = behind(t);
  it.configure("");
  chmodSync(it.dir, 0o755);
  const { code, stderr } = await startBehind(it, "022", []);
  assert.equal(code, 0);
  if (isRoot) assert.match(stderr, /^Supervisord is running as root and it is searching for its configuration file in default locations/);
  else assert.equal(stderr, "");
  await until("it serves", () => call(it, "supervisor.getState").catch(() => undefined));
});
