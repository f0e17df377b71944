/** Backups that are compressed on a simulated host: whatever dies and whatever fails, each is there once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { activity, host, pass, until } from "./scene.ts";
import type { World } from "./world.ts";

const program = (options = ""): string =>
  `[program:a]\ncommand=/bin/actor count:100:40 hold\nstdout_logfile=/log/a.log\nstderr_logfile=NONE\nstdout_logfile_maxbytes=60\nstdout_logfile_backups=20\nstdout_logfile_compress=gzip\n${options}`;

const numberOf = (name: string): number => Number(/^\/log\/a\.log\.(\d+)/.exec(name)?.[1] ?? 0);
const names = (world: World): string[] =>
  world.tree
    .fileNames()
    .filter((name) => name.startsWith("/log/a.log"))
    .sort((a, b) => numberOf(a) - numberOf(b));

/** All that was written, oldest first. */
const whole = (world: World): string =>
  names(world)
    .reverse()
    .map((name) => world.tree.text(name).replace(/^gz\((.*)\)$/s, "$1"))
    .join("");

/** From .2 on they are compressed, .1 is not, and nothing half done is left. */
function assertCompressed(world: World, why = ""): void {
  const [log, first, ...older] = names(world);
  assert.deepEqual([log, first], ["/log/a.log", "/log/a.log.1"], why);
  assert.ok(older.length > 2, why);
  for (const [at, name] of older.entries()) {
    assert.equal(name, `/log/a.log.${at + 2}.gz`, why);
    assert.match(world.tree.text(name), /^gz\(/, why);
  }
}

test("LOGX-030, LOGX-031: backups from the second on are compressed, while the log is rotated on; nothing is lost", async () => {
  const world = await host(program());
  await pass(world, 20_000);
  assertCompressed(world);
  const plain = await host(program().replace("compress=gzip", "compress=none"));
  await pass(plain, 20_000);
  assert.equal(whole(world), whole(plain));
  assert.doesNotMatch(activity(world), /WARN|CRIT/);
});

test("LOGX-032: whichever call a daemon dies at, its successors do the rest, and every line is there once", async () => {
  const expected = await host(program().replace("compress=gzip", "compress=none"));
  await pass(expected, 20_000);
  for (let calls = 1; calls <= 60; calls += 2) {
    const world = await host(program(), (it) => {
      it.tree.hardLinks = calls % 4 === 1;
    });
    assert.ok(await until(world, () => world.tree.exists("/log/a.log.2") || world.tree.exists("/log/a.log.2.gz")));
    world.instance?.dieAfter(calls);
    await pass(world, 30_000);
    assertCompressed(world, `it dies at call ${calls}`);
    assert.equal(whole(world), whole(expected), `it dies at call ${calls}`);
  }
});

test("LOGX-032: a full disk leaves the plain file and says so once; later rotations try again", async () => {
  const world = await host(program(), (it) => {
    it.tree.fault = (action) => (action === "gzip" ? "ENOSPC" : null);
  });
  await pass(world, 2500);
  assert.ok(world.tree.exists("/log/a.log.2"));
  assert.equal(activity(world).split("WARN cannot compress /log/a.log.2: ENOSPC; it stays as it is").length, 2);
  world.tree.fault = () => null;
  await pass(world, 20_000);
  assertCompressed(world);
});

test("LOGX-032: what an earlier supervisord has left plain or half done is compressed, of programs that are down too", async () => {
  const world = await host(program("autostart=false\n"), (it) => {
    it.tree.put("/log/a.log", "new\n");
    for (const number of [1, 2, 3, 4]) it.tree.put(`/log/a.log.${number}`, `old ${number}\n`);
    it.tree.put("/log/a.log.3.gz.part", "gz(ol");
    it.tree.put("/log/a.log.4.gz", "gz(old 4\n)");
  });
  await pass(world, 5000);
  assertCompressed(world);
  assert.equal(whole(world), "old 4\nold 3\nold 2\nold 1\nnew\n");
});

test("LOGX-033: compressed backups count for the bound with what they take", async () => {
  const world = await host(program("stdout_logfile_total_maxbytes=200\n"));
  await pass(world, 20_000);
  const total = names(world).reduce((sum, name) => sum + world.tree.text(name).length, 0);
  assert.ok(names(world).length >= 3 && total <= 260, `${names(world).join(" ")}: ${total}`);
});
