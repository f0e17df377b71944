/** Goal: programs that say themselves when they are ready, by a descriptor or by messages as for systemd, are heard, whichever daemon lives. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call } from "./rpc.ts";

const ROOT = process.getuid?.() === 0;
/** Such as every user may run: one of root's own is no use to others. */
const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const skip = spawnSync(PYTHON, ["-c", ""]).status === 0 ? false : "python3 is not installed";

async function rowOf(it: Instance, name: string): Promise<string> {
  return (await it.ctl("status", name)).stdout;
}

async function isIn(it: Instance, name: string, state: string): Promise<void> {
  await until(`${name} is ${state}`, async () => (await rowOf(it, name)).includes(` ${state} `));
}

/** The next one is in charge when this returns. */
async function killDaemon(it: Instance): Promise<void> {
  const daemon = it.daemonPid() ?? 0;
  process.kill(daemon, "SIGKILL");
  await until("another daemon", async () => (it.daemonPid() ?? daemon) !== daemon && (await it.ctl("pid")).code === 0);
}

async function started(t: TestContext, text: string): Promise<Instance> {
  const it = new Instance(t);
  spawnSync("chmod", ["a+rwx", it.dir]);
  it.configure(text.replaceAll("HERE", it.dir));
  await it.start();
  return it;
}

/** Waits for a file before it goes on. */
const WAIT = "while ! test -e HERE/go; do sleep 0.05; done";

test("RDY-007 a newline into the descriptor is readiness, with what is before it skipped; also from a child, and over the death of a daemon", async (t) => {
  const it = await started(
    t,
    `[program:s6]
command=bash -c "printf warming >&3; ${WAIT}; (echo up >&3); exec 3>&-; exec sleep 1000"
ready_when=fd:3
[program:high]
command=bash -c "echo >&200; exec sleep 1000"
ready_when=fd:200
[program:closed]
command=bash -c "exec 3>&-; exec sleep 1000"
ready_when=fd:3
startretries=0
ready_timeout=2s
[program:plain]
command=bash -c "(echo >&3) 2>/dev/null && exit 3; exec sleep 1000"
startsecs=0
`,
  );
  await isIn(it, "high", "RUNNING");
  assert.match(it.read("supervisord.log"), /ready: high \(fd 200, \d+\.\d s\)/);
  assert.match(await rowOf(it, "s6"), /STARTING/);
  await killDaemon(it);
  assert.match(await rowOf(it, "s6"), /STARTING/);
  it.append("go", "");
  await isIn(it, "s6", "RUNNING");
  await isIn(it, "closed", "FATAL");
  assert.match(await rowOf(it, "closed"), /not ready within 2 s/);
  assert.match(await rowOf(it, "plain"), /RUNNING/);
});

/** What a program for systemd does, without its library. `after`: waits for a file. */
const SD = `import os, socket, sys, time, signal
def say(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.sendto(text.encode(), os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
def after(name):
    while not os.path.exists(os.path.join(HERE, name)): time.sleep(0.02)
def child(act):
    pid = os.fork()
    if pid == 0:
        act()
        os._exit(0)
    os.waitpid(pid, 0)
HERE = os.path.dirname(os.path.abspath(__file__))
`;

/** A program in Python, as its section names it. */
function python(it: Instance, name: string, text: string): string {
  it.append(`${name}.py`, `${SD}${text}\nwhile True: time.sleep(1000)\n`);
  return `[program:${name}]\ncommand=${PYTHON} ${it.path(`${name}.py`)}\nready_when=notify\n`;
}

async function lifeOf(it: Instance, name: string): Promise<Record<string, unknown>> {
  const why = (await call(it, "holdfast.why", name)) as { readonly life: Record<string, unknown> };
  return why.life;
}

test("RDY-008 RDY-009 READY=1 of the program, of a grandchild that has ended since, and of a script's systemd-notify", {
  skip,
}, async (t) => {
  const it = new Instance(t);
  const hasTool = spawnSync("systemd-notify", ["--version"]).status === 0;
  it.configure(
    [
      python(it, "own", 'say("STATUS=on port 80\\nREADY=1")'),
      python(it, "late", 'after("go"); child(lambda: child(lambda: say("READY=1")))'),
      python(it, "never", 'say("READY=0\\nX=1"); say(""); say("\\n"); say("x" * 4096); say(f"MAINPID={os.getpid()}")'),
      '[program:plain]\ncommand=sh -c "test -z \\"$NOTIFY_SOCKET\\" && exec sleep 1000"\n',
      hasTool ? '[program:script]\ncommand=sh -c "systemd-notify --ready --status=up; exec sleep 1000"\nready_when=notify\n' : "",
    ].join("\n"),
  );
  await it.start();
  for (const name of ["own", "plain", ...(hasTool ? ["script"] : [])]) await isIn(it, name, "RUNNING");
  assert.match(it.read("supervisord.log"), /ready: own \(notify, \d+\.\d s\)/);
  assert.equal((await lifeOf(it, "own"))["statusText"], "on port 80");
  assert.match((await it.ctl("why", "own")).stdout, /status +"on port 80"/);
  assert.match(await rowOf(it, "late"), /STARTING/);
  it.append("go", "");
  await isIn(it, "late", "RUNNING");
  assert.match(await rowOf(it, "never"), /STARTING/);
  assert.doesNotMatch(it.read("supervisord.log"), / WARN .*(message|pid)/);
});

