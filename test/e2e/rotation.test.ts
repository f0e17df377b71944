/** Goal: logs that are rotated, as those who look at them from outside see it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { gunzipSync } from "node:zlib";
import { Instance, until } from "./instance.ts";

/** Looks at the paths again and again until it is told to stop, and says how often each of them was not there. */
const WATCHER = `
const { lstatSync } = require("node:fs");
const { parentPort, workerData: { paths, stop } } = require("node:worker_threads");
const flag = new Int32Array(stop);
const missed = paths.map(() => 0);
let looks = 0;
while (Atomics.load(flag, 0) === 0) {
  for (const [at, path] of paths.entries()) if (lstatSync(path, { throwIfNoEntry: false }) === undefined) missed[at] += 1;
  looks += 1;
}
parentPort.postMessage({ missed, looks });
`;

test("LOG-023: whoever looks finds a log at its path at every moment, however often it is rotated, the activity log too", async (t) => {
  const it = new Instance(t);
  const [log, main] = [it.path("a.log"), it.path("supervisord.log")];
  const lines = "while :; do echo a line of the log; done";
  it.configure(
    `[program:a]\ncommand=sh -c '${lines}'\nstartsecs=0\nautostart=false\nstdout_logfile=${log}\nstdout_logfile_maxbytes=40\nstdout_logfile_backups=1000\n`,
    "logfile_maxbytes=200\nlogfile_backups=1000\nloglevel=debug\n",
  );
  await it.start();
  assert.equal((await it.ctl("start", "a")).code, 0);
  await until("both are there", () => existsSync(log) && existsSync(main));
  const stop = new SharedArrayBuffer(4);
  const watcher = new Worker(WATCHER, { eval: true, workerData: { paths: [log, main], stop } });
  const seen = new Promise<{ readonly missed: readonly number[]; readonly looks: number }>((resolve, reject) =>
    watcher.once("message", resolve).once("error", reject),
  );
  const backups = (name: string): number => it.files().filter((file) => file.startsWith(`${name}.`)).length;
  try {
    await until("many rotations", () => backups("a.log") > 60 && backups("supervisord.log") > 60);
  } finally {
    Atomics.store(new Int32Array(stop), 0, 1);
  }
  const { missed, looks } = await seen;
  assert.ok(looks > 1000, `${looks} looks`);
  assert.deepEqual(missed, [0, 0]);
  // While lines come, the next empty file may just be there.
  assert.equal((await it.ctl("stop", "a")).code, 0);
  await until("nothing is left beside them", () => it.files().every((name) => !name.startsWith(".")));
});

test("LOGX-023, LOGX-024: logs are rotated and opened again by order, while the program writes and when the daemon is killed", async (t) => {
  const it = new Instance(t);
  const counts = "i=0; while [ $i -lt 5 ]; do i=$((i+1)); echo line $i; read go; done < go; exec sleep 1000";
  execFileSync("mkfifo", [it.path("go")]);
  it.configure(
    `[program:web]\ncommand=sh -c '${counts}'\nstartsecs=0\nstdout_logfile=${it.path("web.log")}\nstderr_logfile=NONE\n` +
      `[program:none]\ncommand=sleep 1000\nstdout_logfile=NONE\nstderr_logfile=NONE\nstartsecs=0\n` +
      `[program:bare]\ncommand=sleep 1000\nstdout_logfile=${it.path("bare.log")}\nstdout_logfile_backups=0\nstderr_logfile=NONE\nstartsecs=0\n`,
  );
  await it.start();
  const go = openSync(it.path("go"), "w");
  t.after(() => closeSync(go));
  const said = async (...words: string[]): Promise<string> => (await it.ctl(...words)).stdout;
  await until("it has begun", () => existsSync(it.path("web.log")) && it.read("web.log") === "line 1\n");
  assert.equal(
    await said("rotate", "web", "none", "bare"),
    "web: rotated\nnone: ERROR (no log file)\nbare: ERROR (backups=0: nothing would be kept; use clear)\n",
  );
  assert.deepEqual([it.read("web.log"), it.read("web.log.1")], ["", "line 1\n"]);
  writeSync(go, "\n");
  await until("it goes on in the next file", () => it.read("web.log") === "line 2\n");
  process.kill(it.daemonPid() ?? 0, "SIGKILL");
  await until("the next daemon answers", async () => (await said("rotate", "all")).endsWith("web: rotated\n"));
  assert.deepEqual([it.read("web.log"), it.read("web.log.1"), it.read("web.log.2")], ["", "line 2\n", "line 1\n"]);
  assert.equal(await said("rotate", "supervisord"), "supervisord: rotated\n");
  assert.match(it.read("supervisord.log.1"), /supervisord started with pid/);
  renameSync(it.path("web.log"), it.path("moved.log"));
  assert.equal(await said("reopen", "web"), "web: reopened\n");
  writeSync(go, "\n");
  await until("the path has a log again", () => existsSync(it.path("web.log")) && it.read("web.log") === "line 3\n");
  renameSync(it.path("supervisord.log"), it.path("main.log"));
  assert.equal(await said("reopen"), "all logs: reopened\n");
  await until("the activity log is there again", () => existsSync(it.path("supervisord.log")));
  assert.match(it.read("main.log"), /INFO supervisord logreopen\n/);
});

