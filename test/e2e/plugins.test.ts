/** The examples of examples/plugins as users would use them, and a Python plug-in, which cannot be. */
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { BIN, freePort, Instance, ROOT, run, until } from "./instance.ts";
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

test("the examples work; a plug-in that hangs or ends hurts nobody", { timeout: 300_000 }, async (t) => {
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

  await until("cat runs again", async () => (await it.ctl("status", "cat")).stdout.includes("RUNNING"));
  const looping = assert.rejects(call(it, "bad.loop"), /30.*FAILED/);
  const { stdout, stderr } = await it.ctl("status", "cat");
  assert.match(stdout, /RUNNING/, `while it hangs: ${stdout}${stderr}`);
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

test("RPC-003, RPC-020, RPC-201, RPC-207, RPC-212, RPC-236, RPC-237, RPC-244: plug-ins give every kind of value, and are made once for all servers", {
  timeout: 300_000,
}, async (t) => {
  const it = new Instance(t);
  writeFileSync(
    it.path("my.mjs"),
    `let made = 0;
    export function make(supervisor, options) {
      made += 1;
      return {
        made: () => [made, typeof supervisor.call, options],
        nothing: () => null,
        two: () => [1, 2],
        one: () => [1],
        bytes: () => new Uint8Array([0, 255]),
        date: () => new Date(2024, 0, 2, 3, 4, 5),
        later: () => new Promise((resolve) => setTimeout(resolve, 20, "later")),
        refuses() { throw Object.assign(new Error(), { faultCode: 777, faultString: "extra" }); },
      };
    }`,
  );
  const port = await freePort();
  it.configure(
    `[inet_http_server]\nport=127.0.0.1:${port}\n[rpcinterface:my]\nsupervisor.rpcinterface_factory=./my.mjs:make\nhome=%(ENV_HOME)s`,
  );
  await it.start();
  const raw = async (method: string) => {
    const body = `<?xml version='1.0'?><methodCall><methodName>${method}</methodName></methodCall>`;
    return (await fetch(`http://127.0.0.1:${port}/RPC2`, { method: "POST", body })).text();
  };

  const made = [1, "function", { home: process.env["HOME"] }];
  assert.deepEqual(await call(it, "my.made"), made, "RPC-236: better: once, and RPC-237: expanded");
  assert.match(await raw("my.made"), /<int>1<\/int>/, "RPC-020: better: the other server has the same one");
  assert.deepEqual(await call(it, "my.two"), [1, 2], "RPC-212: better");
  assert.match(
    await raw("my.one"),
    /<param>\n<value><array><data>\n<value><int>1<\/int><\/value>\n<\/data><\/array><\/value>/,
    "RPC-212: better",
  );
  assert.equal(await call(it, "my.later"), "later", "RPC-244: better: a promise");
  assert.match(await raw("my.bytes"), /<value><base64>\nAP8=\n<\/base64><\/value>/, "RPC-207");
  assert.match(await raw("my.date"), /<dateTime\.iso8601>20240102T03:04:05<\/dateTime\.iso8601>/, "RPC-207");
  await assert.rejects(call(it, "my.refuses"), /^Error: FAULT 777 extra$/, "RPC-003: better: its own text");
  const several = (await call(
    it,
    "system.multicall",
    ["nothing", "two"].map((name) => ({ methodName: `my.${name}`, params: [] })),
  )) as readonly [{ readonly faultCode: number; readonly faultString: string }, readonly number[]];
  assert.deepEqual([several[0].faultCode, several[1]], [30, [1, 2]], "RPC-201: better: a fault for that call alone");
  assert.match(several[0].faultString, /no null/);
});

test("CONF-307: factories are not called without a server; better: once for all servers", {
  timeout: 300_000,
}, async (t) => {
  const it = new Instance(t);
  const made = it.path("made");
  writeFileSync(
    it.path("my.mjs"),
    `import { appendFileSync } from "node:fs"; export function make() { appendFileSync(${JSON.stringify(made)}, "made\\n"); return {}; }`,
  );
  const program = "[program:p]\ncommand=sleep 1000\n[rpcinterface:my]\nsupervisor.rpcinterface_factory=./my.mjs:make\n";
  const main = `[supervisord]\nlogfile=${it.path("supervisord.log")}\npidfile=${it.path("supervisord.pid")}\n`;
  writeFileSync(it.conf, `${main}${program}`);
  it.spawnDaemon(["-n"]);
  await until("the program runs", () => it.files().includes("supervisord.log") && it.read("supervisord.log").includes("success: p"));
  it.signal("SIGTERM");
  await it.exitCode();
  assert.equal(it.files().includes("made"), false);

  it.configure(program);
  await it.start();
  await until("it is made", () => it.files().includes("made"));
  assert.equal(it.read("made"), "made\n");
});

test("a successor has the plug-ins too; a reload loads them anew, and one that cannot be loaded any more keeps nobody down", {
  timeout: 300_000,
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

test("RPC-245, LOG-127: a Python plug-in is refused with file, line and what can be done; so is a module that has no such function", async (t) => {
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
