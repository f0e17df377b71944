/**
 * Other people's clients against our supervisord: two packages of npm, Python's own xmlrpc.client, and the original's supervisorctl. Each lists, starts,
 * stops, reads a log, meets a fault and is turned away with a wrong password.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type TestContext, test } from "node:test";
import { SupervisordClient } from "node-supervisord";
import { freePort, Instance, run, until } from "./instance.ts";
import { call } from "./rpc.ts";

const USER = "someone";
const PASSWORD = "geheim-ä";
const ORIGINAL = "/usr/bin/supervisorctl";

type Served = { readonly it: Instance; readonly port: number };

async function served(t: TestContext): Promise<Served> {
  const it = new Instance(t);
  const port = await freePort();
  it.configure(`
[inet_http_server]
port=127.0.0.1:${port}
username=${USER}
password=${PASSWORD}
[program:cat]
command=/bin/cat
startsecs=0
autostart=false
stdout_logfile=${it.dir}/cat.log
[program:crash]
command=sh -c 'exit 3'
autostart=false
startretries=0
`);
  await it.start();
  return { it, port };
}

/** What `supervisord` of npm has for each method. */
type CallbackClient = Readonly<Record<string, (...params: readonly unknown[]) => void>>;

test("supervisord of npm, over TCP with a password and over the unix socket", { timeout: 300_000 }, async (t) => {
  const { it, port } = await served(t);
  const { connect } = createRequire(import.meta.url)("supervisord") as { connect(host: string): CallbackClient };
  const asking = (client: CallbackClient) => (method: string, params: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      client[method]?.(...params, (error: unknown, value: unknown) => (error ? reject(error as Error) : resolve(value)));
    });
  const url = (password: string) => `http://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  await assert.rejects(asking(connect(url("wrong")))("getState", []), /401|Unauthorized|Unknown XML-RPC/);
  for (const host of [url(PASSWORD), `unix://${it.socket}`]) await useClient(it, asking(connect(host)));
});

test("node-supervisord of npm, over TCP with a password", { timeout: 300_000 }, async (t) => {
  const { it, port } = await served(t);
  const asking = (password: string) => {
    const client = new SupervisordClient(`http://127.0.0.1:${port}`, { username: USER, password });
    const methods = client as unknown as Readonly<Record<string, (...params: readonly unknown[]) => Promise<unknown>>>;
    return async (method: string, params: readonly unknown[]) => methods[method]?.(...params);
  };
  await assert.rejects(asking("wrong")("getState", []), /401|Unauthorized|Unknown XML-RPC/);
  await useClient(it, asking(PASSWORD));
});

type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** The same for both packages, which name methods without their namespace. */
async function useClient(it: Instance, ask: Ask): Promise<void> {
  assert.deepEqual(await ask("getState", []), { statecode: 1, statename: "RUNNING" });
  assert.equal(await ask("startProcess", ["cat", true]), true);
  const info = (await ask("getProcessInfo", ["cat"])) as { readonly statename: string; readonly pid: number };
  assert.equal(info.statename, "RUNNING");
  assert.equal(((await ask("getAllProcessInfo", [])) as unknown[]).length, 2);
  assert.equal(await ask("sendProcessStdin", ["cat", "né & <漢字> 🙂\n"]), true);
  await until("cat has written it", () => it.read("cat.log").includes("🙂"));
  assert.equal(await ask("readProcessStdoutLog", ["cat", 0, 100]), "né & <漢字> 🙂\n");
  const tail = await ask("tailProcessStdoutLog", ["cat", 0, 100]);
  assert.deepEqual(tail, ["né & <漢字> 🙂\n", Buffer.byteLength("né & <漢字> 🙂\n"), false]);
  await assert.rejects(ask("startProcess", ["cat", true]), (error: { faultCode?: number; faultString?: string }) => {
    assert.deepEqual([error.faultCode, error.faultString], [60, "ALREADY_STARTED: cat"]);
    return true;
  });
  const several = await ask("multicall", [
    [
      { methodName: "supervisor.getPID", params: [] },
      { methodName: "supervisor.stopProcess", params: ["nothere"] },
    ],
  ]);
  assert.deepEqual(several, [it.pid, { faultCode: 10, faultString: "BAD_NAME: nothere" }]);
  assert.deepEqual(await ask("stopAllProcesses", []), [{ name: "cat", group: "cat", status: 80, description: "OK" }]);
  assert.equal(await ask("clearProcessLogs", ["cat"]), true);
}

