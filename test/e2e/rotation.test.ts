/** Goal: logs that are rotated, as those who look at them from outside see it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
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
  assert.deepEqual(
    it.files().filter((name) => name.startsWith(".")),
    [],
    "nothing is left beside them",
  );
});
