/** --exit-code-from, and the options about the end of supervisord. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault, faults, flags, good, MAIN, world } from "./load.fixture.ts";
import { loadConfig } from "./load.ts";

const PROGRAMS = `[supervisord]
[program:web]
command=/bin/cat
[program:pool]
command=/bin/cat
numprocs=2
process_name=p%(process_num)d
exit_on=failure
[program:sheep]
command=/bin/cat
exit_on=FATAL
[group:flock]
programs=sheep
`;

/** What of the processes may end supervisord. */
async function exits(name: string) {
  const loaded = await loadConfig(world({ files: { [MAIN]: PROGRAMS } }), { file: MAIN, flags: flags({ "exit-code-from": name }) });
  if (!loaded.ok) return loaded.error;
  const all = loaded.value.groups.flatMap((group) => group.processes.map((one) => [`${group.name}:${one.name}`, one.exitOn] as const));
  return Object.fromEntries(all.filter(([, exitOn]) => exitOn !== "never"));
}

test("CTR-006: a program is named, or one process; the flag wins over exit_on", async () => {
  const file = { "pool:p0": "failure", "pool:p1": "failure", "flock:sheep": "fatal" };
  assert.deepEqual(await exits("web"), { ...file, "web:web": "exit" });
  assert.deepEqual(await exits("web:web"), { ...file, "web:web": "exit" });
  assert.deepEqual(await exits("pool"), { ...file, "pool:p0": "exit", "pool:p1": "exit" });
  assert.deepEqual(await exits("pool:p1"), { ...file, "pool:p1": "exit" });
  assert.deepEqual(await exits("sheep"), { ...file, "flock:sheep": "exit" });
  assert.deepEqual(await exits("flock:sheep"), { ...file, "flock:sheep": "exit" });
});

test("CTR-006: an unknown name is refused, with the nearest", async () => {
  const where = { file: null, line: null, excerpt: null };
  assert.deepEqual(await exits("web2"), [{ message: "--exit-code-from names unknown web2", ...where, hint: "did you mean web?" }]);
  assert.deepEqual(await exits(""), [{ message: "--exit-code-from names unknown ", ...where, hint: "name a program, or group:process" }]);
  assert.match(JSON.stringify(await exits("flock:web")), /names unknown flock:web/);
});

test("CTR-001: exit_on is one of four words, in any section of a program", async () => {
  const [error] = await faults("[supervisord]\n[program:x]\ncommand=/bin/cat\nexit_on=failur\n");
  assert.equal(
    error?.message,
    "not a valid exit_on: 'failur' (never, exit, failure or fatal) in section 'program:x' (file: '/etc/main.conf')",
  );
  assert.deepEqual([error.line, error.hint], [4, "did you mean failure?"]);
  for (const section of ["eventlistener:x]\nevents=TICK_5", "fcgi-program:x]\nsocket=unix:///tmp/x"]) {
    const config = await good(`[supervisord]\n[${section}\ncommand=/bin/cat\nexit_on=exit\n`);
    assert.equal(config.groups[0]?.processes[0]?.exitOn, "exit");
  }
  const defaults = await good("[supervisord]\n[program-default]\nexit_on=failure\n[program:x]\ncommand=/bin/cat\n");
  assert.equal(defaults.groups[0]?.processes[0]?.exitOn, "failure");
});

test("CTR-005: shutdown_timeout is a duration", async () => {
  const read = async (line: string) => (await good(`[supervisord]\n${line}\n`)).daemon.shutdownTimeoutMs;
  assert.deepEqual(
    await Promise.all(["", "shutdown_timeout=8s", "shutdown_timeout=1.5", "shutdown_timeout=0"].map(read)),
    [0, 8000, 1500, 0],
  );
  assert.match(await fault("[supervisord]\nshutdown_timeout=soon\n"), /^not a valid duration: 'soon'/);
});
