/**
 * Upgrades in place, one after the other, while programs write, start and end, clients come, and the daemon is killed at random points of it: nobody notices.
 * HOLDFAST_UPGRADES=300 makes many of them, HOLDFAST_SEED draws others.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Instance, run, until } from "./instance.ts";

const ROUNDS = Number(process.env["HOLDFAST_UPGRADES"] ?? 5);
const SEED = Number(process.env["HOLDFAST_SEED"] ?? 1);
/** Every other upgrade loses its daemon within this time from its order. */
const KILLED_WITHIN_MS = 700;
const CLIENT_EVERY_MS = 15;

const counter = (sleep: string) => `command=/bin/sh -c 'i=0; while :; do i=$((i+1)); echo $i; sleep ${sleep}; done'\nstopasgroup=true\n`;
const PROGRAMS = `
[program:plain]
${counter("0.01")}stdout_logfile=%(here)s/plain.log
stdout_logfile_maxbytes=0
[program:rotated]
${counter("0.01")}stdout_logfile=%(here)s/rotated.log
stdout_logfile_maxbytes=2000
stdout_logfile_backups=1000
[program:asked]
${counter("0.01")}stdout_logfile=%(here)s/asked.log
stdout_logfile_maxbytes=0
stdout_events_enabled=true
[program:comes-and-goes]
command=/bin/sh -c 'echo here; sleep 0.2'
startsecs=0
autorestart=true
[program:still]
command=/bin/sleep 10000
`;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** Comes again and again; what went wrong with it. */
function clients(socket: string) {
  const refused: string[] = [];
  let count = 0;
  const timer = setInterval(() => {
    count++;
    const client = connect(socket, () => client.destroy());
    client.on("error", (error: NodeJS.ErrnoException) => refused.push(`${count}: ${error.code}`));
  }, CLIENT_EVERY_MS);
  return { refused, stop: () => clearInterval(timer), count: () => count };
}

/** The pids of those that stay, and the keeper's own. */
async function pids(instance: Instance): Promise<string> {
  const { stdout } = await instance.ctl("status");
  const staying = stdout.split("\n").filter((line) => /^(plain|rotated|asked|still)\s+RUNNING/.test(line));
  return staying.length === 4 ? staying.map((line) => line.replace(/,.*/, "")).join("\n") : "";
}

function assertCounted(instance: Instance, name: string): void {
  const backups = instance
    .files()
    .filter((file) => file.startsWith(`${name}.log.`))
    .sort((a, b) => Number(b.split(".").at(-1)) - Number(a.split(".").at(-1)));
  const text = [...backups, `${name}.log`].map((file) => instance.read(file)).join("");
  const lines = text.split("\n").slice(0, -1);
  assert.ok(lines.length > 20, `${name}: ${lines.length} lines`);
  const wrong = lines.findIndex((line, index) => line !== `${index + 1}`);
  assert.equal(wrong, -1, `${name}: line ${wrong + 1} is ${lines.slice(wrong - 1, wrong + 3).join(",")}`);
}

test(`UPG-001, UPG-002, UPG-003: ${ROUNDS} upgrades under load, half of them without their daemon: no connect refused, every line once, the same pids`, {
  timeout: 120_000 + ROUNDS * 30_000,
}, async (t) => {
  const instance = new Instance(t);
  const chance = random(SEED);
  instance.configure(PROGRAMS);
  await instance.start();
  const before = await until("all run", async () => (await pids(instance)) || undefined);
  const words = readFileSync(`/proc/${instance.pid}/cmdline`, "utf8");
  const load = clients(instance.socket);
  t.after(load.stop);
  let done = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const isKilled = round % 2 === 1;
    // Where the daemon has died before it took the order, supervisorctl would wait for half a minute.
    const upgrade = ["-c", instance.conf, "upgrade", "--force"];
    const order = run("/usr/bin/timeout", [isKilled ? "5" : "60", path.join(instance.bin, "supervisorctl"), ...upgrade]);
    if (isKilled) {
      await sleep(chance() * KILLED_WITHIN_MS);
      const daemon = instance.daemonPid();
      if (daemon !== undefined) await run("/bin/kill", ["-9", `${daemon}`]);
    }
    const { code, stdout } = await order;
    if (code === 0 && stdout.includes("untouched")) done++;
    assert.equal(await until(`round ${round}: all run`, async () => (await pids(instance)) || undefined), before, stdout);
  }
  load.stop();
  assert.ok(done >= Math.floor(ROUNDS / 3), `${done} of ${ROUNDS} were done`);
  t.diagnostic(`${done} of ${ROUNDS} done, ${load.count()} clients`);
  assert.deepEqual(load.refused, []);
  assert.equal(readFileSync(`/proc/${instance.pid}/cmdline`, "utf8"), words);
  assert.match((await instance.ctl("stop", "plain", "rotated", "asked")).stdout, /plain: stopped/);
  for (const name of ["plain", "rotated", "asked"]) assertCounted(instance, name);
});
