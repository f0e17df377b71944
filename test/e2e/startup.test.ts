/** Goal: what keeps supervisord from starting, in which order it looks, and what the terminal and the activity log are told of a start in the foreground. */
import assert from "node:assert/strict";
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { BIN, type Finished, freePort, Instance, run, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const asRoot = { skip: isRoot ? false : "needs root" };
const NOBODY = 65_534;
const STAMPED = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?:CRIT|ERRO|WARN|INFO|DEBG|TRAC|BLAT) /;

/** A start that ends by itself, or is ended by `timeout`, behind a line of the shell such as `ulimit -n 500`. */
function startUnder(it: Instance, line: string, sections = "", supervisord = "", flags = "-n"): Promise<Finished> {
  it.configure(sections, supervisord);
  return run("sh", ["-c", `${line}; exec timeout 15 ${path.join(BIN, "supervisord")} ${flags} -c ${it.conf}`], { cwd: it.dir });
}

test(
  "PROC-226, CONF-328, CONF-332, CONF-334, CONF-335: behind the change of the user a hard limit stands; what is raised programs have too",
  asRoot,
  async (t) => {
    const it = new Instance(t);
    chownSync(it.dir, NOBODY, NOBODY);
    const refused = await startUnder(it, "ulimit -n 500", "", "user=nobody\nminfds=600\n");
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /^Error: The minimum number of file descriptors required .* only allow you to open 500 file descriptors\. /,
    );
    const sections = `[program:p]\ncommand=sh -c "ulimit -n; exec sleep 1000"\nstartsecs=0\nstdout_logfile=${it.path("p.out")}\n`;
    const ended = startUnder(it, "ulimit -Sn 300", sections, "user=nobody\nminfds=400\n");
    await until("the program has spoken", () => it.read("p.out") === "400\n");
    await until("it serves", () => call(it, "supervisor.shutdown").catch(() => undefined));
    assert.match((await ended).stdout, / INFO Increased RLIMIT_NOFILE limit to 400\n/);
  },
);

test("CONF-338, CONF-361: a log that cannot be opened, and it is opened as the user; better: two lines, where the original shows a traceback", async (t) => {
  const it = new Instance(t);
  mkdirSync(it.path("supervisord.log"));
  for (const flags of ["-n", ""]) {
    const { code, stderr } = await startUnder(it, "true", "", "", flags);
    assert.equal(code, 1);
    assert.equal(stderr.split("\n")[0], `Error: cannot open the log file ${it.path("supervisord.log")}: EISDIR`);
  }
  if (!isRoot) return;
  chownSync(it.dir, NOBODY, NOBODY);
  writeFileSync(it.path("roots.log"), "", { mode: 0o600 });
  const { code, stderr } = await startUnder(it, "true", "", "user=nobody\n", `-n -l ${it.path("roots.log")}`);
  assert.deepEqual([code, stderr.split("\n")[0]], [1, `Error: cannot open the log file ${it.path("roots.log")}: EACCES`]);
});

test("CONF-349, CONF-345, CONF-321: what is wrong with a server is told behind the lines of the log, which is open by then", async (t) => {
  const it = new Instance(t);
  const port = await freePort();
  const sections = `[include]\nfiles=nothing-*.conf\n[inet_http_server:a]\nport=127.0.0.1:${port}\n[inet_http_server:b]\nport=127.0.0.1:${port}`;
  const { code, stdout, stderr } = await startUnder(it, "true", sections);
  assert.equal(code, 2);
  assert.match(stdout, / WARN No file matches via include /);
  assert.equal(it.read("supervisord.log"), stdout);
  assert.match(stderr, /^Error: Another program is already listening/);
});

test("CONF-324, CONF-394: who is not root becomes nobody else, and starts programs as nobody else", asRoot, async (t) => {
  const it = new Instance(t);
  chownSync(it.dir, NOBODY, NOBODY);
  it.configure(`[program:root]\ncommand=/bin/true\nuser=root\nstartretries=0\nstderr_logfile=${it.path("root.err")}\n`, "user=nobody\n");
  await it.start();
  await until("it gives up", async () => (await info(it, "root"))["statename"] === "FATAL");
  const said = "supervisor: couldn't setuid to 0: Can't drop privilege as nonroot user\nsupervisor: child process was not spawned\n";
  assert.equal(it.read("root.err"), said);
  const first = it.pid;
  it.configure("", "user=root\n");
  it.signal("SIGHUP");
  await until("better than CONF-422: a reload that cannot be done changes nothing", () =>
    it.read("supervisord.log").includes("everything goes on as it is: Can't drop privilege as nonroot user"),
  );
  assert.equal(await call(it, "supervisor.getPID"), first);
  assert.equal((await info(it, "root"))["statename"], "FATAL", "CONF-422");
});

