/** Programs that take up a new configuration of their own, with real executables and children. (RLD) */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Instance, isAlive, until } from "./instance.ts";

/** Such as every user may run: one of root's own is no use to others. */
const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const skip = spawnSync(PYTHON, ["-c", ""]).status === 0 ? false : "python3 is not installed";

const HEARS = `command=/bin/sh -c "trap 'echo heard >> heard' HUP; while :; do sleep 0.1; done"\nstdout_logfile=NONE\n`;

async function killDaemon(it: Instance): Promise<void> {
  const daemon = await until("a daemon", () => it.daemonPid());
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => !isAlive(daemon) && it.daemonPid());
}

async function runs(it: Instance, count: number): Promise<void> {
  await until("they run", async () => ((await it.ctl("status")).stdout.match(/ RUNNING /g) ?? []).length === count);
}

test("RLD-001, RLD-002: by a signal or a command, by name, group, pattern and all; what has neither is told or restarted", async (context) => {
  const it = new Instance(context);
  it.configure(
    `[program:sig]\n${HEARS}directory=%(here)s\nreload_signal=HUP\n` +
      `[program:cmd]\ncommand=sleep 600\nreload_command=/bin/sh -c 'echo $MAINPID > mainpid; exit $(cat code)'\ndirectory=%(here)s\n` +
      "[program:plain]\ncommand=sleep 600\n[program:off]\ncommand=sleep 600\nreload_signal=USR1\nautostart=false\n" +
      `[eventlistener:ear]\ncommand=/bin/sh -c 'while :; do echo READY; read h || exit; echo "$h" >> ${it.dir}/events; len=\${h##*len:}; dd bs=1 count="$len" >> ${it.dir}/events 2>/dev/null; printf "RESULT 2\\nOK"; done'\nevents=LIFECYCLE_RELOADED`,
  );
  writeFileSync(`${it.dir}/code`, "0");
  await it.start();
  await runs(it, 4);
  const reload = async (...words: string[]) => {
    const { stdout, stderr, code } = await it.ctl("reloadprog", ...words);
    return `${stdout}${stderr}${code}`;
  };
  const status = async () => (await it.ctl("pid", "all")).stdout;
  const before = await status();
  assert.equal(await reload("sig", "cmd"), "sig: reloaded\ncmd: reloaded\n0");
  await until("the signal is heard", () => it.read("heard") === "heard\n");
  assert.equal(it.read("mainpid"), (await it.ctl("pid", "cmd")).stdout);
  assert.equal(
    await reload("off", "nope", "plain"),
    "off: ERROR (not running)\nnope: ERROR (no such process)\nplain: ERROR (no reload_signal or reload_command)\n1",
  );
  assert.equal(await reload("sig:*", "c*d"), "sig: reloaded\ncmd: reloaded\n0");
  assert.equal(await status(), before, "nothing was restarted");
  writeFileSync(`${it.dir}/code`, "3");
  assert.equal(await reload("cmd"), "cmd: ERROR (reload_command failed: exit 3)\n1");
  assert.equal(await reload("plain", "--or-restart"), "plain: restarted\n0");
  assert.notEqual(await status(), before);
  await until(
    "listeners have heard of it",
    () => /eventname:LIFECYCLE_RELOADED/.test(it.read("events")) && /processname:cmd .*pid:\d+/.test(it.read("events")),
  );
  assert.match(await reload(), /requires a process name/);
});

test("RLD-001, CMN-022: a command runs once, and its order is answered, though daemons are killed meanwhile", async (context) => {
  const it = new Instance(context);
  it.configure(
    `[program:web]\ncommand=sleep 600\nreload_command=/bin/sh -c 'echo begun >> begun; while ! test -e go; do sleep 0.05; done'\ndirectory=%(here)s\n`,
  );
  await it.start();
  await runs(it, 1);
  const reloaded = it.ctl("reloadprog", "web");
  await until("it has begun", () => it.read("begun") === "begun\n");
  await killDaemon(it);
  await killDaemon(it);
  writeFileSync(`${it.dir}/go`, "");
  assert.deepEqual(await reloaded, { code: 0, stdout: "web: reloaded\n", stderr: "" });
  assert.equal(it.read("begun"), "begun\n");
});

/** Says READY=1, and at each SIGHUP RELOADING=1 and, when there is a file, READY=1 again. */
const SPEAKS = `
import os, signal, socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = os.environ["NOTIFY_SOCKET"]
def say(text): s.sendto(text, "\\0" + name[1:] if name[0] == "@" else name)
def hup(*_):
    say(b"RELOADING=1")
    while not os.path.exists("go"): time.sleep(0.05)
    say(b"READY=1")
signal.signal(signal.SIGHUP, hup)
say(b"READY=1")
while True: time.sleep(0.1)
`;

test("RLD-003: a program that speaks of itself is waited for, and tells when it takes too long", { skip }, async (context) => {
  const it = new Instance(context);
  writeFileSync(`${it.dir}/speaks.py`, SPEAKS);
  const program = (timeout: string) =>
    `command=${PYTHON} %(here)s/speaks.py\ndirectory=%(here)s\nready_when=notify\nready_timeout=${timeout}\nreload_signal=HUP\n`;
  it.configure(`[program:web]\n${program("90s")}[program:slow]\n${program("2s")}`);
  await it.start();
  await runs(it, 2);
  assert.deepEqual(await it.ctl("reloadprog", "slow"), { code: 1, stdout: "slow: ERROR (not ready again)\n", stderr: "" });
  const reloaded = it.ctl("reloadprog", "web");
  await until("it says that it reloads", () => /reloading: web/.test(it.read("supervisord.log")));
  await killDaemon(it);
  writeFileSync(`${it.dir}/go`, "");
  assert.deepEqual(await reloaded, { code: 0, stdout: "web: reloaded\n", stderr: "" });
});
