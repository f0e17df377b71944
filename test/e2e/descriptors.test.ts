/** Goal: a configuration that comes through a descriptor (`-c <(...)`, a here document, a pipe on stdin) is read at the start and stays readable. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chownSync, existsSync, readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BIN, commandOf, Instance, isAlive, run, until } from "./instance.ts";

const asRoot = { skip: process.getuid?.() === 0 ? false : "needs root" };

const PROGRAM = "[program:p]\ncommand=sleep 1000\nstartsecs=0\n";

/** Runs a line of a shell in which $BIN and $CONF are set; what it starts is found by the pid file. */
async function shell(it: Instance, line: string): Promise<void> {
  const env = { ...process.env, BIN, CONF: it.conf };
  const child = spawn("bash", ["-c", line], { cwd: it.dir, env, stdio: ["ignore", "ignore", "inherit"] });
  child.unref();
  await until("it serves", () => existsSync(it.socket) && it.read("supervisord.pid") !== "");
}

const pidOf = (it: Instance): number => Number(it.read("supervisord.pid"));

async function end(it: Instance): Promise<void> {
  const pid = pidOf(it);
  process.kill(pid, "SIGTERM");
  await until("it has ended", () => !isAlive(pid));
}

/** In the background it is no child of the keeper: it is known by its title and its folder. */
function daemonOf(it: Instance): number | undefined {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).find((pid) => commandOf(pid) === "holdfast: daemon" && folderOf(pid) === it.dir);
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

const WAYS = {
  "a process substitution": '"$BIN/supervisord" -n -c <(cat "$CONF")',
  "in one word with its flag": '"$BIN/supervisord" -nc/dev/fd/7 7< <(cat "$CONF")',
  "a here document": '"$BIN/supervisord" -n --configuration=/proc/self/fd/5 5<<X\n$(cat "$CONF")\nX',
  "a pipe on stdin": 'cat "$CONF" | "$BIN/supervisord" -n -c /dev/stdin',
  "in the background": '"$BIN/supervisord" -c <(cat "$CONF")',
};

for (const [name, line] of Object.entries(WAYS)) {
  test(`${name}: it starts; reread, reload and a killed daemon harm nothing`, async (t) => {
    const it = new Instance(t);
    it.configure(PROGRAM);
    await shell(it, line);
    try {
      const program = (await it.ctl("pid", "p")).stdout;
      assert.match(program, /^\d+\n$/);
      assert.match((await it.ctl("reread")).stdout, /^No config updates to processes\n$/);
      await it.ctl("update");
      const daemon = await until("the daemon", () => daemonOf(it));
      process.kill(daemon, "SIGKILL");
      await until("a successor answers", async () => (await it.ctl("pid", "p")).stdout === program);
      assert.equal((await it.ctl("reread")).stdout, "No config updates to processes\n");
      process.kill(pidOf(it), "SIGHUP");
      await until("it was built up again", async () => /^\d+\n$/.test((await it.ctl("pid", "p")).stdout.replace(program, "")));
    } finally {
      await end(it);
    }
  });
}

test("as another user, also one that supervisord becomes itself: it is readable for him as well", asRoot, async (t) => {
  for (const line of [
    'setpriv --reuid=65534 --regid=65534 --clear-groups "$BIN/supervisord" -n -c <(cat "$CONF")',
    WAYS["a process substitution"],
  ]) {
    const it = new Instance(t);
    chownSync(it.dir, 65_534, 65_534);
    it.configure(PROGRAM, line.startsWith("setpriv") ? "" : "user=nobody\n");
    await shell(it, line);
    assert.equal((await it.ctl("reread")).stdout, "No config updates to processes\n");
    await end(it);
  }
});

test("what is larger than a pipe holds, and a writer that takes its time, arrive whole", async (t) => {
  const it = new Instance(t);
  it.configure(`; ${"x".repeat(200_000)}\n${PROGRAM}`);
  await shell(it, '"$BIN/supervisord" -n -c <(head -c 1000 "$CONF"; sleep 0.2; tail -c +1001 "$CONF")');
  assert.match((await it.ctl("status")).stdout, /^p +RUNNING/);
  await end(it);
});

test("a descriptor that is not there is a sentence", async (t) => {
  const it = new Instance(t);
  const { code, stderr } = await run(path.join(BIN, "supervisord"), ["-n", "-c", "/dev/fd/99"], { cwd: it.dir });
  assert.equal(code, 2);
  assert.match(stderr, /^Error: could not find config file \/dev\/fd\/99\n/);
});

test("supervisorctl reads it so too, in the shell as well; echo_supervisord_conf goes into a file", async (t) => {
  const it = new Instance(t);
  it.configure(PROGRAM);
  await it.start();
  const bash = (line: string, input = "") => run("bash", ["-c", line], { cwd: it.dir, env: { ...process.env, BIN, CONF: it.conf }, input });
  assert.match((await bash('"$BIN/supervisorctl" -c <(cat "$CONF") status')).stdout, /^p +RUNNING/);
  assert.match((await bash('"$BIN/supervisorctl" -c <(cat "$CONF")', "status\nexit\n")).stdout, /p +RUNNING/);
  assert.match((await bash('cat "$CONF" | "$BIN/supervisorctl" -c /dev/stdin status')).stdout, /^p +RUNNING/);
  const { stdout } = await bash('"$BIN/echo_supervisord_conf" > f && tail -n +1 f && "$BIN/echo_supervisord_conf" | cmp - f && rm f');
  assert.match(stdout, /^\[supervisord\]/m);
});
