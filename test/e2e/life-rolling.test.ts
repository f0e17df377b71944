/** Rolling restarts with real executables and children: a daemon that is killed in the middle, failures, and a service of which no request fails. (ROLL) */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { test } from "node:test";
import { freePort, Instance, isAlive, until } from "./instance.ts";
import { call } from "./rpc.ts";

const web = (numprocs: number, more = "") =>
  `[program:web]\ncommand=sleep 600\nprocess_name=%(program_name)s_%(process_num)02d\nnumprocs=${numprocs}\n` +
  `stdout_logfile=NONE\nstderr_logfile=NONE\n${more}\n`;

async function pids(it: Instance): Promise<Record<string, string>> {
  const lines = (await it.ctl("status")).stdout.split("\n").map((line) => /^(\S+) +RUNNING +pid (\d+)/.exec(line));
  return Object.fromEntries(lines.flatMap((found) => (found === null ? [] : [[found[1] ?? "", found[2] ?? ""]])));
}

async function killDaemon(it: Instance): Promise<void> {
  const daemon = await until("a daemon", () => it.daemonPid());
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => !isAlive(daemon) && it.daemonPid());
}

test("ROLL-001, ROLL-003: a rolling restart goes on over daemons that are killed, and so does supervisorctl", async (context) => {
  const it = new Instance(context);
  it.configure(`${web(4)}[program:one]\ncommand=sleep 600\n`);
  await it.start();
  const before = await until("all run", async () => {
    const all = await pids(it);
    return Object.keys(all).length === 5 && all;
  });
  const rolling = it.ctl("restart", "--rolling=2", "web:*");
  await until("it has begun", async () => Object.keys(await pids(it)).length < 5);
  await killDaemon(it);
  await killDaemon(it);
  await until("the second batch", async () => {
    const now = await pids(it);
    return now["web:web_00"] !== undefined && now["web:web_00"] !== before["web:web_00"] && Object.keys(now).length < 5;
  });
  await killDaemon(it);
  const done = await rolling;
  assert.deepEqual(
    { ...done, stdout: done.stdout.split("\n").sort().join("\n") },
    {
      code: 0,
      stdout: "\nweb:web_00: restarted\nweb:web_01: restarted\nweb:web_02: restarted\nweb:web_03: restarted",
      stderr: "",
    },
  );
  const after = await pids(it);
  assert.equal(after["one"], before["one"], "another program is not touched");
  for (const name of Object.keys(before).filter((each) => each !== "one")) assert.notEqual(after[name], before[name], name);
  const spawned = it.read("supervisord.log").match(/spawned: 'web_/g) ?? [];
  assert.equal(spawned.length, 8, "each was started twice, never more");
});

test("ROLL-002: the first failure ends it, --each goes on; what does not run is left out; an order for what is under way is refused", async (context) => {
  const it = new Instance(context);
  it.configure(
    `[program:bad]\ncommand=/bin/sh -c 'test -e ${it.dir}/broken && exit 3; exec sleep 600'\nprocess_name=b%(process_num)d\nnumprocs=3\nstartretries=0\n` +
      `${web(3)}[program:slow]\ncommand=/bin/sh -c "trap 'sleep 3; exit 0' TERM; while :; do sleep 0.1; done"\n`,
  );
  await it.start();
  await until("all run", async () => Object.keys(await pids(it)).length === 7);
  const ctl = async (...words: string[]) => {
    const { stdout, stderr, code } = await it.ctl(...words);
    return `${stdout}${stderr}${code}`;
  };
  writeFileSync(`${it.dir}/broken`, "");
  assert.equal(await ctl("restart", "--rolling", "bad:*"), "bad:b0: ERROR (spawn error)\nbad: 2 not restarted\n1");
  assert.equal(
    await ctl("restart", "--each", "bad:*", "web:web_00", "nope"),
    "nope: ERROR (no such process)\nbad:b0: skipped (FATAL)\nbad:b1: ERROR (spawn error)\nbad:b2: ERROR (spawn error)\nweb:web_00: restarted\n1",
  );
  await it.ctl("stop", "web:web_01");
  assert.equal(
    await ctl("restart", "--rolling", "web:*"),
    "web:web_00: restarted\nweb:web_01: skipped (STOPPED)\nweb:web_02: restarted\n0",
  );
  const slow = it.ctl("restart", "--rolling", "slow", "web:web_00");
  await until("it stops", async () => /^slow +STOPPING/m.test((await it.ctl("status")).stdout));
  assert.equal(await ctl("restart", "--rolling", "web:*"), "web:web_00: ERROR (a rolling restart is under way)\n1");
  assert.equal(await ctl("start", "slow"), "slow: ERROR (a rolling restart is under way)\n1");
  assert.equal(await ctl("stop", "slow"), "slow: stopped\n0");
  assert.deepEqual((await slow).stdout, "slow: ERROR (stopped)\nweb: 1 not restarted\n");
  for (const words of [
    ["--rolling=0", "web:*"],
    ["--rolling=x", "web:*"],
    ["--rolling", "--each", "web:*"],
  ])
    assert.match(await ctl("restart", ...words), /^Error: .*2$/s, words.join(" "));
  assert.match(await ctl("restart", "--rolling"), /requires a process name/);
});

test("ROLL-003, ROLL-004: it goes on without its client, and ends with an update of its group or a reload", async (context) => {
  const it = new Instance(context);
  it.configure(web(3), "update_mode=minimal");
  await it.start();
  const before = await until("all run", async () => {
    const all = await pids(it);
    return Object.keys(all).length === 3 && all;
  });
  const order = async () => (await call({ socket: it.socket }, "holdfast.rollingRestart", ["web:*"] as never)) as number;
  const how = async (id: number) => (await call({ socket: it.socket }, "holdfast.operation", id)) as Record<string, unknown>;
  const alone = await order();
  await until("nobody waits for it, and it is done", async () => (await how(alone))["ended"] === "done");
  const after = await pids(it);
  for (const name of Object.keys(before)) assert.notEqual(after[name], before[name], name);
  const updated = await order();
  it.configure(web(3, "stopwaitsecs=5"), "update_mode=minimal");
  await it.ctl("update");
  const told = await how(updated);
  assert.equal(told["ended"], "update");
  assert.ok(Array.isArray(told["left"]) && told["left"].length > 0);
  await until("what was under way runs again", async () => Object.keys(await pids(it)).length === 3);
  const reloaded = it.ctl("restart", "--rolling", "web:*");
  await until("it has begun", async () => Object.keys(await pids(it)).length < 3);
  await it.ctl("reload");
  assert.match((await reloaded).stdout, /web: \d not restarted\n$/);
  await until("all run again", async () => Object.keys(await pids(it)).length === 3);
});

/** A web server on the socket that its processes share: it ends when it has answered what it has taken. */
const WORKER = `
const server = require("node:http").createServer((_, answer) => setTimeout(() => answer.end(String(process.pid)), 5));
server.listen({ fd: 0 });
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

function get(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", () => resolve(text)).on("error", reject);
    });
    asked.on("error", reject).end();
  });
}

test("ROLL-005: processes on a shared socket are restarted one after the other, and no request fails", async (context) => {
  const it = new Instance(context);
  const port = await freePort();
  writeFileSync(`${it.dir}/worker.cjs`, WORKER);
  it.configure(
    `[fcgi-program:web]\nsocket=tcp://127.0.0.1:${port}\ncommand=${process.execPath} %(here)s/worker.cjs\n` +
      `process_name=web_%(process_num)d\nnumprocs=3\nhealthcheck=tcp:${port}\nhealthcheck_interval=1s\nhealthcheck_timeout=1s\nstdout_logfile=NONE\n`,
  );
  await it.start();
  const before = await until("all run", async () => {
    const all = await pids(it);
    return Object.keys(all).length === 3 && all;
  });
  const answered = new Set<string>();
  const failed: unknown[] = [];
  let goesOn = true;
  const client = async (): Promise<void> => {
    while (goesOn)
      await get(port).then(
        (pid) => answered.add(pid),
        (error: unknown) => failed.push(error),
      );
  };
  const clients = [client(), client(), client(), client()];
  const done = await it.ctl("restart", "--rolling", "web:*");
  goesOn = false;
  await Promise.all(clients);
  assert.deepEqual(done, { code: 0, stdout: "web:web_0: restarted\nweb:web_1: restarted\nweb:web_2: restarted\n", stderr: "" });
  const after = await pids(it);
  for (const name of Object.keys(before)) assert.notEqual(after[name], before[name], name);
  assert.deepEqual(failed, []);
  assert.ok([...Object.values(before), ...Object.values(after)].filter((pid) => answered.has(pid)).length > 3, "old and new ones answered");
});
