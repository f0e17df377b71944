/** Streams: plain, asked, dropped, and the switch between them; nothing is lost or told twice. */
import assert from "node:assert/strict";
import type { Verdict } from "../../../src/link/messages.ts";
import { actor, asked, begin, type Case, exited, fileIs, greet, log, toFile } from "../case.ts";
import type { Daemon } from "../subject.ts";

const AS_IS: Verdict = { kind: "as-is" };
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Answers every block of a stream until its end; what was in them. */
async function answerAll(d: Daemon, stream: number, verdict: (bytes: Uint8Array) => Verdict): Promise<string> {
  let all = "";
  const handled = new Set<bigint>();
  for (;;) {
    const block = d.reports.find((one) => one.type === "block" && one.stream === stream && !handled.has(one.block));
    if (block?.type === "block") {
      handled.add(block.block);
      d.reports.splice(d.reports.indexOf(block), 1);
      all += text(block.bytes);
      await d.does({ type: "verdict", stream, block: block.block, verdict: verdict(block.bytes) });
      continue;
    }
    if (d.reports.some((one) => one.type === "eof" && one.stream === stream)) return all;
    const seen = d.history.length;
    await d.waitFor(() => d.history.length > seen, `more of stream ${stream}`);
  }
}

export const streamCases: readonly Case[] = [
  {
    name: "plain: every byte is in the file, in order",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["line:first", "flood:500000", "line:last", "exit:0"]));
      await exited(d, 1, 0);
      const all = k.text(`${k.folder}/out1`);
      assert.ok(all.startsWith("first\nxxx") && all.endsWith("xlast\n"));
      assert.equal(all.length, 6 + 500_000 + 5);
    },
  },
  {
    name: "asked: one block at a time, and the child waits when nobody answers",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["out:one", "hold"], { stdout: asked(2) }));
      const block = await d.next("block");
      assert.deepEqual([block.stream, text(block.bytes)], [2, "one"]);
      assert.ok(block.report > 0n);
      await d.does(actor(k, 2, ["flood:3000000", "exit:0"], { stdout: asked(4) }));
      const first = await d.next("block", (one) => one.stream === 4);
      assert.ok(first.bytes.length <= 65_536);
      await k.pass(300);
      assert.equal(d.reports.filter((one) => one.type === "block").length, 0, "no second block before the verdict");
      assert.equal(d.has("exited"), false, "3 MB fit into no pipe");
      await d.does({ type: "verdict", stream: 4, block: first.block, verdict: { kind: "drop" } });
      const second = await d.next("block", (one) => one.stream === 4);
      assert.notEqual(second.block, first.block);
    },
  },
  {
    name: "verdicts: as it is, other bytes, nothing; the file holds just that",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "sink-open", sink: 9, spec: log(k, "asked") });
      await d.next("sink-opened");
      await d.does(actor(k, 1, ["cat"], { stdout: asked(2, 9) }));
      const verdicts: readonly [string, Verdict][] = [
        ["one", AS_IS],
        ["two", { kind: "replace", bytes: Buffer.from("<2>") }],
        ["three", { kind: "drop" }],
        ["four", { kind: "replace", bytes: Buffer.alloc(0) }],
        ["five", AS_IS],
      ];
      for (const [word, verdict] of verdicts) {
        await d.does({ type: "stdin", child: 1, bytes: Buffer.from(word) });
        const block = await d.next("block");
        assert.equal(text(block.bytes), word);
        await d.does({ type: "verdict", stream: 2, block: block.block, verdict });
      }
      await d.does({ type: "stdin-close", child: 1 });
      await exited(d, 1, 0);
      await fileIs(k, "asked", "one<2>five");
    },
  },
  {
    name: "asked: a flood comes whole and in order through answers",
    async run(k) {
      const d = await begin(k);
      await d.does(
        actor(k, 1, ["line:first", "flood:1000000", "line:last", "exit:0"], { stdout: { ...toFile(k, 2, "out1"), mode: "asked" } }),
      );
      const seen = await answerAll(d, 2, () => AS_IS);
      await exited(d, 1, 0);
      assert.equal(seen.length, 6 + 1_000_000 + 5);
      await fileIs(k, "out1", seen);
    },
  },
  {
    name: "a verdict on a block that is not open, or on a stream that is not there, does nothing",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["cat"], { stdout: { ...toFile(k, 2, "out1"), mode: "asked" } }));
      await d.does({ type: "stdin", child: 1, bytes: Buffer.from("a") });
      const block = await d.next("block");
      await d.does(
        { type: "verdict", stream: 2, block: block.block + 1n, verdict: AS_IS },
        { type: "verdict", stream: 77, block: 1n, verdict: AS_IS },
      );
      await d.does(
        { type: "verdict", stream: 2, block: block.block, verdict: AS_IS },
        { type: "verdict", stream: 2, block: block.block, verdict: AS_IS },
      );
      await fileIs(k, "out1", "a");
    },
  },
  {
    name: "sink 0: what comes is dropped and the child does not wait",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["flood:3000000", "exit:4"], { stdout: { stream: 2, mode: "plain", sink: 0, open: null } }));
      await exited(d, 1, 4 << 8);
    },
  },
  {
    name: "plain to asked and back: nothing is lost, doubled or out of order over the switches",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["cat"]));
      const say = (word: string) => d.does({ type: "stdin", child: 1, bytes: Buffer.from(word) });
      await say("one ");
      await fileIs(k, "out1", "one ");
      await d.does({ type: "stream", stream: 2, mode: "asked", sink: 2 });
      await say("two ");
      const block = await d.next("block");
      assert.equal(text(block.bytes), "two ");
      // The block is in the middle of its life: it ends in the old mode.
      await d.does({ type: "stream", stream: 2, mode: "plain", sink: 2 });
      await say("three ");
      await k.pass(50);
      assert.equal(k.text(`${k.folder}/out1`), "one ", "what comes later waits for the block before it");
      await d.does({ type: "verdict", stream: 2, block: block.block, verdict: { kind: "replace", bytes: Buffer.from("TWO ") } });
      await fileIs(k, "out1", "one TWO three ");
      await d.does({ type: "stream", stream: 2, mode: "plain", sink: 0 });
      await say("dropped ");
      await k.pass(50);
      await d.does({ type: "stdin-close", child: 1 });
      await exited(d, 1, 0);
      await fileIs(k, "out1", "one TWO three ");
    },
  },
  {
    name: "two children into one sink: every line whole",
    async run(k) {
      const d = await begin(k);
      await d.does({ type: "sink-open", sink: 50, spec: log(k, "both") });
      const to = (stream: number) => ({ stdout: { stream, mode: "plain" as const, sink: 50, open: null } });
      await d.does(actor(k, 1, ["count:200:0", "exit:0"], to(2)), actor(k, 2, ["count:200:0", "exit:0"], to(4)));
      await Promise.all([exited(d, 1, 0), exited(d, 2, 0)]);
      const lines = k.text(`${k.folder}/both`).trimEnd().split("\n");
      assert.equal(lines.length, 400);
      const pids = new Set(lines.map((line) => line.split(" ")[0]));
      assert.equal(pids.size, 2);
      for (const pid of pids)
        assert.deepEqual(
          lines.filter((line) => line.startsWith(`${pid} `)).map((line) => Number(line.split(" ")[1])),
          Array.from({ length: 200 }, (_, i) => i + 1),
        );
    },
  },
  {
    name: "an asked block outlives its daemon: the next one gets it again, and it is written once",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["out:word", "hold"], { stdout: { ...toFile(k, 2, "out1"), mode: "asked" } }));
      const block = await d.next("block");
      await d.wire.kill();
      const next = await greet(k);
      const again = await next.next("block");
      assert.deepEqual([again.report, again.block, text(again.bytes)], [block.report, block.block, "word"]);
      await next.does({ type: "verdict", stream: 2, block: again.block, verdict: AS_IS });
      await fileIs(k, "out1", "word");
      await next.wire.kill();
      const third = await greet(k);
      await third.round();
      assert.equal(
        third.history.some((one) => one.type === "block"),
        false,
        "a verdict is its acknowledgement",
      );
    },
  },
  {
    name: "while no daemon is there plain streams flow on and a child ends as ever",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["sleep:150", "flood:300000", "line:done", "exit:5"]));
      await d.next("spawned");
      await d.wire.quit(1);
      await k.until(() => k.text(`${k.folder}/out1`).endsWith("done\n"), "the output of a child without a daemon");
      const next = await greet(k);
      assert.equal((await next.next("exited")).waitStatus, 5 << 8);
    },
  },
  {
    name: "more streams ask than there are blocks: all have their turn",
    async run(k) {
      const d = await begin(k);
      const count = 80;
      await d.does(...Array.from({ length: count }, (_, i) => actor(k, i + 1, [`out:${i}`, "hold"], { stdout: asked((i + 1) * 2) })));
      await d.waitFor(() => d.reports.filter((one) => one.type === "block").length >= 64, "64 blocks");
      await k.pass(200);
      assert.equal(d.reports.filter((one) => one.type === "block").length, 64, "BLOCKS_MAX");
      const seen = new Set<number>();
      while (seen.size < count) {
        const block = await d.next("block");
        seen.add(block.stream);
        await d.does({ type: "verdict", stream: block.stream, block: block.block, verdict: { kind: "drop" } });
      }
      assert.equal(seen.size, count);
    },
  },
];
