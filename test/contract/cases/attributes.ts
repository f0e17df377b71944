/** Spawns with attributes, notify sockets, ready pipes, and signals to any process: what version 2 of the protocol adds. (KPR-001..006) */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import type { Attribute, Spawn, SpawnWith } from "../../../src/link/messages.ts";
import { actor, begin, type Case, exited, fileIs, greet, lineOf, NO_STREAM, SIGKILL, SIGTERM, spawned } from "../case.ts";
import { Daemon, type Keeper } from "../subject.ts";

const EPERM = 1;
const EINVAL = 22;
const ENOTSUP = 95;
const EADDRINUSE = 98;
const NOBODY = { uid: 65_534, gid: 65_534, groups: [] };
const UNIFIED = "/sys/fs/cgroup/unified";

function withAttributes(spawn: Spawn, ...attributes: Attribute[]): SpawnWith {
  return { ...spawn, type: "spawn-with", with: attributes };
}

/** A child with a notify socket of its own, which its environment names. */
function notifier(k: Keeper, child: number, words: readonly string[]): SpawnWith {
  const address = `holdfast-contract/${k.pid}/${child}`;
  return withAttributes(actor(k, child, words, { environment: [`NOTIFY_SOCKET=@${address}`] }), { kind: "notify", address });
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** When a process was started, as the kernel counts: the 22nd word of its line. */
function startTicks(pid: number): bigint {
  const words = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return BigInt(words[19] ?? "");
}

export const attributeCases: readonly Case[] = [
  {
    name: "a spawn with no attributes is a spawn",
    async run(k) {
      const d = await begin(k);
      await d.does(withAttributes(actor(k, 1, ["line:hello", "exit:3"])));
      await exited(d, 1, 3 << 8);
      await fileIs(k, "out1", "hello\n");
    },
  },
  {
    name: "KPR-006 an unknown kind and a value that cannot be fail the spawn before there is a child, and nothing else",
    async run(k) {
      const d = await begin(k);
      const wrong: readonly (readonly [Attribute, number])[] = [
        [{ kind: "unknown", number: 4711, value: Buffer.from([1]) }, ENOTSUP],
        [{ kind: "unknown", number: 6, value: Buffer.alloc(0) }, ENOTSUP],
        [{ kind: "wrong", number: 3, value: Buffer.from([20, 0, 0, 0]) }, EINVAL],
        [{ kind: "wrong", number: 4, value: Buffer.alloc(3) }, EINVAL],
        [{ kind: "wrong", number: 10, value: Buffer.from([2]) }, EINVAL],
        [{ kind: "wrong", number: 9, value: Buffer.from([0, 0, 0, 0]) }, EINVAL],
        [{ kind: "wrong", number: 2, value: Buffer.from([1]) }, EINVAL],
      ];
      for (const [index, [attribute, errno]] of wrong.entries()) {
        const child = index + 1;
        await d.does(withAttributes(actor(k, child, ["line:never"]), { kind: "session" }, attribute));
        const failed = await d.next("spawn-failed", (one) => one.child === child);
        assert.deepEqual([failed.step, failed.errno, failed.pid], ["attribute", errno, 0]);
      }
      await d.does(actor(k, 20, ["exit:0"]));
      await exited(d, 20, 0);
      assert.equal(d.has("eof"), true);
    },
  },
  {
    name: "LIM-001 limits, nice, the score, the session and no_new_privs are those of the child, and of no other",
    only: "real",
    async run(k) {
      const d = await begin(k);
      const facts = ["print:rlimit:4", "print:rlimit:1", "print:nice", "print:nnp", "print:file:/proc/self/oom_score_adj", "print:fds"];
      const attributes: Attribute[] = [
        {
          kind: "rlimits",
          limits: [
            { resource: 4, soft: 0n, hard: 4096n },
            { resource: 1, soft: 1_000_000n, hard: 2n ** 64n - 1n },
          ],
        },
        { kind: "session" },
        { kind: "nice", nice: 7 },
        { kind: "oom-score-adj", score: 321 },
        { kind: "no-new-privs" },
      ];
      await d.does(withAttributes(actor(k, 1, [...facts, "print:sid", "exit:0"]), ...attributes));
      const { pid } = await spawned(d, 1);
      await exited(d, 1, 0);
      await fileIs(k, "out1", `0 4096\n1000000 -1\n7\n1\n321\n0 1 2\n${pid}\n`);
      await d.does(actor(k, 2, ["print:rlimit:1", "print:nnp"]));
      await exited(d, 2, 0);
      await fileIs(k, "out2", "-1 -1\n0\n");
    },
  },
  {
    name: "LIM-002 what cannot be set fails at its own step, with the resource of a limit",
    only: "real",
    async run(k) {
      if (!isRoot()) return;
      const d = await begin(k);
      const wrong: readonly (readonly [Attribute, string, number])[] = [
        [
          {
            kind: "rlimits",
            limits: [
              { resource: 4, soft: 1n, hard: 1n },
              { resource: 7, soft: 2n ** 62n, hard: 2n ** 62n },
            ],
          },
          "rlimit-nofile",
          EPERM,
        ],
        [{ kind: "rlimits", limits: [{ resource: 13, soft: 2n, hard: 1n }] }, "rlimit-nice", EINVAL],
        [{ kind: "cgroup", path: `${k.folder}/none` }, "cgroup", 2],
      ];
      for (const [index, [attribute, step, errno]] of wrong.entries()) {
        const child = index + 1;
        await d.does(withAttributes(actor(k, child, ["line:never"]), attribute));
        const failed = await d.next("spawn-failed", (one) => one.child === child);
        assert.deepEqual([failed.step, failed.errno, failed.pid > 0], [step, errno, true]);
      }
    },
  },
  {
    name: "a daemon of version 1 is told of a step that it has no number for as of one for limits",
    only: "real",
    async run(k) {
      const d = await begin(k);
      await d.does(withAttributes(actor(k, 1, []), { kind: "cgroup", path: `${k.folder}/none` }));
      assert.equal((await d.next("spawn-failed")).step, "cgroup");
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      await next.hello(1, 1);
      assert.equal((await next.next("spawn-failed")).step, "rlimit");
    },
  },
  {
    name: "KPR-003 the ready pipe: a newline is told once, what stands before it is passed over",
    async run(k) {
      const d = await begin(k);
      await d.does(
        withAttributes(actor(k, 1, ["sleep:50", "ready-fd:7", "line:up", "hold"]), { kind: "ready-fd", descriptor: 7 }),
        actor(k, 2, ["ready-fd:7", "line:up", "exit:0"]),
      );
      const ready = await d.next("ready");
      assert.deepEqual([ready.child, ready.how, ready.report > 0n, ready.monoNs > 0n], [1, "newline", true, true]);
      await exited(d, 2, 0);
      await d.does({ type: "signal", child: 1, signal: SIGKILL, to: "process" });
      await exited(d, 1, SIGKILL);
      assert.equal(d.history.filter((one) => one.type === "ready").length, 1);
      const order = d.history.filter((one) => "child" in one && one.child === 1).map((one) => one.type);
      assert.deepEqual(order, ["spawned", "ready", "eof", "exited"]);
    },
  },
  {
    name: "KPR-003 the end of the ready pipe is told once, when it is closed or with the child",
    async run(k) {
      const d = await begin(k);
      await d.does(
        withAttributes(actor(k, 1, ["close-fd:3", "hold"]), { kind: "ready-fd", descriptor: 3 }),
        withAttributes(actor(k, 2, ["exit:0"]), { kind: "ready-fd", descriptor: 200 }),
      );
      assert.equal((await d.next("ready", (one) => one.child === 1)).how, "end");
      await exited(d, 2, 0);
      assert.equal((await d.next("ready", (one) => one.child === 2)).how, "end");
      const order = d.history.filter((one) => "child" in one && one.child === 2).map((one) => one.type);
      assert.ok(order.indexOf("ready") < order.indexOf("exited"), order.join());
      await d.wire.kill();
      const next = await greet(k);
      await next.round();
      assert.equal(next.history.filter((one) => one.type === "ready").length, 2, "kept until it is acknowledged");
      await next.acknowledge(...next.history.filter((one) => one.type === "ready"));
      await next.wire.kill();
      const third = await greet(k);
      await third.round();
      assert.equal(third.has("ready"), false);
    },
  },
  {
    name: "RDY-007 other bytes in the ready pipe are no readiness; every descriptor from 3 on will do; other children never have it",
    only: "real",
    async run(k) {
      const d = await begin(k);
      for (const descriptor of [3, 4, 5, 9, 30, 255]) {
        await d.does(
          withAttributes(
            actor(k, descriptor, ["print:fds", `put-fd:${descriptor}:almost`, "line:said", "sleep:100", `ready-fd:${descriptor}`, "hold"]),
            {
              kind: "ready-fd",
              descriptor,
            },
          ),
        );
        await k.until(() => k.text(`${k.folder}/out${descriptor}`) === `0 1 2 ${descriptor}\nsaid\n`, "its descriptors");
        assert.equal((await d.next("ready", (one) => one.child === descriptor)).how, "newline");
      }
      await d.does(actor(k, 1, ["print:fds"]));
      await exited(d, 1, 0);
      await fileIs(k, "out1", "0 1 2\n");
      assert.equal(d.history.filter((one) => one.type === "ready").length, 6);
    },
  },
  {
    name: "KPR-001 a message is told with who sent it, and kept until it is acknowledged",
    async run(k) {
      const d = await begin(k);
      await d.does(notifier(k, 1, ["notify:READY=1", "notify:STATUS=ü", "hold"]));
      const { pid } = await spawned(d, 1);
      const first = await d.next("notified");
      const second = await d.next("notified");
      assert.deepEqual([first.child, first.pid, Buffer.from(first.bytes).toString()], [1, pid, "READY=1"]);
      assert.equal(Buffer.from(second.bytes).toString(), "STATUS=ü");
      assert.ok(first.report > 0n && first.monoNs > 0n);
      await d.acknowledge(first);
      await d.wire.kill();
      const next = await greet(k);
      await next.next("notified");
      assert.deepEqual(
        next.history.filter((one) => one.type === "notified").map((one) => one.report),
        [second.report],
      );
    },
  },
  {
    name: "KPR-001 a message like the last one waits as one with it",
    async run(k) {
      const d = await begin(k);
      const pings = Array.from({ length: 10 }, () => "notify:WATCHDOG=1");
      await d.does(notifier(k, 1, [...pings, "notify:STATUS=x", "notify:WATCHDOG=1", "line:said", "hold"]));
      await fileIs(k, "out1", "said\n");
      await d.round();
      const texts = (): string[] => d.history.flatMap((one) => (one.type === "notified" ? [Buffer.from(one.bytes).toString()] : []));
      await d.waitFor(() => texts().length >= 3, "three messages");
      assert.deepEqual(texts(), ["WATCHDOG=1", "STATUS=x", "WATCHDOG=1"]);
    },
  },
  {
    name: "KPR-001 sixteen messages wait at most; the others come when those are acknowledged, and none is lost",
    async run(k) {
      const d = await begin(k);
      const words = Array.from({ length: 40 }, (_, i) => `notify:STATUS=${i}`);
      await d.does(notifier(k, 1, [...words, "line:said", "exit:0"]));
      const told = (): bigint[] => d.history.flatMap((one) => (one.type === "notified" ? [one.report] : []));
      await d.waitFor(() => told().length === 16, "sixteen");
      await d.round();
      assert.equal(told().length, 16);
      for (let done = 0; done < 40; done++) {
        await d.waitFor(() => told().length > done, `message ${done}`);
        await d.acknowledge({ report: told()[done] as bigint });
      }
      await exited(d, 1, 0);
      const texts = d.history.flatMap((one) => (one.type === "notified" ? [Buffer.from(one.bytes).toString()] : []));
      assert.deepEqual(
        texts,
        words.map((word) => word.slice("notify:".length)),
      );
    },
  },
  {
    name: "KPR-002 what was sent before the end is told before it, though the sender has gone",
    async run(k) {
      const d = await begin(k);
      await d.does(notifier(k, 1, ["notify:A", "notify:B", "notify:C", "exit:0"]));
      await exited(d, 1, 0);
      const order = d.history.filter((one) => one.type !== "eof").map((one) => one.type);
      assert.deepEqual(order, ["spawned", "notified", "notified", "notified", "exited"]);
    },
  },
  {
    name: "KPR-006 messages of every length: none ends anything, those over 4096 bytes are dropped, an empty one is one",
    only: "real",
    async run(k) {
      const d = await begin(k);
      const lengths = [0, 1, 4095, 4096, 4097, 60_000];
      await d.does(notifier(k, 1, [...lengths.map((length) => `notify-long:${length}`), "line:said", "exit:0"]));
      await exited(d, 1, 0);
      const seen = d.history.flatMap((one) => (one.type === "notified" ? [one.bytes.length] : []));
      assert.deepEqual(seen, [0, 1, 4095, 4096]);
      await fileIs(k, "out1", "said\n");
    },
  },
  {
    name: "RDY-009 descriptors that come along are closed at once; the sender's user is the kernel's word",
    only: "real",
    async run(k) {
      if (!isRoot()) return;
      const d = await begin(k);
      await d.does({ ...notifier(k, 1, ["barrier", "exit:0"]), user: NOBODY });
      const message = await d.next("notified");
      assert.deepEqual([message.uid, Buffer.from(message.bytes).toString()], [NOBODY.uid, "BARRIER=1"]);
      await exited(d, 1, 0);
      await fileIs(k, "out1", "closed\n");
    },
  },
  {
    name: "an address that is taken fails the spawn; it is free again when the exit was acknowledged",
    only: "real",
    async run(k) {
      const d = await begin(k);
      const first = notifier(k, 1, ["exit:0"]);
      await d.does(first);
      const end = await exited(d, 1, 0);
      await d.does({ ...first, child: 2, stdout: NO_STREAM });
      const failed = await d.next("spawn-failed");
      assert.deepEqual([failed.step, failed.errno, failed.pid], ["attribute", EADDRINUSE, 0]);
      await d.acknowledge(end);
      await d.does({ ...first, child: 3, stdout: NO_STREAM });
      await exited(d, 3, 0);
      await d.does(withAttributes(actor(k, 4, []), { kind: "notify", address: "x".repeat(200) }));
      assert.deepEqual([(await d.next("spawn-failed")).errno], [EINVAL]);
    },
  },
  {
    name: "KILL-003 subreaper: orphans come to the keeper, and signal-process reaches whoever was started then, and nobody else",
    only: "real",
    async run(k) {
      const d = await begin(k);
      await d.does(withAttributes(actor(k, 1, ["stray", "exit:0"]), { kind: "subreaper" }));
      await exited(d, 1, 0);
      const daughter = Number(await lineOf(k, "out1"));
      const ticks = startTicks(daughter);
      const signal = (pid: number, start: bigint): Promise<bigint> =>
        d.does({ type: "signal-process", pid, startTicks: start, signal: SIGKILL });
      await signal(daughter, ticks + 1n);
      await signal(k.pid, startTicks(k.pid));
      await signal(d.wire.pid, startTicks(d.wire.pid));
      await signal(-1, 0n);
      await signal(0, 0n);
      await signal(2 ** 31 - 1, 0n);
      await d.round();
      assert.ok(k.alive(daughter) && k.alive(k.pid) && k.alive(d.wire.pid));
      await signal(daughter, ticks);
      const orphan = await d.next("orphan", (one) => one.pid === daughter);
      assert.equal(orphan.waitStatus, SIGKILL);
    },
  },
  {
    name: "signal-process reaches a child by pid and start",
    only: "fake",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["hold"]));
      const { pid, monoNs } = await spawned(d, 1);
      await d.does({ type: "signal-process", pid, startTicks: monoNs / 10_000_000n + 1n, signal: SIGKILL });
      await d.round();
      assert.equal(d.has("exited"), false);
      await d.does({ type: "signal-process", pid, startTicks: monoNs / 10_000_000n, signal: SIGKILL });
      await exited(d, 1, SIGKILL);
    },
  },
  {
    name: "CGR-002 a child joins its cgroup before it runs, and a last will ends all of it",
    only: "real",
    async run(k) {
      const folder = `${UNIFIED}/holdfast-contract-${k.pid}`;
      try {
        mkdirSync(folder);
      } catch {
        return; // No cgroup of version 2 that we may use.
      }
      try {
        const d = await begin(k);
        const lastWill = { signal: 10, waitMs: 50, signalGroup: false, killGroup: false, rank: 0 };
        const words = ["ignore:10", "stray", "print:file:/proc/self/cgroup", "hold"];
        await d.does(withAttributes(actor(k, 1, words, { lastWill }), { kind: "cgroup", path: folder }));
        await lineOf(k, "out1");
        const members = (): string[] => readFileSync(`${folder}/cgroup.procs`, "utf8").split("\n").filter(Boolean);
        await k.until(() => members().length === 2, "the child and its stray");
        await d.wire.kill();
        const ended = (): boolean => {
          if (k.exitCode === null) k.signal(SIGTERM);
          return k.exitCode !== null;
        };
        await k.until(ended, "the keeper's end after its second TERM");
        await k.until(() => members().length === 0, "the end of all of it");
      } finally {
        await k.until(() => removed(folder), "an empty cgroup");
      }
    },
  },
];

function removed(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
