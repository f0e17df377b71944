/** supervisord as the main program of a container: whose end ends it, with which code, and how long it may take. Real children, real exit codes. */
import assert from "node:assert/strict";
import { request } from "node:http";
import path from "node:path";
import { describe, test } from "node:test";
import { BIN, Instance, isAlive, run, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

/** Ends with a code when a line is written to it. */
const waiting = (name: string, code: number, options = ""): string =>
  `[program:${name}]\ncommand=sh -c 'read line; exit ${code}'\nstartsecs=0\n${options}\n`;
/** Does not end of SIGTERM, for a long time. */
const DEAF =
  "[program:deaf]\ncommand=sh -c 'trap \"\" TERM; while :; do sleep 1000; done'\nstartsecs=0\nstopwaitsecs=1000\nkillasgroup=true\n";

async function pidOf(it: Instance, name: string): Promise<number> {
  const found = await until(`${name} runs`, async () => {
    const row = await info(it, name).catch(() => null);
    return row?.["statename"] === "RUNNING" && row;
  });
  return Number(found["pid"]);
}

const write = (it: Instance, name: string) => call(it, "supervisor.sendProcessStdin", name, "go\n");

function get(it: Instance, where: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: it.socket, path: where, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", reject).end();
  });
}

/** The lines of the activity log, without times. */
const lines = (it: Instance) => [...it.read("supervisord.log").matchAll(/^\S+ \S+ (.*)$/gm)].map(([, line]) => line ?? "");

describe("the end of a program ends supervisord with its code", { concurrency: 2, timeout: 240_000 }, () => {
  test("CTR-001, CTR-004: exit_on=failure: the code, the line, and the others stopped as ever", async (t) => {
    const it = new Instance(t);
    const other = `[program:other]\ncommand=sh -c 'trap "echo bye; exit 0" TERM; while :; do sleep 0.1; done'\nstartsecs=0\nredirect_stderr=true\n`;
    it.configure(
      `${waiting("web", 3, "exit_on=failure")}${waiting("fine", 0, "exit_on=failure")}${other}stdout_logfile=${it.path("other.log")}\n`,
    );
    await it.start();
    await pidOf(it, "other");
    await write(it, "fine");
    await until("fine has ended", async () => (await info(it, "fine"))["statename"] === "EXITED");
    assert.equal(await get(it, "/healthz"), 200);
    await write(it, "web");
    assert.equal(await it.exitCode(), 3);
    assert.equal(it.read("other.log"), "bye\n");
    const said = lines(it);
    const at = said.indexOf("INFO exiting with 3: web exited with 3 (exit_on=failure)");
    assert.ok(at > said.indexOf("WARN exited: web (exit status 3; not expected)"), said.join("\n"));
    assert.ok(said.indexOf("INFO stopped: other (exit status 0)") > at, said.join("\n"));
  });

  test("CTR-002: a signal is 128 and its number", async (t) => {
    const it = new Instance(t);
    it.configure(waiting("web", 0, "exit_on=exit\nautorestart=true"));
    await it.start();
    process.kill(await pidOf(it, "web"), "SIGKILL");
    assert.equal(await it.exitCode(), 137);
  });

  test("CTR-002: what never ran is FATAL with 1; what failed, with the code of the last time", async (t) => {
    const never = new Instance(t);
    never.configure("[program:web]\ncommand=/nonexistent\nstartretries=0\nexit_on=fatal\n");
    never.spawnDaemon(["-n"]);
    const failed = new Instance(t);
    failed.configure("[program:web]\ncommand=sh -c 'exit 7'\nstartsecs=5\nstartretries=1\nexit_on=fatal\n");
    failed.spawnDaemon(["-n"]);
    assert.deepEqual(await Promise.all([never.exitCode(), failed.exitCode()]), [1, 7]);
  });

  test("CTR-006: --exit-code-from", async (t) => {
    const it = new Instance(t);
    it.configure(`${waiting("web", 4)}${DEAF}`, "shutdown_timeout=200ms");
    const wrong = await run(path.join(BIN, "supervisord"), ["-n", "-c", it.conf, "--exit-code-from=webb"], { cwd: it.dir });
    assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
    assert.match(wrong.stderr, /^Error: --exit-code-from names unknown webb\n\s+hint: did you mean web\?\n/);
    await it.start(["--exit-code-from=web"]);
    await pidOf(it, "deaf");
    await write(it, "web");
    assert.equal(await it.exitCode(), 4);
  });

  test("CTR-004, CTR-008: a daemon that is killed in between leaves a successor that ends with the code; /healthz is 503 meanwhile", async (t) => {
    const it = new Instance(t);
    it.configure(`${waiting("web", 5, "exit_on=exit")}${DEAF}`);
    await it.start();
    const deaf = await pidOf(it, "deaf");
    await write(it, "web");
    await until("it goes down", () => lines(it).some((line) => line.startsWith("INFO exiting with 5")));
    assert.equal(await until("the check says so", async () => (await get(it, "/healthz")) !== 200 && (await get(it, "/healthz"))), 503);
    const daemon = await until("a daemon", () => it.daemonPid());
    process.kill(daemon, "SIGKILL");
    await until("a successor answers", async () => it.daemonPid() !== daemon && (await get(it, "/healthz").catch(() => undefined)) === 503);
    assert.equal(lines(it).filter((line) => line.includes("exiting with")).length, 1);
    process.kill(deaf, "SIGKILL");
    assert.equal(await it.exitCode(), 5);
  });

  test("CTR-005: shutdown_timeout kills what does not end, also after a kill of the daemon; an order ends with 0", async (t) => {
    const it = new Instance(t);
    it.configure(`${DEAF}${waiting("web", 1, "exit_on=failure")}`, "shutdown_timeout=3s");
    await it.start();
    const deaf = await pidOf(it, "deaf");
    it.signal("SIGTERM");
    await until("it goes down", () => lines(it).some((line) => line.startsWith("INFO waiting for")));
    const daemon = it.daemonPid();
    if (daemon !== undefined) process.kill(daemon, "SIGKILL");
    assert.equal(await it.exitCode(), 0);
    assert.ok(lines(it).includes("WARN shutdown_timeout is over: killing deaf with SIGKILL"), lines(it).join("\n"));
    await until("nobody is left", () => !isAlive(deaf));
  });
});