describe("on a terminal that is a pipe", () => {
  const it = new Instance({ after });

  before(async () => {
    symlinkSync(it.path("target"), it.path("link"));
    it.configure(
      `[program:loud]\ncommand=sh -c "i=0; while [ $i -lt 40 ]; do echo loud$i; i=$((i+1)); done; exec sleep 1000"\nstdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=100\nstartsecs=0
[program:linked]\ncommand=sh -c "echo linked; exec sleep 1000"\nstdout_logfile=${it.path("link")}\nstartsecs=0\n`,
    );
    await it.start(["-l", "/dev/stdout", "-y", "1KB"]);
  });

  const lines = (text: string): number => it.output.split("\n").filter((line) => line.includes(text)).length;

  test("CONF-340, CONF-341, LOG-016, LOG-017, LOG-018: a log on /dev/stdout shows each line twice; better: that it can be rotated no more than a pipe can is no error", async () => {
    await until("both have said it", () => lines("supervisord started with pid") === 2);
  });

  test("CONF-342: better: a program's output to /dev/stdout arrives whole, though it should be rotated", async () => {
    await until("all has come", () => lines("loud") >= 40 && it.output.includes("loud39"));
    for (let i = 0; i < 40; i++) assert.ok(it.output.includes(`loud${i}\n`));
    assert.doesNotMatch(it.output, / CRIT uncaptured/);
  });

  test("CONF-343: better: clearing leaves links and devices alone", async () => {
    await until("it has written", () => it.read("target") !== "");
    await it.ctl("clear", "all");
    assert.ok(lstatSync(it.path("link")).isSymbolicLink());
    await call(it, "supervisor.clearLog").catch(() => undefined);
    assert.ok(!lstatSync("/dev/stdout").isFile());
  });
});

test("CONF-340, CONF-371: silent=true leaves the lines of the log alone; a start over the files of one that was killed", async (t) => {
  const it = new Instance(t);
  writeFileSync(it.path("supervisord.pid"), `${process.pid}\n`);
  it.configure("", "silent=true\n");
  await it.start(["-l", "/dev/stdout"]);
  await until("it has said so", () => it.output.includes("supervisord started with pid"));
  assert.equal(it.output.match(/supervisord started with pid/g)?.length, 1);
  assert.equal(it.read("supervisord.pid"), `${it.pid}\n`);
});

