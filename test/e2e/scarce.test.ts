/** Goal: where descriptors, processes or memory are scarce a daemon that dies is replaced all the same, or one sentence says what is missing. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { BIN, Instance, isAlive, until } from "./instance.ts";
import { program } from "./programs.ts";
import { call, info } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;

// A program takes five descriptors of the keeper: five limits in a row leave every number over.
for (const limit of [62, 63, 64, 65, 66, 100, 256]) {
  test(`programs have used up the descriptors (ulimit -n ${limit}): a daemon that dies is replaced, again and again`, async (t) => {
    const it = new Instance(t);
    const programs = Math.ceil(limit / 3);
    it.configure(
      `[program:p]\ncommand=sleep 1000\nnumprocs=${programs}\nprocess_name=%(process_num)d\nstartsecs=0\nstartretries=0\n`,
      "minfds=10\nnodaemon=true\n",
    );
    await limited(it, `ulimit -n ${limit}`);
    const states = async (): Promise<string[]> =>
      ((await call(it, "supervisor.getAllProcessInfo")) as { statename: string }[]).map((one) => one.statename);
    await until("as many run as fit", async () => (await states()).every((state) => state === "RUNNING" || state === "FATAL"));
    assert.ok((await states()).includes("FATAL"), "there were descriptors for all");
    for (let times = 0; times < 3; times++) await replaceDaemon(it);
    assert.equal(await call(it, "supervisor.stopProcess", "p:0"), true);
    assert.equal(await call(it, "supervisor.startProcess", "p:0"), true);
  });
}

test("a program takes every process of the control group: a daemon that dies is replaced, and the program is stopped", async (t) => {
  const it = new Instance(t);
  const group = controlGroup(t, 60);
  if (group === null) return t.skip("no control group with a limit of processes can be made here");
  it.configure(
    `[program:forks]\ncommand=${program("forks")}\nautostart=false\nstopasgroup=true\nkillasgroup=true\nstdout_logfile=${it.path("forks.log")}\n`,
    "nodaemon=true\n",
  );
  await limited(it, `echo $$ >${group}/cgroup.procs`);
  await call(it, "supervisor.startProcess", "forks");
  const { pid } = (await info(it, "forks")) as { pid: number };
  await until("no process is left", () => it.read("forks.log").includes("full"));
  await replaceDaemon(it);
  assert.deepEqual([(await info(it, "forks"))["pid"], isAlive(pid)], [pid, true]);
  // The line may be on its way to the disk still. Where processes are that scarce, three daemons may have died before one lived.
  const told = async (): Promise<boolean> => /carries on|without stored states/.test(String(await call(it, "supervisor.readLog", 0, 0)));
  await until("the log says so", told);
  assert.equal(await call(it, "supervisor.stopProcess", "forks"), true);
});

test("too little address space: supervisord starts, or one sentence names the limit", async (t) => {
  for (const kib of [400_000, 600_000, 800_000]) {
    const it = new Instance(t);
    it.configure("", "nodaemon=true\n");
    const child = spawn("bash", ["-c", `ulimit -c 0; ulimit -v ${kib}; exec ${path.join(BIN, "supervisord")} -c ${it.conf}`], {
      cwd: it.dir,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
    t.after(() => child.kill("SIGKILL"));
    await until("it serves or has ended", () => existsSync(it.socket) || child.exitCode !== null);
    child.kill("SIGTERM");
    await ended;
    if (existsSync(it.path("supervisord.log"))) continue;
    assert.match(
      said,
      new RegExp(
        `^supervisord: Node\\.js was ended by signal \\d+ \\(.*\\) before it was ready; .*\\b${Math.floor(kib / 1024)} MiB of address space`,
        "m",
      ),
    );
    assert.equal(child.exitCode !== null && child.exitCode > 128, true, said);
  }
});

test("as root the keeper is the last to be killed where memory is short; programs and daemons have the score it was born with", {
  skip: isRoot ? false : "needs root",
}, async (t) => {
  const it = new Instance(t);
  it.configure(`[program:a]\ncommand=sh -c "cat /proc/self/oom_score_adj; sleep 1000"\nstdout_logfile=${it.path("a.log")}\n`);
  await it.start();
  await until("it has spoken", () => it.read("a.log").endsWith("\n"));
  const born = score("self");
  if (score(it.pid) === born) return t.skip("the score may not be lowered here");
  assert.deepEqual([score(it.pid), score(it.daemonPid() ?? 0), Number(it.read("a.log"))], [-900, born, born]);
});

function score(pid: number | string): number {
  return Number(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8"));
}

/** Starts it behind a line of shell that limits it. */
async function limited(it: Instance, line: string): Promise<void> {
  const wrapper = it.path("limited");
  writeFileSync(wrapper, `#!/bin/sh\n${line}\nexec ${path.join(BIN, "supervisord")} "$@"\n`, { mode: 0o755 });
  await it.start([], wrapper);
}

async function replaceDaemon(it: Instance): Promise<void> {
  const old = it.daemonPid();
  assert.ok(old !== undefined);
  process.kill(old, "SIGKILL");
  await until("another daemon answers", async () => {
    const now = it.daemonPid();
    return now !== undefined && now !== old && (await call(it, "supervisor.getState").catch(() => undefined));
  });
}

/** A control group of either version with so many processes at most, gone with the test; null where none may be made. */
function controlGroup(t: TestContext, processes: number): string | null {
  for (const root of ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]) {
    const group = `${root}/holdfast-e2e-${process.pid}`;
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    t.after(async () => {
      await until("the group is empty", () => readFileSync(`${group}/cgroup.procs`, "utf8") === "");
      rmdirSync(group);
    });
    if (!existsSync(`${group}/pids.max`)) continue;
    writeFileSync(`${group}/pids.max`, String(processes));
    return group;
  }
  return null;
}
