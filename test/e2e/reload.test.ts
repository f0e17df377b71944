/** Goal: what a reread changes in a daemon that runs, which is next to nothing, and what a reload changes, which is nearly everything. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const asRoot = { skip: isRoot ? false : "needs root" };
const NOBODY = 65_534;
const ONE = "[program:one]\ncommand=sleep 1000\nstartsecs=0\n";
const TWO = "[program:two]\ncommand=sleep 1000\nstartsecs=0\n";
const BROKEN = "[program:x]\nno option\n";

describe("reread", () => {
  const it = new Instance({ after });

  before(async () => {
    it.configure(ONE);
    await it.start();
  });

  const change = (from: string | RegExp, to: string): void => writeFileSync(it.conf, readFileSync(it.conf, "utf8").replace(from, to));

  test("CONF-412, CONF-200: it starts, stops and changes nothing, and logs our own warnings alone; update applies it", async () => {
    const pid = (await info(it, "one"))["pid"];
    it.append("supervisord.conf", `${TWO}nonsense=1\n[include]\nfiles=nothing-*.conf\n`);
    change("command=sleep 1000", "command=sleep 1001");
    const log = it.read("supervisord.log");
    assert.deepEqual(await call(it, "supervisor.reloadConfig"), [[["two"], ["one"], []]]);
    assert.equal((await info(it, "one"))["pid"], pid);
    await assert.rejects(info(it, "two"), /BAD_NAME/);
    const added = it.read("supervisord.log").slice(log.length);
    assert.match(added, /^\S+ \S+ WARN Unknown option nonsense in \[program:two\] is ignored \(.*\)\n$/);
    await it.ctl("update");
    assert.notEqual((await info(it, "one"))["pid"], pid);
    await until("it runs", async () => (await info(it, "two"))["statename"] === "RUNNING");
  });

  test("CONF-413: identifier, childlogdir and strip_ansi are the new file's from then on", async () => {
    mkdirSync(it.path("logs"));
    change("identifier=e2e", "identifier=renamed\nstrip_ansi=true");
    change(/childlogdir=.*/, `childlogdir=${it.path("logs")}`);
    it.append("supervisord.conf", `[program:late]\ncommand=printf '\\033[1mbold'\nstartsecs=0\nautorestart=false\n`);
    await call(it, "supervisor.reloadConfig");
    assert.equal(await call(it, "supervisor.getIdentification"), "renamed");
    await call(it, "supervisor.addProcessGroup", "late");
    const name = await until("its log has the new name", () =>
      readdirSync(it.path("logs")).find((one) => one.startsWith("late-stdout---renamed-")),
    );
    assert.equal(await until("it has written", () => it.read(`logs/${name}`) || undefined), "bold");
  });

  test("CONF-414, CONF-415: loglevel, logfile and pidfile stay until a reload; better: so the log can be read, and the right pid file goes at the end", async () => {
    change(/logfile=.*/, "logfile=s.log\nloglevel=error");
    change(/pidfile=.*/, `pidfile=${it.path("other.pid")}`);
    writeFileSync(it.path("other.pid"), `${it.pid}\n`);
    await call(it, "supervisor.reloadConfig");
    await it.ctl("stop", "one");
    assert.match(it.read("supervisord.log"), /(?: INFO waiting for one to stop\n[\s\S]*){2}/);
    assert.match(String(await call(it, "supervisor.readLog", -100, 0)), /stopped: one/);
    it.signal("SIGINT");
    assert.equal(await it.exitCode(), 0);
    assert.deepEqual([existsSync(it.path("supervisord.pid")), it.read("other.pid")], [false, `${it.pid}\n`]);
  });
});

