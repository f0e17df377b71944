/** Lines with formats and on the console on a simulated host, where the daemon dies at any step: each is in its targets once, in order. (I-3, LOGX-003) */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chance } from "./chance.ts";
import { host, inCharge, until } from "./scene.ts";
import type { World } from "./world.ts";

const LINES = 400;
const console = (world: World): string => world.tree.text("/dev/stdout");
/** The lines of a text that begin so, without that. */
const ending = (text: string, begin: string): string[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith(begin))
    .map((line) => line.slice(begin.length));
/** All of a log, over its rotations, oldest first. */
const logged = (world: World, log: string): string =>
  Array.from({ length: 200 }, (_, back) => (world.tree.exists(`${log}.${200 - back}`) ? world.tree.text(`${log}.${200 - back}`) : "")).join(
    "",
  ) + world.tree.text(log);

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`I-3: a daemon that dies again and again, seed ${seed}`, async () => {
    const chance = new Chance(seed);
    const program = (name: string, options: string): string =>
      `[program:${name}]\ncommand=/bin/actor count:${LINES}:${chance.pick([0, 1, 5])} sleep:100 hold
stdout_logfile=/log/${name}.log\nstdout_logfile_maxbytes=4000\nstdout_logfile_backups=200\nstderr_logfile=NONE\n${options}\n`;
    const world = await host(
      `console=all\nconsole_line_max=1KB\n${program("a", 'stdout_logfile_prefix="{channel}> "')}${program("b", "stdout_events_enabled=true")}`,
    );
    for (let deaths = 0; deaths < 60; deaths++) {
      await world.scheduler.runTo(world.scheduler.nowMs + chance.between(0, 40));
      world.instance?.die();
    }
    await inCharge(world);
    const done = (): boolean =>
      ["a", "b"].every(
        (name) => ending(console(world), `${name} | `).length >= LINES && logged(world, `/log/${name}.log`).split("\n").length > LINES,
      );
    assert.ok(await until(world, done), console(world).slice(-500));
    const numbers = Array.from({ length: LINES }, (_, at) => at + 1);
    for (const name of ["a", "b"]) {
      const written = ending(console(world), `${name} | `);
      assert.equal(written.length, LINES, name);
      assert.deepEqual(ending(logged(world, `/log/${name}.log`), name === "a" ? "stdout> " : ""), [
        ...written,
        ...(name === "b" ? [""] : []),
      ]);
      assert.deepEqual(
        written.map((line) => Number(line.split(" ")[1])),
        numbers,
        written.slice(0, 3).join(),
      );
    }
    assert.deepEqual(
      world.invariants.violations.filter((text) => !text.startsWith("I-3")),
      [],
    );
  });
}
