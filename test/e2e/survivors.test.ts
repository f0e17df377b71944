/** Goal: what a supervisord says of the programs that live on after the one before it was killed with -9, and of whom it says nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Instance, isAlive, until } from "./instance.ts";
import { info } from "./rpc.ts";

const CONFIGURATION = `[program:quiet]\ncommand=sh -c "sleep 1001; true"\nstartsecs=0\nstopasgroup=true
[group:web]\nprograms=a\n[program:a]\ncommand=sleep 1002\nstartsecs=0\n`;

const said = (it: Instance): string[] => it.read("supervisord.log").match(/CRIT a process .*/g) ?? [];

async function pidOf(it: Instance, name: string, other = 0): Promise<number> {
  return until(`${name} runs`, async () => {
    const pid = await info(it, name).then(
      (found) => Number(found["pid"]),
      () => 0,
    );
    return pid !== 0 && pid !== other && pid;
  });
}

test("programs that outlived a supervisord killed with -9 are named by the next one, which starts all; after an orderly end nothing is said", async (t) => {
  const [it, other] = [new Instance(t), new Instance(t)];
  const left: number[] = [];
  t.after(() => {
    for (const pid of left) if (isAlive(pid)) process.kill(-pid, "SIGKILL");
  });
  for (const instance of [it, other]) {
    instance.configure(CONFIGURATION);
    await instance.start();
  }
  left.push(await pidOf(it, "quiet"), await pidOf(it, "web:a"));
  const [quiet = 0, a = 0] = left;
  const daemon = it.daemonPid() ?? 0;
  it.signal("SIGKILL");
  await it.exitCode();
  // Both at once is what a service manager does that starts it again immediately.
  it.spawnDaemon(["-n"]);
  const line = (name: string, comm: string, pid: number): string =>
    `CRIT a process of ${name} (${comm}) that an earlier supervisord started is still running with pid ${pid}, and is not supervised: if it must not run twice, end it with: kill ${pid}`;
  await until("both are named", () => said(it).length === 2);
  assert.deepEqual(said(it).sort(), [line("quiet", "sh", quiet), line("web:a", "sleep", a)].sort());
  await pidOf(it, "quiet", quiet);
  assert.ok(isAlive(quiet) && isAlive(a));
  await until("the daemon of the killed one has ended", () => !isAlive(daemon));
  assert.deepEqual(said(other), []);

  it.signal("SIGTERM");
  assert.equal(await it.exitCode(), 0);
  await it.start();
  await pidOf(it, "quiet", quiet);
  assert.equal(said(it).length, 2);
});
