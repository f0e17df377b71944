/** Another number of processes for a program that runs, with real executables and children. (SCL) */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { Instance, isAlive, until } from "./instance.ts";
import { call } from "./rpc.ts";

const web = (numprocs: number, more = "") =>
  `[program:web]\ncommand=sleep 600\nprocess_name=%(program_name)s_%(process_num)02d\nnumprocs=${numprocs}\nstartsecs=0\n` +
  `stdout_logfile=NONE\nstderr_logfile=NONE\n${more}\n`;

const states = async (it: Instance): Promise<Record<string, string>> =>
  Object.fromEntries((await it.ctl("status")).stdout.split("\n").map((line) => line.split(/ +/).slice(0, 2)));

async function killDaemon(it: Instance): Promise<void> {
  const daemon = await until("a daemon", () => it.daemonPid());
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => !isAlive(daemon) && it.daemonPid());
}

for (const mode of ["as-original", "minimal"]) {
  test(`SCL-001, SCL-002: up, down, to nothing and back, with update_mode=${mode}; what stays is not touched`, async (context) => {
    const it = new Instance(context);
    it.configure(`${web(2)}[program:one]\ncommand=sleep 600\n`, `update_mode=${mode}`);
    await it.start();
    const scale = async (...words: string[]) => {
      const { stdout, stderr, code } = await it.ctl("scale", ...words);
      return `${stdout}${stderr}${code}`;
    };
    const pid = async (name: string) => (await it.ctl("pid", name)).stdout.trim();
    const before = [await pid("web:web_00"), await pid("web:web_01")];
    assert.equal(await scale("web", "4"), "web: 2 -> 4 (added web_02, web_03)\n0");
    assert.equal(await scale("web", "4"), "web: already 4\n0");
    assert.equal((await states(it))["web:web_03"], "RUNNING");
    assert.equal((await it.ctl("update")).stdout, "", "it holds over an update");
    assert.equal(await scale("web", "1"), "web: 4 -> 1 (removed web_03, web_02, web_01)\n0");
    assert.deepEqual(
      Object.keys(await states(it)).filter((name) => name.startsWith("web")),
      ["web:web_00"],
    );
    assert.equal(await pid("web:web_00"), before[0], "it was never touched");
    assert.equal(await scale("web", "0"), "web: 1 -> 0 (removed web_00)\n0");
    assert.equal(await scale("web", "--reset"), "web: 0 -> 2 (as in the file)\n0");
    assert.equal(await scale("web", "--reset"), "web: already 2\n0");
    assert.equal(await scale("one", "3"), "one: ERROR (process_name has no %(process_num))\n1");
    assert.equal(await scale("nope", "3"), "nope: ERROR (no such program)\n1");
    for (const words of [["web"], ["web", "x"], ["web", "-1"], ["web", "100001"], ["web", "1", "2"], ["web", "1", "--reset"], []])
      assert.match(await scale(...words), /^Error: scale .*2$/s, words.join(" "));
    assert.doesNotMatch(it.read("supervisord.log"), /PROCESS_GROUP/);
    const json = JSON.parse((await it.ctl("scale", "web", "3", "--json")).stdout) as unknown;
    assert.deepEqual(json, { program: "web", before: 2, after: 3, added: ["web:web_02"], removed: [] });
  });
}

test("SCL-003: it holds over rereads and successors until the file says another number; a reload forgets it", async (context) => {
  const it = new Instance(context);
  it.configure(web(2), "update_mode=minimal");
  await it.start();
  await it.ctl("scale", "web", "4");
  await killDaemon(it);
  await until(
    "the successor has all four",
    async () => Object.keys(await states(it)).filter((name) => name.startsWith("web")).length === 4,
  );
  it.configure(web(2, "priority=5"), "update_mode=minimal");
  assert.match((await it.ctl("update", "--dry-run")).stdout, /priority/, "another change of the file is one");
  await it.ctl("update");
  assert.equal((await states(it))["web:web_03"], "RUNNING", "the number holds");
  it.configure(web(3, "priority=5"), "update_mode=minimal");
  const dry = await it.ctl("update", "--dry-run");
  assert.match(dry.stdout, /web_03: would be stopped and removed/);
  const warned = await it.ctl("update");
  assert.equal(warned.code, 0);
  await until("the file has won", async () => (await states(it))["web:web_03"] === undefined);
  it.configure(web(2, "priority=5"), "update_mode=minimal");
  await it.ctl("update");
  await until("what it was told is forgotten", async () => (await states(it))["web:web_02"] === undefined);
  await it.ctl("scale", "web", "5");
  await it.ctl("reload");
  await until("as in the file", async () => {
    const now = await states(it);
    return now["web:web_01"] === "RUNNING" && now["web:web_02"] === undefined;
  });
});

