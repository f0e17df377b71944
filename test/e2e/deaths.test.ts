/** How daemons die is in the activity log, whoever killed them, and a daemon comes up again whatever has become of the file meanwhile. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { freePort, Instance, until } from "./instance.ts";
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
  const told = () => [...it.read("supervisord.log").matchAll(/ WARN the daemon (was killed .*)/g)].map(([, text]) => text);
  await until("all three are told", () => told().length >= 3);
  assert.deepEqual(told(), [
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

test("daemons that died young leave the sockets of FastCGI programs to the one that goes on without their states", {
  timeout: 240_000,
}, async (t) => {
  const it = new Instance(t);
  const port = await freePort();
  const hosts = ["127.0.0.2", "127.0.0.3"];
  const names = hosts.map((_, at) => `f${at}`);
  it.configure(
    hosts.map((host, at) => `[fcgi-program:f${at}]\ncommand=sleep 1000\nsocket=tcp://${host}:${port}\nstartsecs=0\n`).join("") +
      `[fcgi-program:u]\ncommand=sleep 1000\nsocket=unix://${it.path("u.sock")}\nstartsecs=0\n`,
  );
  await it.start();
  const pids = async () => Promise.all([...names, "u"].map(async (name) => (await info(it, name).catch(() => ({ pid: 0 })))["pid"]));
  await until("all run", async () => (await pids()).every((pid) => pid !== 0));
  await kill(it, "SIGKILL");
  const before = await pids();
  for (let i = 0; i < 4; i++) await kill(it, "SIGABRT");
  assert.match(it.read("supervisord.log"), / CRIT starting without stored states /);
  assert.deepEqual(await pids(), before);
  for (const name of [...names, "u"]) {
    await call(it, "supervisor.stopProcess", name);
    await until(`${name} starts again`, () => call(it, "supervisor.startProcess", name));
  }
  for (const host of hosts) assert.equal(await connects(host, port), true, `nobody listens on ${host}`);
});

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => resolve(socket.destroy() !== undefined));
    socket.once("error", () => resolve(false));
  });
}
