/** Goal: what only real processes, signals and sockets show of the life of programs. One supervisord, a program per question. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { after, before, describe, test } from "node:test";
import { slowness } from "../slowness.ts";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const O_NONBLOCK = 0o4000;
const TICKS_PER_SECOND = 100;

describe("processes", () => {
  const it = new Instance({ after });
  let busy: Server;
  let busyPort = 0;
  let fcgiPort = 0;
  let flakyPort = 0;

  const program = (name: string, script: string, options = ""): string =>
    `[program:${name}]\ncommand=sh -c "${script}"\nstartsecs=0\nstdout_logfile=${it.path(`${name}.log`)}\n${options}`;
  const log = (): string => it.read("supervisord.log");

  before(async () => {
    busy = await listening();
    busyPort = portOf(busy);
    [fcgiPort, flakyPort] = [await freePort(), await freePort()];
    it.configure(
      [
        program("flags", "cat /proc/self/fdinfo/0 /proc/self/fdinfo/1 /proc/self/fdinfo/2; sleep 1000"),
        program("deaf", "exec 0<&-; echo closed; sleep 1000"),
        program("stubborn", "trap '' TERM; echo deaf; while :; do sleep 1000; done", "stopwaitsecs=2\nkillasgroup=true\n"),
        "[program:quick]\ncommand=/bin/true\nstartsecs=1\nstartretries=0\nautostart=false\n",
        "[program:still]\ncommand=sleep 1000\nstartsecs=0\n",
        `[fcgi-program:fcgi]\ncommand=sleep 1000\nstartsecs=0\nsocket=tcp://LOCALHOST:${fcgiPort}\n`,
        `[fcgi-program:local]\ncommand=sleep 1000\nstartsecs=0\nsocket=unix://${it.path("local.sock")}\n`,
        `[fcgi-program:flaky]\ncommand=sleep 0.2\nstartsecs=1\nstartretries=30\nsocket=tcp://127.0.0.1:${flakyPort}\n`,
      ].join("\n"),
    );
    leaveSocket(it.path("local.sock"));
    await it.start();
  });
  after(() => busy.close());

  test("PROC-214: the order of a start: the log, sockets, servers, pid file, programs", async () => {
    await until("programs run", () => log().includes("INFO spawned: 'still'"));
    const lines = ["Creating socket", "RPC interface 'supervisor' initialized", "supervisord started with pid", "INFO spawned: "];
    const places = lines.map((line) => log().indexOf(line));
    assert.ok(places.every((place) => place >= 0));
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
  });

  test("PROC-088: the program's ends of its pipes wait, the keeper's do not", async () => {
    await until("it has said it", () => it.read("flags.log").match(/^flags:/gm)?.length === 3);
    const flags = [...it.read("flags.log").matchAll(/^flags:\s+(\d+)/gm)].map((match) => Number.parseInt(match[1] ?? "", 8));
    assert.deepEqual(
      flags.map((one) => one & O_NONBLOCK),
      [0, 0, 0],
    );
    const child = Number((await info(it, "flags"))["pid"]);
    const pipes = [0, 1, 2].map((descriptor) => readlinkSync(`/proc/${child}/fd/${descriptor}`));
    const ours = readdirSync(`/proc/${it.pid}/fd`).filter((fd) => pipes.includes(linkOf(`/proc/${it.pid}/fd/${fd}`)));
    assert.equal(ours.length, 3);
    for (const fd of ours) {
      const text = readFileSync(`/proc/${it.pid}/fdinfo/${fd}`, "utf8");
      assert.ok(Number.parseInt(/^flags:\s+(\d+)/m.exec(text)?.[1] ?? "0", 8) & O_NONBLOCK, `${fd}: ${text}`);
    }
  });

  test("PROC-250: standard input that the program has closed", async () => {
    await until("it has closed it", () => it.read("deaf.log") === "closed\n");
    await assert.rejects(call(it, "supervisor.sendProcessStdin", "deaf", "x"), /FAULT 20 NO_FILE/);
    assert.equal((await info(it, "deaf"))["statename"], "RUNNING");
  });

  test("PROC-185, PROC-186: better: an exit before startsecs is never taken for a start, and is heard of at once", async () => {
    const begun = performance.now();
    for (let i = 0; i < 10; i++) await assert.rejects(call(it, "supervisor.startProcess", "quick"), /FAULT 50 SPAWN_ERROR/);
    assert.ok(performance.now() - begun < 5000 * (await slowness()), "the original needs a second for one in ten");
    assert.ok(!log().includes("success: quick"));
  });

  test("PROC-194: better: a stop that waits costs nothing", async () => {
    await until("it is deaf", () => it.read("stubborn.log") === "deaf\n");
    const daemon = it.daemonPid() ?? 0;
    const before = ticksOf(daemon) + ticksOf(it.pid);
    const begun = performance.now();
    await call(it, "supervisor.stopProcess", "stubborn");
    assert.ok(performance.now() - begun >= 1900, "SIGKILL comes after stopwaitsecs");
    const used = (ticksOf(daemon) + ticksOf(it.pid) - before) / TICKS_PER_SECOND;
    assert.ok(used < 0.5, `${used} s of CPU; the original spins for the whole wait`);
  });

  test("PROC-234: a TCP socket of a FastCGI program: its URL, and that the port can be had again at once", async () => {
    await until("it listens", () => canConnect(fcgiPort, "localhost"));
    assert.ok(log().includes(`INFO Creating socket tcp://localhost:${fcgiPort}\n`));
    await call(it, "supervisor.stopProcess", "fcgi");
    await call(it, "supervisor.startProcess", "fcgi");
    assert.ok(await canConnect(fcgiPort, "localhost"));
  });

  test("CONF-297, CONF-299: a FastCGI socket is tried at the start in the place of a stale one, made with the first process, and its path stays", async () => {
    const lines = (): string[] => {
      const told = log().matchAll(/INFO ((?:Creating|Closing) socket unix:\S+local\.sock|spawned: 'local'|supervisord started)/g);
      return [...told].map((match) => match[1]?.split(" ")[0] ?? "");
    };
    await until("it runs", () => lines().includes("spawned:"));
    assert.deepEqual(lines(), ["Creating", "Closing", "supervisord", "Creating", "spawned:"]);
    await call(it, "supervisor.stopProcess", "local");
    await until("it is closed", () => lines().at(-1) === "Closing");
    assert.ok(statSync(it.path("local.sock")).isSocket());
  });

  test("PROC-231: between the attempts of the only process nobody can connect", async () => {
    await until("refused in BACKOFF", async () => {
      if ((await info(it, "flaky"))["statename"] !== "BACKOFF") return false;
      return !(await canConnect(flakyPort, "127.0.0.1")) && (await info(it, "flaky"))["statename"] === "BACKOFF";
    });
  });

  test("PROC-175: better: a server that cannot be had after a reload is told, and the programs run all the same", async () => {
    it.append("supervisord.conf", `[inet_http_server]\nport=127.0.0.1:${busyPort}\n`);
    it.signal("SIGHUP");
    await until("it is told", () => /CRIT .*already listening/.test(log()));
    await until("programs run", () => log().split("INFO spawned: 'still'").length === 3);
  });

  test("PROC-177, PROC-176: better: signals are acted upon at once, each, also several together", async () => {
    const begun = log().length;
    it.signal("SIGUSR2");
    it.signal("SIGTERM");
    assert.equal(await it.exitCode(), 0);
    const stamps = ["received SIGUSR2 indicating log reopen request", "received SIGTERM indicating exit request"].map((text) => {
      const line =
        log()
          .slice(begun)
          .split("\n")
          .find((one) => one.includes(text)) ?? "";
      return Date.parse(line.slice(0, 23).replace(" ", "T").replace(",", "."));
    });
    assert.ok(Math.abs((stamps[0] ?? Number.NaN) - (stamps[1] ?? 0)) < 500, stamps.join(" "));
  });
});

test("PROC-180: better: a signal that means nothing to supervisord, SIGPIPE or SIGUSR1, ends nothing and leaves no orphans", async (t) => {
  const it = new Instance(t);
  it.configure("");
  await it.start();
  for (const signal of ["SIGPIPE", "SIGUSR1", "SIGALRM"] as const) it.signal(signal);
  assert.equal(await call(it, "supervisor.getPID"), it.pid);
  await call(it, "supervisor.shutdown");
  assert.equal(await it.exitCode(), 0);
});

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}

/** CPU time that a process has used, in user and system mode. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** As a server that was killed leaves it. */
function leaveSocket(path: string): void {
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  assert.ok(statSync(path).isSocket());
}

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function freePort(): Promise<number> {
  const server = await listening();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function canConnect(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
