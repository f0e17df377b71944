/** Goal: what a container asks of its main program, of the real executables, without a container. Whole images are in test/container. (CONT) */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Instance, until } from "./instance.ts";

describe("the main program of a container", { timeout: 300_000 }, () => {
  test("CONT: supervisorctl health: 0 when it is well, 1 when it is not, 4 when nobody is there", async (t) => {
    const it = new Instance(t);
    it.configure(
      "[program:slow]\ncommand=sleep 1000\nstartsecs=1000\nstopsignal=INT\n[program:stubborn]\ncommand=sh -c 'trap : TERM; while :; do sleep 1; done'\nstopwaitsecs=1000\n",
    );
    assert.deepEqual(await it.ctl("health"), { code: 4, stdout: `unix://${it.socket} no such file\n`, stderr: "" });
    await it.start();
    assert.deepEqual(await it.ctl("health"), { code: 0, stdout: "ok\n", stderr: "" });
    const { code, stdout } = await it.ctl("health", "--ready");
    assert.deepEqual([code, stdout.includes("slow")], [1, true]);
    it.signal("SIGTERM");
    await until("it goes down, and says so", async () => (await it.ctl("health")).code === 1);
    it.kill();
    await it.exitCode();
    assert.equal((await it.ctl("health")).code, 4);
  });
});
