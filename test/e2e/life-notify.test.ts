/** Goal: programs that say themselves when they are ready, by a descriptor or by messages as for systemd, are heard, whichever daemon lives. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Instance, until } from "./instance.ts";

async function rowOf(it: Instance, name: string): Promise<string> {
  return (await it.ctl("status", name)).stdout;
}

async function isIn(it: Instance, name: string, state: string): Promise<void> {
  await until(`${name} is ${state}`, async () => (await rowOf(it, name)).includes(` ${state} `));
}

/** The next one is in charge when this returns. */
async function killDaemon(it: Instance): Promise<void> {
  const daemon = it.daemonPid() ?? 0;
  process.kill(daemon, "SIGKILL");
  await until("another daemon", async () => (it.daemonPid() ?? daemon) !== daemon && (await it.ctl("pid")).code === 0);
}

async function started(t: TestContext, text: string): Promise<Instance> {
  const it = new Instance(t);
  it.configure(text.replaceAll("HERE", it.dir));
  await it.start();
  return it;
}

/** Waits for a file before it goes on. */
const WAIT = "while ! test -e HERE/go; do sleep 0.05; done";

test("RDY-007 a newline into the descriptor is readiness, with what is before it skipped; also from a child, and over the death of a daemon", async (t) => {
  const it = await started(
    t,
    `[program:s6]
command=bash -c "printf warming >&3; ${WAIT}; (echo up >&3); exec 3>&-; exec sleep 1000"
ready_when=fd:3
[program:high]
command=python3 -c "import os,time; os.write(200, b'\\n'); time.sleep(1000)"
ready_when=fd:200
[program:closed]
command=bash -c "exec 3>&-; exec sleep 1000"
ready_when=fd:3
startretries=0
ready_timeout=2s
[program:plain]
command=bash -c "(echo >&3) 2>/dev/null && exit 3; exec sleep 1000"
startsecs=0
`,
  );
  await isIn(it, "high", "RUNNING");
  assert.match(it.read("supervisord.log"), /ready: high \(fd 200, \d+\.\d s\)/);
  assert.match(await rowOf(it, "s6"), /STARTING/);
  await killDaemon(it);
  assert.match(await rowOf(it, "s6"), /STARTING/);
  it.append("go", "");
  await isIn(it, "s6", "RUNNING");
  await isIn(it, "closed", "FATAL");
  assert.match(await rowOf(it, "closed"), /not ready within 2 s/);
  assert.match(await rowOf(it, "plain"), /RUNNING/);
});
