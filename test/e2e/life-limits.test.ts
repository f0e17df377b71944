/** Goal: what limits a program is what the program sees, as root and not, over deaths of the daemon; and what cannot be set fails by its name. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
/** The right to go first, which root in a container may lack. (capabilities(7)) */
const CAP_SYS_NICE = 23n;
const MAY_GO_FIRST = ((BigInt(`0x${status(process.pid, "CapEff")}`) >> CAP_SYS_NICE) & 1n) === 1n;
const program = (name: string, options: string, command = "sleep 1000"): string =>
  `[program:${name}]\ncommand=${command}\nautostart=false\nautorestart=false\nstartsecs=0\nstartretries=0\n${options}\n`;

async function running(it: Instance, name: string, butNot = 0): Promise<number> {
  await call(it, "supervisor.startProcess", name).catch(() => undefined);
  return await until(`${name} runs`, async () => {
    const { statename, pid, spawnerr } = await info(it, name);
    if (statename === "FATAL") throw new Error(`${name}: ${spawnerr}`);
    return statename === "RUNNING" && pid !== butNot && Number(pid);
  });
}

/** Soft and hard, as the kernel has them. */
function limit(pid: number, name: string): string {
  const line = readFileSync(`/proc/${pid}/limits`, "utf8")
    .split("\n")
    .find((one) => one.startsWith(name));
  return (line ?? "").slice(name.length).trim().split(/\s+/).slice(0, 2).join(" ");
}

/** The word behind a name in /proc/PID/status. */
function status(pid: number, name: string): string {
  return new RegExp(`^${name}:[ \t]*(.*?)[ \t]*$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
}

/** Word 6 is the session, word 19 the priority. (proc_pid_stat(5)) */
function stat(pid: number, word: number): number {
  return Number(
    readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")[word - 3],
  );
}

async function failure(it: Instance, name: string): Promise<string> {
  await call(it, "supervisor.startProcess", name).catch(() => undefined);
  return await until(`${name} is given up`, async () => {
    const { statename, spawnerr } = await info(it, name);
    return statename === "FATAL" && String(spawnerr);
  });
}

describe("limits of programs", () => {
  const it = new Instance({ after });

  before(async () => {
    it.configure(
      [
        program(
          "limited",
          "rlimit_nofile=100:200\nrlimit_core=0:4096\nrlimit_fsize=1MB\nrlimit_cpu=3600\nrlimit_memlock=0\nrlimit_stack=4MB\nnice=19\noom_score_adj=1000\nno_new_privs=true\nsession=true",
        ),
        program("plain", ""),
        program("boxed", "memory_max=64MB\npids_max=50\ncpu_max=50%%"),
        program("shell", `rlimit_nofile=77:88\nstdout_logfile=${it.path("shell.log")}`, 'sh -c "ulimit -Sn; ulimit -Hn; exec sleep 1000"'),
        program("much", "rlimit_nofile=9000000000000000"),
        ...(ROOT
          ? [
              program("grouped", "user=nobody\ngroup=root\nsupplementary_groups=none"),
              program("more", "supplementary_groups=root,nogroup"),
              program("low", "user=nobody\nnice=-10\noom_score_adj=500\nrlimit_core=1MB\nno_new_privs=true"),
            ]
          : []),
      ].join("\n"),
    );
    await it.start();
  });

  test("LIM-001 they are those of the program and of no other, also with the next daemon and after a restart", async () => {
    const seen = async (butNot: number): Promise<number> => {
      const pid = await running(it, "limited", butNot);
      assert.deepEqual(
        ["open files", "core file size", "cpu time", "locked memory", "stack size"].map((name) => limit(pid, `Max ${name}`).split(" ")[0]),
        ["100", "0", "3600", "0", "4194304"],
      );
      assert.deepEqual([limit(pid, "Max open files"), limit(pid, "Max core file size")], ["100 200", "0 4096"]);
      assert.equal(stat(pid, 19), 19);
      assert.equal(stat(pid, 6), pid, "a session of its own");
      assert.equal(status(pid, "NoNewPrivs"), "1");
      assert.equal(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8"), "1000\n");
      return pid;
    };
    const first = await seen(0);
    const plain = await running(it, "plain");
    assert.notEqual(limit(plain, "Max open files"), "100 200");
    assert.deepEqual([status(plain, "NoNewPrivs"), stat(plain, 5)], ["0", plain], "a group of its own");
    const daemon = await until("a daemon", () => it.daemonPid());
    process.kill(daemon, "SIGKILL");
    await until("the next daemon", async () => it.daemonPid() !== daemon && (await call(it, "supervisor.getState").catch(() => false)));
    await call(it, "supervisor.stopProcess", "limited");
    await seen(first);
  });

  test("CGR-003 a limit of a control group is in force, or told not to be, by why and by the log", async () => {
    const pid = await running(it, "boxed");
    const { life } = (await call(it, "holdfast.why", "boxed")) as {
      life: { limits: { option: string; wanted: string; effective: string }[] };
    };
    assert.deepEqual(
      life.limits.map(({ option, wanted }) => `${option} ${wanted}`),
      ["memory_max 64MB", "pids_max 50", "cpu_max 0.5"],
    );
    const log = it.read("supervisord.log");
    for (const { option, wanted, effective } of life.limits) {
      const isInForce = effective === wanted;
      assert.ok(isInForce || effective.startsWith("not enforced: "), effective);
      const told = new RegExp(`WARN cgroups: not available: .*${option}.* of boxed (is|are) not enforced`);
      assert.equal(told.test(log), !isInForce, option);
    }
    const isIn = readFileSync(`/proc/${pid}/cgroup`, "utf8").includes("/boxed:boxed/run");
    assert.equal(
      isIn,
      life.limits.some(({ wanted, effective }) => wanted === effective),
    );
  });

  test("LIM-003 ulimit in the program says the same; SOFT alone leaves the hard limit", async () => {
    await running(it, "shell");
    await until("its words", () => it.read("shell.log") === "77\n88\n");
    const [limited, plain] = [await running(it, "limited"), await running(it, "plain")];
    assert.equal(limit(limited, "Max file size").split(" ")[1], limit(plain, "Max file size").split(" ")[1]);
  });

  test("LIM-002 what cannot be set is a failed start by the name of the option, the value and the errno", async () => {
    assert.equal(await failure(it, "much"), "couldn't set rlimit_nofile to 9000000000000000: EPERM");
    await until("it is told in the log", () =>
      it.read("supervisord.log").includes("couldn't set rlimit_nofile to 9000000000000000: EPERM"),
    );
  });

  test("LIM-001 rights are used before they are given up: groups, and what only root may", { skip: !ROOT && "needs root" }, async () => {
    const grouped = await running(it, "grouped");
    assert.equal(status(grouped, "Uid").split("\t")[0], String(NOBODY));
    assert.deepEqual([status(grouped, "Gid").split("\t")[0], status(grouped, "Groups")], ["0", ""]);
    const more = await running(it, "more");
    assert.deepEqual([status(more, "Uid").split("\t")[0], status(more, "Groups")], ["0", "0 65534"]);
    if (!MAY_GO_FIRST) return assert.equal(await failure(it, "low"), "couldn't set nice to -10: EACCES");
    const low = await running(it, "low");
    assert.deepEqual([stat(low, 19), readFileSync(`/proc/${low}/oom_score_adj`, "utf8"), status(low, "NoNewPrivs")], [-10, "500\n", "1"]);
    assert.equal(limit(low, "Max core file size").split(" ")[0], "1048576");
  });
});
