/** Logs that are rotated by order, with daemons that die at any call: what was written is there once, and is written on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { host, inCharge, pass, ref, settled, until } from "./scene.ts";
import type { World } from "./world.ts";

const PROGRAM = "[program:a]\ncommand=/bin/actor count:30:100 hold\nstdout_logfile=/log/a.log\nstderr_logfile=NONE\n";

/** The numbers of the lines in all files, oldest first. */
function lines(world: World): string {
  const names = world.tree.fileNames().filter((name) => name.startsWith("/log/a.log"));
  const numbers = names.sort((a, b) => Number(b.slice("/log/a.log.".length)) - Number(a.slice("/log/a.log.".length)));
  return [...numbers.filter((name) => name !== "/log/a.log"), "/log/a.log"].map((name) => world.tree.text(name)).join("");
}

test("LOGX-023: a log is rotated by order while its program writes; one that is empty stays, one without backups is refused", async () => {
  const world = await host(
    `${PROGRAM}[program:b]\ncommand=/bin/actor hold\nstdout_logfile=/log/b.log\nstdout_logfile_backups=0\nstderr_logfile=NONE\n`,
  );
  const port = await inCharge(world);
  assert.ok(await until(world, () => world.tree.text("/log/a.log").length > 0));
  assert.deepEqual(await settled(world, port.rotateLogs(ref("a"))), { ok: true, value: true });
  assert.ok(world.tree.text("/log/a.log.1").length > 0);
  assert.ok(await until(world, () => world.tree.text("/log/a.log").length > 0), "the program writes into the next file");
  assert.deepEqual(await settled(world, port.rotateLogs(ref("b"))), { ok: false, error: { kind: "no-backups" } });
  assert.deepEqual(await settled(world, port.rotateLogs(ref("none"))), { ok: false, error: { kind: "no-file" } });
  const first = world.tree.text("/log/a.log.1");
  await pass(world, 10_000);
  assert.deepEqual(await settled(world, port.rotateLogs(ref("a"))), { ok: true, value: true });
  assert.deepEqual(await settled(world, port.rotateLogs(ref("a"))), { ok: true, value: true });
  assert.equal(world.tree.text("/log/a.log.2"), first);
  assert.equal(world.tree.exists("/log/a.log.3"), false, "nothing was in it any more");
});

test("LOGX-023: the activity log too", async () => {
  const world = await host("");
  assert.deepEqual(await settled(world, (await inCharge(world)).rotateLogs(null)), { ok: true, value: true });
  assert.ok(world.tree.text("/log/supervisord.log.1").includes("supervisord started"));
  assert.equal(world.tree.text("/log/supervisord.log"), "");
});

test("LOGX-022: whichever call a daemon dies at while it rotates by order, the next one ends it, once, and no line is lost", async () => {
  const expected = (await run(0, false)).text;
  assert.ok(expected.length > 100);
  for (const links of [false, true]) {
    for (let at = 1; at <= 14; at++) {
      const { text, backups } = await run(at, links);
      assert.equal(text, expected, `it dies at call ${at}`);
      assert.ok(backups === 1 || (at <= 4 && backups === 0), `${backups} backups after it died at call ${at}`);
    }
  }
});

async function run(diesAt: number, links: boolean): Promise<{ readonly text: string; readonly backups: number }> {
  const world = await host(PROGRAM, (it) => {
    it.tree.hardLinks = links;
  });
  const port = await inCharge(world);
  assert.ok(await until(world, () => world.tree.text("/log/a.log").split("\n").length > 10));
  if (diesAt > 0) world.instance?.dieAfter(diesAt);
  void port.rotateLogs(ref("a"));
  await pass(world, 20_000);
  assert.ok(world.port !== null);
  const backups = world.tree.fileNames().filter((name) => /^\/log\/a\.log\.\d/.test(name)).length;
  return { text: lines(world), backups };
}
