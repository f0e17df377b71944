/** `update` in place with the real executables: what did not change keeps its pid, and a daemon that is killed in the middle changes nothing about that. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Instance, until } from "./instance.ts";

const SLOW = `sh -c 'trap "touch stopping; while [ ! -e release ]; do sleep 0.02; done; exit 0" TERM; while :; do sleep 0.02; done'`;

function sections(it: Instance, options: { command: string; count: number; stopWaitSecs: number }): string {
  return `[program:web]
command=sleep ${options.command}
process_name=%(process_num)d
numprocs=${options.count}
startsecs=0
stopwaitsecs=${options.stopWaitSecs}
[program:slow]
command=${SLOW}
environment=TURN="${options.command}"
directory=${it.dir}
startsecs=0
stopwaitsecs=100
[group:all]
programs=web,slow
`;
}

async function pids(it: Instance): Promise<Map<string, string>> {
  const { stdout } = await it.ctl("status");
  return new Map([...stdout.matchAll(/^(\S+) +RUNNING +pid (\d+)/gm)].map(([, name = "", pid = ""]) => [name, pid]));
}

test("update in minimal mode touches only what differs, over the death of the daemon too", { timeout: 300_000 }, async (t) => {
  const it = new Instance(t);
  const configure = (options: Parameters<typeof sections>[1]) => it.configure(sections(it, options), "update_mode=minimal\n");
  configure({ command: "1001", count: 2, stopWaitSecs: 10 });
  await it.start();
  const first = await until("all run", async () => ((await pids(it)).size === 3 ? await pids(it) : undefined));

  configure({ command: "1001", count: 3, stopWaitSecs: 7 });
  const dry = await it.ctl("update", "--dry-run");
  assert.equal(
    dry.stdout,
    [
      "all: would be changed in place",
      "  processes: 0, 1, slow -> 0, 1, 2, slow",
      "  0: stopwaitsecs: 10 -> 7",
      "  1: stopwaitsecs: 10 -> 7",
      "  0: would be changed without a restart",
      "  1: would be changed without a restart",
      "  2: would be added",
      "  slow: would be left alone\n",
    ].join("\n"),
    dry.stderr,
  );
  assert.deepEqual(await pids(it), first, "the dry run changed nothing");
  assert.equal((await it.ctl("update")).stdout, "all: updated process group\n");
  const second = await until("the third runs", async () => ((await pids(it)).size === 4 ? await pids(it) : undefined));
  for (const name of first.keys()) assert.equal(second.get(name), first.get(name), name);

  configure({ command: "1002", count: 1, stopWaitSecs: 7 });
  const updating = it.ctl("update");
  await until("slow is being stopped", () => it.files().includes("stopping"));
  const daemon = await until("a daemon", () => it.daemonPid());
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => it.daemonPid() !== daemon && it.daemonPid());
  it.append("release", "");
  const { stdout, code } = await updating;
  assert.equal(stdout, "all: updated process group\n");
  assert.equal(code, 0);
  const third = await until("both run anew", async () => ((await pids(it)).size === 2 ? await pids(it) : undefined));
  for (const name of ["all:0", "all:slow"]) assert.notEqual(third.get(name), second.get(name), name);
  assert.equal((await it.ctl("update", "--dry-run")).stdout, "No config updates to processes\n");
});
