/** Goal: how the runs of programs ended is known however often the daemon was killed meanwhile, and forgotten when supervisord starts anew. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ExitRow } from "../../src/api/types.ts";
import { askJson } from "./apiclient.ts";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const exitsOf = (it: Instance, name: string) =>
  askJson<readonly ExitRow[]>({ socketPath: it.socket }, `/api/v1/processes/${name}/${name}/exits`);

/** Resolves when the next daemon answers. */
async function killDaemon(it: Instance): Promise<void> {
  const daemon = await until("a daemon", () => it.daemonPid());
  process.kill(daemon, "SIGKILL");
  await until("the next daemon", async () => it.daemonPid() !== daemon && (await call(it, "supervisor.getState").catch(() => false)));
}

async function pidOf(it: Instance, name: string, butNot = 0): Promise<number> {
  return until(`${name} runs`, async () => {
    const { statename, pid } = await info(it, name);
    return statename === "RUNNING" && pid !== butNot && Number(pid);
  });
}

async function ends(it: Instance, name: string, count: number): Promise<readonly ExitRow[]> {
  return until(`${name} has ended ${count} times`, async () => {
    const found = await exitsOf(it, name);
    return found.length >= count && found;
  });
}

describe("the history of ends", { timeout: 300_000 }, () => {
  test("HIS-001 ends are kept over deaths of the daemon, what ended while none was there among them; a reload forgets", async (t) => {
    const it = new Instance(t);
    it.configure(`[program:crash]\ncommand=sh -c "exit 3"\nautostart=false\nautorestart=false\nstartsecs=0\n
[program:steady]\ncommand=sleep 1000\nstartsecs=0\n`);
    await it.start();
    await call(it, "supervisor.startProcess", "crash");
    const [crash] = await ends(it, "crash", 1);
    assert.deepEqual([crash?.code, crash?.signal, crash?.expected, crash?.reason, crash?.oom], [3, null, false, "exit", "no"]);
    assert.ok(crash !== undefined && crash.endedAt >= crash.startedAt && crash.seconds >= 0);
    assert.ok(crash.memory > 0, "the keeper tells what it took");

    const first = await pidOf(it, "steady");
    process.kill(first, "SIGKILL");
    const second = await pidOf(it, "steady", first);
    await killDaemon(it);
    const [kept] = await exitsOf(it, "crash");
    assert.deepEqual(kept, crash);
    process.kill(second, "SIGTERM");
    await killDaemon(it);
    const third = await pidOf(it, "steady", second);
    await call(it, "supervisor.stopProcess", "steady");
    assert.deepEqual(
      (await ends(it, "steady", 3)).map(({ signal, reason, expected }) => [signal, reason, expected]),
      [
        ["SIGKILL", "exit", false],
        ["SIGTERM", "exit", false],
        ["SIGTERM", "stop", true],
      ],
    );
    assert.notEqual(third, second);

    await call(it, "supervisor.restart");
    await until("everything is forgotten", async () => (await exitsOf(it, "crash").catch(() => [1])).length === 0);
    await pidOf(it, "steady");
    assert.deepEqual(await exitsOf(it, "steady"), []);
  });

  test("KILL-006 children that a program leaves in its process group are counted", async (t) => {
    const it = new Instance(t);
    it.configure(`[program:mother]\ncommand=sh -c "sleep 300 & echo $!; exit 0"\nautostart=false\nautorestart=false\nstartsecs=0\n`);
    await it.start();
    await call(it, "supervisor.startProcess", "mother");
    const [mother] = await until("they are counted", async () => {
      const found = await exitsOf(it, "mother");
      return found[0]?.survivors !== null && found.length === 1 && found;
    });
    assert.equal(mother?.survivors, 1);
    const child = await until("its pid is in the log", async () =>
      Number(await call(it, "supervisor.readProcessStdoutLog", "mother", 0, 0)),
    );
    process.kill(child, "SIGKILL");
  });

  test("HIS-004, HIS-006 why, status --wide and status --json of real programs, also from a successor", async (t) => {
    const it = new Instance(t);
    it.configure(`[program:crash]\ncommand=sh -c "echo KeyError >&2; exit 3"\nautorestart=false\nstartretries=0\n
[program:steady]\ncommand=sleep 1000\nstartsecs=0\n`);
    await it.start();
    await until("crash has given up", async () => (await info(it, "crash"))["statename"] === "FATAL");
    await killDaemon(it);
    const told = await it.ctl("why", "crash", "steady");
    assert.equal(told.code, 0, told.stderr);
    const time = "[A-Z][a-z]{2} \\d\\d \\d\\d:\\d\\d [AP]M, \\d\\S* ?s? ago";
    const lines = told.stdout.split("\n");
    assert.match(lines[0] ?? "", new RegExp(`^crash: FATAL since ${time} \\(wanted: up, by autostart\\)$`));
    assert.deepEqual(lines.slice(1, 2), ["  next         stays down until it is started"]);
    assert.match(lines[2] ?? "", /^ {2}last exits {3}\d\d:\d\d [AP]M {2}exit 3 after \d\.\d s, not expected$/);
    assert.equal(lines[3], "  stderr       | KeyError");
    assert.match(lines[4] ?? "", new RegExp(`^steady: RUNNING since ${time} \\(wanted: up, by autostart\\)$`));
    assert.deepEqual(lines.slice(5), ["  next         runs", ""]);
    const wide = await it.ctl("status", "--wide");
    assert.match(wide.stdout, /^NAME +STATE +PID +UPTIME +RESTARTS +EXIT +READY +HEALTH +NEXT\ncrash +FATAL +- +- +- +3 /);
    assert.equal(wide.code, 3);
    const [crash] = JSON.parse((await it.ctl("status", "--json", "crash")).stdout) as { life: { next: unknown; health: unknown } }[];
    assert.deepEqual(crash?.life.next, { what: "stays-down", at: null, text: "stays down until it is started" });
    assert.equal(crash?.life.health, null);
    const unknown = await it.ctl("why", "nope");
    assert.deepEqual([unknown.stdout, unknown.code], ["nope: ERROR (no such process)\n", 1]);
  });
});
