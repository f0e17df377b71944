/** The listeners of examples/listeners, which use the library as everybody can: by the name of the package. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { Instance, ROOT, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const example = (name: string) => `${process.execPath} ${path.join(ROOT, "examples/listeners", name)}`;

test("crashes.mjs tells of what ended unexpectedly, with its last words; memory.mjs restarts what grows", {
  timeout: 300_000,
}, async (t) => {
  const it = new Instance(t);
  it.configure(`
[program:crash]
command=sh -c 'echo "né 🙂" >&2; exit 3'
startsecs=0
autorestart=false
autostart=false
[program:fine]
command=true
startsecs=0
autorestart=false
autostart=false
[program:big]
command=sleep 1000
startsecs=0
[eventlistener:crashes]
command=${example("crashes.mjs")} ${it.dir}/crashes.jsonl
events=PROCESS_STATE_EXITED,PROCESS_STATE_FATAL
stderr_logfile=${it.dir}/crashes.err
startsecs=0
[eventlistener:memory]
command=${example("memory.mjs")} big=0
events=TICK_5
stderr_logfile=${it.dir}/memory.err
startsecs=0
`);
  await it.start();
  const first = await until("big runs", async () => Number((await info(it, "big"))["pid"]) || undefined);
  const told = () => it.read("crashes.jsonl").split("\n").slice(0, -1);
  for (let crashes = 1; crashes <= 2; crashes++) {
    for (const name of ["fine", "crash"]) await call(it, "supervisor.startProcess", name, false);
    await until("the crash was told", () => told().length === crashes);
  }
  for (const line of told()) {
    const { name, state, stderr } = JSON.parse(line) as Readonly<Record<string, string>>;
    assert.deepEqual([name, state, stderr?.trimEnd().split("\n").at(-1)], ["crash:crash", "EXITED", "né 🙂"]);
  }
  await until("big was restarted", async () => Number((await info(it, "big"))["pid"]) !== first);
  assert.match(it.read("memory.err"), /restarting big:big/);
  assert.equal(it.read("crashes.err"), "");
});
