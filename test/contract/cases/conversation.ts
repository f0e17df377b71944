/** The conversation itself: greeting, batches all or nothing, acknowledgements, the store, frames that cannot be. */
import assert from "node:assert/strict";
import { encodeBatch, encodeHello } from "../../../src/link/codec.ts";
import { actor, begin, type Case, exited, fileIs, greet, log } from "../case.ts";
import { Daemon } from "../subject.ts";
import { readVectors } from "../vectors.ts";

const bytes = (text: string): Buffer => Buffer.from(text);
const EMPTY = { acknowledged: [], states: [], effects: [] };

export const conversationCases: readonly Case[] = [
  {
    name: "the welcome of the first daemon: a version, the keeper's pid, nothing held, nothing to tell",
    async run(k) {
      const d = new Daemon(await k.nextDaemon(), k.until);
      const welcome = await d.hello();
      const { version, keeperPid, quickDeaths, ready, daemonized, children, sinks, streams } = welcome;
      assert.deepEqual(
        { version, keeperPid, quickDeaths, ready, daemonized, children, sinks, streams, stored: welcome.store.size },
        {
          version: 2,
          keeperPid: k.pid,
          quickDeaths: 0,
          ready: false,
          daemonized: false,
          children: [],
          sinks: [],
          streams: [],
          stored: 0,
        },
      );
      assert.equal(welcome.freeSockets, 10);
      assert.deepEqual(
        welcome.sockets.map((one) => [one.socket, one.listening]),
        Array.from({ length: 10 }, () => [0, false]),
      );
      const families = welcome.sockets
        .map((one) => one.family)
        .sort()
        .join();
      assert.equal(families, "inet,inet,inet,inet,inet6,inet6,unix,unix,unix,unix");
      assert.equal(new Set(welcome.sockets.map((one) => one.descriptor)).size, 10);
      await d.does({ type: "ready" });
      await d.round();
      assert.deepEqual(
        d.history.map((one) => one.type),
        ["limited"],
      );
    },
  },
  {
    name: "a range that holds no version of ours is refused with code 3",
    async run(k) {
      const d = new Daemon(await k.nextDaemon(), k.until);
      await d.wire.write(encodeHello({ versionMin: 7, versionMax: 9 }));
      const refused = await d.next("refused");
      assert.deepEqual([refused.batch, refused.code], [0n, 3]);
    },
  },
  {
    name: "a range that reaches further than we do gets our version",
    async run(k) {
      const d = new Daemon(await k.nextDaemon(), k.until);
      assert.equal((await d.hello(1, 9)).version, 2);
    },
  },
  {
    name: "a daemon of version 1 gets version 1, and its successor of version 2 gets that",
    async run(k) {
      const d = new Daemon(await k.nextDaemon(), k.until);
      assert.equal((await d.hello(1, 1)).version, 1);
      await d.does({ type: "ready" }, actor(k, 1, ["line:hello", "exit:3"]));
      await exited(d, 1, 3 << 8);
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      assert.equal((await next.hello(2, 2)).version, 2);
    },
  },
  {
    name: "a batch before the hello is refused and does nothing",
    async run(k) {
      const d = new Daemon(await k.nextDaemon(), k.until);
      await d.send({ states: [{ key: "k", value: bytes("v") }] });
      assert.equal((await d.next("refused")).code, 3);
    },
  },
  {
    name: "the store: put, replace, delete; it outlives the daemon",
    async run(k) {
      const d = await begin(k);
      await d.send({
        states: [
          { key: "a", value: bytes("1") },
          { key: "ü", value: bytes("") },
          { key: "b", value: bytes("2") },
        ],
      });
      await d.send({
        states: [
          { key: "a", value: bytes("11") },
          { key: "b", value: null },
          { key: "none", value: null },
          { key: "k".repeat(512), value: Buffer.from([0, 255]) },
        ],
      });
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      const welcome = await next.hello();
      assert.equal(welcome.ready, true);
      const store = [...welcome.store].map(([key, value]) => [key, Buffer.from(value).toString("hex")]).sort();
      assert.deepEqual(store, [
        ["a", "3131"],
        ["k".repeat(512), "00ff"],
        ["ü", ""],
      ]);
    },
  },
  {
    name: "one key twice in a batch: the later one counts",
    async run(k) {
      const d = await begin(k);
      await d.send({
        states: [
          { key: "a", value: bytes("1") },
          { key: "a", value: null },
          { key: "b", value: null },
          { key: "b", value: bytes("2") },
        ],
      });
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      assert.deepEqual([...(await next.hello()).store.keys()], ["b"]);
    },
  },
  {
    name: "a batch that would overfill the store is refused with code 2, and nothing of it happens",
    async run(k) {
      const d = await begin(k);
      const part = Buffer.alloc(3 * 1024 * 1024, 1);
      for (let i = 0; i < 21; i++) await d.send({ states: [{ key: `part${i}`, value: part }] });
      await d.does({ type: "sink-open", sink: 9, spec: log(k, "other") });
      await d.next("sink-opened");
      const number = await d.send({
        states: [
          { key: "small", value: bytes("x") },
          { key: "too much", value: part },
        ],
        effects: [{ type: "sink-open", sink: 1, spec: log(k, "log") }],
      });
      const refused = await d.next("refused");
      assert.deepEqual([refused.batch, refused.code], [number, 2]);
      await d.send({
        states: [
          { key: "part0", value: null },
          { key: "fits", value: part },
        ],
      });
      await d.round();
      assert.equal(d.has("refused"), false, "room was made in the same batch");
      assert.equal(k.exists(`${k.folder}/log`), false);
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      const keys = new Set((await next.hello()).store.keys());
      assert.ok(keys.has("fits") && !keys.has("small") && !keys.has("too much") && !keys.has("part0"));
    },
  },
  {
    name: "every vector that cannot be is refused with code 1, and the connection goes on",
    async run(k) {
      const d = await begin(k);
      for (const { name, hex } of readVectors("daemon").filter((vector) => vector.verdict === "refused")) {
        await d.wire.write(Buffer.from(hex, "hex"));
        const refused = await d.next("refused");
        assert.equal(refused.code, 1, name);
      }
      await d.round();
      assert.deepEqual(
        d.reports.filter((one) => one.type !== "limited"),
        [],
        "none of them did anything",
      );
    },
  },
  {
    name: "a good effect before a bad one does not happen either",
    async run(k) {
      const d = await begin(k);
      const frame = encodeBatch(9n, {
        ...EMPTY,
        states: [{ key: "k", value: bytes("v") }],
        effects: [
          { type: "sink-open", sink: 1, spec: log(k, "log") },
          { type: "unlisten", socket: 1, unlink: true },
        ],
      });
      frame[frame.length - 1] = 2;
      await d.wire.write(frame);
      const refused = await d.next("refused");
      assert.deepEqual([refused.batch, refused.code], [9n, 1]);
      await d.round();
      assert.equal(k.exists(`${k.folder}/log`), false);
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      assert.equal((await next.hello()).store.size, 0);
    },
  },
  {
    name: "unknown frames and effects are answered and passed over; what stands beside them happens",
    async run(k) {
      const d = await begin(k);
      await d.wire.write(Buffer.from([5, 0, 0, 0, 0x67, 0x12, 1, 2, 3]));
      const frame = await d.next("unknown");
      assert.deepEqual([frame.batch, frame.tag], [0n, 0x1267]);
      await d.wire.write(
        encodeBatch(40n, {
          ...EMPTY,
          effects: [
            { type: "sink-open", sink: 1, spec: log(k, "log") },
            { type: "unknown", tag: 4711 },
            { type: "append", sink: 1, bytes: bytes("x") },
          ],
        }),
      );
      const effect = await d.next("unknown");
      assert.deepEqual([effect.batch, effect.tag], [40n, 4711]);
      await fileIs(k, "log", "x");
    },
  },
  {
    name: "frames in pieces, and many in one piece",
    async run(k) {
      const d = await begin(k);
      const frames = Buffer.concat([
        encodeBatch(1n, { ...EMPTY, effects: [{ type: "sink-open", sink: 1, spec: log(k, "log") }] }),
        ...Array.from({ length: 50 }, (_, i) =>
          encodeBatch(BigInt(i + 2), { ...EMPTY, effects: [{ type: "append", sink: 1, bytes: bytes(`${i} `) }] }),
        ),
      ]);
      for (let at = 0; at < 200; at += 7) await d.wire.write(frames.subarray(at, Math.min(at + 7, 200)));
      await d.wire.write(frames.subarray(200));
      await fileIs(k, "log", Array.from({ length: 50 }, (_, i) => `${i} `).join(""));
    },
  },
  {
    name: "the longest frame is taken",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "sink-open", sink: 1, spec: log(k, "log") });
      await d.next("sink-opened");
      const parts = Array.from({ length: 4 }, (_, i) => ({ type: "append", sink: 1, bytes: Buffer.alloc(1_000_000, 97 + i) }) as const);
      for (const part of parts) {
        await d.does(part);
        const length = 1_000_000 * (parts.indexOf(part) + 1);
        await k.until(() => k.text(`${k.folder}/log`).length === length, "a megabyte");
      }
      await d.send({ states: [{ key: "big", value: Buffer.alloc(4_194_200, 7) }] });
      await d.round();
      assert.equal(d.has("refused"), false);
    },
  },
  {
    name: "a length that cannot be ends the connection",
    async run(k) {
      const d = await begin(k);
      await d.wire.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 0]));
      await d.waitFor(() => d.wire.closed, "the end");
      await greet(k);
    },
  },
  {
    name: "a daemon that dies in the middle of a batch has not sent it",
    async run(k) {
      const d = await begin(k);
      const frame = encodeBatch(1n, {
        ...EMPTY,
        states: [{ key: "half", value: bytes("v") }],
        effects: [{ type: "sink-open", sink: 1, spec: log(k, "log") }],
      });
      await d.wire.write(frame.subarray(0, frame.length - 1));
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      const welcome = await next.hello();
      assert.equal(welcome.store.size, 0);
      assert.deepEqual(welcome.sinks, []);
      await next.round();
      assert.equal(k.exists(`${k.folder}/log`), false);
    },
  },
  {
    name: "what was sent whole before the death has happened",
    async run(k) {
      const d = await begin(k);
      await d.send({
        states: [{ key: "k", value: bytes("v") }],
        effects: [
          { type: "sink-open", sink: 1, spec: log(k, "log") },
          { type: "append", sink: 1, bytes: bytes("last words") },
        ],
      });
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      assert.equal((await next.hello()).store.size, 1);
      await fileIs(k, "log", "last words");
    },
  },
  {
    name: "reports come again to every daemon, with their numbers and in their order, until they are acknowledged",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["exit:1"]));
      const birth = await d.next("spawned");
      const end = await exited(d, 1);
      await d.acknowledge(birth);
      await d.wire.kill();
      const next = await greet(k);
      await next.next("exited");
      assert.deepEqual(
        next.history.map((one) => [one.type, one.report]),
        [
          ["eof", end.report - 1n],
          ["exited", end.report],
        ],
      );
      await next.acknowledge(...next.history, { report: 4711n });
      await next.wire.kill();
      const third = await greet(k);
      await third.round();
      assert.deepEqual(
        third.history.map((one) => one.type),
        ["limited"],
      );
      await third.does(actor(k, 2, ["exit:0"]));
      assert.ok((await third.next("spawned")).report > end.report, "numbers grow");
    },
  },
  {
    name: "the welcome holds the children: running ones, and those whose end is not acknowledged; not those whose is",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["hold"]), actor(k, 2, ["exit:0"]), actor(k, 3, ["exit:0"]));
      const first = await d.next("spawned", (one) => one.child === 1);
      const second = await d.next("spawned", (one) => one.child === 2);
      await exited(d, 2);
      const third = await exited(d, 3);
      await d.next("eof", (one) => one.child === 2);
      await d.acknowledge(third, first);
      await d.wire.kill();
      const next = new Daemon(await k.nextDaemon(), k.until);
      const welcome = await next.hello();
      const children = [...welcome.children].sort((a, b) => a.child - b.child);
      assert.deepEqual(
        children.map(({ child, label, pid, state }) => ({ child, label, pid, state })),
        [
          { child: 1, label: "g:p1", pid: first.pid, state: "running" },
          { child: 2, label: "g:p2", pid: second.pid, state: "exited" },
        ],
      );
      assert.deepEqual([children[0]?.monoNs, children[0]?.wallNs], [first.monoNs, first.wallNs]);
      const streams = welcome.streams.filter((one) => one.child === 1);
      assert.deepEqual(streams, [{ stream: 2, child: 1, mode: "plain", sink: 2, open: true }]);
    },
  },
  {
    name: "an echo comes when everything before it has been begun: stdin that was not taken and signals that failed are told first",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["line-on:10:usr1", "line:up", "hold"]));
      await fileIs(k, "out1", "up\n");
      await d.does(
        { type: "signal", child: 1, signal: 99, to: "process" },
        { type: "stdin", child: 77, bytes: bytes("x") },
        { type: "signal", child: 1, signal: 10, to: "process" },
        { type: "echo", token: 4711 },
        { type: "echo", token: 4711 },
      );
      assert.equal((await d.next("echoed")).token, 4711);
      await d.next("echoed");
      const told = d.history
        .map((one) => one.type)
        .filter((type) => type === "signal-failed" || type === "stdin-failed" || type === "echoed");
      assert.deepEqual(told, ["signal-failed", "stdin-failed", "echoed", "echoed"]);
      await fileIs(k, "out1", "up\nusr1\n");
    },
  },
];
