/** Standard input of children: in order, bounded, closed, refused; and datagrams. */
import assert from "node:assert/strict";
import { actor, begin, type Case, exited, fileIs, spawned } from "../case.ts";

const EPIPE = 32;
const ENOBUFS = 105;
const MEGABYTE = 1024 * 1024;

export const stdinCases: readonly Case[] = [
  {
    name: "what is sent arrives in order, and the end after it",
    async run(k) {
      const d = await begin(k);
      await d.does(
        actor(k, 1, ["cat", "line:end", "exit:0"]),
        ...["a", "b", "c"].map((word) => ({ type: "stdin", child: 1, bytes: Buffer.from(word) }) as const),
        { type: "stdin-close", child: 1 },
      );
      await exited(d, 1, 0);
      await fileIs(k, "out1", "abcend\n");
      assert.equal(d.has("stdin-failed"), false);
    },
  },
  {
    name: "much waits for a child that reads slowly, and arrives whole",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["sleep:100", "cat", "exit:0"]));
      const part = Buffer.alloc(MEGABYTE / 2, "p");
      await d.does(
        { type: "stdin", child: 1, bytes: part },
        { type: "stdin", child: 1, bytes: part.subarray(1) },
        { type: "stdin-close", child: 1 },
      );
      await exited(d, 1, 0);
      assert.equal(k.text(`${k.folder}/out1`).length, MEGABYTE - 1);
      assert.equal(d.has("stdin-failed"), false);
    },
  },
  {
    name: "more than a megabyte waiting: that frame is refused whole, what waits is kept",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["sleep:300", "cat", "exit:0"]));
      await spawned(d, 1);
      const part = Buffer.alloc(MEGABYTE, "p");
      await d.does({ type: "stdin", child: 1, bytes: part }, { type: "stdin", child: 1, bytes: part });
      const failed = await d.next("stdin-failed");
      assert.deepEqual([failed.child, failed.errno, failed.bytesNotTaken], [1, ENOBUFS, MEGABYTE]);
      await d.does({ type: "stdin-close", child: 1 });
      await exited(d, 1, 0);
      assert.equal(k.text(`${k.folder}/out1`).length, MEGABYTE);
    },
  },
  {
    name: "a child that has closed its input, has ended or never was: EPIPE",
    async run(k) {
      const d = await begin(k);
      await d.does(actor(k, 1, ["close-in", "line:closed", "hold"]), actor(k, 2, ["exit:0"]));
      await fileIs(k, "out1", "closed\n");
      await exited(d, 2, 0);
      for (const child of [1, 2, 77]) {
        await d.does({ type: "stdin", child, bytes: Buffer.from("word") });
        const failed = await d.next("stdin-failed");
        assert.deepEqual([failed.child, failed.errno, failed.bytesNotTaken], [child, EPIPE, 4], `child ${child}`);
      }
    },
  },
  {
    name: "input after its close: EPIPE",
    async run(k) {
      const d = await begin(k);
      await d.does(
        actor(k, 1, ["cat", "hold"]),
        { type: "stdin-close", child: 1 },
        { type: "stdin", child: 1, bytes: Buffer.from("late") },
      );
      assert.equal((await d.next("stdin-failed")).errno, EPIPE);
    },
  },
];
