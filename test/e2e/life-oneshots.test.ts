/** Goal: what runs to its end is done once, what needs it waits, and its failure is seen and told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Instance, until } from "./instance.ts";

const status = async (it: Instance, name: string): Promise<string> => (await it.ctl("status", name)).stdout;

test("ONE-001 ONE-002 ONE-003 a migration runs once, also over a killed daemon; what needs it waits; an order runs it anew", async (t) => {
  const it = new Instance(t);
  const go = it.path("go");
  it.configure(
    `[program:migrate]\ncommand=sh -c "echo run >> ${it.dir}/runs; while ! test -e ${go}; do sleep 0.05; done"\ntype=oneshot\n\n[program:web]\ncommand=sleep 1000\nstartsecs=0\ndepends_on=migrate\n`,
  );
  await it.start();
  await until("it runs", async () => /RUNNING/.test(await status(it, "migrate")));
  assert.match(await status(it, "web"), /STOPPED +waiting for migrate \(RUNNING\)/);
  const daemon = it.daemonPid() ?? 0;
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => (it.daemonPid() ?? daemon) !== daemon);
  it.append("go", "");
  const waited = await it.ctl("wait", "migrate", "--for=DONE");
  assert.deepEqual([waited.stdout, waited.code], ["migrate: DONE\n", 0]);
  await until("what needs it runs", async () => /RUNNING/.test(await status(it, "web")));
  assert.match(await status(it, "migrate"), /EXITED/);
  assert.equal(it.read("runs"), "run\n");
  const web = (await it.ctl("pid", "web")).stdout;
  assert.equal((await it.ctl("start", "migrate")).stdout, "migrate: started\n");
  await until("it is done again", async () => it.read("runs") === "run\nrun\n" && /EXITED/.test(await status(it, "migrate")));
  assert.equal((await it.ctl("pid", "web")).stdout, web);
});

test("ONE-001 one that fails is tried as often as startretries says, then FATAL with the reason", async (t) => {
  const it = new Instance(t);
  it.configure(`[program:job]\ncommand=sh -c "echo run >> ${it.dir}/runs; exit 3"\ntype=oneshot\nstartretries=1\nrestart_delay=100ms\n`);
  await it.start();
  const waited = await it.ctl("wait", "job", "--for=DONE");
  assert.deepEqual([waited.stdout, waited.code], ["job: ERROR (failed: Bad exit code 3)\n", 1]);
  assert.match(await status(it, "job"), /FATAL +Bad exit code 3/);
  assert.equal(it.read("runs"), "run\nrun\n");
});

for (const [code, exits] of [
  [0, 0],
  [7, 7],
] as const) {
  test(`CTR-001 ONE-001 exit_on=exit: supervisord ends with ${exits} when a one-shot has ended with ${code}`, async (t) => {
    const it = new Instance(t);
    it.configure(`[program:job]\ncommand=sh -c "exit ${code}"\ntype=oneshot\nexit_on=exit\n\n[program:other]\ncommand=sleep 1000\n`);
    it.spawnDaemon(["-n"]);
    assert.equal(await it.exitCode(), exits);
  });
}
