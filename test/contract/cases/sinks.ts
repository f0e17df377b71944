/** Sinks: what is written where, in which order, limits and rotation, failures. */
import assert from "node:assert/strict";
import { actor, begin, type Case, exited, fileIs, greet, log, toFile } from "../case.ts";

const ELOOP = 40;
const EINVAL = 22;
const ENOENT = 2;
const ENOSPC = 28;
const bytes = (text: string): Buffer => Buffer.from(text);

export const sinkCases: readonly Case[] = [
  {
    name: "a sink is opened, appended to in order and closed after what is queued",
    async run(k) {
      const d = await begin(k);
      const lines = Array.from({ length: 300 }, (_, i) => `line ${i}\n`);
      await d.does(
        { type: "sink-open", sink: 1, spec: log(k, "log") },
        ...lines.map((line) => ({ type: "append", sink: 1, bytes: bytes(line) }) as const),
        { type: "sink-close", sink: 1 },
        { type: "append", sink: 1, bytes: bytes("after the close\n") },
      );
      const opened = await d.next("sink-opened");
      assert.deepEqual([opened.sink, opened.errno, opened.regular], [1, 0, true]);
      await fileIs(k, "log", lines.join(""));
      await d.round();
      await fileIs(k, "log", lines.join(""));
    },
  },
  {
    name: "written is answered when all that waits in the sink is in its file, also over a limit and a reopen; at once where there is no sink",
    async run(k) {
      const d = await begin(k);
      await d.does(
        { type: "sink-open", sink: 1, spec: log(k, "log", { limit: 4 }) },
        { type: "append", sink: 1, bytes: bytes("1234") },
        { type: "append", sink: 1, bytes: bytes("5678") },
        { type: "written", token: 1, sink: 1 },
        { type: "written", token: 2, sink: 77 },
      );
      await d.next("limit");
      assert.equal((await d.next("echoed")).token, 2);
      await d.does({ type: "sink-reopen", sink: 1, spec: log(k, "next") });
      assert.equal((await d.next("echoed")).token, 1);
      assert.deepEqual([k.text(`${k.folder}/log`), k.text(`${k.folder}/next`)], ["1234", "5678"]);
      await d.does({ type: "written", token: 3, sink: 1 }, { type: "sink-close", sink: 1 });
      assert.equal((await d.next("echoed")).token, 3);
    },
  },
  {
    name: "opening appends to what is there and says its size; with truncate it begins anew",
    async run(k) {
      const d = await begin(k);
      k.write(`${k.folder}/log`, "old\n");
      await d.does(
        { type: "sink-open", sink: 1, spec: log(k, "log") },
        { type: "append", sink: 1, bytes: bytes("new\n") },
        { type: "sink-close", sink: 1 },
      );
      assert.equal((await d.next("sink-opened")).size, 4n);
      await fileIs(k, "log", "old\nnew\n");
      await d.does({ type: "sink-open", sink: 2, spec: log(k, "log", { truncate: true }) }, { type: "append", sink: 2, bytes: bytes("x") });
      assert.equal((await d.next("sink-opened")).size, 0n);
      await fileIs(k, "log", "x");
    },
  },
  {
    name: "what cannot be opened is told; a link is not followed where only a regular file will do",
    async run(k) {
      const d = await begin(k);
      k.write(`${k.folder}/target`, "");
      k.link(`${k.folder}/link`, "target");
      await d.does(
        { type: "sink-open", sink: 1, spec: log(k, "none/log") },
        { type: "sink-open", sink: 2, spec: log(k, "link", { regularOnly: true }) },
        { type: "sink-open", sink: 3, spec: log(k, "link") },
        { type: "sink-open", sink: 4, spec: { ...log(k, ""), path: "" } },
        { type: "append", sink: 1, bytes: bytes("lost") },
        { type: "append", sink: 3, bytes: bytes("through the link") },
      );
      const errno = async (sink: number): Promise<number> => (await d.next("sink-opened", (one) => one.sink === sink)).errno;
      assert.deepEqual([await errno(1), await errno(2), await errno(3)], [ENOENT, ELOOP, 0]);
      assert.notEqual(await errno(4), 0);
      await fileIs(k, "target", "through the link");
    },
  },
  {
    name: "a device is no regular file: it is opened and said so, or refused where only a regular file will do",
    only: "real",
    async run(k) {
      const d = await begin(k);
      await d.does(
        { type: "sink-open", sink: 1, spec: log(k, "", { path: "/dev/null" }) },
        { type: "sink-open", sink: 2, spec: log(k, "", { path: "/dev/null", regularOnly: true }) },
      );
      const first = await d.next("sink-opened", (one) => one.sink === 1);
      const second = await d.next("sink-opened", (one) => one.sink === 2);
      assert.deepEqual([first.errno, first.regular], [0, false]);
      assert.equal(second.errno, EINVAL);
    },
  },
  {
    name: "the keeper's own output can be a sink",
    only: "real",
    async run(k) {
      const d = await begin(k);
      await d.does(
        { type: "sink-open", sink: 1, spec: log(k, "", { path: "/dev/stderr" }) },
        { type: "append", sink: 1, bytes: bytes("to the console\n") },
      );
      const opened = await d.next("sink-opened");
      assert.deepEqual([opened.errno, opened.regular], [0, false]);
    },
  },
  {
    name: "LOG-057: a full device loses what is written, says so once, and says when it is over",
    only: "real",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "sink-open", sink: 1, spec: log(k, "", { path: "/dev/full" }) });
      assert.equal((await d.next("sink-opened")).errno, 0);
      for (const word of ["four", "five!", "six"]) await d.does({ type: "append", sink: 1, bytes: bytes(word) });
      const error = await d.next("io-error");
      assert.deepEqual([error.sink, error.errno], [1, ENOSPC]);
      assert.ok(error.lostBytes >= 4n);
      await d.does({ type: "sink-reopen", sink: 1, spec: log(k, "good") }, { type: "append", sink: 1, bytes: bytes("kept") });
      const resumed = await d.next("io-resumed");
      assert.equal(resumed.lostBytes, 12n);
      await fileIs(k, "good", "kept");
      assert.equal(d.history.filter((one) => one.type === "io-error").length, 1);
    },
  },
  {
    name: "LOG-028: reopen: what comes later goes to the new file, and a renamed file keeps what it had",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "sink-open", sink: 1, spec: log(k, "log") }, { type: "append", sink: 1, bytes: bytes("one\n") });
      await fileIs(k, "log", "one\n");
      k.rename(`${k.folder}/log`, `${k.folder}/log.1`);
      await d.does({ type: "append", sink: 1, bytes: bytes("two\n") });
      await fileIs(k, "log.1", "one\ntwo\n");
      await d.next("sink-opened");
      await d.does({ type: "sink-reopen", sink: 1, spec: log(k, "log") }, { type: "append", sink: 1, bytes: bytes("three\n") });
      assert.deepEqual(await d.next("sink-opened").then((one) => [one.errno, one.size]), [0, 0n]);
      await fileIs(k, "log", "three\n");
      assert.equal(k.text(`${k.folder}/log.1`), "one\ntwo\n");
    },
  },
  {
    name: "reopen that fails says so, and the old file goes on",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "sink-open", sink: 1, spec: log(k, "log") }, { type: "append", sink: 1, bytes: bytes("one\n") });
      await fileIs(k, "log", "one\n");
      await d.next("sink-opened");
      await d.does({ type: "sink-reopen", sink: 1, spec: log(k, "none/log") }, { type: "append", sink: 1, bytes: bytes("two\n") });
      assert.equal((await d.next("sink-opened")).errno, ENOENT);
      await fileIs(k, "log", "one\ntwo\n");
    },
  },
  {
    name: "at its limit a sink says so and takes nothing more until it is reopened; nothing is lost on the way",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["flood:400000", "exit:0"], { stdout: toFile(k, 2, "out1", { limit: 100_000 }) }));
      let total = 0;
      let file = 0;
      while (total < 400_000) {
        const limit = await d.next("limit");
        assert.equal(limit.sink, 2);
        assert.ok(limit.size >= 100_000n && limit.inode > 0n);
        const held = k.text(`${k.folder}/out1`).length;
        assert.equal(BigInt(held), limit.size);
        await k.pass(60);
        assert.equal(k.text(`${k.folder}/out1`).length, held, "nothing more is written");
        total += held;
        k.rename(`${k.folder}/out1`, `${k.folder}/out1.${++file}`);
        const last = total >= 400_000;
        await d.send({
          acknowledged: [limit.report],
          effects: [{ type: "sink-reopen", sink: 2, spec: log(k, "out1", { limit: last ? 0 : 100_000, regularOnly: true }) }],
        });
        if (!last && 400_000 - total < 100_000) break;
      }
      await exited(d, 1, 0);
      const rest = (): number => k.text(`${k.folder}/out1`).length;
      await k.until(() => total + rest() === 400_000 || total === 400_000, "all of the flood");
    },
  },
  {
    name: "appends wait at the limit as well, and go into the new file in their order",
    async run(k) {
      const d = await begin(k);
      await d.does(
        { type: "sink-open", sink: 1, spec: log(k, "log", { limit: 10 }) },
        { type: "append", sink: 1, bytes: bytes("0123456789") },
      );
      const limit = await d.next("limit");
      await d.does(...["a", "b", "c"].map((word) => ({ type: "append", sink: 1, bytes: bytes(word) }) as const));
      await d.round();
      await fileIs(k, "log", "0123456789");
      k.rename(`${k.folder}/log`, `${k.folder}/log.1`);
      await d.send({ acknowledged: [limit.report], effects: [{ type: "sink-reopen", sink: 1, spec: log(k, "log", { limit: 10 }) }] });
      await fileIs(k, "log", "abc");
    },
  },
  {
    name: "the limit is soft while no daemon is there, and the next one is told",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["sleep:300", "flood:300000", "line:end", "hold"], { stdout: toFile(k, 2, "out1", { limit: 1000 }) }));
      await d.next("spawned");
      await d.wire.kill();
      await d.waitFor(() => d.wire.closed, "the death");
      const next = await k.nextDaemon();
      await k.until(() => k.text(`${k.folder}/out1`).endsWith("end\n"), "all of it, over the limit");
      assert.equal(k.text(`${k.folder}/out1`).length, 300_004);
      const { Daemon } = await import("../subject.ts");
      const successor = new Daemon(next, k.until);
      const welcome = await successor.hello();
      assert.deepEqual(
        welcome.sinks.map((one) => [one.sink, one.path, one.limit, one.regular]),
        [[2, `${k.folder}/out1`, 1000n, true]],
      );
      assert.equal((await successor.next("limit")).sink, 2);
    },
  },
  {
    name: "one limit is told once however much is written, and again to a successor until it is acknowledged",
    async run(k) {
      const d = await begin(k);
      await d.does(
        { type: "sink-open", sink: 1, spec: log(k, "log", { limit: 5 }) },
        ...["12345", "6", "7"].map((word) => ({ type: "append", sink: 1, bytes: bytes(word) }) as const),
      );
      const limit = await d.next("limit");
      await d.wire.kill();
      const next = await greet(k);
      assert.equal((await next.next("limit")).report, limit.report);
      await next.round();
      assert.equal(next.history.filter((one) => one.type === "limit").length, 1);
      // How much was written while no daemon was there is a matter of time; the rest waits for the next file.
      k.rename(`${k.folder}/log`, `${k.folder}/log.1`);
      await next.send({ acknowledged: [limit.report], effects: [{ type: "sink-reopen", sink: 1, spec: log(k, "log") }] });
      await k.until(() => k.text(`${k.folder}/log.1`) + k.text(`${k.folder}/log`) === "1234567", "all of it");
    },
  },
  {
    name: "more than a megabyte waiting is lost, the oldest is kept, and the loss is told",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "sink-open", sink: 1, spec: log(k, "log", { limit: 1 }) }, { type: "append", sink: 1, bytes: bytes("!") });
      const limit = await d.next("limit");
      const part = Buffer.alloc(400_000, "a");
      for (let i = 0; i < 4; i++) await d.does({ type: "append", sink: 1, bytes: part });
      const error = await d.next("io-error");
      assert.ok(error.lostBytes >= 400_000n && error.lostBytes <= 800_000n);
      k.rename(`${k.folder}/log`, `${k.folder}/log.1`);
      await d.send({ acknowledged: [limit.report, error.report], effects: [{ type: "sink-reopen", sink: 1, spec: log(k, "log") }] });
      await k.until(() => k.text(`${k.folder}/log`).length === 800_000, "what was kept");
    },
  },
  {
    name: "sinks are there for the successor with their paths and sizes",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "sink-open", sink: 1, spec: log(k, "log", { limit: 100 }) }, { type: "append", sink: 1, bytes: bytes("12345") });
      await fileIs(k, "log", "12345");
      await d.wire.kill();
      const { Daemon } = await import("../subject.ts");
      const successor = new Daemon(await k.nextDaemon(), k.until);
      assert.deepEqual((await successor.hello()).sinks, [{ sink: 1, path: `${k.folder}/log`, size: 5n, limit: 100n, regular: true }]);
    },
  },
];
