/** How daemons die is in the activity log, whoever killed them, and a daemon comes up again whatever has become of the file meanwhile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const PROGRAM = "[program:s]\ncommand=sleep 1000\nstartsecs=0\n";

async function started(it: Instance): Promise<unknown> {
  it.configure(PROGRAM);
  await it.start();
  return (
    await until("s runs", async () => {
      const found = await info(it, "s").catch(() => null);
      return found?.["statename"] === "RUNNING" && found;
    })
  )["pid"];
}

/** Resolves when the next daemon answers. */
async function kill(it: Instance, signal: NodeJS.Signals): Promise<void> {
  const daemon = await until("a daemon", () => it.daemonPid());
  process.kill(daemon, signal);
  await until(
    "another daemon answers",
    async () => it.daemonPid() !== daemon && (await call(it, "supervisor.getState").catch(() => false)),
  );
}

test("a daemon that is killed is told at WARN, with the signal and how often, by the next one", { timeout: 240_000 }, async (t) => {
  const it = new Instance(t);
  const pid = await started(it);
  await kill(it, "SIGKILL");
  await kill(it, "SIGKILL");
  await kill(it, "SIGSEGV");
  assert.equal((await info(it, "s"))["pid"], pid);
  const told = [...it.read("supervisord.log").matchAll(/ WARN the daemon (was killed .*)/g)].map(([, text]) => text);
  assert.deepEqual(told, [
    "was killed by SIGKILL (signal 9); it has ended unexpectedly once since supervisord was started",
    "was killed by SIGKILL (signal 9); it has ended unexpectedly 2 times since supervisord was started",
    "was killed by SIGSEGV (signal 11); it has ended unexpectedly 3 times since supervisord was started",
  ]);
});

test("three daemons that died young while the file is broken leave one that goes on with what was in force", {
  timeout: 240_000,
}, async (t) => {
  const it = new Instance(t);
  const pid = await started(it);
  it.append("supervisord.conf", "\n[program:half\ncomm");
  for (let i = 0; i < 4; i++) await kill(it, "SIGABRT");
  assert.equal((await info(it, "s"))["pid"], pid);
  assert.match(it.read("supervisord.log"), / CRIT .*; going on with the configuration that was in force\n/);
  await assert.rejects(call(it, "supervisor.reloadConfig"), /CANT_REREAD/);
  assert.deepEqual(await call(it, "supervisor.stopProcess", "s"), true);
  it.configure(PROGRAM);
  assert.deepEqual(await call(it, "supervisor.reloadConfig"), [[[], [], []]], "what goes on is what was in the file");
});