test("RDY-014 what is said while no daemon lives is heard by the next, before the end of who has said it", { skip }, async (t) => {
  const it = new Instance(t);
  it.configure(
    [
      python(it, "app", 'after("go"); say("READY=1"); say("STATUS=said to nobody"); after("more"); say("STATUS=said to the next")'),
      `${python(it, "brief", 'after("go"); say("READY=1"); os._exit(3)')}autorestart=false`,
    ].join("\n"),
  );
  await it.start();
  await isIn(it, "app", "STARTING");
  await isIn(it, "brief", "STARTING");
  // It cannot take anything, and is killed before it can.
  const daemon = it.daemonPid() ?? 0;
  process.kill(daemon, "SIGSTOP");
  it.append("go", "");
  await until("brief has ended", async () => spawnSync("pgrep", ["-f", it.path("brief.py")]).status === 1);
  process.kill(daemon, "SIGKILL");
  await until("another daemon", () => (it.daemonPid() ?? daemon) !== daemon);
  await isIn(it, "app", "RUNNING");
  await until("the status is known", async () => (await lifeOf(it, "app"))["statusText"] === "said to nobody");
  await isIn(it, "brief", "EXITED");
  await killDaemon(it);
  assert.equal((await lifeOf(it, "app"))["statusText"], "said to nobody");
  it.append("more", "");
  await until("the status is another", async () => (await lifeOf(it, "app"))["statusText"] === "said to the next");
});

test("RDY-009 what another user sends is not taken, root and the program's user are", {
  skip: skip || (!ROOT && "not root"),
}, async (t) => {
  const it = new Instance(t);
  const forge = "def other(uid, text):\n    os.setuid(uid)\n    say(text)\n";
  it.configure(
    [
      python(it, "forged", `${forge}child(lambda: other(65534, "READY=1")); child(lambda: other(65533, "READY=1"))`),
      python(it, "dropped", 'os.setuid(65534); say("READY=1")'),
      `${python(it, "own", 'child(lambda: say("READY=1"))')}user=nobody\n`,
    ].join("\n"),
  );
  spawnSync("chmod", ["-R", "a+rX", it.dir]);
  await it.start();
  await isIn(it, "dropped", "RUNNING");
  await isIn(it, "own", "RUNNING");
  await until("it is told", () => it.read("supervisord.log").includes("a message for forged from pid "));
  assert.match(await rowOf(it, "forged"), /STARTING/);
  assert.equal(it.read("supervisord.log").match(/a message for/g)?.length, 1);
  assert.match(it.read("supervisord.log"), /WARN a message for forged from pid \d+ of uid 65534 is not taken/);
});

