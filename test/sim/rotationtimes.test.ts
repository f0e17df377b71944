/** Logs that are rotated by the clock of a simulated host: once for each time, whatever happens to the daemon and to the clock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { activity, host, pass, until } from "./scene.ts";
import type { World } from "./world.ts";

const HOUR = 3_600_000;
const program = (name: string, words: string, options = ""): string =>
  `[program:${name}]\ncommand=/bin/actor ${words}\nstdout_logfile=/log/${name}.log\nstderr_logfile=NONE\nstdout_logfile_rotate=hourly\n${options}`;

const backups = (world: World, name: string): string[] =>
  world.tree
    .fileNames()
    .filter((file) => file.startsWith(`/log/${name}.log.`))
    .map((file) => file.slice("/log/".length));

/** To the next full hour of the clock, and a second more. */
const nextHour = (world: World): Promise<unknown> => pass(world, HOUR - (world.scheduler.wallMs % HOUR) + 1000);

test("LOGX-020: at each full hour, and never of an empty file; the activity log and stopped programs too", async () => {
  const world = await host(
    `logfile_rotate=hourly\n${program("a", "line:one sleep:3600000 line:two hold")}${program("idle", "hold")}${program("done", "line:x exit:0", "autorestart=false\nstartsecs=0\n")}`,
  );
  assert.ok(await until(world, () => world.tree.text("/log/a.log") === "one\n" && world.tree.text("/log/done.log") === "x\n"));
  await nextHour(world);
  assert.deepEqual([backups(world, "a"), backups(world, "idle"), backups(world, "done")], [["a.log.1"], [], ["done.log.1"]]);
  assert.equal(world.tree.text("/log/a.log.1"), "one\n");
  assert.match(world.tree.text("/log/supervisord.log.1"), /supervisord started/);
  await nextHour(world);
  assert.deepEqual(
    [world.tree.text("/log/a.log"), world.tree.text("/log/a.log.1"), world.tree.text("/log/a.log.2")],
    ["", "two\n", "one\n"],
  );
  await nextHour(world);
  assert.deepEqual([backups(world, "a"), backups(world, "done")], [["a.log.1", "a.log.2"], ["done.log.1"]]);
  assert.doesNotMatch(activity(world), /CRIT/);
});

test("LOGX-020, LOGX-022: a daemon that dies at the full hour has its successor rotate, and that once", async () => {
  for (let calls = 1; calls <= 12; calls++) {
    const world = await host(program("a", "line:one hold"), (it) => {
      it.tree.hardLinks = calls % 2 === 1;
    });
    assert.ok(await until(world, () => world.tree.text("/log/a.log") === "one\n"));
    await pass(world, HOUR - (world.scheduler.wallMs % HOUR) - 5);
    world.instance?.dieAfter(calls);
    await pass(world, 120_000);
    assert.deepEqual([backups(world, "a"), world.tree.text("/log/a.log.1")], [["a.log.1"], "one\n"], `it dies at call ${calls}`);
    assert.ok(world.tree.exists("/log/a.log"));
  }
});

test("LOGX-020: a time that passed while no daemon was there, or over which the clock jumped, rotates once", async () => {
  const world = await host(program("a", "line:one hold"));
  assert.ok(await until(world, () => world.tree.text("/log/a.log") === "one\n"));
  world.scheduler.wallOffsetMs += 30 * HOUR;
  await pass(world, 61_000);
  assert.deepEqual(backups(world, "a"), ["a.log.1"]);
  await pass(world, 120_000);
  assert.deepEqual(backups(world, "a"), ["a.log.1"]);
});

test("LOGX-020: what was written before the last time, by a supervisord that did not run at it, is rotated before anything is written", async () => {
  const world = await host(`logfile_rotate=hourly\n${program("a", "line:new hold")}`, (it) => {
    it.tree.put("/log/a.log", "old\n");
    it.tree.put("/log/supervisord.log", "old\n");
    it.scheduler.wallOffsetMs += 2 * HOUR;
  });
  assert.ok(await until(world, () => world.tree.text("/log/a.log") === "new\n"));
  assert.equal(world.tree.text("/log/a.log.1"), "old\n");
  assert.equal(world.tree.text("/log/supervisord.log.1"), "old\n");
});

test("LOGX-033: after a rotation the oldest backups go until all take no more than the bound", async () => {
  const world = await host(
    `[program:a]\ncommand=/bin/actor count:40:50 hold\nstdout_logfile=/log/a.log\nstderr_logfile=NONE\nstdout_logfile_maxbytes=60\nstdout_logfile_backups=9\nstdout_logfile_total_maxbytes=200\n`,
  );
  await pass(world, 20_000);
  const files = backups(world, "a");
  const total = [...files, "a.log"].reduce((sum, name) => sum + world.tree.text(`/log/${name}`).length, 0);
  assert.ok(files.length >= 1 && files.length < 9 && total <= 200 + 60, `${files.join(" ")}: ${total}`);
  assert.match(world.tree.text(`/log/${files[0]}`), /\d/);
});

test("LOGX-001: a program without it has no look at the clock", async () => {
  const world = await host("[program:a]\ncommand=/bin/actor hold\nstdout_logfile=/log/a.log\nstderr_logfile=NONE\n");
  await pass(world, 10_000);
  const before = world.instance?.alarms;
  await pass(world, 2 * HOUR);
  assert.equal(world.instance?.alarms, before);
});
