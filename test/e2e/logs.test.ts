/** Goal: what is in log files, and how little a log that fails hurts. One supervisord at the lowest level, a program per question. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { BIN, Instance, run, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const isRoot = process.getuid?.() === 0;
const asRoot = { skip: isRoot ? false : "needs root" };

describe("logs", () => {
  const it = new Instance({ after });

  const program = (name: string, script: string, options = ""): string =>
    `[program:${name}]\ncommand=sh -c "${script}; sleep 1000"\nstartsecs=0\nstdout_logfile=${it.path(`${name}.log`)}\n${options}`;
  const log = (): string => it.read("supervisord.log");

  before(async () => {
    writeFileSync(it.path("over.log"), "x".repeat(50));
    writeFileSync(it.path("more.ini"), "");
    execFileSync("mkfifo", [it.path("fifo.log")]);
    const shared = `stderr_logfile=${it.path("shared.log")}\nstdout_logfile_maxbytes=50\nstderr_logfile_maxbytes=50\nstdout_logfile_backups=90\nstderr_logfile_backups=90\n`;
    it.configure(
      [
        "[include]\nfiles=more.ini nothing-*.ini\n",
        program("closes", "echo before; exec >&-"),
        program("flood", "head -c 300000 /dev/zero; sleep 0.2; echo end"),
        program("chunk", "printf %%0250d 1; sleep 0.5; echo y", "stdout_logfile_maxbytes=100\nstdout_logfile_backups=5\n"),
        program("over", "printf sixsix", "stdout_logfile_maxbytes=10\n"),
        program("shared", "printf %%030d 1; printf %%030d 2 >&2; printf %%030d 3", shared),
        program("fifo", "head -c 3000000 /dev/zero"),
        program("full", "echo lost", "").replace(it.path("full.log"), "/dev/full").replace(/$/, "stdout_logfile_maxbytes=0\n"),
        program("mine", "echo mine", isRoot ? "user=nobody\n" : ""),
        program("still", "echo here"),
      ].join("\n"),
      "loglevel=blather\n",
    );
    await it.start();
    await until("all run", async () => {
      const all = (await call(it, "supervisor.getAllProcessInfo")) as { statename: string }[];
      return all.every((one) => one.statename === "RUNNING");
    });
  });

  test("LOG-008: remarks of the reader come by their weight, not in their order, and not again after a reread", async () => {
    const warn = log().indexOf("WARN No file matches via include");
    assert.ok(warn > 0 && warn < log().indexOf("INFO Included extra file"), log());
    await call(it, "supervisor.reloadConfig");
    assert.equal(log().split("No file matches via include").length, 2);
  });

  test("LOG-058, LOG-060: a pause is no end, a long text is whole; a program that closes its output early runs on", async () => {
    await until("the flood has come", () => it.read("flood.log").endsWith("end\n"));
    assert.equal(it.read("flood.log").length, 300_004);
    await until("it has spoken", () => it.read("closes.log") === "before\n");
    assert.equal((await info(it, "closes"))["statename"], "RUNNING");
  });

  test("LOG-022, LOG-105: what is written in one piece stays in one file, beyond the limit; clients read the newest file alone", async () => {
    await until("it is rotated", () => it.read("chunk.log") === "y\n");
    assert.equal(it.read("chunk.log.1").length, 250);
    assert.equal(await call(it, "supervisor.readProcessStdoutLog", "chunk", 0, 0), "y\n");
    assert.deepEqual(await call(it, "supervisor.tailProcessStdoutLog", "chunk", 0, 100), ["y\n", 2, false]);
  });

  test("LOG-030: a file that is over its limit already is rotated after the first write", async () => {
    await until("it is rotated", () => it.read("over.log.1").length === 56 && existsSync(it.path("over.log")));
    assert.equal(it.read("over.log"), "");
  });

  test("LOG-031, LOG-053: both channels in one file, rotated by each of them; nothing is lost", async () => {
    const all = (): string =>
      it
        .files()
        .filter((name) => name.startsWith("shared.log"))
        .map((name) => it.read(name))
        .join("");
    await until("all is there", () => all().length === 90);
    for (const last of ["1", "2", "3"]) assert.ok(all().includes(last));
  });

  test("LOG-051: a log is the daemon's, whoever the program is", asRoot, async () => {
    await until("it is there", () => it.read("mine.log") === "mine\n");
    const { uid, mode } = statSync(it.path("mine.log"));
    assert.deepEqual([uid, mode & 0o777], [0, 0o666 & ~process.umask()]);
  });

  test("LOG-057: better: a full disk is told once, in the activity log; the program is not disturbed", async () => {
    await until("it is told", () => log().includes("CRIT cannot write /dev/full (stdout of full): ENOSPC"));
    assert.equal((await info(it, "full"))["statename"], "RUNNING");
  });

  test("LOG-064: better: a log that takes nothing holds its own program, and neither the daemon nor the others", async () => {
    await call(it, "supervisor.stopProcess", "closes");
    await call(it, "supervisor.startProcess", "closes");
    assert.equal((await info(it, "fifo"))["statename"], "RUNNING");
  });

  test("LOG-037: the log of a stopped program may be moved: the next start makes it anew", async () => {
    await until("it is there", () => it.read("still.log") === "here\n");
    await call(it, "supervisor.stopProcess", "still");
    renameSync(it.path("still.log"), it.path("moved.log"));
    await call(it, "supervisor.startProcess", "still");
    await until("it is there again", () => it.read("still.log") === "here\n");
    assert.equal(it.read("moved.log"), "here\n");
  });

  test("LOG-006: every line is in the file and on the console at once, the same in both", async () => {
    await until("both are the same", () => it.output === log());
  });

  test("LOG-059, LOG-062, LOG-111, LOG-113, LOG-137, LOG-141, LOG-149..152, PROC-179, PROC-181, PROC-184, PROC-193, PROC-195: better: nothing about descriptors, polling and traces", () => {
    const never = [
      ...["waitpid", "EINTR", "EBADF", "event caused by", "stopped monitoring", "unexpected read", "unexpected write"],
      ...["uncaptured", "Traceback", "default hostname", "reverse lookup", "indicating nothing"],
    ];
    for (const words of never) assert.ok(!log().includes(words), words);
    assert.match(log(), / (BLAT|TRAC|DEBG) /, "the level is low enough to see them");
  });

  test("LOG-038: SIGHUP opens the activity log anew, with everything else", async () => {
    renameSync(it.path("supervisord.log"), it.path("before.log"));
    it.signal("SIGHUP");
    await until("it is there again", () => log().includes("INFO supervisord started with pid"));
    assert.ok(it.read("before.log").includes("WARN received SIGHUP indicating restart request"));
  });
});

test("LOG-010, LOG-157: better: an activity log that cannot be written is told on the console, without a traceback, and everything goes on", async (t) => {
  const it = new Instance(t);
  it.configure("[program:a]\ncommand=sleep 1000\nstartsecs=0\n");
  writeFileSync(
    it.conf,
    readFileSync(it.conf, "utf8").replace(`logfile=${it.dir}/supervisord.log`, "logfile=/dev/full\nlogfile_maxbytes=0"),
  );
  await it.start();
  await until("it is told", () => it.output.includes("CRIT cannot write /dev/full (the activity log): ENOSPC"));
  await until("the program runs", async () => (await info(it, "a"))["statename"] === "RUNNING");
  assert.doesNotMatch(it.output, /Traceback|^\s+at /m);
});

test("LOG-011: a console whose reader has gone ends nothing, and the file has every line", async (t) => {
  const it = new Instance(t);
  it.configure("[program:a]\ncommand=sleep 1000\nstartsecs=0\n");
  const child = spawn(path.join(BIN, "supervisord"), ["-n", "-c", it.conf], { cwd: it.dir, stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.stdout.destroy();
  await until("it runs", async () => (await info(it, "a").catch(() => undefined))?.["statename"] === "RUNNING");
  await call(it, "supervisor.shutdown");
  assert.equal(await ended, 0);
  assert.match(it.read("supervisord.log"), /INFO spawned: 'a' with pid \d+\n[\s\S]*stopped: a/);
});

test("LOG-056, PROC-224: in the background /dev/stdout is /dev/null; what is wrong with a server is told by the command that was typed", async (t) => {
  const it = new Instance(t);
  it.configure('[program:a]\ncommand=sh -c "echo said; sleep 1000"\nstartsecs=0\nstdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\n');
  const started = await run(path.join(BIN, "supervisord"), ["-c", it.conf], { cwd: it.dir });
  assert.deepEqual(started, { code: 0, stdout: "", stderr: "" });
  await until("it runs", async () => (await info(it, "a").catch(() => undefined))?.["statename"] === "RUNNING");
  const second = await run(path.join(BIN, "supervisord"), ["-c", it.conf], { cwd: it.dir });
  assert.equal(second.code, 2);
  assert.match(second.stderr, /^Error: Another program is already listening/);
  await call(it, "supervisor.shutdown");
  await until("it is gone", () => !existsSync(it.socket));
});