test("RDY-010 RDY-012 a program that reloads is not ready until it says so; one that stops gets the time it asks for", {
  skip,
}, async (t) => {
  const it = new Instance(t);
  it.configure(
    [
      `${python(
        it,
        "app",
        `def reload(*_): say("RELOADING=1"); after("reloaded"); say("READY=1")
def stop(*_): say("STOPPING=1\\nEXTEND_TIMEOUT_USEC=60000000"); after("stopped"); os._exit(0)
signal.signal(signal.SIGHUP, reload)
signal.signal(signal.SIGTERM, stop)
say("READY=1")`,
      )}stopwaitsecs=3\n`,
      "[program:web]\ncommand=sleep 1000\ndepends_on=app\nautostart=false\n",
    ].join("\n"),
  );
  await it.start();
  await isIn(it, "app", "RUNNING");
  await it.ctl("signal", "HUP", "app");
  await until("it reloads", async () => (await lifeOf(it, "app"))["ready"] === false);
  const started = call(it, "supervisor.startProcess", "web").catch(() => undefined);
  await until("web waits", async () => (await rowOf(it, "web")).includes("waiting for app (not ready)"));
  await killDaemon(it);
  assert.match(await rowOf(it, "app"), /RUNNING/);
  assert.match(await rowOf(it, "web"), /waiting for app \(not ready\)/);
  it.append("reloaded", "");
  await isIn(it, "web", "RUNNING");
  await started;
  assert.match(it.read("supervisord.log"), /INFO reloading: app[\s\S]*INFO ready: app \(reloaded, \d/);
  const stopped = call(it, "supervisor.stopProcess", "app");
  await isIn(it, "app", "STOPPING");
  // The time that it would have had, and more: what is tried is that nothing happens.
  await new Promise((resolve) => setTimeout(resolve, 3500));
  assert.match(await rowOf(it, "app"), /STOPPING/);
  it.append("stopped", "");
  await stopped;
  assert.match(it.read("supervisord.log"), /stopped: app \(exit status 0\)/);
  assert.doesNotMatch(it.read("supervisord.log"), /killing 'app'/);
});

test("HLT-010 a watchdog that falls silent is started again; one that pings goes on over the deaths of daemons, and learns its interval", {
  skip,
}, async (t) => {
  const it = new Instance(t);
  const watched = (interval: string): string => `healthcheck=watchdog\nhealthcheck_interval=${interval}\nhealthcheck_grace=0\n`;
  it.configure(
    [
      `${python(
        it,
        "silent",
        'say("READY=1\\nWATCHDOG=1\\nSTATUS=%s %s" % (os.environ["WATCHDOG_USEC"], os.environ.get("WATCHDOG_PID")))',
      )}${watched("1s")}`,
      `${python(it, "alive", 'say("READY=1")\nwhile True: say("WATCHDOG=1"); time.sleep(0.2)')}${watched("5s")}`,
    ].join("\n"),
  );
  await it.start();
  await isIn(it, "alive", "RUNNING");
  const { pid } = (await call(it, "supervisor.getProcessInfo", "alive")) as { readonly pid: number };
  await until("it has a status", async () => (await lifeOf(it, "silent"))["statusText"] === "1000000 None");
  await until("it is unhealthy", () => it.read("supervisord.log").includes("unhealthy: silent (no ping within 1 s, 1 failure)"));
  await until("it was started again", () => (it.read("supervisord.log").match(/spawned: 'silent'/g)?.length ?? 0) > 1);
  await killDaemon(it);
  await killDaemon(it);
  const { pid: after } = (await call(it, "supervisor.getProcessInfo", "alive")) as { readonly pid: number };
  assert.equal(after, pid);
  assert.doesNotMatch(it.read("supervisord.log"), /unhealthy: alive/);
});

test("RDY-005 HLT-011 commands that check: as the program's user, in its folder, with its variables; ended at their time; and over the death of a daemon", async (t) => {
  const it = await started(
    t,
    `[program:app]
command=sleep 1000
directory=HERE
environment=FLAG="up"
${ROOT ? "user=nobody\n" : ""}ready_when=exec:sh -c 'id -u >HERE/who; pwd >>HERE/who; test -e "$FLAG"'
ready_interval=100ms
healthcheck=exec:sh -c 'test ! -e bad && echo all is well'
healthcheck_interval=1s
healthcheck_timeout=1s
healthcheck_failures=1
healthcheck_grace=0
[program:slow]
command=sleep 1000
startsecs=0
healthcheck=exec:sh -c 'sleep 1001 & echo $! >>HERE/slow; wait'
healthcheck_interval=1s
healthcheck_timeout=300ms
healthcheck_failures=1
healthcheck_grace=0
healthcheck_action=event
[program:nothing]
command=sleep 1000
startsecs=0
healthcheck=exec:sh -c 'no-such-command'
healthcheck_interval=1s
healthcheck_timeout=1s
healthcheck_failures=1
healthcheck_grace=0
`,
  );
  await until("it is asked", () => it.files().includes("who") && it.read("who").split("\n").length > 2);
  assert.equal(
    it.read("who"),
    `${ROOT ? spawnSync("id", ["-u", "nobody"], { encoding: "utf8" }).stdout : `${process.getuid?.()}\n`}${it.dir}\n`,
  );
  await killDaemon(it);
  assert.match(await rowOf(it, "app"), /STARTING/);
  it.append("up", "");
  await isIn(it, "app", "RUNNING");
  await until("it is healthy", () => it.read("supervisord.log").includes("healthy: app"));
  await killDaemon(it);
  it.append("bad", "");
  await until("it is unhealthy", () => it.read("supervisord.log").includes("unhealthy: app (exit 1, 1 failure)"));
  await until("it was started again", () => (it.read("supervisord.log").match(/spawned: 'app'/g)?.length ?? 0) > 1);
  await until("the slow check is told", () => it.read("supervisord.log").includes("unhealthy: slow (timed out, 1 failure)"));
  const [first] = it.read("slow").split("\n");
  await until("its group has ended", () => spawnSync("kill", ["-0", first ?? ""]).status !== 0);
  await until("the error is told", () => it.read("supervisord.log").includes("the check of nothing could not be made (exit 127)"));
  assert.match(await rowOf(it, "nothing"), /RUNNING/);
  assert.doesNotMatch(it.read("supervisord.log"), /unhealthy: nothing/);
});
