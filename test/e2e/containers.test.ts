/** Goal: what a container asks of its main program, of the real executables, without a container. Whole images are in test/container. (CONT) */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { BIN, childrenOf, commandOf, Instance, isAlive, run, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
/** A user that no file knows, and the group that OpenShift gives it. */
const RANDOM = 1_000_620_001;
const AS_RANDOM = ["setpriv", `--reuid=${RANDOM}`, "--regid=0", "--clear-groups"];

/** Why a command cannot be had here. */
const lacking = (file: string, ...args: readonly string[]): string | false =>
  !isRoot ? "needs root" : spawnSync(file, [...args], { stdio: "ignore" }).status === 0 ? false : `${file} does not work here`;

describe("the main program of a container", { timeout: 300_000 }, () => {
  test("CONT: supervisorctl health: 0 when it is well, 1 when it is not, 4 when nobody is there", async (t) => {
    const it = new Instance(t);
    it.configure(
      "[program:slow]\ncommand=sleep 1000\nstartsecs=1000\nstopsignal=INT\n[program:stubborn]\ncommand=sh -c 'trap : TERM; while :; do sleep 1; done'\nstopwaitsecs=1000\n",
    );
    assert.deepEqual(await it.ctl("health"), { code: 4, stdout: `unix://${it.socket} no such file\n`, stderr: "" });
    await it.start();
    assert.deepEqual(await it.ctl("health"), { code: 0, stdout: "ok\n", stderr: "" });
    const { code, stdout } = await it.ctl("health", "--ready");
    assert.deepEqual([code, stdout.includes("slow")], [1, true]);
    it.signal("SIGTERM");
    await until("it goes down, and says so", async () => (await it.ctl("health")).code === 1);
    it.kill();
    await it.exitCode();
    assert.equal((await it.ctl("health")).code, 4);
  });

  const noNamespace = lacking("unshare", "--pid", "--fork", "--mount-proc", "true");
  for (const signal of ["TERM", "INT", "QUIT"]) {
    test(`CONT-001: as PID 1 it reaps orphans, and ${signal} ends it with 0 when all have stopped by priority`, {
      skip: noNamespace,
    }, async (t) => {
      const it = new Instance(t);
      it.configure(`[program:first]\npriority=1\nstartsecs=0\ncommand=sleep 1000\n
[program:second]\npriority=2\nstartsecs=0\ncommand=sh -c "sh -c 'sleep 0.2 & exec sleep 0.1' & exec sleep 1000"\n`);
      const inside = `exec ${BIN}/supervisord -n -c ${it.conf}`;
      const ended = run("unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", inside], { cwd: it.dir });
      await until("it serves", async () => existsSync(it.socket) && (await call(it, "supervisor.getState").catch(() => false)));
      assert.equal(await call(it, "supervisor.getPID"), 1);
      const keeper = await until("its pid outside", () => pidOf(`${BIN}/supervisord -n -c ${it.conf}`));
      await until(
        "the orphans have been and are gone",
        () => childrenIn(keeper).every((state) => state !== "Z") && childrenIn(keeper).length === 3,
      );
      process.kill(keeper, `SIG${signal}`);
      assert.equal((await ended).code, 0);
      const stopped = [...it.read("supervisord.log").matchAll(/stopped: (\w+)/g)].map(([, name]) => name);
      assert.deepEqual(stopped, ["second", "first"]);
    });
  }

  test("CONT-002: a second TERM ends it when no daemon can be had", { skip: noNamespace }, async (t) => {
    const it = new Instance(t);
    it.configure("[program:p]\nstartsecs=0\ncommand=sleep 1000\n");
    await it.start();
    const { pid } = await until("p runs", async () => {
      const found = await info(it, "p");
      return found["statename"] === "RUNNING" && found;
    });
    const daemon = await until("a daemon", () => it.daemonPid());
    process.kill(daemon, "SIGSTOP");
    it.signal("SIGTERM");
    const end = it.exitCode();
    process.kill(daemon, "SIGKILL");
    it.signal("SIGTERM");
    assert.equal(await end, 0);
    await until("the program is gone", () => !isAlive(pid as number));
  });

  const noMount = lacking("unshare", "--mount", "sh", "-c", "mount -o remount,bind,ro /");
  const readOnly = (it: Instance) =>
    `mount -o remount,bind,ro / && mount -t tmpfs -o mode=1777 none ${it.dir}/t && cd ${it.dir}/t && exec timeout -k 60 -s TERM 60 ${BIN}/supervisord -n -c ${it.conf}`;

  test("CONT-003: a read-only root: socket and pid file on a tmpfs, nothing else is written; what needs more is told", {
    skip: noMount,
  }, async (t) => {
    const it = new Instance(t);
    mkdirSync(it.path("t"));
    const ways = `[unix_http_server]\nfile=%(here)s/t/s.sock\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n`;
    const main = (more: string) => `[supervisord]\npidfile=%(here)s/t/s.pid\nuser=root\n${more}\n${ways}`;
    const toConsole = "stdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\nredirect_stderr=true\n";
    const program = "[program:p]\ncommand=sh -c 'echo hello; kill $PPID; exec sleep 1000'\nstartsecs=0\n";
    const runIn = async (text: string) => {
      writeFileSync(it.conf, text);
      return run("unshare", ["--mount", "sh", "-c", readOnly(it)], { cwd: it.dir });
    };
    const good = await runIn(main("logfile=/dev/null\nlogfile_maxbytes=0") + program + toConsole);
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /^hello$/m);
    assert.doesNotMatch(good.stdout, /EROFS|CRIT cannot/);
    const auto = await runIn(
      main("logfile=/dev/null\nlogfile_maxbytes=0\nchildlogdir=%(here)s") +
        program +
        "[program:end]\ncommand=sh -c 'kill $PPID; exec sleep 1000'\nstartsecs=0\n" +
        toConsole,
    );
    assert.match(auto.stdout, /WARN could not create .*: EROFS; .*: AUTO logs need a tmpfs as childlogdir/);
    const log = await runIn(main("logfile=%(here)s/x.log") + program + toConsole);
    assert.equal(log.code, 1);
    assert.match(log.stderr, /Error: cannot open the log file .*EROFS\n {2}hint: the file system is read-only: /);
  });

  const noRandom = lacking(AS_RANDOM[0] ?? "", ...AS_RANDOM.slice(1), `${BIN}/supervisord`, "--version");

  test("CONT-004, CONT-006: a user without an entry in passwd, group 0, on a console of root's", { skip: noRandom }, async (t) => {
    const it = new Instance(t);
    spawnSync("chmod", ["777", it.dir]);
    it.configure(
      "[program:p]\ncommand=sh -c 'echo \"$(id -u) $(id -g)\"; exec sleep 1000'\nstartsecs=0\nstdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\n",
      "logfile=/dev/null\nlogfile_maxbytes=0\n",
    );
    it.spawnDaemon([...AS_RANDOM.slice(1), `${BIN}/supervisord`, "-n"], AS_RANDOM[0]);
    await until(`it runs: ${it.output}`, () => new RegExp(`^${RANDOM} 0$`, "m").test(it.output));
    const { code, stdout } = await run(AS_RANDOM[0] ?? "", [...AS_RANDOM.slice(1), `${BIN}/supervisorctl`, "-c", it.conf, "status"]);
    assert.equal(code, 0);
    assert.match(stdout, /^p +RUNNING/);
    it.signal("SIGTERM");
    assert.equal(await it.exitCode(), 0);
  });

  test("CONT-005: user= under another user: the original's error, its exit code, and what to do", { skip: noRandom }, async (t) => {
    const it = new Instance(t);
    spawnSync("chmod", ["777", it.dir]);
    it.configure("", "user=root\n");
    const { code, stderr } = await run(AS_RANDOM[0] ?? "", [...AS_RANDOM.slice(1), `${BIN}/supervisord`, "-n", "-c", it.conf]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      new RegExp(`^Error: Can't drop privilege as nonroot user\n {2}hint: .* as user ${RANDOM}: remove user=.*\nFor help, use `),
    );
  });
});

/** The process with this command line. */
function pidOf(command: string): number | undefined {
  return readdirSync("/proc")
    .map(Number)
    .find((pid) => pid > 0 && commandOf(pid) === command);
}

/** The letters of the states of its children. */
function childrenIn(pid: number): string[] {
  return childrenOf(pid).flatMap((child) => {
    try {
      return [/\) (\w)/.exec(readFileSync(`/proc/${child}/stat`, "utf8"))?.[1] ?? "?"];
    } catch {
      return [];
    }
  });
}
