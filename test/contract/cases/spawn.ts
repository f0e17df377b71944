/** Spawning, signalling, reaping: what a child is born with, where a spawn fails and how it is told. */
import assert from "node:assert/strict";
import {
  actor,
  asked,
  begin,
  type Case,
  EACCES,
  ENOENT,
  exited,
  fileIs,
  lineOf,
  log,
  NO_STREAM,
  SIGKILL,
  SIGTERM,
  spawned,
  toFile,
} from "../case.ts";

const EINVAL = 22;
const ENOTDIR = 20;

export const spawnCases: readonly Case[] = [
  {
    name: "a child is spawned, writes, ends, and everything is told in that order",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["line:hello", "exit:3"]));
      const birth = await spawned(d, 1);
      assert.ok(birth.pid > 0 && birth.monoNs > 0n && birth.wallNs > 1_600_000_000_000_000_000n);
      const end = await exited(d, 1, 3 << 8);
      assert.equal(end.pid, birth.pid);
      assert.ok(end.monoNs >= birth.monoNs && end.wallNs >= birth.wallNs);
      await fileIs(k, "out1", "hello\n");
      const order = d.history.filter((one) => one.report > 0n).map((one) => one.type);
      assert.deepEqual(order, ["spawned", "eof", "exited"]);
      const numbers = d.history.filter((one) => one.report > 0n).map((one) => one.report);
      assert.deepEqual(numbers, [1n, 2n, 3n]);
    },
  },
  {
    name: "a child has its arguments, its environment and nothing else, its directory and its umask",
    async run(k) {
      const d = await begin(k);
      const more = { environment: ["A=1", "EMPTY=", "U=ü"], directory: k.folder, umask: 0o027 };
      await d.does(
        actor(
          k,
          1,
          [
            "print:env:A",
            "print:env:EMPTY",
            "print:env:U",
            "print:env:HOME",
            "print:env:HOLDFAST_KEEPER_FD",
            "print:cwd",
            "print:umask",
            "print:args",
          ],
          more,
        ),
      );
      await exited(d, 1, 0);
      const args =
        "actor print:env:A print:env:EMPTY print:env:U print:env:HOME print:env:HOLDFAST_KEEPER_FD print:cwd print:umask print:args";
      await fileIs(k, "out1", `1\n\nü\n(unset)\n(unset)\n${k.folder}\n027\n${args}\n`);
    },
  },
  {
    name: "the keeper is the parent; its umask is inherited where none is given",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "umask", umask: 0o077 }, actor(k, 1, ["print:ppid", "print:umask"]));
      await exited(d, 1, 0);
      await fileIs(k, "out1", `${k.pid}\n077\n`);
    },
  },
  {
    name: "a child has default signals, three descriptors and a process group of its own",
    only: "real",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["print:signals", "print:fds", "print:pgid"]));
      const { pid } = await spawned(d, 1);
      await exited(d, 1, 0);
      await fileIs(k, "out1", `default\n0 1 2\n${pid}\n`);
    },
  },
  {
    name: "user, groups and limits are set, and the child can open its standard output again",
    only: "real",
    async run(k) {
      if (process.getuid?.() !== 0) return;
      const d = await begin(k);
      const user = { uid: 65_534, gid: 65_533, groups: [65_533, 7] };
      const limits = [{ resource: "nofile" as const, soft: 100n, hard: 200n }];
      await d.does(actor(k, 1, ["print:uid", "print:gid", "print:groups", "print:nofile", "print:reopen"], { user, limits }));
      await exited(d, 1, 0);
      await fileIs(k, "out1", "65534\n65533\n7 65533\n100 200\nreopened\n");
    },
  },
  {
    name: "a program that is not there fails at exec: eof, then spawn-failed with the pid that was",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, [], { path: `${k.folder}/none` }));
      const failed = await d.next("spawn-failed");
      assert.deepEqual([failed.child, failed.step, failed.errno], [1, "exec", ENOENT]);
      assert.ok(failed.pid > 0);
      assert.deepEqual(
        d.history.map((one) => one.type),
        ["eof", "spawn-failed"],
      );
      assert.ok(k.exists(`${k.folder}/out1`), "the log was opened before");
    },
  },
  {
    name: "a file that may not be executed fails at exec with EACCES",
    async run(k) {
      const d = await begin(k);
      k.write(`${k.folder}/data`, "x", 0o644);
      await d.does(actor(k, 1, [], { path: `${k.folder}/data` }));
      const failed = await d.next("spawn-failed");
      assert.deepEqual([failed.step, failed.errno], ["exec", EACCES]);
    },
  },
  {
    name: "a directory that is not there, or is none, fails at chdir",
    async run(k) {
      const d = await begin(k);
      k.write(`${k.folder}/file`, "x");
      await d.does(actor(k, 1, [], { directory: `${k.folder}/none` }), actor(k, 2, [], { directory: `${k.folder}/file` }));
      const first = await d.next("spawn-failed", (one) => one.child === 1);
      const second = await d.next("spawn-failed", (one) => one.child === 2);
      assert.deepEqual([first.step, first.errno, second.step, second.errno], ["chdir", ENOENT, "chdir", ENOTDIR]);
    },
  },
  {
    name: "PROC-074: a log that cannot be opened fails before there is a child: no pid, no eof, and the other log is closed again",
    async run(k) {
      const d = await begin(k);
      const broken = toFile(k, 3, "none/err1");
      await d.does(actor(k, 1, [], { stderr: broken }), actor(k, 2, [], { stdout: { ...broken, stream: 4, sink: 4 } }));
      const first = await d.next("spawn-failed", (one) => one.child === 1);
      const second = await d.next("spawn-failed", (one) => one.child === 2);
      assert.deepEqual([first.step, first.errno, first.pid], ["log-stderr", ENOENT, 0]);
      assert.deepEqual([second.step, second.errno, second.pid], ["log-stdout", ENOENT, 0]);
      assert.equal(
        d.history.some((one) => one.type === "eof"),
        false,
      );
    },
  },
  {
    name: "a log without a path is an error",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, [], { stdout: { stream: 2, mode: "plain", sink: 2, open: log(k, "", { path: "" }) } }));
      const failed = await d.next("spawn-failed");
      assert.equal(failed.step, "log-stdout");
    },
  },
  {
    name: "PROC-123, PROC-135: signals reach the process, and a signal that cannot be is told; one to a child that is gone is not",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["line-on:10:usr1", "exit-on:12:7", "line:ready", "hold"]));
      await k.until(() => k.text(`${k.folder}/out1`) === "ready\n", "ready");
      await d.does({ type: "signal", child: 1, signal: 10, to: "process" });
      await k.until(() => k.text(`${k.folder}/out1`) === "ready\nusr1\n", "usr1");
      await d.does({ type: "signal", child: 1, signal: 99, to: "process" });
      const failed = await d.next("signal-failed");
      assert.deepEqual([failed.child, failed.signal, failed.errno], [1, 99, EINVAL]);
      await d.does({ type: "signal", child: 1, signal: 12, to: "process" });
      await exited(d, 1, 7 << 8);
      await d.does(
        { type: "signal", child: 1, signal: SIGKILL, to: "process" },
        { type: "signal", child: 77, signal: SIGKILL, to: "process" },
      );
      await d.round();
      assert.equal(d.has("signal-failed"), false);
    },
  },
  {
    name: "a signal in the batch of the spawn reaches the child once it is there",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["hold"]), { type: "signal", child: 1, signal: SIGTERM, to: "process" });
      await exited(d, 1, SIGTERM);
      assert.deepEqual(
        d.history.filter((one) => one.type !== "eof").map((one) => one.type),
        ["spawned", "exited"],
      );
    },
  },
  {
    name: "a signal to the group reaches the daughters, one to the process does not",
    only: "real",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["daughter:60000:late", "line:up", "hold"]), actor(k, 2, ["daughter:700:late", "line:up", "hold"]));
      for (const out of ["out1", "out2"]) await k.until(() => k.text(`${k.folder}/${out}`) === "up\n", out);
      await d.does(
        { type: "signal", child: 1, signal: SIGTERM, to: "group" },
        { type: "signal", child: 2, signal: SIGTERM, to: "process" },
      );
      await exited(d, 1, SIGTERM);
      await d.next("eof", (one) => one.child === 1);
      await exited(d, 2, SIGTERM);
      await d.next("eof", (one) => one.child === 2);
      await fileIs(k, "out1", "up\n");
      await fileIs(k, "out2", "up\nlate\n");
    },
  },
  {
    name: "PROC-057: an exit waits for what is in the pipes, at most half a second: a daughter that holds them is not waited for, and her words still arrive",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["daughter:1500:late", "line:early", "exit:0"]));
      const end = await exited(d, 1, 0);
      assert.equal(d.has("eof"), false, "the daughter holds the pipe");
      await fileIs(k, "out1", "early\n");
      const eof = await d.next("eof");
      assert.ok(eof.report > end.report);
      await fileIs(k, "out1", "early\nlate\n");
    },
  },
  {
    name: "forget-child closes the streams that descendants hold open",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["daughter:60000:never", "line:early", "exit:0"]));
      await exited(d, 1, 0);
      await d.does({ type: "forget-child", child: 1 });
      await d.next("eof", (one) => one.stream === 2);
      await fileIs(k, "out1", "early\n");
    },
  },
  {
    name: "PROC-183: an orphan that ends in the keeper's arms is told",
    subreaper: true,
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["daughter:300:", "exit:0"], { stdout: asked(2) }));
      const { pid } = await spawned(d, 1);
      await exited(d, 1, 0);
      const orphan = await d.next("orphan");
      assert.deepEqual([orphan.waitStatus, orphan.report], [0, 0n]);
      assert.notEqual(orphan.pid, pid);
    },
  },
  {
    name: "a child without any stream runs; stderr without a stream goes where stdout goes; with one it does not",
    async run(k) {
      const d = await begin(k);
      await d.does(
        actor(k, 1, ["line:a", "errline:b", "exit:0"], { stdout: NO_STREAM }),
        actor(k, 2, ["line:a", "errline:b", "exit:0"]),
        actor(k, 3, ["line:a", "errline:b", "exit:0"], { stderr: toFile(k, 7, "err3") }),
        actor(k, 4, ["line:a", "errline:b", "exit:0"], { stdout: NO_STREAM, stderr: toFile(k, 9, "err4") }),
      );
      for (const child of [1, 2, 3, 4]) await exited(d, child, 0);
      await fileIs(k, "out2", "a\nb\n");
      await fileIs(k, "out3", "a\n");
      await fileIs(k, "err3", "b\n");
      await fileIs(k, "err4", "b\n");
    },
  },
  {
    name: "PROC-182: many children at once all come and go, each told once",
    async run(k) {
      const d = await begin(k);
      const count = 200;
      await d.does(
        ...Array.from({ length: count }, (_, i) =>
          actor(k, i + 1, [`line:${i}`, `exit:${i % 7}`], { stdout: toFile(k, (i + 1) * 2, `many${i}`) }),
        ),
      );
      for (let child = 1; child <= count; child++) await exited(d, child, ((child - 1) % 7) << 8);
      assert.equal(d.history.filter((one) => one.type === "spawned").length, count);
      assert.equal(d.history.filter((one) => one.type === "exited").length, count);
      for (let i = 0; i < count; i++) assert.equal(k.text(`${k.folder}/many${i}`), `${i}\n`);
    },
  },
  {
    name: "a child killed by somebody else is told like any other",
    only: "real",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["hold"]));
      const { pid } = await spawned(d, 1);
      process.kill(pid, "SIGKILL");
      await exited(d, 1, SIGKILL);
    },
  },
  {
    name: "what a child used is told",
    only: "real",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["flood:2000000", "exit:0"]));
      const end = await exited(d, 1, 0);
      assert.ok(end.maxRssKiB > 100n && end.maxRssKiB < 1_000_000n, String(end.maxRssKiB));
      assert.ok(end.userUs + end.systemUs > 0n);
      assert.equal(await lineOf(k, "out1").then((text) => text.length), 1_999_999);
    },
  },
];
