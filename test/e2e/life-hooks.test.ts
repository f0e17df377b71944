/** Goal: hooks run at their turns in a program's life, each once, whatever becomes of the daemon; one that hangs harms its own program alone. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { test } from "node:test";
import { Instance, until } from "./instance.ts";

/** A hook that says in a file that it began, waits for the file `go` and says that it ended. */
const waiting = (it: Instance, name: string, code = 0): string =>
  `sh -c "echo begin >> ${it.dir}/${name}; while ! test -e ${it.dir}/go; do sleep 0.05; done; echo end >> ${it.dir}/${name}; exit ${code}"`;

const lines = (it: Instance, name: string): string => (it.files().includes(name) ? it.read(name) : "");

async function killDaemon(it: Instance): Promise<void> {
  const daemon = it.daemonPid() ?? 0;
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => (it.daemonPid() ?? daemon) !== daemon);
}

async function status(it: Instance, name: string): Promise<string> {
  return (await it.ctl("status", name)).stdout;
}

/** It is no zombie that nobody has reaped. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test("HOOK-004 HOOK-008 HOOK-009 CMN-023 hooks are told why they run, write to the program's logs, and a failure is told", async (t) => {
  const it = new Instance(t);
  it.configure(`[program:web]
command=sleep 1000
startsecs=0
environment=A="secret",HOLDFAST_REASON="mine"
redirect_stderr=true
stdout_logfile=${it.dir}/web.log
post_start=sh -c "env; echo pid $MAINPID >&2; read x || echo no input; exit 3"

[program:bad]
command=sh -c "sleep 0.2; exit 4"
startretries=0
stderr_logfile=${it.dir}/bad.log
stdout_logfile=NONE
on_fatal=sh -c "echo nowhere; env >&2; touch ${it.dir}/fatal; sleep 1000"
hook_timeout=1

[eventlistener:ears]
command=cat
events=LIFECYCLE
startsecs=0
`);
  await it.start();
  const log = () => it.read("supervisord.log");
  await until("the failures are told", () => log().includes("web post_start failed") && log().includes("bad on_fatal failed"));
  assert.match(log(), /WARN hook: web post_start failed \(exit 3\)\n/);
  assert.match(log(), /WARN hook: bad on_fatal failed \(not ended within 1 s\)\n/);
  assert.ok(!log().includes("secret"), "no value of the environment is in the log");
  const pid = (await it.ctl("pid", "web")).stdout;
  const said = it.read("web.log");
  for (const line of ["HOLDFAST_HOOK=post_start", "HOLDFAST_REASON=start", "HOLDFAST_RESTARTS=0", "A=secret", `MAINPID=${pid.trim()}`]) {
    assert.ok(said.includes(`${line}\n`), `${line} in ${said}`);
  }
  assert.ok(said.includes(`pid ${pid}`) && said.includes("no input\n") && !said.includes("HOLDFAST_EXIT"), said);
  const bad = it.read("bad.log");
  for (const line of [
    "HOLDFAST_HOOK=on_fatal",
    "HOLDFAST_REASON=exit",
    "HOLDFAST_EXIT_CODE=4",
    "HOLDFAST_EXIT_SIGNAL=",
    "HOLDFAST_EXIT_EXPECTED=0",
  ]) {
    assert.ok(bad.includes(`${line}\n`), `${line} in ${bad}`);
  }
  assert.match(bad, /^HOLDFAST_RUN_SECONDS=0\.[2-9]/m);
  assert.ok(!bad.includes("MAINPID") && !bad.includes("nowhere"), bad);
  const why = (await it.ctl("why", "web", "bad")).stdout;
  assert.ok(why.includes("failed hooks: 1 post_start") && why.includes("failed hooks: 1 on_fatal"), why);
});

test("HOOK-004 HOOK-012 CMN-025 a hook under way goes on when the daemon is killed, runs once, and why shows it", async (t) => {
  const it = new Instance(t);
  it.configure(
    `[program:web]\ncommand=sleep 1000\nstartsecs=0\npost_start=${waiting(it, "started")}\n\n[program:bad]\ncommand=/nonexistent\nstartretries=0\non_fatal=${waiting(it, "fatal", 1)}\n`,
  );
  await it.start();
  await until("both have begun", () => lines(it, "started") === "begin\n" && lines(it, "fatal") === "begin\n");
  const why = async (name: string) => (await it.ctl("why", name)).stdout;
  assert.match(await why("web"), /^ +now +post_start since \d+ s \(pid \d+, at most 30 s\)$/m);
  await killDaemon(it);
  assert.match(await why("bad"), /^ +now +on_fatal since \d+ s \(pid \d+, at most 30 s\)$/m);
  const { life } = JSON.parse((await it.ctl("why", "web", "--json")).stdout)[0];
  assert.equal(life.hook.name, "post_start");
  assert.match(await status(it, "web"), /RUNNING/);
  it.append("go", "");
  await until("nothing is under way", async () => !/since \d+ s \(pid/.test(`${await why("web")}${await why("bad")}`));
  assert.equal(lines(it, "started"), "begin\nend\n");
  assert.equal(lines(it, "fatal"), "begin\nend\n");
  assert.match(it.read("supervisord.log"), /WARN hook: bad on_fatal failed \(exit 1\)/);
});

test("HOOK-004 KILL-008 CMN-024 a stop and a shutdown end what still runs, with its process group, and wait for it", async (t) => {
  const it = new Instance(t);
  const loop = "while :; do sleep 0.1; done";
  const stubborn = `sh -c "trap '' TERM; (${loop}) & echo $$ $! > ${it.dir}/pids; ${loop}"`;
  it.configure(`[program:web]\ncommand=sleep 1000\nstartsecs=0\npost_start=${stubborn}\n`);
  await it.start();
  const found = await until("it has begun", () => /^(\d+) (\d+)\n$/.exec(lines(it, "pids")) ?? undefined);
  const pids = found.slice(1).map(Number);
  assert.equal((await it.ctl("stop", "web")).stdout, "web: stopped\n");
  assert.deepEqual(pids.map(isAlive), [true, true], "nobody waits for it");
  await it.ctl("shutdown");
  assert.equal(await it.exitCode(), 0);
  assert.deepEqual(pids.map(isAlive), [false, false], "a shutdown does");
  assert.ok(!it.read("supervisord.log").includes("failed"));
});

test("HOOK-002 HOOK-003 CMN-025 pre_start decides, is run once also when the daemon is killed, and a stop ends it", async (t) => {
  const it = new Instance(t);
  it.append("web.env", "FROM_FILE=first\n");
  it.configure(
    `[program:web]\ncommand=sh -c "echo program $FROM_FILE >> ${it.dir}/order; exec sleep 1000"\nstartsecs=0\nautostart=false\nenvfile=${it.dir}/web.env\n` +
      `pre_start=sh -c "echo hook $FROM_FILE $HOLDFAST_REASON $MAINPID >> ${it.dir}/order; while ! test -e ${it.dir}/go; do sleep 0.05; done"\n\n` +
      `[program:no]\ncommand=sleep 1000\nstartretries=0\npre_start=sh -c "exit 7"\n`,
  );
  await it.start();
  await until("a failed pre_start is a failed start", async () => /FATAL +pre_start failed \(exit 7\)/.test(await status(it, "no")));
  assert.match((await it.ctl("start", "no")).stdout, /^no: ERROR \(spawn error\)\n/);

  const first = it.ctl("start", "web");
  await until("the hook has begun", () => lines(it, "order") === "hook first start\n");
  assert.match(await status(it, "web"), /STARTING/);
  assert.equal((await it.ctl("stop", "web")).stdout, "web: stopped\n");
  assert.match((await first).stdout, /^web: ERROR/);

  const second = it.ctl("start", "web");
  await until("the hook has begun", () => lines(it, "order") === "hook first start\nhook first start\n");
  it.append("web.env", "FROM_FILE=second\n");
  await killDaemon(it);
  it.append("go", "");
  await until("it runs", async () => /RUNNING/.test(await status(it, "web")));
  await second;
  await until("it has said so", () => lines(it, "order").endsWith("program first\n"));
  assert.equal(lines(it, "order"), "hook first start\nhook first start\nprogram first\n");
});

test("HOOK-005 HOOK-006 HOOK-011 a stop runs pre_stop, then stop_command, each once also when the daemon is killed; a shutdown too", async (t) => {
  const it = new Instance(t);
  const told = (hook: string) => `echo ${hook} $HOLDFAST_REASON $MAINPID >> ${it.dir}/order`;
  const wait = (file: string) => `while ! test -e ${it.dir}/${file}; do sleep 0.05; done`;
  it.configure(
    `[program:web]\ncommand=sh -c "trap '' TERM; trap 'exit 0' USR1; echo up >> ${it.dir}/order; while :; do sleep 0.05; done"\nstartsecs=0\nstopwaitsecs=100\n` +
      `pre_stop=sh -c "${told("pre_stop")}; ${wait("go1")}; exit 1"\nstop_command=sh -c "${told("stop_command")}; ${wait("go2")}; kill -USR1 $MAINPID"\n`,
  );
  await it.start();
  await until("it is up", () => lines(it, "order") === "up\n");
  const pid = (await it.ctl("pid", "web")).stdout.trim();
  const stop = it.ctl("stop", "web");
  await until("pre_stop has begun", () => lines(it, "order").endsWith(`pre_stop stop ${pid}\n`));
  assert.match(await status(it, "web"), /STOPPING/);
  await killDaemon(it);
  it.append("go1", "");
  await until("stop_command has begun", () => lines(it, "order").endsWith(`stop_command stop ${pid}\n`));
  await killDaemon(it);
  it.append("go2", "");
  assert.equal((await stop).stdout, "web: stopped\n");
  assert.equal(lines(it, "order"), `up\npre_stop stop ${pid}\nstop_command stop ${pid}\n`);
  assert.match(it.read("supervisord.log"), /INFO stopped: web \(exit status 0\)/);
  await it.ctl("start", "web");
  await until("it is up again", () => lines(it, "order").endsWith("up\n"));
  await it.ctl("shutdown");
  assert.equal(await it.exitCode(), 0);
  assert.match(lines(it, "order"), /up\npre_stop shutdown \d+\nstop_command shutdown \d+\n$/);
});

test("HOOK-007 CMN-025 post_stop is told how the run ended, once also when the daemon is killed; stop and the next start wait for it", async (t) => {
  const it = new Instance(t);
  const told = "$HOLDFAST_REASON/$HOLDFAST_EXIT_CODE/$HOLDFAST_EXIT_SIGNAL/$HOLDFAST_EXIT_EXPECTED/$MAINPID";
  it.configure(
    `[program:web]\ncommand=sh -c "echo up >> ${it.dir}/order; while ! test -e ${it.dir}/end; do sleep 0.05; done; rm ${it.dir}/end; exit 3"\nstartsecs=0\nautorestart=true\n` +
      `post_stop=sh -c "echo ${told} >> ${it.dir}/order; while ! test -e ${it.dir}/go; do sleep 0.05; done; echo end >> ${it.dir}/order"\n`,
  );
  await it.start();
  await until("it is up", () => lines(it, "order") === "up\n");
  it.append("end", "");
  await until("post_stop has begun", () => lines(it, "order") === "up\nexit/3//0/\n");
  assert.match(await status(it, "web"), /EXITED/);
  await killDaemon(it);
  assert.match((await it.ctl("why", "web")).stdout, /^ +now +post_stop since/m);
  it.append("go", "");
  await until("it is up again", () => lines(it, "order") === "up\nexit/3//0/\nend\nup\n");
  rmSync(it.path("go"));
  const stop = it.ctl("stop", "web");
  await until("post_stop has begun", () => lines(it, "order").endsWith("stop//SIGTERM/1/\n"));
  assert.match(await status(it, "web"), /STOPPED/);
  await killDaemon(it);
  it.append("go", "");
  assert.equal((await stop).stdout, "web: stopped\n");
  await until("post_stop has ended", () => lines(it, "order") === "up\nexit/3//0/\nend\nup\nstop//SIGTERM/1/\nend\n");
});

test("HOOK-007 a program that is taken out and added while its post_stop or pre_stop runs starts when that has ended", async (t) => {
  const it = new Instance(t);
  it.configure(
    `[program:web]\ncommand=sleep 1000\nstartsecs=0\npre_start=sh -c "echo up >> ${it.dir}/order"\npost_stop=${waiting(it, "order")}\n\n` +
      `[program:slow]\ncommand=sleep 1000\nstartsecs=0\npre_start=sh -c "echo up >> ${it.dir}/slow"\npre_stop=${waiting(it, "slow")}\n`,
  );
  await it.start();
  for (const [name, file] of [
    ["web", "order"],
    ["slow", "slow"],
  ] as const) {
    await until("it is up", async () => /RUNNING/.test(await status(it, name)));
    const pid = Number((await it.ctl("pid", name)).stdout);
    const stop = it.ctl("stop", name);
    await until("the hook has begun", () => lines(it, file) === "up\nbegin\n");
    if (name === "slow") process.kill(pid, "SIGKILL");
    await until("it is stopped", async () => /STOPPED/.test(await status(it, name)));
    const removed = it.ctl("remove", name);
    await until("it is asked for", () => it.ctl("status", name));
    assert.equal(lines(it, file), "up\nbegin\n");
    it.append("go", "");
    assert.equal((await removed).stdout, `${name}: removed process group\n`);
    await stop;
    await it.ctl("add", name);
    await until("it is up again", async () => /RUNNING/.test(await status(it, name)));
    assert.equal(lines(it, file), "up\nbegin\nend\nup\n");
    if (name === "web") rmSync(it.path("go"));
  }
});

test("HOOK-011 CTR-005 a shutdown waits for post_stop, and shutdown_timeout ends it", async (t) => {
  const it = new Instance(t);
  it.configure(
    `[program:web]\ncommand=sleep 1000\nstartsecs=0\npost_stop=sh -c "echo $$ >> ${it.dir}/pid; exec sleep 1000"\n\n` +
      `[program:fast]\ncommand=sleep 1000\nstartsecs=0\npost_stop=sh -c "sleep 0.3; echo done >> ${it.dir}/fast"\n`,
    "shutdown_timeout=3s\n",
  );
  await it.start();
  await it.ctl("shutdown");
  assert.equal(await it.exitCode(), 0);
  assert.equal(lines(it, "fast"), "done\n");
  assert.ok(!isAlive(Number(lines(it, "pid"))));
  assert.match(it.read("supervisord.log"), /shutdown_timeout is over: killing web with SIGKILL/);
});