describe("in the foreground", () => {
  const it = new Instance({ after });
  const OLD = "old-stdout---e2e-abcdefgh.log";

  before(async () => {
    writeFileSync(it.path(OLD), "");
    writeFileSync(it.path("supervisord.log"), "what stood there\n");
    writeFileSync(it.path("noexec"), "no program\n", { mode: 0o755 });
    it.configure(
      `[program:p]\ncommand=sh -c "umask; pwd; exec sleep 1000"\nstartsecs=0\n[program:idle]\ncommand=cat\nautostart=false\nstderr_logfile=NONE
[program:noexec]\ncommand=${it.path("noexec")}\nstartsecs=0\nautorestart=false\nstderr_logfile=${it.path("noexec.err")}\n`,
      `directory=/\numask=077\n${isRoot ? "user=root\n" : ""}`,
    );
    await it.start();
    await until("the first has spoken", () => auto("p-stdout").length === 1 && it.read(auto("p-stdout")[0] ?? "").includes("/"));
  });

  const auto = (start: string): string[] => it.files().filter((name) => name.startsWith(`${start}---`));
  const log = (): string => it.read("supervisord.log");

  test("CONF-336, CONF-337, CONF-339: the log is appended to, in lines with the local time, and each of them is shown on the terminal", async () => {
    assert.ok(log().startsWith("what stood there\n"));
    const lines = log().split("\n").slice(1, -1);
    for (const line of lines) assert.match(line, STAMPED);
    const at = new Date((lines[0] ?? "").slice(0, 19).replace(" ", "T")).getTime();
    assert.ok(Math.abs(Date.now() - at) < 600_000, "in local time");
    await until("the terminal has it all", () => lines.every((line) => it.output.includes(`${line}\n`)));
  });

  test("CONF-323: the user that it was already is told too", asRoot, () => assert.match(log(), / INFO Set uid to user 0 succeeded\n/));

  test("CONF-362: directory and umask are for the background alone", () => {
    const [umask, folder] = it.read(auto("p-stdout")[0] ?? "").split("\n");
    const own = process.umask();
    assert.deepEqual([Number.parseInt(umask ?? "", 8), folder], [own, it.dir]);
    assert.equal(statSync(it.path("supervisord.pid")).mode & 0o777, 0o666 & ~own);
  });

  test("CONF-355: TERM, INT, QUIT, HUP, CHLD and USR2 are waited for, PIPE and XFSZ end nothing", () => {
    const status = readFileSync(`/proc/${it.pid}/status`, "utf8");
    const mask = (name: string): bigint => BigInt(`0x${new RegExp(`^${name}:\\s*(\\w+)`, "m").exec(status)?.[1] ?? "0"}`);
    const isHeld = (signal: number): boolean => (((mask("SigBlk") | mask("SigIgn") | mask("SigCgt")) >> BigInt(signal - 1)) & 1n) === 1n;
    for (const signal of [15, 2, 3, 1, 17, 12, 13, 25]) assert.ok(isHeld(signal), String(signal));
  });

  test("CONF-368, PROC-191: programs start at once, as in 4.4", () => {
    const [started, spawned] = ["supervisord started with pid", "spawned: 'p'"].map((text) => {
      const line =
        log()
          .split("\n")
          .find((one) => one.includes(text)) ?? "";
      return Date.parse(line.slice(0, 23).replace(" ", "T").replace(",", "."));
    });
    assert.ok((spawned ?? Number.NaN) - (started ?? 0) < 1000);
  });

  test("CONF-391: what cannot be executed ends with 127, and its standard error says why", async () => {
    await until("it has ended", () => log().includes("exited: noexec (exit status 127; not expected)"));
    assert.equal(
      it.read("noexec.err"),
      `supervisor: couldn't exec ${it.path("noexec")}: ENOEXEC\nsupervisor: child process was not spawned\n`,
    );
  });

  test("CONF-372, CONF-373, CONF-376: AUTO logs of idle programs are there too; old ones are not", () => {
    assert.ok(!existsSync(it.path(OLD)));
    assert.deepEqual(auto("idle-stderr"), []);
    const [name, ...others] = auto("idle-stdout");
    assert.deepEqual(others, []);
    assert.match(name ?? "", /^idle-stdout---e2e-[a-z0-9_]{8}\.log$/);
    assert.equal(statSync(it.path(name ?? "")).mode & 0o777, 0o600);
  });

  test("CONF-375: a restart goes on with the file; a changed group gets another, and the old one stays", async () => {
    const before = auto("p-stdout");
    await it.ctl("restart", "p");
    assert.deepEqual(auto("p-stdout"), before);
    writeFileSync(it.conf, readFileSync(it.conf, "utf8").replace("pwd;", "pwd; pwd;"));
    await it.ctl("update");
    const now = auto("p-stdout");
    assert.equal(now.length, 2);
    assert.ok(now.includes(before[0] ?? ""));
  });

  test("CONF-354, PROC-215: a second one is refused and hurts nothing; better: it deletes no AUTO logs of the first, and leaves none", async () => {
    const files = it.files().sort();
    const pidfile = it.read("supervisord.pid");
    const { code, stderr } = await run(path.join(BIN, "supervisord"), ["-n", "-c", it.conf], { cwd: it.dir });
    assert.equal(code, 2);
    const named = `${it.socket} in [unix_http_server] is in use; a supervisord runs with pid ${it.pid}, as ${it.path("supervisord.pid")} says`;
    assert.match(stderr, /^Error: Another program is already listening .* before starting supervisord\.\n/);
    assert.ok(stderr.split("\n")[1]?.startsWith(named), stderr);
    assert.ok(
      it.read("supervisord.log").includes(`CRIT Another program is already listening`) && it.read("supervisord.log").includes(named),
    );
    assert.deepEqual([it.files().sort(), it.read("supervisord.pid")], [files, pidfile]);
    assert.equal(await call(it, "supervisor.getPID"), it.pid);
  });

  test("CONF-369, CONF-370, CLI-048, PROC-167: TERM ends it with 0 however programs ended; better: a pid file that is somebody else's stays", async () => {
    const logs = auto("p-stdout");
    writeFileSync(it.path("supervisord.pid"), "1\n");
    it.signal("SIGTERM");
    assert.equal(await it.exitCode(), 0);
    assert.match(log(), / WARN received SIGTERM indicating exit request\n/);
    assert.ok(!existsSync(it.socket));
    assert.deepEqual([auto("p-stdout"), it.read("supervisord.pid")], [logs, "1\n"]);
  });
});
