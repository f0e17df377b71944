/** Schedules, with real executables and children: slots, a daemon that is killed, pauses, overlaps, and what a reread changes. (CRON) */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Instance, isAlive, until } from "./instance.ts";

/** Each run appends a line with its time. */
const runs = (it: Instance, name: string): number[] =>
  it
    .read(name)
    .split("\n")
    .filter(Boolean)
    .map((line) => Number(line) * 1000);

const noting = (file: string, more = "") =>
  `command=/bin/sh -c 'date +%%s.%%N >> ${file}${more}'\nstdout_logfile=NONE\nstderr_logfile=NONE`;

test("CRON-003: runs by @every and by six fields come once each, over daemons that are killed at any moment", async (context) => {
  const it = new Instance(context);
  it.configure(`[program:often]\n${noting("often")}\ncron=@every 1s\n[program:second]\n${noting("second")}\ncron=* * * * * *`);
  await it.start();
  for (let kills = 0; kills < 6; kills++) {
    const before = runs(it, "second").length;
    await until("a run after the last kill", () => runs(it, "second").length > before + 1);
    const daemon = await until("a daemon", () => it.daemonPid());
    // Anywhere within a second.
    await new Promise((resolve) => setTimeout(resolve, (kills * 370) % 1000));
    process.kill(daemon, "SIGKILL");
  }
  await until("runs after the last kill", () => runs(it, "second").length >= 14 && runs(it, "often").length >= 14);
  assert.match((await it.ctl("stop", "often", "second")).stdout, /often: stopped/);
  // The slot is the second; a run may begin a little later where the machine is busy, never sooner, and never twice for one slot.
  const seconds = runs(it, "second").map((time) => Math.floor(time / 1000));
  const spawned = it.read("supervisord.log").match(/spawned: 'second'/g) ?? [];
  assert.equal(seconds.length, spawned.length, "each spawn ran, and no run without one");
  const [first = 0] = seconds;
  const last = seconds.at(-1) ?? 0;
  assert.ok(seconds.length <= last - first + 1, `${seconds.length} runs in ${last - first + 1} slots`);
});

test("CRON-002: start runs a job now, stop pauses it, jobs lists, pauses and resumes, start all only resumes", async (context) => {
  const it = new Instance(context);
  it.configure(
    `[program:backup]\n${noting("backup", "; exec sleep 600")}\ncron=30 2 29 2 *\ncron_timezone=Europe/Berlin\n` +
      `[program:off]\n${noting("off")}\ncron=@yearly\nautostart=false\n[program:web]\ncommand=/bin/cat`,
  );
  await it.start();
  const status = async (name: string) => (await it.ctl("status", name)).stdout.trim().replace(/ +/g, " ");
  assert.match(await status("backup"), /^backup STOPPED next run Feb 29 02:30 AM Europe\/Berlin$/);
  assert.equal(await status("off"), "off STOPPED schedule paused");
  assert.equal((await it.ctl("start", "backup")).stdout, "backup: started\n");
  await until("it has run", () => runs(it, "backup").length === 1);
  assert.match(
    (await it.ctl("jobs")).stdout,
    /^backup {2}30 2 29 2 \* \(Europe\/Berlin\) {2}\w+ \d\d .* running +Feb 29 02:30 AM Europe\/Berlin +0$/m,
  );
  assert.match((await it.ctl("stop", "backup:*")).stdout, /^backup: stopped \(schedule paused\)$/m);
  assert.equal((await it.ctl("stop", "backup")).stdout, "backup: ERROR (not running)\n");
  assert.equal(await status("backup"), "backup STOPPED schedule paused");
  assert.equal((await it.ctl("start", "all")).stdout, "backup: schedule resumed\noff: schedule resumed\n");
  assert.equal(
    (await it.ctl("jobs", "pause", "o*", "web", "nope")).stdout,
    "off: schedule paused\nweb: ERROR (no schedule)\nnope: ERROR (no such process)\n",
  );
  assert.equal((await it.ctl("start", "o*")).stdout, "off: schedule resumed\n");
  assert.equal((await it.ctl("jobs", "pause", "all")).stdout, "backup: schedule paused\noff: schedule paused\n");
  assert.equal((await it.ctl("jobs", "resume", "off")).stdout, "off: schedule resumed\n");
  assert.equal(runs(it, "backup").length + runs(it, "off").length, 1, "nothing ran that was not started by its name");
  const jobs = JSON.parse((await it.ctl("jobs", "--json")).stdout) as readonly Record<string, unknown>[];
  assert.deepEqual(
    jobs.map(({ name, paused }) => [name, paused]),
    [
      ["backup", true],
      ["off", false],
    ],
  );
  // A pause outlives the daemon.
  process.kill(await until("a daemon", () => it.daemonPid()), "SIGKILL");
  await until("the successor answers", async () => (await status("backup")) === "backup STOPPED schedule paused");
});