const SCRIPT = `
import json, sys, urllib.parse, xmlrpc.client as x
port, user, password = sys.argv[1:]
q = urllib.parse.quote
s = x.ServerProxy("http://%s:%s@127.0.0.1:%s/RPC2" % (q(user), q(password), port))
out = {}
out["methods"] = s.system.listMethods()
out["state"] = s.supervisor.getState()
out["start"] = s.supervisor.startProcess("cat")
out["info"] = [p["statename"] for p in s.supervisor.getAllProcessInfo()]
try:
    s.supervisor.startProcess("crash")
except x.Fault as f:
    out["fault"] = [f.faultCode, f.faultString]
calls = [("supervisor.getIdentification", []), ("supervisor.signalProcess", ["cat", "CONT"])]
out["many"] = s.system.multicall([{"methodName": name, "params": params} for name, params in calls])
out["event"] = s.supervisor.sendRemoteCommEvent("a", "n\\u00e9")
out["stop"] = s.supervisor.stopProcess("cat")
try:
    x.ServerProxy("http://%s:wrong@127.0.0.1:%s/RPC2" % (q(user), port)).supervisor.getState()
except x.ProtocolError as e:
    out["denied"] = e.errcode
print(json.dumps(out))
`;

test("Python's xmlrpc.client", { timeout: 300_000 }, async (t) => {
  const { port } = await served(t);
  const { code, stdout, stderr } = await run("python3", ["-c", SCRIPT, String(port), USER, PASSWORD]).catch(() => ({
    code: 127,
    stdout: "",
    stderr: "",
  }));
  if (code === 127) return t.skip("python3 is not installed");
  assert.equal(code, 0, stderr);
  const { methods, ...rest } = JSON.parse(stdout) as { readonly methods: readonly string[] };
  assert.ok(methods.length === 41 && !methods.some((name) => name.startsWith("holdfast.")), methods.join());
  assert.deepEqual(rest, {
    state: { statecode: 1, statename: "RUNNING" },
    start: true,
    info: ["RUNNING", "STOPPED"],
    fault: [50, "SPAWN_ERROR: crash"],
    many: ["e2e", true],
    event: true,
    stop: true,
    denied: 401,
  });
});

test("the original's supervisorctl", { timeout: 300_000 }, async (t) => {
  if (!existsSync(ORIGINAL) || !readFileSync(ORIGINAL, "latin1").startsWith("#!/usr/bin/python")) {
    return t.skip(`the original's supervisorctl is not installed as ${ORIGINAL}`);
  }
  const { it, port } = await served(t);
  const ctl = async (...words: string[]) => {
    const { code, stdout } = await run(ORIGINAL, ["-c", it.conf, ...words], { cwd: it.dir });
    return `${code} ${stdout.trimEnd()}`;
  };
  assert.match(await ctl("status"), /^3 cat +STOPPED +Not started\ncrash +STOPPED +Not started$/);
  assert.equal(await ctl("start", "cat"), "0 cat: started");
  assert.match(await ctl("status", "cat"), /^0 cat +RUNNING +pid \d+, uptime 0:00:0\d$/);
  assert.equal(await ctl("start", "cat"), "0 cat: ERROR (already started)");
  assert.equal(await ctl("start", "crash"), "7 crash: ERROR (spawn error)");
  assert.equal(await ctl("pid"), `0 ${it.pid}`);
  assert.equal(await ctl("signal", "CONT", "cat"), "0 cat: signalled");
  await call(it, "supervisor.sendProcessStdin", "cat", "né\n");
  await until("cat has written it", () => it.read("cat.log") !== "");
  assert.equal(await ctl("tail", "cat"), "0 né");
  assert.equal(await ctl("restart", "cat"), "0 cat: stopped\ncat: started");
  it.configure("[program:dog]\ncommand=/bin/cat\nstartsecs=0\n");
  assert.equal(await ctl("reread"), "0 cat: disappeared\ncrash: disappeared\ndog: available");
  assert.match(await ctl("avail"), /^0 dog +avail +auto +999:999$/);
  assert.equal(
    await ctl("update"),
    "0 cat: stopped\ncat: removed process group\ncrash: stopped\ncrash: removed process group\ndog: added process group",
  );
  const inet = (password: string) => ctl("-s", `http://127.0.0.1:${port}`, "-u", USER, "-p", password, "status");
  assert.match(await inet(PASSWORD), /^0 dog +RUNNING/);
  assert.match(await inet("wrong"), /Server requires authentication/);
  assert.equal(await ctl("shutdown"), "0 Shut down");
  assert.equal(await it.exitCode(), 0);
});
