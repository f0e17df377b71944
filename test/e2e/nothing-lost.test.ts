/**
 * Goal: the daemon may be killed at any moment and nobody notices. Method: five programs write numbered lines as fast as they can, two of them with
 * events on, so that each block waits for a verdict of the daemon; the daemon is killed thirty times at random moments, while other programs end and
 * are being stopped and restarted. Afterwards every line is in the logs exactly once and in order, and nothing was forgotten.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { slowness } from "../slowness.ts";
import { Instance, isAlive, until } from "./instance.ts";
import { program } from "./programs.ts";

const KILLS = 30;
const WRITERS = ["plain0", "plain1", "plain2", "asked0", "asked1"];
const LINE_BYTES = 11;

test("killing the daemon thirty times loses no process, no byte, no exit and no request", { timeout: 600_000 }, async (t) => {
  const it = new Instance(t);
  it.configure(`${WRITERS.map((name) => writer(it, name)).join("")}
[program:ender]
command=sh -c 'trap "exit 7" USR1; while :; do sleep 0.02; done'
autorestart=false
startsecs=0
[program:slow]
command=sh -c 'trap "touch stopping; while [ ! -e release ]; do sleep 0.02; done; rm stopping release; exit 0" TERM; while :; do sleep 0.02; done'
directory=${it.dir}
startsecs=0
stopwaitsecs=100
[eventlistener:listener]
command=sh -c 'while printf "READY\\\\n"; do read header || exit; len=$(expr "$header" : ".*len:\\\\([0-9]*\\\\)"); head -c "$len" >/dev/null; printf "RESULT 2\\\\nOK"; done'
events=PROCESS_STATE
buffer_size=100
`);
  await it.start();
  const pids = await until("all writers run", () => runningPids(it));
  const started = await startTimes(it);
  const answersMs: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(20 + Math.random() * 300);
    const pending = kill % 5 === 1 ? it.ctl("restart", "slow") : kill % 5 === 3 ? it.ctl("stop", "slow") : null;
    if (pending !== null) await until("the stop is under way", () => it.files().includes("stopping"));
    await killDaemon(it);
    if (kill % 6 === 2) await endWhileDead(it);
    const asked = performance.now();
    const answer = await it.ctl("status");
    answersMs.push(performance.now() - asked);
    assert.deepEqual(pidsOf(answer.stdout), pids, `after kill ${kill}: ${answer.stdout}${answer.stderr}`);
    if (pending !== null) {
      it.append("release", "");
      await endsWell(it, await pending, kill);
    }
  }
  assert.deepEqual(await startTimes(it), started, "uptimes count from the same start");
  // Five writers take every processor meanwhile, and the time that supervisorctl itself needs to start is in the figure.
  assert.ok(median(answersMs) < 3000 * (await slowness()), `status answered within ${answersMs.map(Math.round).join(", ")} ms`);
  t.diagnostic(
    `status after a kill: median ${median(answersMs)} ms, slowest ${Math.round(Math.max(...answersMs))} ms (supervisorctl's own start included)`,
  );
  for (const name of WRITERS) await it.ctl("stop", name);
  for (const name of WRITERS) t.diagnostic(`${name}: ${checkLines(it, name)} lines, each once and in order`);
});

function writer(it: Instance, name: string): string {
  const events = name.startsWith("asked") ? "stdout_events_enabled=true\n" : "";
  return `[program:${name}]\ncommand=${program("lines")} ${it.path(`${name}.last`)}\nstdout_logfile=${it.path(`${name}.out`)}
stdout_logfile_maxbytes=256KB\nstdout_logfile_backups=500\n${events}\n`;
}

async function killDaemon(it: Instance): Promise<void> {
  const pid = await until("a daemon is there to be killed", () => it.daemonPid());
  process.kill(pid, "SIGKILL");
}

/** A program that ends while no daemon is there: its exit code must be right afterwards. */
async function endWhileDead(it: Instance): Promise<void> {
  const pid = Number((await it.ctl("pid", "ender")).stdout);
  if (!(pid > 0)) return;
  await killDaemon(it);
  process.kill(pid, "SIGUSR1");
  await until("ender is gone", () => !isAlive(pid));
  const line = await until("its exit is known", async () => {
    const text = await status(it, "ender");
    return text.includes("EXITED") && text;
  });
  assert.match(line, /EXITED/);
  assert.match(it.read("supervisord.log"), /exited: ender \(exit status 7; not expected\)/);
  assert.equal((await it.ctl("start", "ender")).code, 0);
}

/** A stop or restart that was under way when the daemon died came to its end. */
async function endsWell(it: Instance, finished: { code: number | null; stdout: string }, kill: number): Promise<void> {
  if (kill % 5 === 1) {
    assert.match(finished.stdout, /slow: stopped[\s\S]*slow: started/, finished.stdout);
    return;
  }
  assert.match(finished.stdout, /slow: stopped/);
  assert.match(await status(it, "slow"), /STOPPED/);
  assert.equal((await it.ctl("start", "slow")).code, 0);
}

async function status(it: Instance, name: string): Promise<string> {
  return (await it.ctl("status", name)).stdout;
}

function pidsOf(text: string): Record<string, string> {
  const rows = [...text.matchAll(/^(plain\d|asked\d) +RUNNING +pid (\d+)/gm)];
  return Object.fromEntries(rows.map((row) => [row[1] ?? "", row[2] ?? ""]));
}

async function runningPids(it: Instance): Promise<Record<string, string> | undefined> {
  const pids = pidsOf((await it.ctl("status")).stdout);
  return Object.keys(pids).length === WRITERS.length ? pids : undefined;
}

/** Start times in clock ticks since boot, from the kernel; and what supervisord says of them must agree within its own seconds. */
async function startTimes(it: Instance): Promise<Record<string, string>> {
  const pids = await until("the writers run", () => runningPids(it));
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [name, readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19] ?? ""]),
  );
}

/** Every number from 1 to the last, over all rotated files, oldest first. */
function checkLines(it: Instance, name: string): number {
  const last = Number(it.read(`${name}.last`));
  const age = (file: string): number => Number(file.slice(`${name}.out.`.length) || 0);
  const files = it
    .files()
    .filter((file) => file.startsWith(`${name}.out`))
    .sort((a, b) => age(b) - age(a));
  let expected = 1;
  let carry = "";
  for (const file of files) {
    const text = carry + it.read(file);
    const whole = text.length - (text.length % LINE_BYTES);
    for (let at = 0; at < whole; at += LINE_BYTES) {
      if (Number(text.slice(at, at + LINE_BYTES - 1)) !== expected)
        assert.fail(`${file}: ${JSON.stringify(text.slice(at, at + LINE_BYTES))} where ${expected} should be`);
      expected += 1;
    }
    carry = text.slice(whole);
  }
  assert.equal(carry, "", `${name} ends with a whole line`);
  assert.equal(expected - 1, last, `${name} wrote ${last} lines`);
  assert.ok(files.length > 1, `${name} was rotated`);
  return last;
}

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}

/** Random moments are the point of this test: nothing is synchronised by it. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
