/** Goal: how the HTTP servers open, what keeps them from it, and what many, slow and rude clients do to them. */
import assert from "node:assert/strict";
import { chownSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { BIN, freePort, Instance, run, until } from "./instance.ts";
import { call } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const asRoot = { skip: isRoot ? false : "needs root" };
const NOBODY = 65_534;
const MANY = 600;
const STREAMS = 100;

/** Starts, which must fail: the lines on standard error, with the exit status in front. */
async function refused(it: Instance, sections: string, supervisord = "", flags: readonly string[] = ["-n"]): Promise<readonly string[]> {
  it.configure(sections, supervisord);
  const { code, stderr } = await run(path.join(BIN, "supervisord"), [...flags, "-c", it.conf], { cwd: it.dir });
  return [String(code), ...stderr.trimEnd().split("\n")];
}

test("LOG-156, HTTP-009, HTTP-020, HTTP-030, HTTP-031, CONF-345, CONF-352: a start that fails is a sentence, its place, a hint and status 2; better: what is no socket is never deleted", async (t) => {
  const it = new Instance(t);
  const hint = `For help, use ${path.join(BIN, "supervisord")} -h`;
  const port = await freePort();
  const twice = await refused(it, `[inet_http_server:a]\nport=127.0.0.1:${port}\n[inet_http_server:b]\nport=127.0.0.1:${port}`);
  assert.equal(twice[0], "2");
  assert.match(twice[1] ?? "", /^Error: Another program is already listening on a port that one of our HTTP servers is configured to use/);
  assert.deepEqual(twice.slice(2), [`127.0.0.1:${port} in [inet_http_server:b] is in use.`, hint]);
  assert.ok(!existsSync(it.socket), "what was opened before is closed");

  writeFileSync(it.path("file"), "precious");
  mkdirSync(it.path("folder"));
  for (const name of ["file", "folder"]) {
    const [code, error, ...last] = await refused(it, `[unix_http_server:b]\nfile=${it.path(name)}`);
    assert.deepEqual([code, last], ["2", [hint]]);
    assert.match(
      error ?? "",
      new RegExp(`^Error: .*EEXIST \\(17\\) for ${it.path(name)} in \\[unix_http_server:b\\]: what is there is no socket`),
    );
  }
  assert.equal(it.read("file"), "precious");
});

test(
  "HTTP-017, HTTP-027, CONF-347, CONF-361: servers open as the user, and before the daemon goes into the background; an owner that may not be given leaves no socket",
  asRoot,
  async (t) => {
    const it = new Instance(t);
    chownSync(it.dir, NOBODY, NOBODY);
    const lines = await refused(it, `[unix_http_server:b]\nfile=${it.path("b.sock")}\nchown=root\n`, "user=nobody\n", []);
    assert.equal(lines[0], "2", "the command that was typed tells it, so it did not go into the background before");
    assert.match(lines.join(), /Not permitted to chown .*b\.sock to uid\/gid \(0, -1\).* the current user \(nobody\)/);
    assert.deepEqual(
      it.files().filter((name) => /sock|pid/.test(name)),
      [],
    );
    it.configure("", "user=nobody\n");
    await it.start();
    assert.equal(statSync(it.socket).uid, NOBODY);
  },
);

test("HTTP-015, CONF-348: better: a host whose own name nobody knows can serve on every address", asRoot, async (t) => {
  const it = new Instance(t);
  const port = await freePort();
  it.configure(`[inet_http_server]\nport=:${port}`);
  const script = `hostname nowhere.invalid && exec ${path.join(BIN, "supervisord")} -n -c ${it.conf}`;
  const ended = run("unshare", ["--uts", "sh", "-c", script], { cwd: it.dir });
  const early = await Promise.race([
    ended,
    until("it serves", () => ask(() => connect(port, "127.0.0.1"), "GET /ok.html HTTP/1.0\r\n\r\n").catch(() => undefined)),
  ]);
  if (typeof early !== "string") return t.skip(`no host name of one's own here: ${early.stderr}`);
  assert.match(early, / 200 OK/);
  await it.ctl("shutdown");
  assert.equal((await ended).code, 0);
});

describe("open servers", () => {
  const it = new Instance({ after });
  let ports: readonly number[] = [];

  before(async () => {
    ports = await Promise.all([0, 1].map(freePort));
    it.configure(
      `[unix_http_server:second]\nfile=${it.path("second.sock")}\nchmod=0640
[inet_http_server:x]\nport=LocalHost:${ports[0]}\n[inet_http_server:a]\nport=:${ports[1]}
[program:cat]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=${it.path("cat.log")}`,
      "loglevel=trace\n",
    );
    await it.start();
  });

  test("HTTP-003, HTTP-016: TCP servers first, then unix ones, in the file's order; better: names are not looked up", async () => {
    const log = await until("all are open", () => it.read("supervisord.log").includes("second.sock:Medusa") && it.read("supervisord.log"));
    const opened = [...log.matchAll(/TRAC (\S*):Medusa .*\n\tHostname: (.*)\n/g)].map(([, address, host]) => `${address} ${host}`);
    const unix = "<unix domain socket>";
    assert.deepEqual(opened, ["localhost localhost", " ", `${it.socket} ${unix}`, `${it.path("second.sock")} ${unix}`]);
  });

  test("HTTP-005: a host in any case of letters; an empty one is every IPv4 address", async () => {
    for (const [address, port] of [
      ["127.0.0.1", ports[0]],
      ["127.0.0.1", ports[1]],
      ["127.9.9.9", ports[1]],
    ] as const)
      assert.match(await ask(() => connect(port ?? 0, address), "GET /ok.html HTTP/1.0\r\n\r\n"), / 200 OK/);
    await assert.rejects(
      ask(() => connect(ports[0] ?? 0, "127.9.9.9"), "GET / HTTP/1.0\r\n\r\n"),
      /ECONNREFUSED/,
    );
  });

  test("HTTP-022, CONF-350: the socket has its final mode, and nothing of its making is left", () => {
    assert.deepEqual(
      [it.socket, it.path("second.sock")].map((file) => (statSync(file).mode & 0o7777).toString(8)),
      ["700", "640"],
    );
    assert.deepEqual(
      it
        .files()
        .filter((name) => name.includes("sock"))
        .sort(),
      ["s.sock", "second.sock"],
    );
  });

  test("HTTP-013: hundreds may knock while the daemon does nothing, and all are answered", async () => {
    const daemon = await until("the daemon", () => it.daemonPid());
    process.kill(daemon, "SIGSTOP");
    const sockets = await Promise.all(Array.from({ length: MANY }, () => connected(() => connect(it.socket)))).finally(() =>
      process.kill(daemon, "SIGCONT"),
    );
    for (const socket of sockets) socket.end("GET /ok.html HTTP/1.0\r\n\r\n");
    const answers = await Promise.all(sockets.slice(0, 20).map(everything));
    assert.ok(answers.every((answer) => answer.endsWith("OK")));
    for (const socket of sockets) socket.destroy();
  });

  test("HTTP-121: many streams of one log get the same, whatever each of them costs", async () => {
    await call(it, "supervisor.sendProcessStdin", "cat", "begin\n");
    await until("cat has written", () => it.read("cat.log") !== "");
    const streams = await Promise.all(Array.from({ length: STREAMS }, () => connected(() => connect(it.socket))));
    const heard = streams.map(() => "");
    for (const [index, socket] of streams.entries()) {
      socket.setEncoding("utf8").on("data", (text: string) => (heard[index] += text));
      socket.write("GET /logtail/cat HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    await until("all see the end", () => heard.every((text) => text.includes("begin\n")));
    await call(it, "supervisor.sendProcessStdin", "cat", "more\n");
    await until("all see what comes", () => heard.every((text) => text.includes("more\n")));
    for (const socket of streams) socket.destroy();
  });

  test("HTTP-124: at loglevel=trace a request is a line of the log, which who follows it sees", async () => {
    const socket = await connected(() => connect(it.socket));
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    socket.write("GET /mainlogtail HTTP/1.1\r\nHost: x\r\n\r\n");
    await until("the stream has begun", () => text.includes("TRAC"));
    await ask(() => connect(it.socket), "GET /ok.html?seen HTTP/1.0\r\n\r\n");
    await until("the line comes", () => text.includes('"GET /ok.html?seen HTTP/1.0" 200'));
    socket.destroy();
  });

  test("HTTP-090: better: connections that break off in the middle of anything say nothing on stdout, and hurt nobody", async () => {
    const [daemon, before] = [it.daemonPid(), it.output.length];
    const halves = [
      "POST /RPC2 HTTP/1.1\r\nContent-Le",
      "POST /RPC2 HTTP/1.1\r\nContent-Length: 1000\r\n\r\n<?xml",
      "GET /mainlogtail HTTP/1.1\r\nHost: x\r\n\r\n",
      "\0\xff\r\n\r\n",
    ];
    for (const half of halves) {
      const socket = await connected(() => connect(ports[1] ?? 0, "127.0.0.1"));
      await new Promise<void>((resolve) => socket.write(half, "latin1", () => resolve()));
      socket.resetAndDestroy();
    }
    assert.match(await ask(() => connect(it.socket), "GET /ok.html HTTP/1.0\r\n\r\n"), / 200 OK/);
    assert.equal(it.daemonPid(), daemon);
    const added = it.output
      .slice(before)
      .split("\n")
      .filter((line) => line !== "" && !/^\d{4}-\d\d-\d\d .* TRAC /.test(line));
    assert.deepEqual(added, []);
  });

  test("HTTP-014, HTTP-033, CONF-300, CONF-369: the end removes the socket file and ends connections; the port can be had again at once", async () => {
    const socket = await connected(() => connect(ports[1] ?? 0, "127.0.0.1"));
    socket.write("GET /ok.html HTTP/1.1\r\nHost: x\r\n\r\n");
    const answer = everything(socket);
    await until("it is answered", () => socket.bytesRead > 0);
    it.signal("SIGTERM");
    assert.match(await answer, / 200 OK/);
    assert.equal(await it.exitCode(), 0);
    assert.ok(!existsSync(it.socket));
    assert.equal(it.read("supervisord.pid"), "");
    assert.match(it.read("supervisord.log"), / WARN received SIGTERM indicating exit request\n/);
    await it.start();
  });

  test("HTTP-033, CONF-351, CONF-371, LOG-155: SIGKILL leaves the file, and the pid file, which the next start replaces and says so", async () => {
    // The socket is there first, then the file: what is killed in between leaves none.
    await until("the pid file is written", () => it.read("supervisord.pid") !== "");
    const below = it.daemonPid();
    it.signal("SIGKILL");
    await it.exitCode();
    await until("the daemon follows", () => below === undefined || !isThere(below));
    assert.ok(existsSync(it.socket) && existsSync(it.path("supervisord.pid")));
    await until("the daemon answers", async () => {
      if (it.output.includes(`Unlinking stale socket ${it.socket}\n`)) return true;
      it.spawnDaemon(["-n"]);
      await until("it said so, or ended", () => it.output.includes(`Unlinking stale socket ${it.socket}\n`));
      return true;
    });
    await until("it serves", async () => (await call(it, "supervisor.getState").catch(() => undefined)) !== undefined);
  });
});

function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

function connected(make: () => Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = make();
    socket.once("connect", () => resolve(socket)).once("error", reject);
  });
}

/** What comes until the other side ends the connection. */
function everything(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    socket.on("end", () => resolve(text)).on("error", reject);
  });
}

async function ask(make: () => Socket, request: string): Promise<string> {
  const socket = await connected(make);
  socket.write(request);
  return everything(socket);
}
