/** The daemon's deaths and the keeper's end: who is started again and when, signals that are forwarded, last wills, becoming a daemon. */
import assert from "node:assert/strict";
import { actor, begin, type Case, exited, fileIs, greet, log, SIGKILL, SIGTERM, spawned } from "../case.ts";
import { Daemon } from "../subject.ts";

const SIGHUP = 1;
const SIGUSR2 = 12;

export const liveCases: readonly Case[] = [
  {
    name: "before the first ready the keeper ends with the daemon's exit code",
    async run(k) {
      const d = await greet(k);
      await d.wire.quit(42);
      await k.until(() => k.exitCode !== null, "the keeper's end");
      assert.equal(k.exitCode, 42);
    },
  },
  {
    name: "before the first ready a daemon killed by a signal ends the keeper with 128 and the signal, and no child is left",
    async run(k) {
      const d = await greet(k);
      await d.does(actor(k, 1, ["ignore:15", "line:up", "hold"]));
      const { pid } = await spawned(d, 1);
      await k.until(() => k.text(`${k.folder}/out1`) === "up\n", "up");
      await d.wire.kill();
      await k.until(() => k.exitCode !== null, "the keeper's end");
      assert.equal(k.exitCode, 128 + SIGKILL);
      await k.until(() => !k.alive(pid), "the child's end");
    },
  },
  {
    name: "after ready a new daemon comes; children do not notice",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["count:100000:5"]));
      const { pid } = await spawned(d, 1);
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      const welcome = await next.hello();
      assert.deepEqual([welcome.ready, welcome.quickDeaths, welcome.keeperPid], [true, 0, k.pid]);
      assert.ok(k.alive(pid));
      await next.does({ type: "signal", child: 1, signal: SIGTERM, to: "process" });
      await exited(next, 1, SIGTERM);
      const numbers = k
        .text(`${k.folder}/out1`)
        .trimEnd()
        .split("\n")
        .map((line) => Number(line.split(" ")[1]));
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
      );
    },
  },
  {
    name: "quick deaths are counted and the next daemon comes later and later; a long life is not lived in this suite",
    async run(k) {
      let d = await begin(k);
      for (const expected of [1, 2, 3]) {
        await d.wire.quit(1);
        const next = new Daemon(await k.nextDaemon(), k.until);
        const welcome = await next.hello();
        assert.equal(welcome.quickDeaths, expected);
        d = next;
      }
    },
  },
  {
    name: "a daemon killed by SIGKILL after its ready has not died young",
    async run(k) {
      const d = await begin(k);
      await d.round();
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      assert.equal((await next.hello()).quickDeaths, 0);
    },
  },
  {
    name: "a daemon killed by SIGKILL before its ready does not count either, and the next one is waited for all the same",
    async run(k) {
      const d = await begin(k);
      await d.wire.quit(1);
      const young = await greet(k);
      await young.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      assert.equal((await next.hello()).quickDeaths, 1);
    },
  },
  {
    name: "a long life resets the count",
    only: "fake",
    async run(k) {
      let d = await begin(k);
      await d.wire.quit(1);
      d = await greet(k);
      await d.does({ type: "ready" });
      await k.pass(11_000);
      await d.wire.quit(1);
      const next = new Daemon(await k.nextDaemon(), k.until);
      assert.equal((await next.hello()).quickDeaths, 0);
    },
  },
  {
    name: "restart-daemon: the next comes at once and it is no quick death",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "restart-daemon" });
      await d.round();
      await d.wire.quit(0);
      const next = new Daemon(await k.nextDaemon(), k.until);
      assert.equal((await next.hello()).quickDeaths, 0);
    },
  },
  {
    name: "exit flushes the sinks and ends with the code; children live on",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["hold"]));
      const { pid } = await spawned(d, 1);
      const lines = Array.from({ length: 100 }, (_, i) => `${i}\n`);
      await d.does(
        { type: "sink-open", sink: 1, spec: log(k, "log") },
        ...lines.map((line) => ({ type: "append", sink: 1, bytes: Buffer.from(line) }) as const),
        { type: "exit", code: 5 },
      );
      await k.until(() => k.exitCode !== null, "the keeper's end");
      assert.equal(k.exitCode, 5);
      await fileIs(k, "log", lines.join(""));
      assert.ok(k.alive(pid), "stop nothing");
    },
  },
  {
    name: "PROC-176: signals become reports, one of a kind until it is acknowledged",
    async run(k) {
      const d = await begin(k);
      await d.round();
      k.signal(SIGHUP);
      const hup = await d.next("signal");
      assert.deepEqual([hup.signal, hup.report > 0n], [SIGHUP, true]);
      k.signal(SIGHUP);
      k.signal(SIGUSR2);
      assert.equal((await d.next("signal")).signal, SIGUSR2);
      await d.round();
      assert.equal(d.has("signal"), false, "HUP is still there");
      await d.acknowledge(hup);
      await d.round();
      k.signal(SIGHUP);
      const again = await d.next("signal");
      assert.ok(again.signal === SIGHUP && again.report > hup.report);
      k.signal(SIGTERM);
      assert.equal((await d.next("signal")).signal, SIGTERM);
      assert.equal(k.exitCode, null);
    },
  },
  {
    name: "a TERM while no daemon is there is kept for the next one",
    async run(k) {
      const d = await begin(k);
      await d.wire.quit(1);
      await d.waitFor(() => d.wire.closed, "the death");
      await k.pass(5);
      k.signal(SIGTERM);
      const next = await greet(k);
      assert.equal((await next.next("signal")).signal, SIGTERM);
    },
  },
  {
    name: "a second TERM while no daemon is there carries out the last wills by rank, and the keeper ends with 0",
    async run(k) {
      const d = await begin(k);
      const will = (rank: number, more: object = {}) => ({
        lastWill: { signal: SIGTERM, waitMs: 400, signalGroup: false, killGroup: false, rank, ...more },
      });
      await d.does(
        actor(k, 1, ["exit-on:15:0", "line:up", "hold"], will(1)),
        actor(k, 2, ["ignore:15", "line:up", "hold"], will(999)),
        actor(k, 3, ["exit-on:10:0", "line:up", "hold"], will(5, { signal: 10 })),
      );
      const pids: number[] = [];
      for (const child of [1, 2, 3]) {
        pids.push((await spawned(d, child)).pid);
        await k.until(() => k.text(`${k.folder}/out${child}`) === "up\n", `child ${child}`);
      }
      // Five quick deaths give us 1.6 s without a daemon.
      let daemon = d;
      for (let i = 0; i < 4; i++) {
        await daemon.wire.quit(1);
        daemon = await greet(k);
      }
      await daemon.wire.quit(1);
      await daemon.waitFor(() => daemon.wire.closed, "the death");
      await k.pass(20);
      k.signal(SIGTERM);
      await k.pass(100);
      k.signal(SIGTERM);
      await k.until(() => !k.alive(pids[1] ?? 0), "the end of the one that ignores TERM");
      await k.until(() => k.exitCode !== null, "the keeper's end");
      assert.equal(k.exitCode, 0);
      for (const pid of pids) assert.equal(k.alive(pid), false);
    },
  },
  {
    name: "daemonize: the keeper says its new pid, and goes on with all it has",
    async run(k) {
      const d = await greet(k);
      await d.send({
        states: [{ key: "k", value: Buffer.from("v") }],
        effects: [
          { type: "sink-open", sink: 1, spec: log(k, "log") },
          { type: "append", sink: 1, bytes: Buffer.from("before ") },
        ],
      });
      await d.does({ type: "daemonize", directory: "/", umask: 0o022 });
      const { pid } = await d.next("daemonized");
      assert.notEqual(pid, 0);
      if (k.kind === "real") {
        await k.until(() => k.exitCode !== null, "the parent's end");
        assert.equal(k.exitCode, 0);
      }
      await d.does(
        { type: "ready" },
        { type: "append", sink: 1, bytes: Buffer.from("after") },
        actor(k, 1, ["print:ppid", "print:cwd", "print:umask"]),
      );
      await exited(d, 1, 0);
      await fileIs(k, "log", "before after");
      await fileIs(k, "out1", `${pid}\n/\n022\n`);
      await d.wire.quit(1);
      const next = new Daemon(await k.nextDaemon(), k.until);
      const welcome = await next.hello();
      assert.deepEqual([welcome.daemonized, welcome.keeperPid, welcome.store.size], [true, pid, 1]);
      await next.does({ type: "exit", code: 0 });
      await k.until(() => !k.alive(pid) || k.kind === "fake", "the end");
    },
  },
  {
    name: "limits and the keeper's own user are told",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "limit", resource: "nofile", soft: 300n, hard: 400n });
      const limited = await d.next("limited");
      assert.deepEqual([limited.resource, limited.errno, limited.soft, limited.hard], ["nofile", 0, 300n, 400n]);
      if (k.kind === "real" && process.getuid?.() !== 0) return;
      await d.does({ type: "become", user: { uid: 65_534, gid: 65_534, groups: [65_534] } });
      const became = await d.next("became");
      assert.deepEqual([became.step, became.errno], ["done", 0]);
      await d.does({ type: "become", user: { uid: 0, gid: 0, groups: [0] } });
      assert.notEqual((await d.next("became")).errno, 0);
    },
  },
  {
    name: "UPG the store is told when it is asked for, and then echoed",
    async run(k) {
      const d = await begin(k);
      const state = (key: string, value: string) => ({ key, value: Buffer.from(value) });
      await d.send({ states: [state("a", "1"), state("b", ""), state("c", "3"), state("long", "x".repeat(100_000))] });
      await d.send({ states: [state("a", "2"), { key: "c", value: null }], effects: [{ type: "recall", token: 7 }] });
      assert.equal((await d.next("echoed")).token, 7);
      const told = d.history.flatMap((one) => (one.type === "recalled" ? [[one.key, Buffer.from(one.value).toString()]] : []));
      assert.deepEqual(told.sort(), [
        ["a", "2"],
        ["b", ""],
        ["long", "x".repeat(100_000)],
      ]);
    },
  },
  {
    name: "UPG the real keeper says its version and what it was built from",
    only: "real",
    async run(k) {
      const d = new Daemon(await k.nextDaemon(), k.until);
      const { keeper } = await d.hello();
      assert.match(`${keeper?.version} ${keeper?.build} ${keeper?.table}`, /^\d+\.\d+\.\d+\S* [0-9a-f]{12} [1-9]\d*$/);
    },
  },
];
