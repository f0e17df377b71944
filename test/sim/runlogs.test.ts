/** Where commands beside programs write, over an update in place and a successor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { host, inCharge, pass, ref, settled, stateOf, until } from "./scene.ts";
import { CONFIG_PATH } from "./world.ts";

const program = (log: string, stderr: string) =>
  `[supervisord]\nnodaemon=true\nlogfile=/log/supervisord.log\nlogfile_maxbytes=0\npidfile=/run/supervisord.pid\nchildlogdir=/log/auto\nuser=root\nupdate_mode=minimal\n[program:a]\ncommand=/bin/actor hold\nstartsecs=0\nautorestart=false\npost_start=/bin/actor ignore:15 sleep:6000\nstdout_logfile=${log}\nstderr_logfile=${stderr}\n`;

for (const [before, after] of [
  ["/log/a.err", "NONE"],
  ["NONE", "/log/a.err"],
] as const) {
  test(`CMN-023 CMN-025 a hook whose log was ${before} and is ${after} since an update, and the daemon another: what was opened is closed, nothing else`, async () => {
    const world = await host("", (it) => it.tree.put(CONFIG_PATH, program("/log/a.log", before)));
    assert.ok(await until(world, () => stateOf(world, "a") === "RUNNING"));
    assert.ok(await until(world, () => world.keeper.children.live.length === 2), "the hook runs");
    world.tree.put(CONFIG_PATH, program("/log/a.log", after));
    const port = await inCharge(world);
    assert.ok((await settled(world, port.reloadConfig())).ok);
    await settled(world, port.applyUpdate("a"));
    await pass(world, 100);
    world.instance?.die();
    await inCharge(world);
    await settled(world, (await inCharge(world)).stop(ref("a"), "stopped"));
    await pass(world, 12_000);
    assert.deepEqual(world.invariants.violations, []);
    assert.deepEqual(world.invariants.tidiness(world.keeper), []);
  });
}