test("LOGX-020, LOGX-030..033: by the clock, compressed, within a bound; and the daemon is killed meanwhile", async (t) => {
  const it = new Instance(t);
  const old = (name: string): void => {
    writeFileSync(it.path(name), "of yesterday\n");
    utimesSync(it.path(name), new Date(), new Date(Date.now() - 86_400_000));
  };
  for (const name of ["daily.log", "supervisord.log"]) old(name);
  writeFileSync(it.path("flood.log"), "");
  chmodSync(it.path("flood.log"), 0o640);
  const flood = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; [ ${i%%000} = $i ] || sleep 0.05; done; exec sleep 1000";
  it.configure(
    `[program:daily]\ncommand=sh -c 'echo of today; exec sleep 1000'\nstartsecs=0\nstdout_logfile=${it.path("daily.log")}\nstdout_logfile_rotate=daily\nstderr_logfile=NONE\n` +
      `[program:flood]\ncommand=sh -c '${flood}'\nstartsecs=0\nstdout_logfile=${it.path("flood.log")}\nstdout_logfile_maxbytes=10000\nstdout_logfile_backups=100\nstdout_logfile_compress=gzip\nstderr_logfile=NONE\n`,
    "logfile_rotate=daily\n",
  );
  await it.start();
  assert.deepEqual([it.read("daily.log.1"), it.read("supervisord.log.1")], ["of yesterday\n", "of yesterday\n"]);
  await until("today's line is in the new log", () => it.read("daily.log") === "of today\n");
  process.kill(it.daemonPid() ?? 0, "SIGKILL");
  const files = (): string[] => it.files().filter((name) => name.startsWith("flood.log"));
  const numberOf = (name: string): number => Number(/\.(\d+)/.exec(name)?.[1] ?? 0);
  const whole = (): string =>
    files()
      .sort((a, b) => numberOf(b) - numberOf(a))
      .map((name) => (name.endsWith(".gz") ? gunzipSync(readFileSync(it.path(name))).toString() : it.read(name)))
      .join("");
  const isPlain = (name: string): boolean => numberOf(name) >= 2 && !name.endsWith(".gz");
  const isDone = (): boolean => whole().endsWith("line 20000\n") && !files().some((name) => isPlain(name) || name.endsWith(".part"));
  await until("all is written and compressed", () => {
    try {
      return isDone();
    } catch {
      // It was renamed between two looks.
      return false;
    }
  });
  assert.equal(whole(), Array.from({ length: 20_000 }, (_, at) => `line ${at + 1}\n`).join(""));
  assert.ok(
    files().some((name) => name.endsWith(".gz")),
    files().join(" "),
  );
  const oldest = files().sort((a, b) => numberOf(b) - numberOf(a))[0] ?? "";
  assert.equal(statSync(it.path(oldest)).mode & 0o777, 0o640, "the mode is kept");
});