test("SCL-001: a section that is another in the file by now waits for an update, and the number alone does not", async (context) => {
  const it = new Instance(context);
  it.configure(web(2));
  await it.start();
  it.configure(web(3));
  assert.equal((await it.ctl("scale", "web", "4")).stdout, "web: 2 -> 4 (added web_02, web_03)\n");
  it.configure(web(3).replace("sleep 600", "sleep 700"));
  assert.equal((await it.ctl("scale", "web", "6")).stdout, "web: ERROR (its section in the file is another by now: update first)\n");
  it.configure("[program:web\n");
  assert.match((await it.ctl("scale", "web", "6")).stdout, /^web: ERROR \(.*\)\n$/);
  assert.equal((await states(it))["web:web_03"], "RUNNING");
});

test("SCL-004: an order waits for what it adds and removes, tells what failed, and survives the daemon and its successor", async (context) => {
  const it = new Instance(context);
  const slow = `[program:slow]\ncommand=sh -c "trap 'sleep 3; exit 0' TERM; while :; do sleep 0.1; done"\nprocess_name=s%(process_num)d\nstartsecs=3\nnumprocs=1\n`;
  it.configure(
    `${slow}[program:bad]\ncommand=/bin/sh -c 'test %(process_num)d -lt 1 && exec sleep 600; exit 3'\nprocess_name=b%(process_num)d\nstartretries=0\n` +
      "[program:later]\ncommand=sleep 600\ndepends_on=slow\n",
  );
  await it.start();
  await until("all runs", async () => (await states(it))["later"] === "RUNNING");
  const up = it.ctl("scale", "slow", "3");
  await until("they start", async () => /^slow:s2 +STARTING/m.test((await it.ctl("status")).stdout));
  await killDaemon(it);
  await killDaemon(it);
  assert.deepEqual(await up, { code: 0, stdout: "slow: 1 -> 3 (added s1, s2)\n", stderr: "" });
  assert.deepEqual(await states(it).then((all) => [all["slow:s1"], all["slow:s2"], all["later"]]), ["RUNNING", "RUNNING", "RUNNING"]);
  assert.match((await it.ctl("deps", "later")).stdout, /slow/);
  const down = it.ctl("scale", "slow", "0");
  await until("they stop", async () => /^slow:s2 +STOPPING/m.test((await it.ctl("status")).stdout));
  await killDaemon(it);
  await killDaemon(it);
  assert.deepEqual(await down, { code: 0, stdout: "slow: 3 -> 0 (removed s2, s1, s0)\n", stderr: "" });
  const failed = await it.ctl("scale", "bad", "2");
  assert.equal(failed.stdout, "bad: 1 -> 2 (added b1)\nbad:b1: ERROR (spawn error)\n");
  assert.equal(failed.code, 7);
});

test("SCL-002: programs of a group, of FastCGI and of event listeners; a name that another program has is not taken", async (context) => {
  const it = new Instance(context);
  const numbered = (name: string) => `process_name=${name}%(process_num)d\nnumprocs=1\nstartsecs=0\n`;
  it.configure(
    `[group:g]\nprograms=a,b\n[program:a]\ncommand=sleep 600\n${numbered("n")}[program:b]\ncommand=sleep 600\nprocess_name=n2\nstartsecs=0\n` +
      `[fcgi-program:f]\nsocket=unix://%(here)s/f.sock\ncommand=sleep 600\n${numbered("f")}` +
      `[eventlistener:ear]\ncommand=/bin/sh -c 'while :; do echo READY; read h || exit; done'\nevents=TICK_60\n${numbered("e")}` +
      "[program:needy]\ncommand=sleep 600\nstartsecs=0\ndepends_on=a\n",
  );
  await it.start();
  const scale = async (...words: string[]) => (await it.ctl("scale", ...words)).stdout;
  assert.equal(await scale("a", "2"), "a: 1 -> 2 (added n1)\n");
  assert.equal(await scale("a", "3"), "a: ERROR (another program of its group has a process n2)\n");
  assert.equal(await scale("f", "3"), "f: 1 -> 3 (added f1, f2)\n");
  assert.equal(await scale("ear", "2"), "ear: 1 -> 2 (added e1)\n");
  assert.equal(await scale("g", "2"), "g: ERROR (no such program)\n");
  const all = await states(it);
  for (const name of ["g:n0", "g:n1", "g:n2", "f:f2", "ear:e1"]) assert.equal(all[name], "RUNNING", name);
  const needed = async () => JSON.stringify(await call({ socket: it.socket }, "holdfast.dependencies"));
  assert.match(await needed(), /"processes":\["g:n0","g:n1"\]/, "depends_on means its processes as they are");
  assert.equal(await scale("a", "1"), "a: 2 -> 1 (removed n1)\n");
  assert.match(await needed(), /"processes":\["g:n0"\]/);
  await killDaemon(it);
  await until("the successor has them", async () => (await states(it))["f:f2"] === "RUNNING");
  assert.equal((await it.ctl("update")).stdout, "");
});

