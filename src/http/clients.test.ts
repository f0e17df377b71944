/** Clients that are not ours: Python's xmlrpc.client, and the original's supervisorctl, on a real socket. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { alone, FakeControl, group, running, view } from "../rpc/control.fixture.ts";
import { type Served, serve } from "./serving.fixture.ts";

const run = promisify(execFile);
const CTL = "/usr/bin/supervisorctl";
const noCtl = existsSync(CTL) ? false : `${CTL} is not installed`;
const noPython = existsSync("/usr/bin/python3") ? false : "python3 is not installed";

function daemon(): FakeControl {
  const control = new FakeControl([
    ...alone(running("web"), view("idle", { stderrLogfile: null })),
    group("g", running("a"), view("b", { state: "FATAL", spawnError: "can't find command '/x'" })),
  ]);
  control.write("/log/web.out", "hello\nworld é\n");
  control.write("/log/supervisord.log", "main\n");
  return control;
}

async function ctl({ socketPath }: Served, ...args: readonly string[]): Promise<readonly [string, number]> {
  try {
    const { stdout } = await run(CTL, ["-s", `unix://${socketPath}`, ...args], { timeout: 300_000 });
    return [stdout, 0];
  } catch (error) {
    const { stdout, code } = error as { stdout: string; code: number };
    return [stdout, code];
  }
}

const PYTHON = `
import http.client, json, socket, sys, xmlrpc.client
class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])
class Transport(xmlrpc.client.Transport):
    def make_connection(self, host):
        if self._connection[0] is None: self._connection = host, Connection('localhost')
        return self._connection[1]
server = xmlrpc.client.ServerProxy('http://x', transport=Transport(), use_builtin_types=True)
s = server.supervisor
out = [s.getState(), s.getProcessInfo('web')['description'], [i['name'] for i in s.getAllProcessInfo()], s.readProcessStdoutLog('web', 0, 0), s.tailProcessStdoutLog('web', 0, 5)]
out.append(server.system.multicall([{'methodName': 'supervisor.getPID', 'params': []}, {'methodName': 'nope', 'params': []}]))
try: s.startProcess('web')
except xmlrpc.client.Fault as fault: out.append([fault.faultCode, fault.faultString])
try: s.startProcess(5)
except xmlrpc.client.ProtocolError as error: out.append([error.errcode, error.errmsg])
out.append(s.sendProcessStdin('web', 'é\\n'))
out.append(len(server.system.listMethods()))
json.dump(out, sys.stdout)
`;

test("Python's xmlrpc.client over one connection", { skip: noPython }, async (t) => {
  const served = await serve(t, { control: daemon() });
  const { stdout } = await run("/usr/bin/python3", ["-c", PYTHON, served.socketPath], { timeout: 300_000 });
  assert.deepEqual(JSON.parse(stdout), [
    { statecode: 1, statename: "RUNNING" },
    "pid 4711, uptime 0:01:01",
    ["a", "b", "idle", "web"],
    "hello\nworld é\n",
    ["d é\n", 15, true],
    [11015, { faultCode: 1, faultString: "UNKNOWN_METHOD" }],
    [60, "ALREADY_STARTED: web"],
    [500, "Internal Server Error"],
    true,
    41,
  ]);
});

test("the original's supervisorctl: status, start, stop, signal, logs", { skip: noCtl }, async (t) => {
  const served = await serve(t, { control: daemon() });
  const { control } = served;
  const [status, code] = await ctl(served, "status");
  assert.deepEqual(
    status.split("\n").map((line) => line.split(/ {2,}/)),
    [
      ["g:a", "RUNNING", "pid 4711, uptime 0:01:01"],
      ["g:b", "FATAL", "can't find command '/x'"],
      ["idle", "STOPPED", "Not started"],
      ["web", "RUNNING", "pid 4711, uptime 0:01:01"],
      [""],
    ],
  );
  assert.equal(code, 3);
  assert.deepEqual(await ctl(served, "start", "idle"), ["idle: started\n", 0]);
  assert.deepEqual(await ctl(served, "start", "web"), ["web: ERROR (already started)\n", 0]);
  assert.deepEqual(await ctl(served, "start", "g:*"), ["g:b: started\n", 0]);
  assert.deepEqual(await ctl(served, "stop", "all"), ["web: stopped\ng:a: stopped\n", 0]);
  assert.deepEqual(await ctl(served, "start", "nope"), ["nope: ERROR (no such process)\n", 1]);
  assert.deepEqual(await ctl(served, "signal", "HUP", "web"), ["web: signalled\n", 0]);
  assert.deepEqual(await ctl(served, "clear", "all"), ["web: cleared\nidle: cleared\ng:a: cleared\ng:b: cleared\n", 0]);
  assert.deepEqual(await ctl(served, "pid"), ["11015\n", 0]);
  assert.deepEqual(await ctl(served, "tail", "web"), ["hello\nworld é\n\n", 0]);
  assert.deepEqual(await ctl(served, "maintail"), ["main\n\n", 0]);
  assert.ok(control.done.includes("signal web:web 1"));
});

test("the original's supervisorctl: tail -f and maintail -f", { skip: noCtl }, async (t) => {
  for (const [args, path, start] of [
    [["tail", "-f", "web"], "/log/web.out", "hello\nworld é\n"],
    [["maintail", "-f"], "/log/supervisord.log", "main\n"],
  ] as const) {
    const control = daemon();
    const served = await serve(t, { control });
    const child = spawn(CTL, ["-s", `unix://${served.socketPath}`, ...args], { env: { ...process.env, PYTHONUNBUFFERED: "1" } });
    t.after(() => child.kill("SIGKILL"));
    let shown = "";
    child.stdout.on("data", (piece) => {
      shown += String(piece);
    });
    const shows = async (text: string) => {
      while (!shown.includes(text)) await new Promise((resolve) => child.stdout.once("data", resolve));
    };
    await shows(start);
    control.write(path, `${start}more\n`);
    served.follow.changed(path);
    await shows("more\n");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
  }
});

test("the original's supervisorctl with a password, right and wrong", { skip: noCtl }, async (t) => {
  const served = await serve(t, { control: daemon(), section: { username: "user", password: "pass:wörd" } });
  assert.deepEqual(await ctl(served, "-u", "user", "-p", "pass:wörd", "pid"), ["11015\n", 0]);
  const [text, code] = await ctl(served, "-u", "user", "-p", "wrong", "pid");
  assert.match(text, /Server requires authentication/);
  assert.notEqual(code, 0);
});