describe("reload", () => {
  const it = new Instance({ after });
  let first = 0;

  before(async () => {
    it.configure(ONE);
    await it.start();
    first = Number((await info(it, "one"))["pid"]);
  });

  test("CONF-419: better: a broken configuration leaves everything running, and the log says why", async () => {
    it.configure(BROKEN);
    it.signal("SIGHUP");
    await until("it is told", () => it.read("supervisord.log").includes("everything goes on as it is: Source contains parsing errors"));
    assert.equal((await info(it, "one"))["pid"], first);
  });

  test("better: supervisorctl reload of it shows what is wrong and where, and says so to scripts; other clients get a fault", async () => {
    // supervisorctl itself cannot read a file that is no configuration at all.
    it.configure("[program:x]\ncommand=sleep 1\npriority=many\n");
    const { code, stdout } = await it.ctl("reload");
    const line = readFileSync(it.conf, "utf8").split("\n").indexOf("priority=many") + 1;
    assert.equal(code, 1);
    assert.ok(
      stdout.startsWith("ERROR: CANT_REREAD: invalid literal for int() with base 10: 'many'") && stdout.includes(`${it.conf}:${line}`),
      stdout,
    );
    await assert.rejects(call(it, "supervisor.restart"), /CANT_REREAD: .*many/);
    assert.equal((await info(it, "one"))["pid"], first);
  });

  test("CONF-418, CONF-421, CONF-424: everything is stopped and started anew, with the same pid; limits stay, AUTO logs of the old identifier too", async () => {
    const old = it.files().filter((name) => name.includes("---e2e-"));
    writeFileSync(it.path("x-stdout---renamed-abcdefgh.log"), "");
    it.configure(`${ONE}${TWO}`, "minfds=100\n");
    writeFileSync(
      it.conf,
      readFileSync(it.conf, "utf8").replace("identifier=e2e", "identifier=renamed").replace("supervisord.pid", "new.pid"),
    );
    it.signal("SIGHUP");
    await until("all run", async () => (await info(it, "two").catch(() => ({ statename: "" })))["statename"] === "RUNNING");
    assert.notEqual((await info(it, "one"))["pid"], first);
    assert.equal(await call(it, "supervisor.getPID"), it.pid);
    assert.deepEqual([existsSync(it.path("supervisord.pid")), it.read("new.pid")], [false, `${it.pid}\n`]);
    const files = it.files();
    for (const name of old) assert.ok(files.includes(name), name);
    assert.ok(!files.includes("x-stdout---renamed-abcdefgh.log"));
    assert.doesNotMatch(it.read("supervisord.log"), /Increased RLIMIT|daemonizing/);
  });

  test(
    "CONF-421, CONF-423: root is given up where the file says so; better: a log that cannot be opened then does not end it",
    asRoot,
    async () => {
      chmodSync(it.path("supervisord.log"), 0o600);
      chownSync(it.dir, NOBODY, NOBODY);
      writeFileSync(it.conf, readFileSync(it.conf, "utf8").replace("identifier=", "user=nobody\nidentifier="));
      chmodSync(it.conf, 0o644);
      it.signal("SIGHUP");
      await until("it has told the user", () => it.output.includes("Set uid to user 65534 succeeded"));
      await until("all run", async () => (await info(it, "two").catch(() => ({ statename: "" })))["statename"] === "RUNNING");
      for (const pid of [it.pid, Number((await info(it, "one"))["pid"])]) assert.equal(statSync(`/proc/${pid}`).uid, NOBODY);
      assert.equal(await call(it, "supervisor.getPID"), it.pid);
    },
  );
});

test("better: who waits for a stop is answered when a reload or a shutdown comes, and a fresh run is not stopped by it", async (t) => {
  const it = new Instance(t);
  it.configure(`[program:slow]\ncommand=sh -c "trap 'sleep 0.5; exit 0' TERM; echo up; while :; do sleep 0.05; done"\nstartsecs=0\n`);
  await it.start();
  for (const word of ["reload", "shutdown"]) {
    await until("it is up", async () => (await it.ctl("tail", "slow")).stdout.includes("up"));
    const stopped = it.ctl("stop", "slow");
    await until("it stops", async () => (await info(it, "slow"))["statename"] === "STOPPING");
    assert.equal((await it.ctl(word)).code, 0);
    assert.deepEqual(await stopped, { code: 0, stdout: "slow: stopped\n", stderr: "" });
    if (word === "reload") {
      await until("it runs again", async () => (await info(it, "slow").catch(() => ({ statename: "" })))["statename"] === "RUNNING");
      assert.equal(it.read("supervisord.log").split("stopped: slow").length, 2);
    }
  }
  assert.equal(await it.exitCode(), 0);
});
