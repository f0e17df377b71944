/** Large configurations with the real executables: no frame, no answer and no moment is as large as they are, and one daemon lives through all of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const QUIET = "autostart=false\nstdout_logfile=NONE\nstderr_logfile=NONE\n";
/** What a busy machine may take for what takes a few seconds. */
const LONG = { timeout: 240_000 };

type Counted = readonly { readonly name: string }[];

test("numprocs=20000: it starts, each is known, some run, and a successor knows them all", LONG, async (t) => {
  const it = new Instance(t);
  it.configure(`[program:many]\ncommand=sleep 10%(process_num)05d\nnumprocs=20000\nprocess_name=%(process_num)05d\n${QUIET}`);
  await it.start();
  await until("it answers", () => call(it, "supervisor.getState").catch(() => false), 60_000);
  const daemon = it.daemonPid();
  assert.equal(((await call(it, "supervisor.getAllProcessInfo")) as Counted).length, 20_000);
  assert.equal(((await call(it, "supervisor.getAllConfigInfo")) as Counted).length, 20_000);
  assert.equal((await it.ctl("status")).stdout.split("\n").length, 20_001);
  await call(it, "supervisor.startProcess", "many:19999");
  const { pid } = await info(it, "many:19999");
  assert.deepEqual(await call(it, "supervisor.reloadConfig"), [[[], [], []]]);
  assert.equal(it.daemonPid(), daemon, "one daemon did all that");
  process.kill(daemon ?? 0, "SIGKILL");
  await until("a successor answers", async () => it.daemonPid() !== daemon && (await info(it, "many:19999").catch(() => false)), 60_000);
  assert.equal((await info(it, "many:19999"))["pid"], pid);
  assert.equal((await info(it, "many:19998"))["statename"], "STOPPED");
  assert.equal(((await call(it, "supervisor.getAllProcessInfo")) as Counted).length, 20_000);
  await call(it, "supervisor.stopProcess", "many:19999");
});

test("10000 sections come and go with reread and update, and a daemon that dies between the two knows what was read", LONG, async (t) => {
  const it = new Instance(t);
  const first = `[program:first]\ncommand=sleep 1000\nstartsecs=0\n`;
  const sections = Array.from({ length: 10_000 }, (_, at) => `[program:p${at}]\ncommand=sleep 2000\nenvironment=AT="${at}"\n${QUIET}`);
  it.configure(first);
  await it.start();
  const { pid } = await until("the program runs", async () => {
    const found = await info(it, "first").catch(() => null);
    return found?.["statename"] === "RUNNING" && found;
  });
  const daemon = it.daemonPid();
  it.configure(first + sections.join(""));
  const reread = await it.ctl("reread");
  assert.match(reread.stdout, /^p0: available\n/);
  assert.equal(reread.stdout.split("\n").length, 10_001);
  assert.equal(it.daemonPid(), daemon, "one daemon read all that");
  process.kill(daemon ?? 0, "SIGKILL");
  const second = await until("a successor", () => it.daemonPid() !== daemon && it.daemonPid(), 60_000);
  await until("it answers", () => call(it, "supervisor.getState").catch(() => false), 60_000);
  await call(it, "supervisor.addProcessGroup", "p9999");
  assert.equal((await it.ctl("update")).stdout.match(/added process group/g)?.length, 9_999);
  assert.equal(it.daemonPid(), second, "one daemon added all that");
  assert.equal((await info(it, "first"))["pid"], pid);
  it.configure(first);
  assert.equal((await it.ctl("update")).stdout.match(/removed process group/g)?.length, 10_000);
  assert.equal(it.daemonPid(), second, "one daemon removed all that");
  assert.equal((await info(it, "first"))["pid"], pid);
});
