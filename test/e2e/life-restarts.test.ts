/** Goal: the restart policy with real children: pauses that survive the daemon, limits, a way out of FATAL, and a user's word over all of it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Snapshot } from "../../src/api/types.ts";
import { askJson } from "./apiclient.ts";
import { Instance, until } from "./instance.ts";
import { info } from "./rpc.ts";

/** The wall clock may be slewed a little between two answers. */
const SAME_MS = 1000;

describe("restart policy", () => {
  const it = new Instance({ after });
  const runs = (name: string): number => it.read(`${name}.runs`).split("\n").length - 1;
  const program = (name: string, script: string, options: string): string =>
    `[program:${name}]\ncommand=sh -c "echo >> ${it.path(`${name}.runs`)}; ${script}"\nstartsecs=0\n${options}\n`;
  const state = async (name: string): Promise<unknown> => (await info(it, name))["statename"];
  const retryAt = async (name: string): Promise<number | null> => {
    const { groups } = await askJson<Snapshot>({ socketPath: it.socket }, "/api/v1/state");
    return groups.flatMap(({ processes }) => processes).find((row) => row.name === name)?.retryAt ?? null;
  };

  before(async () => {
    it.configure(
      [
        program("ended", "exit 0", "autorestart=true\nrestart_delay=1h\nrestart_delay_max=2h"),
        "[program:failed]\ncommand=/nowhere/failed\nstartretries=infinite\nrestart_delay=1h\nrestart_delay_max=2h\n",
        program("limited", "exit 0", "autorestart=true\nrestart_delay=50ms\nrestart_limit=3/1h"),
        program("recovers", `test -e ${it.path("mended")} && sleep 1000`, "startsecs=1\nautorestart=true\nstartretries=0\nfatal_retry=1s"),
        program("given-up", "exit 1", "startsecs=1\nstartretries=0\nfatal_retry=1h"),
      ].join("\n"),
    );
    await it.start();
  });

  test("RST-002, RST-009: a pause is the same instant for the daemon after a kill -9", async () => {
    for (const [name, during] of [
      ["ended", "EXITED"],
      ["failed", "BACKOFF"],
    ] as const) {
      await until(`${name} pauses`, async () => (await state(name)) === during);
      const before = await retryAt(name);
      assert.ok(before !== null && before - Date.now() > 3_000_000, `${name}: ${before}`);
      const daemon = it.daemonPid();
      assert.ok(daemon !== undefined);
      process.kill(daemon, "SIGKILL");
      await until("there is another daemon", () => it.daemonPid() !== undefined && it.daemonPid() !== daemon);
      assert.equal(await state(name), during);
      const now = await retryAt(name);
      assert.ok(now !== null && Math.abs(now - before) < SAME_MS, `${name}: ${before} and ${now}`);
    }
    assert.equal(runs("ended"), 1);
  });

  test("CMN-008, CMN-009: start does not wait for the pause, stop calls it off", async () => {
    assert.equal((await it.ctl("start", "ended")).stdout, "ended: started\n");
    await until("it has run again", () => runs("ended") === 2);
    await until("it pauses", async () => (await retryAt("ended")) !== null);
    assert.equal((await it.ctl("stop", "ended")).stdout, "ended: stopped\n");
    assert.deepEqual([await state("ended"), await retryAt("ended")], ["EXITED", null]);
    assert.match((await it.ctl("start", "failed")).stdout, /^failed: ERROR \(no such file\)/, "it is tried, and not said to be started");
    assert.equal((await it.ctl("stop", "failed")).stdout, "failed: stopped\n");
    assert.equal(await state("failed"), "STOPPED");
  });

  test("RST-006: more restarts than the limit are refused, in the state that programs look for", async () => {
    await until("it is given up", async () => (await state("limited")) === "FATAL");
    assert.equal((await info(it, "limited"))["description"], "restart limit: 3 restarts in 1h");
    assert.equal(runs("limited"), 4);
    assert.match(it.read("supervisord.log"), /INFO gave up: limited entered FATAL state, restart limit: 3 restarts in 1h\n/);
    await it.ctl("start", "limited");
    await until("a user's start begins anew", () => runs("limited") >= 6);
  });

  test("RST-007: FATAL is left again and again, until it works or a stop ends that", async () => {
    await until("it has been tried again", () => runs("recovers") >= 2);
    it.append("mended", "");
    await until("it works", async () => (await state("recovers")) === "RUNNING");
    await until("it is given up", async () => (await state("given-up")) === "FATAL");
    assert.notEqual(await retryAt("given-up"), null);
    assert.equal((await it.ctl("stop", "given-up")).stdout, "given-up: stopped\n");
    assert.deepEqual([await state("given-up"), await retryAt("given-up")], ["FATAL", null]);
    assert.equal((await it.ctl("stop", "given-up")).stdout, "given-up: ERROR (not running)\n");
  });

  test("the pause is live: an update that changes it restarts nothing", async () => {
    it.configure("[program:ended]\ncommand=sleep 1000\nstartsecs=0\n", "update_mode=minimal");
    await it.ctl("update");
    await until("it runs", async () => (await state("ended")) === "RUNNING" || ((await it.ctl("start", "ended")).code ?? 1) < 0);
    const { pid } = await info(it, "ended");
    it.configure("[program:ended]\ncommand=sleep 1000\nstartsecs=0\nrestart_delay=5s\n", "update_mode=minimal");
    await it.ctl("update");
    assert.equal((await info(it, "ended"))["pid"], pid);
  });
});
