/** Goal: what a child finds when it wakes up. One supervisord, one program per question; each writes what it sees into its log. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { after, before, describe, test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const asRoot = { skip: isRoot ? false : "needs root" };

describe("a child", () => {
  const it = new Instance({ after });

  before(async () => {
    mkdirSync(it.path("private"), { mode: 0o700 });
    writeFileSync(it.path("named.sh"), '#!/bin/sh\necho "$0"\n');
    chmodSync(it.path("named.sh"), 0o755);
    it.configure(
      [
        shows("status", "grep -E '^(SigIgn|SigBlk|SigCgt)' /proc/self/status"),
        shows("descriptors", "ls /proc/self/fd | tr '\\n' ' '; readlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2"),
        shows("limits", "ulimit -n; cat /proc/self/oom_score_adj; nice"),
        shows("order", "i=0; while [ $i -lt 50 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done", "redirect_stderr=true\n"),
        shows("environment", 'echo "$ONLY_CHILD $SUPERVISOR_PROCESS_NAME"', 'environment=MINE="%(program_name)s"\n'),
        shows(
          "numbers",
          'echo "$NUMBER"',
          'numprocs=2\nprocess_name=%(program_name)s_%(process_num)02d\nenvironment=NUMBER="%(process_num)d"\n',
        ),
        shows("argv0", "tr '\\0' ' ' < /proc/self/cmdline | cut -c1-2"),
        shows("masked", "umask", "umask=027\n"),
        ...(isRoot
          ? [
              shows("user", "id -u; id -G; echo again > /dev/stdout; echo $HOME", "user=nobody\n"),
              shows("same", "id -G", "user=root\n"),
              `[program:locked]\ncommand=/bin/true\nuser=nobody\ndirectory=${it.path("private")}\nstartretries=0\nstderr_logfile=${it.path("locked.err")}\n`,
            ]
          : []),
      ].join("\n"),
      'environment=ONLY_CHILD="yes"\n',
    );
    await it.start();
    await until("all have said what they see", () =>
      it
        .files()
        .filter((name) => name.endsWith(".seen"))
        .every((name) => it.read(name) !== ""),
    );
  });

  function shows(name: string, script: string, options = ""): string {
    const quoted = script.replaceAll("%", "%%").replaceAll('"', '\\"');
    return `[program:${name}]\ncommand=sh -c "${quoted}; echo END; sleep 1000"\nstartsecs=0\nstdout_logfile=${seen(name, options)}\n${options}`;
  }

  function seen(name: string, options: string): string {
    return options.includes("numprocs") ? `${it.dir}/%(program_name)s_%(process_num)d.seen` : it.path(`${name}.seen`);
  }

  const said = (name: string): Promise<string> =>
    until(`${name} has spoken`, () =>
      it.read(`${name}.seen`).endsWith("END\n") ? it.read(`${name}.seen`).slice(0, -"END\n".length) : undefined,
    );

  test("PROC-090, CONF-395: every signal has its default disposition and none is blocked; the original leaves SIGPIPE and SIGXFSZ ignored", async () => {
    const text = await said("status");
    assert.match(text, /SigBlk:\s0{16}/);
    assert.match(text, /SigIgn:\s0{16}/);
  });

  test("PROC-089, CONF-367: it sees descriptors 0, 1 and 2 and no others", async () => {
    const text = await said("descriptors");
    assert.match(text, /^0 1 2 3 /, "3 is the folder that ls reads");
    assert.equal(text.match(/pipe:/g)?.length, 3);
  });

  test("PROC-091, PROC-092: limits, OOM score and nice value are those that supervisord was born with", async () => {
    const [files, oom, nice] = (await said("limits")).trim().split("\n");
    assert.ok(Number(files) >= 1024 || files === "unlimited");
    assert.equal(oom, readFileSync("/proc/self/oom_score_adj", "utf8").trim());
    assert.equal(nice, `${getPriority()}`);
  });

  test("PROC-087: redirect_stderr keeps the order between both streams", async () => {
    const lines = (await said("order")).trim().split("\n");
    assert.deepEqual(lines, Array.from({ length: 50 }, (_, i) => [`o${i}`, `e${i}`]).flat());
  });

  test("PROC-097: [supervisord] environment reaches children", async () => {
    assert.equal(await said("environment"), "yes environment\n");
  });

  test("PROC-099: each process of a numprocs group has its own values", async () => {
    assert.deepEqual([await said("numbers_0"), await said("numbers_1")], ["0\n", "1\n"]);
  });

  test("CONF-396: umask of a program", async () => {
    assert.equal(await said("masked"), "0027\n");
  });

  test("PROC-071, CONF-389: argv[0] is the word as written", async () => {
    const pid = (await info(it, "argv0"))["pid"];
    assert.match(readFileSync(`/proc/${pid}/cmdline`, "utf8"), /^sh\0-c\0/);
  });

  test("PROC-101: the user's uid and all groups; the pipe is the user's; HOME stays (PROC-096, CONF-327)", asRoot, async () => {
    const [uid, groups, again, home] = (await said("user")).split("\n");
    assert.equal(uid, "65534");
    assert.equal(groups, "65534");
    assert.equal(again, "again", "/dev/stdout can be opened again");
    assert.equal(home, process.env["HOME"]);
  });

  test("PROC-103: the daemon's own user changes nothing", asRoot, async () => {
    assert.equal((await said("same")).trim(), process.getgroups?.().join(" "));
  });

  test("PROC-100, CONF-392, CONF-393: the folder is entered with the new identity", asRoot, async () => {
    await until("locked gives up", async () => (await info(it, "locked"))["statename"] === "FATAL");
    assert.equal(
      it.read("locked.err"),
      `supervisor: couldn't chdir to ${it.path("private")}: EACCES\nsupervisor: child process was not spawned\n`,
    );
  });

  test("PROC-251, PROC-247: stdin takes UTF-8, nothing is appended, and more than a pipe holds", async () => {
    it.append("more.conf", "");
    assert.equal(await call(it, "supervisor.sendProcessStdin", "status", "x".repeat(200_000)), true);
  });

  test("PROC-248, PROC-249: a reader that does not read: the call says so and nothing of it is taken; the original answers HTTP 500 and keeps it", async () => {
    await assert.rejects(async () => {
      for (let i = 0; i < 10; i++) await call(it, "supervisor.sendProcessStdin", "limits", "x".repeat(300_000));
    }, /FAULT/);
  });

  test("PROC-205: uptime counts from the fork", async () => {
    const { start, now, description } = await info(it, "status");
    assert.match(String(description), /^pid \d+, uptime 0:0\d:\d\d$/);
    assert.ok(Number(now) - Number(start) < 120);
  });
});
