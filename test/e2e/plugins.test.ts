/** The examples of examples/plugins as users would use them, and a Python plug-in, which cannot be. */
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BIN, Instance, ROOT, run, until } from "./instance.ts";
import { call } from "./rpc.ts";

const SECTIONS = `
[rpcinterface:uptime]
supervisor.rpcinterface_factory=./uptime.mjs:makeInterface
unit=seconds
[rpcinterface:bad]
supervisor.rpcinterface_factory=./bad.mjs:make
[ctlplugin:age]
supervisor.ctl_factory=./commands.mjs:makeCommands
[program:cat]
command=/bin/cat
startsecs=0
[eventlistener:answers]
command=sh -c 'n=0; while printf "READY\\\\n"; do read header || exit; len=$(expr "$header" : ".*len:\\\\([0-9]*\\\\)"); head -c "$len" >/dev/null; n=$((n+1)); a=$(sed -n "$n"p answers); printf "RESULT %%s\\\\n%%s" "$(printf %%s "$a" | wc -c)" "$a"; done'
directory=%(here)s
events=REMOTE_COMMUNICATION
result_handler=./lenient.cjs:handle
startsecs=0
`;

test("the examples work; a plug-in that hangs or ends hurts nobody", { timeout: 120_000 }, async (t) => {
  const it = new Instance(t);
  cpSync(path.join(ROOT, "examples/plugins"), it.dir, { recursive: true });
  it.append("bad.mjs", "export const make = () => ({ loop() { for (;;); }, exits() { process.exit(1); }, fine: () => true });");
  it.append("answers", `OK\n{"error":"disk"}\nFAIL\n{}\nno JSON\n`);
  it.configure(SECTIONS, "loglevel=debug\n");
  await it.start();

  const summary = await call(it, "uptime.summary");
  assert.deepEqual(Object.keys(summary as object).sort(), ["answers:answers", "cat:cat"]);
  assert.equal(await call(it, "uptime.restartIfOlder", "cat", 1000), false);
  assert.equal(await call(it, "uptime.restartIfOlder", "cat", 0), true);
  await assert.rejects(call(it, "uptime.restartIfOlder", "nothere", 0), /10.*BAD_NAME: nothere/);
  await assert.rejects(call(it, "uptime.restartIfOlder", "cat"), /INCORRECT_PARAMETERS/);
  assert.deepEqual(await call(it, "system.methodSignature", "uptime.restartIfOlder"), ["boolean", "string", "int"]);

  const looping = assert.rejects(call(it, "bad.loop"), /30.*FAILED/);
  assert.match((await it.ctl("status", "cat")).stdout, /RUNNING/, "while it hangs");
  await looping;
  assert.equal(await call(it, "bad.fine"), true, "it was loaded again");
  await assert.rejects(call(it, "bad.exits"), /ended by itself/);

  const oldest = await it.ctl("oldest", "2");
  assert.equal(oldest.stdout.split("\n").length, 3, oldest.stdout + oldest.stderr);

  for (let sent = 0; sent < 4; sent++) await call(it, "supervisor.sendRemoteCommEvent", "a", String(sent));
  await until("the handler failed", () => it.read("supervisord.log").includes("answers: event caused an error"));
  const log = it
    .read("supervisord.log")
    .split("\n")
    .map((line) => line.replace(/^\S+ \S+ /, ""));
  assert.ok(log.includes("INFO plug-in ./lenient.cjs:handle: answers could not handle REMOTE_COMMUNICATION 1: disk"));
  const verdicts = log.filter((line) => /answers: (event|has entered|the result)/.test(line));
  assert.deepEqual(
    verdicts.map((line) => line.slice(0, 40)),
    [
      "DEBG answers: event was processed",
      "WARN answers: event was rejected",
      "WARN answers: event was rejected",
      "DEBG answers: event was processed",
      "WARN answers: event caused an error",
      "ERRO answers: the result handler failed: ",
      "WARN answers: has entered the UNKNOWN sta",
    ].map((line) => line.slice(0, 40)),
  );
});

test("a successor has the plug-ins too; a reload loads them anew, and one that cannot be loaded any more keeps nobody down", {
  timeout: 120_000,
}, async (t) => {
  const it = new Instance(t);
  const version = (text: string) => writeFileSync(it.path("mine.mjs"), `export const make = () => ({ version: () => ${text} });`);
  version("1");
  it.configure("[rpcinterface:mine]\nsupervisor.rpcinterface_factory=./mine.mjs:make\n[program:cat]\ncommand=/bin/cat\nstartsecs=0");
  await it.start();
  assert.equal(await call(it, "mine.version"), 1);
  const daemon = await until("a daemon", () => it.daemonPid());
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => it.daemonPid() !== daemon && it.daemonPid());
  assert.equal(await call(it, "mine.version"), 1);
  version("2");
  await call(it, "supervisor.restart");
  await until("it was loaded anew", async () => (await call(it, "mine.version").catch(() => 0)) === 2);
  version("bro ken");
  const next = await until("a daemon", () => it.daemonPid());
  process.kill(next, "SIGKILL");
  await until("another daemon", () => it.daemonPid() !== next && it.daemonPid());
  await assert.rejects(call(it, "mine.version"), /UNKNOWN_METHOD/);
  assert.match((await it.ctl("status")).stdout, /cat +RUNNING/);
  assert.match(it.read("supervisord.log"), /CRIT Could not make mine rpc interface: .*SyntaxError/);
});

test("RPC-245: a Python plug-in is refused with file, line and what can be done; so is a module that has no such function", async (t) => {
  const it = new Instance(t);
  writeFileSync(it.path("mine.mjs"), "export const other = 1;");
  it.configure(
    "[rpcinterface:twiddler]\nsupervisor.rpcinterface_factory = supervisor_twiddler.rpcinterface:make\n[rpcinterface:mine]\nsupervisor.rpcinterface_factory = ./mine.mjs:make",
  );
  const { code, stderr } = await run(path.join(BIN, "supervisord"), ["-n", "-c", it.conf]);
  assert.equal(code, 2);
  const line =
    it
      .read("supervisord.conf")
      .split("\n")
      .findIndex((one) => one.includes("twiddler.rpc")) + 1;
  assert.match(
    stderr,
    /^Error: supervisor_twiddler\.rpcinterface:make cannot be resolved within \[rpcinterface:twiddler\]: no such plug-in/,
  );
  assert.ok(stderr.includes(`${it.conf}:${line}`), stderr);
  assert.match(stderr, /Python plug-ins cannot be loaded here/);
  assert.match(stderr, /\.\/mine\.mjs:make cannot be resolved within \[rpcinterface:mine\]: module '\.\/mine\.mjs' has no function 'make'/);
});