test("CRON-007: kill replaces the run under way, skip drops the slot and tells listeners, queue runs it at the end", async (context) => {
  const it = new Instance(context);
  const long = (name: string, overlap: string) =>
    `[program:${name}]\n${noting(name, "; exec sleep 600")}\ncron=* * * * * *\ncron_overlap=${overlap}\n`;
  it.configure(
    `${long("killed", "kill")}${long("skipped", "skip")}[program:queued]\n${noting("queued", "; sleep 1.5")}\ncron=* * * * * *\ncron_overlap=queue\n` +
      `[eventlistener:ear]\ncommand=/bin/sh -c 'while :; do echo READY; read head || exit; echo "$head" >> heard; len=\${head##*len:}; dd bs=1 count="$len" >> heard 2>/dev/null; printf "RESULT 2\\nOK"; done'\nevents=LIFECYCLE`,
  );
  await it.start();
  await until("several runs", () => runs(it, "killed").length >= 3 && runs(it, "queued").length >= 3);
  assert.equal(runs(it, "skipped").length, 1);
  const heard = await until("the listener has heard", () => (it.read("heard").includes("reason:overlap") ? it.read("heard") : undefined));
  assert.match(heard, /eventname:LIFECYCLE_JOB_SKIPPED/);
  assert.match(heard, /processname:skipped groupname:skipped reason:overlap slot:\d{10}\n/);
  assert.match((await it.ctl("jobs")).stdout, /^skipped .* [1-9]\d*$/m);
});

test("CRON-009: a reread that changes, adds or takes away a schedule counts from then on, and a job that fails is FATAL no longer than to its next slot", async (context) => {
  const it = new Instance(context);
  const program = (schedule: string) => `[program:a]\n${noting("a")}\n${schedule}[program:bad]\ncommand=/no/such/thing\ncron=* * * * * *`;
  it.configure(program("cron=@yearly\n"), "update_mode=minimal");
  await it.start();
  await until("it has failed more than once", () => (it.read("supervisord.log").match(/gave up: bad/g) ?? []).length >= 2);
  it.configure(program("cron=* * * * * *\n"), "update_mode=minimal");
  await it.ctl("update");
  await until("it runs by its new schedule", () => runs(it, "a").length >= 2);
  it.configure("[program:a]\ncommand=/bin/cat\nautostart=false", "update_mode=minimal");
  await it.ctl("update");
  const count = runs(it, "a").length;
  assert.match((await it.ctl("status", "a")).stdout, /STOPPED|EXITED/);
  const daemon = await until("a daemon", () => it.daemonPid());
  process.kill(daemon, "SIGKILL");
  await until("a successor", () => !isAlive(daemon) && it.daemonPid());
  await until("an answer", async () => (await it.ctl("jobs")).code === 0);
  assert.equal(runs(it, "a").length, count);
});

test("AGE-001: a program that grows too old is started again, a job that does is FATAL until its next run", async (context) => {
  const it = new Instance(context);
  it.configure(
    `[program:web]\ncommand=/bin/cat\nmax_age=1500ms\nstartsecs=0\n[program:hangs]\ncommand=/bin/sleep 600\ncron=@yearly\nmax_age=1s`,
  );
  await it.start();
  await it.ctl("start", "hangs");
  await until("web runs the third time", () => (it.read("supervisord.log").match(/spawned: 'web'/g) ?? []).length >= 3);
  assert.match((await it.ctl("status", "hangs")).stdout, /FATAL +older than 1 s/);
  assert.match(it.read("supervisord.log"), /stopped: hangs \(terminated by SIGTERM\)/);
});

test("CRON: mistakes in a schedule are told with file, line and what to write", async (context) => {
  const it = new Instance(context);
  it.configure(
    "[program:a]\ncommand=/bin/cat\ncron=61 * * * *\ncron_timezone=Europe/Berln\n[eventlistener:l]\ncommand=/bin/cat\nevents=TICK_5\ncron=@daily",
  );
  it.spawnDaemon(["-n"]);
  assert.notEqual(await it.exitCode(), 0);
  assert.match(it.output, /not a valid schedule: '61 \* \* \* \*': minute 61 is not 0 to 59 in section 'program:a'/);
  assert.match(it.output, /not a time zone: 'Europe\/Berln' in section 'program:a'[\s\S]*did you mean Europe\/Berlin\?/);
  assert.match(it.output, /cron is not possible for an event listener in section 'eventlistener:l'/);
});
