import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StreamEnd } from "./client/stream.ts";
import type { Connector } from "./connector.ts";
import { follow, overlap } from "./logfollower.ts";

type Part = { readonly pieces: readonly string[]; readonly end: StreamEnd };

/** A server whose streams come one after the other. */
const followed = async (...parts: readonly Part[]) => {
  let count = 0;
  const connector: Connector = {
    supervisor: () => assert.fail("not asked"),
    async follow(_path, take) {
      const part = parts[count++];
      if (part === undefined) return { kind: "failed", failure: { kind: "connect", code: "ENOENT" } };
      for (const piece of part.pieces) take(Buffer.from(piece));
      return part.end;
    },
    get: () => assert.fail("not asked"),
  };
  const clock = { monoMs: () => 0, wallMs: () => 0, sleep: async () => undefined };
  let text = "";
  const end = await follow({ connector, clock, path: "/x", signal: new AbortController().signal }, (bytes) => {
    text += bytes.toString();
  });
  return { text, end, connections: count };
};
const BROKEN: StreamEnd = { kind: "broken" };
const LINES = Array.from({ length: 40 }, (_, at) => `line number ${at}\n`).join("");

test("what was shown before the break is not shown again, and nothing is missing", async () => {
  const { text } = await followed(
    { pieces: [LINES.slice(0, 300), LINES.slice(300, 500)], end: BROKEN },
    { pieces: [LINES.slice(200, 550), LINES.slice(550)], end: { kind: "closed" } },
  );
  assert.equal(text, LINES);
});

test("a head that has nothing to do with what was shown is shown whole", async () => {
  const { text } = await followed(
    { pieces: ["old text of the log\n"], end: BROKEN },
    { pieces: ["quite another log\n"], end: { kind: "closed" } },
  );
  assert.equal(text, "old text of the log\nquite another log\n");
});

test("CTL-125: a server that is gone for good ends it quietly", async () => {
  const { end, connections } = await followed({ pieces: ["x\n"], end: BROKEN });
  assert.deepEqual(end, BROKEN);
  assert.equal(connections, 2);
  assert.equal((await followed({ pieces: ["x\n"], end: { kind: "closed" } })).connections, 1, "an end in good order is the end");
});

test("a server that only ever breaks off is given up", async () => {
  const parts = Array.from({ length: 50 }, (): Part => ({ pieces: [], end: BROKEN }));
  const { end, connections } = await followed(...parts);
  assert.deepEqual(end, BROKEN);
  assert.equal(connections, 11);
});

test("the overlap is the longest, and never a chance letter", () => {
  const long = Buffer.from("0123456789abcdefghij");
  assert.equal(overlap(long, Buffer.from("456789abcdefghijNEW")), 16);
  assert.equal(overlap(long, Buffer.from("jklm and so on, long enough")), 0);
  assert.equal(overlap(Buffer.from("short\n"), Buffer.from("short\n")), 6);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 60 }), fc.uint8Array({ maxLength: 40 }), (shared, fresh) => {
      assert.ok(overlap(Buffer.from(shared), Buffer.concat([shared, fresh])) >= shared.length);
    }),
  );
});
