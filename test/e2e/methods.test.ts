/** Goal: what methods do to a real supervisord, where the answer of the method alone does not show it. One supervisord for all of it. */
import assert from "node:assert/strict";
import { lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { freePort, Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

/** What stands behind `CANT_REREAD: `; DIR is the instance's folder. */
const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  [
    "RPC-151",
    "[program:x]\ncommand=x\nstartsecs=abc\n",
    /^invalid literal for int\(\) with base 10: 'abc' in section 'program:x' \(file: '.*supervisord\.conf'\)/,
  ],
  ["RPC-151", "[include]\n", /^\.ini file has \[include\] section, but no files setting/],
  ["RPC-151", "[program:a b]\ncommand=x\n", /^Invalid name: 'a b' because of character: ' '/],
  ["RPC-151", "[group:g]\nprograms=zzz\n", /^\[group:g\] names unknown program or fcgi-program zzz/],
  ["RPC-152", "garbage\n", /^Source contains parsing errors: '.*supervisord\.conf'\n\t\[line \d+\]: 'garbage\\n'/],
  [
    "RPC-152",
    "[program:x]\ncommand=x\npriority=%(foo)s\n",
    /^Format string '%\(foo\)s' for 'program:x\.priority' contains names \('foo'\) which cannot be expanded\. Available names: ENV_.*, here/,
  ],
  [
    "RPC-152",
    "[program:x]\ncommand=x\nstdout_logfile=DIR/no/x\n",
    /^The directory named as part of the path .*\/no\/x does not exist in section 'program:x'/,
  ],
];

describe("methods of a supervisord", () => {
  const it = new Instance({ after });
  const programs = `
[program:cat]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=${it.path("cat.log")}
[program:slow]\ncommand=sleep 1000\nstartsecs=3\nautostart=false
[eventlistener:listens]\ncommand=sleep 1000\nstartsecs=0\nevents=TICK_3600\n`;

  before(async () => {
    it.configure(programs);
    await it.start();
  });

  test("RPC-037: a restart closes idle connections and streams and makes the socket anew, behind the answers that were waited for", async () => {
    // The number of the file alone may be given again to the next one.
    const identity = () => [statSync(it.socket, { bigint: true })].map(({ ino, ctimeNs }) => `${ino} ${ctimeNs}`)[0];
    const socket = identity();
    const idle = await open(it.socket, "GET /nothing HTTP/1.1\r\n\r\n");
    const stream = await open(it.socket, "GET /mainlogtail HTTP/1.1\r\n\r\n");
    const started = call(it, "supervisor.startProcess", "slow");
    await until("slow starts", async () => (await info(it, "slow"))["statename"] === "STARTING");
    await started;
    assert.equal(await call(it, "supervisor.restart"), true);
    await Promise.all([idle.ended, stream.ended]);
    assert.match(stream.said(), /HTTP\/1\.1 200 OK/);
    await until("there is another socket", () => lstatSync(it.socket, { throwIfNoEntry: false })?.isSocket() && identity() !== socket);
    await until("cat runs again", async () => (await info(it, "cat").catch(() => null))?.["statename"] === "RUNNING");
  });

  test("RPC-090: stopAllProcesses stops listeners, too", async () => {
    const rows = (await call(it, "supervisor.stopAllProcesses")) as readonly { readonly name: string }[];
    assert.deepEqual(rows.map(({ name }) => name).sort(), ["cat", "listens"]);
    assert.equal((await info(it, "listens"))["statename"], "STOPPED");
    await call(it, "supervisor.startAllProcesses");
  });

  test("an answer comes behind the lines that tell of it, and a clearing behind its new file", async () => {
    const log = it.path("supervisord.log");
    for (let turn = 1; turn <= 20; turn++) {
      await call(it, "supervisor.stopProcess", "cat");
      await call(it, "supervisor.startProcess", "cat");
      const told = it
        .read("supervisord.log")
        .match(/ (spawned: 'cat'|stopped: cat )/g)
        ?.slice(-2);
      assert.deepEqual(told, [" stopped: cat ", " spawned: 'cat'"], `turn ${turn}`);
      await call(it, "supervisor.clearLog");
      assert.ok(statSync(log).isFile(), `turn ${turn}`);
    }
  });

  test("RPC-144: clearing a log leaves its backups", async () => {
    for (const backup of ["cat.log.1", "cat.log.2"]) writeFileSync(it.path(backup), "old\n");
    await call(it, "supervisor.sendProcessStdin", "cat", "new\n");
    await until("it is written", () => it.read("cat.log") === "new\n");
    assert.equal(await call(it, "supervisor.clearProcessLogs", "cat"), true);
    assert.deepEqual(
      ["cat.log", "cat.log.1", "cat.log.2"].map((name) => it.read(name)),
      ["", "old\n", "old\n"],
    );
  });

  for (const [ids, text, fault] of REFUSED)
    test(`${ids}: the reason of CANT_REREAD: ${fault.source}`, async () => {
      it.configure(programs + text.replaceAll("DIR", it.dir));
      const error = (await call(it, "supervisor.reloadConfig").catch((thrown: unknown) => thrown)) as Error;
      assert.ok(error.message.startsWith("FAULT 92 CANT_REREAD: "), error.message);
      assert.match(error.message.slice("FAULT 92 CANT_REREAD: ".length), fault);
    });

  test("RPC-154: a reread reads [supervisord] as well, but log and servers stay as they are until the restart", async () => {
    const port = await freePort();
    it.configure(`[inet_http_server]\nport=127.0.0.1:${port}\n${programs}`, `logfile=${it.path("other.log")}\n`);
    await call(it, "supervisor.reloadConfig");
    await call(it, "supervisor.addProcessGroup", "nothere").catch(() => undefined);
    assert.equal(it.read("other.log"), "");
    await assert.rejects(open(port, "GET / HTTP/1.0\r\n\r\n"), /ECONNREFUSED/);
    await call(it, "supervisor.restart");
    const served = await until("the new server is there", async () => await open(port, "GET / HTTP/1.0\r\n\r\n").catch(() => undefined));
    await served.ended;
    assert.match(it.read("other.log"), /supervisord started with pid/);
  });
});

test("RPC-141: better: clearLog leaves a link, and what it points to, alone", async (t) => {
  const it = new Instance(t);
  mkdirSync(it.path("real"));
  symlinkSync(it.path("real/log"), it.path("supervisord.log"));
  it.configure("");
  await it.start();
  assert.equal(await call(it, "supervisor.clearLog"), true);
  assert.ok(lstatSync(it.path("supervisord.log")).isSymbolicLink());
  assert.match(it.read("real/log"), /supervisord started/);
});

type Opened = { readonly ended: Promise<void>; said(): string };

/** Sends a request and leaves the connection open; rejects when there is no server. */
function open(address: string | number, request: string): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const socket = typeof address === "number" ? connect(address, "127.0.0.1") : connect(address);
    let text = "";
    const ended = new Promise<void>((end) => socket.on("close", () => end()));
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      resolve({ ended, said: () => text });
    });
    socket.on("error", reject);
    socket.write(request);
  });
}