test("SCL-004: what is removed is gone when the answer comes; a newer order over the daemon's death is not undone, and an old process is not waited for", async (context) => {
  const it = new Instance(context);
  it.configure(
    `[program:slow]\ncommand=sh -c "trap 'sleep 1.5; while test -e %(here)s/hold; do sleep 0.1; done; exit 0' TERM; echo ready; while :; do sleep 0.1; done"\nprocess_name=s%(process_num)d\nnumprocs=3\nstartsecs=0\nstopwaitsecs=60\n` +
      `[program:old]\ncommand=sleep 600\nprocess_name=o%(process_num)d\nnumprocs=2\nready_when=log:never\nautostart=false\n`,
  );
  await it.start();
  const logOf = async (name: string) => (await it.ctl("tail", name)).stdout;
  for (const name of ["slow:s0", "slow:s1", "slow:s2"]) await until(`${name} is up`, async () => (await logOf(name)).includes("ready"));
  const pids = await Promise.all(["slow:s1", "slow:s2"].map(async (name) => Number((await it.ctl("pid", name)).stdout)));
  assert.equal((await it.ctl("scale", "slow", "1")).stdout, "slow: 3 -> 1 (removed s2, s1)\n");
  assert.deepEqual(pids.map(isAlive), [false, false], "they are gone");
  assert.deepEqual(
    Object.keys(await states(it)).filter((name) => name.startsWith("slow")),
    ["slow:s0"],
  );

  await it.ctl("scale", "slow", "2");
  await until("s1 is up", async () => (await logOf("slow:s1")).includes("ready"));
  it.append("hold", "");
  const down = it.ctl("scale", "slow", "0");
  await until("they stop", async () => (await states(it))["slow:s1"] === "STOPPING");
  await call(it, "holdfast.scale", "slow", 4, { wait: false });
  await killDaemon(it);
  rmSync(it.path("hold"));
  assert.equal((await down).stdout, "slow: 2 -> 0 (removed s1, s0)\n");
  await until("the newer order holds", async () => (await states(it))["slow:s3"] === "RUNNING");
  assert.equal((await it.ctl("scale", "slow", "4")).stdout, "slow: already 4\n");

  await call(it, "supervisor.startProcess", "old:o0", false);
  assert.equal((await it.ctl("scale", "old", "1")).stdout, "old: 2 -> 1 (removed o1)\n");
  assert.equal((await states(it))["old:o0"], "STARTING", "it was not waited for");
  assert.deepEqual(await call(it, "holdfast.scale", "old", 2), { before: 1, after: 2, added: ["old:o1"], removed: [], failed: [] });
  assert.equal((await states(it))["old:o0"], "STARTING", "nor by the daemon");
});

test("SCL-004: an order that is given again, since its answer was lost with the daemon, gets the same answer and changes nothing", async (context) => {
  const it = new Instance(context);
  it.configure(web(2));
  await it.start();
  const scale = (numprocs: number, token: string) => call(it, "holdfast.scale", "web", numprocs, { wait: false, token });
  const first = await scale(4, "first");
  assert.deepEqual(first, { before: 2, after: 4, added: ["web:web_02", "web:web_03"], removed: [], failed: [] });
  const second = await scale(2, "second");
  await killDaemon(it);
  assert.deepEqual(await scale(4, "first"), first);
  assert.deepEqual(await scale(2, "second"), second);
  assert.equal((await it.ctl("scale", "web", "2")).stdout, "web: already 2\n");
});
