import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import * as arbitrary from "../../test/contract/arbitraries.ts";
import { decodeDaemonFrame, encodeKeeperFrame, welcomeFrames } from "../../test/sim/keeper/codec.ts";
import {
  batchSize,
  decodeKeeperFrame,
  effectSize,
  encodeBatch,
  encodeHello,
  KEY_MAX,
  type KeeperFrame,
  type NumberedBatch,
  stateSize,
} from "./codec.ts";
import { FRAME_MAX } from "./frames.ts";
import { EFFECTS } from "./keepereffects.ts";
import { REPORTS } from "./keeperreports.ts";
import type { Batch, KeeperEffect } from "./messages.ts";
import { WELCOME_FRAMES } from "./welcome.ts";

const HEAD_BYTES = 6;
const EMPTY: Batch = { acknowledged: [], states: [], effects: [] };

const tagOf = (frame: Buffer): number => frame.readUInt16LE(4);
const bodyOf = (frame: Buffer): Buffer => frame.subarray(HEAD_BYTES);
const encode = ({ batch, ...rest }: NumberedBatch): Buffer => encodeBatch(batch, rest);

function readBatch(frame: Buffer): NumberedBatch {
  const read = decodeDaemonFrame(tagOf(frame), bodyOf(frame));
  assert.ok(read.ok && read.value.type === "batch", inspect(read));
  return read.value.value;
}

function readKeeper(frame: Buffer): KeeperFrame {
  const read = decodeKeeperFrame(tagOf(frame), bodyOf(frame));
  assert.ok(read.ok, inspect(read));
  return read.value;
}

test("a batch comes back as it went, and batchSize counts what it takes", () => {
  fc.assert(
    fc.property(arbitrary.batch, (batch) => {
      const frame = encode(batch);
      assert.deepEqual(readBatch(frame), batch);
      assert.equal(frame.readUInt32LE(0), frame.length - 4);
      assert.equal(batchSize(batch as Batch), frame.length - 4);
    }),
  );
});

for (const type of arbitrary.EFFECT_TYPES) {
  test(`the effect ${type} comes back as it went, and effectSize is what it adds`, () => {
    fc.assert(
      fc.property(arbitrary.effectOf(type), (effect) => {
        const frame = encodeBatch(1n, { ...EMPTY, effects: [effect] });
        assert.deepEqual(readBatch(frame).effects, [effect]);
        assert.equal(effectSize(effect), batchSize({ ...EMPTY, effects: [effect] }) - batchSize(EMPTY));
      }),
      { numRuns: 50 },
    );
  });
}

for (const type of arbitrary.REPORT_TYPES) {
  test(`the report ${type} comes back as it went`, () => {
    fc.assert(
      fc.property(arbitrary.reportOf(type), (report) => {
        assert.deepEqual(readKeeper(encodeKeeperFrame({ type: "report", value: report })), { type: "report", value: report });
      }),
      { numRuns: 50 },
    );
  });
}

test("every frame of a welcome comes back as it went", () => {
  fc.assert(
    fc.property(arbitrary.welcome, (welcome) => {
      for (const frame of welcomeFrames(welcome)) assert.deepEqual(readKeeper(encodeKeeperFrame(frame)), frame);
    }),
    { numRuns: 50 },
  );
});

test("hello comes back as it went", () => {
  const frame = encodeHello({ versionMin: 1, versionMax: 7 });
  assert.deepEqual(decodeDaemonFrame(tagOf(frame), bodyOf(frame)), {
    ok: true,
    value: { type: "hello", value: { versionMin: 1, versionMax: 7 } },
  });
});

test("a body that is cut anywhere or has a byte too many is malformed, whatever it holds", () => {
  const frames = fc.oneof(
    arbitrary.batch.map((batch) => ({ decode: decodeDaemonFrame, frame: encode(batch) })),
    arbitrary.report.map((report) => ({ decode: decodeKeeperFrame, frame: encodeKeeperFrame({ type: "report", value: report }) })),
    arbitrary.welcome
      .chain((welcome) => fc.constantFrom(...welcomeFrames(welcome)))
      .map((frame) => ({ decode: decodeKeeperFrame, frame: encodeKeeperFrame(frame) })),
  );
  fc.assert(
    fc.property(frames, fc.nat(), fc.nat(255), ({ decode, frame }, cut, more) => {
      const body = bodyOf(frame);
      if (body.length > 0) assert.equal(kindOf(decode(tagOf(frame), body.subarray(0, cut % body.length))), "malformed");
      assert.equal(kindOf(decode(tagOf(frame), Buffer.concat([body, Buffer.from([more])]))), "malformed");
    }),
    { numRuns: 300 },
  );
});

test("garbage never throws, and what is taken as good is what it would be written as", () => {
  const tags = [1, 2, ...Object.values(REPORTS).map((row) => row.tag), ...Object.values(WELCOME_FRAMES).map((row) => row.tag)];
  fc.assert(
    fc.property(fc.constantFrom(...tags), fc.uint8Array({ maxLength: 200 }), (tag, garbage) => {
      decodeDaemonFrame(tag, Buffer.from(garbage));
      const read = decodeKeeperFrame(tag, Buffer.from(garbage));
      if (read.ok) assert.deepEqual(readKeeper(encodeKeeperFrame(read.value)), read.value);
    }),
    { numRuns: 2000 },
  );
});

test("a flipped byte never throws", () => {
  fc.assert(
    fc.property(arbitrary.batch, fc.nat(), fc.nat(255), (batch, at, value) => {
      const frame = encode(batch);
      const body = bodyOf(frame);
      body[at % body.length] = value;
      decodeDaemonFrame(tagOf(frame), body);
    }),
    { numRuns: 1000 },
  );
});

test("a count or a length of four billion allocates nothing", () => {
  const body = Buffer.alloc(12, 0);
  body.writeUInt32LE(0xffff_ffff, 8);
  assert.equal(kindOf(decodeDaemonFrame(2, body)), "malformed");
  const block = Buffer.alloc(24, 0);
  block.writeUInt32LE(0xffff_ffff, 20);
  assert.equal(kindOf(decodeKeeperFrame(REPORTS.block.tag, block)), "malformed");
});

test("unknown tags are told from malformed frames; unknown effects are kept in their place and the others go on", () => {
  assert.equal(kindOf(decodeKeeperFrame(4711, Buffer.alloc(3))), "unknown");
  assert.equal(kindOf(decodeDaemonFrame(4711, Buffer.alloc(3))), "unknown");
  const effects = [{ type: "ready" } as const, { type: "unknown", tag: 4711 } as const, { type: "exit", code: 3 } as const];
  assert.deepEqual(readBatch(encodeBatch(1n, { ...EMPTY, effects })).effects, effects);
});

test("an unknown effect's body is passed over, whatever it holds; one that leaves its batch is malformed", () => {
  const good = encodeBatch(1n, { ...EMPTY, effects: [{ type: "unknown", tag: 4711 }] });
  const withBody = Buffer.concat([good, Buffer.from("later")]);
  withBody.writeUInt32LE(5, withBody.length - 9);
  assert.deepEqual(readBatch(withBody).effects, [{ type: "unknown", tag: 4711 }]);
  withBody.writeUInt32LE(6, withBody.length - 9);
  assert.equal(kindOf(decodeDaemonFrame(2, bodyOf(withBody))), "malformed");
});

/** Where the body of the only effect begins. */
function effectBody(effect: KeeperEffect): { body: Buffer; at: number } {
  const body = bodyOf(encodeBatch(1n, { ...EMPTY, effects: [effect] }));
  return { body, at: body.length - effectSize(effect) + 6 };
}

test("a value that cannot be makes the batch malformed: booleans, choices, flags, NUL", () => {
  const spoil = (effect: KeeperEffect, offset: number, value: number): string => {
    const { body, at } = effectBody(effect);
    assert.equal(kindOf(decodeDaemonFrame(2, body)), "ok");
    body[at + offset] = value;
    return kindOf(decodeDaemonFrame(2, body));
  };
  const spec = { path: "/log", truncate: false, regularOnly: false, mode: 0o644, limit: 0 };
  assert.equal(spoil({ type: "unlisten", socket: 1, unlink: true }, 4, 2), "malformed");
  assert.equal(spoil({ type: "signal", child: 1, signal: 15, to: "group" }, 8, 2), "malformed");
  assert.equal(spoil({ type: "stream", stream: 1, mode: "asked", sink: 1 }, 4, 2), "malformed");
  assert.equal(spoil({ type: "limit", resource: "nproc", soft: 1n, hard: 1n }, 0, 2), "malformed");
  assert.equal(spoil({ type: "sink-open", sink: 1, spec }, 12, 4), "malformed");
  assert.equal(spoil({ type: "sink-open", sink: 1, spec }, 9, 0), "malformed");
  assert.equal(
    spoil({ type: "verdict", stream: 1, block: 1n, verdict: { kind: "replace", bytes: new Uint8Array(1) } }, 12, 0),
    "malformed",
  );
  assert.equal(spoil({ type: "verdict", stream: 1, block: 1n, verdict: { kind: "as-is" } }, 12, 3), "malformed");
});

test("keys: the longest passes, a longer one is malformed; a deleted state has no value", () => {
  const key = "k".repeat(KEY_MAX);
  const frame = encodeBatch(1n, { ...EMPTY, states: [{ key, value: null }] });
  assert.deepEqual(readBatch(frame).states, [{ key, value: null }]);
  assert.throws(() => encodeBatch(1n, { ...EMPTY, states: [{ key: `${key}k`, value: null }] }), /key is too long/);
  const body = bodyOf(encodeBatch(1n, { ...EMPTY, states: [{ key: "k", value: new Uint8Array(1) }] }));
  body[16 + 4 + 1] = 1;
  assert.equal(kindOf(decodeDaemonFrame(2, body)), "malformed");
});

test("what is read shares no memory with the buffer it came from", () => {
  const frame = encodeKeeperFrame({
    type: "report",
    value: { type: "block", report: 1n, stream: 1, block: 1n, bytes: Buffer.from("abc") },
  });
  const read = readKeeper(frame);
  frame.fill(0);
  assert.ok(read.type === "report" && read.value.type === "block");
  assert.equal(Buffer.from(read.value.bytes).toString(), "abc");
});

test("a batch of exactly FRAME_MAX is written, one byte more is a bug", () => {
  const empty: KeeperEffect = { type: "append", sink: 1, bytes: new Uint8Array(0) };
  const room = FRAME_MAX - batchSize({ ...EMPTY, effects: [empty] });
  const of = (length: number): Batch => ({ ...EMPTY, effects: [{ ...empty, bytes: new Uint8Array(length) }] });
  assert.equal(encodeBatch(1n, of(room)).length, FRAME_MAX + 4);
  assert.throws(() => encodeBatch(1n, of(room + 1)), /broken invariant: a frame of/);
});

test("values that do not fit are a bug and never a wrong frame", () => {
  const write = (effect: KeeperEffect) => () => encodeBatch(1n, { ...EMPTY, effects: [effect] });
  assert.throws(write({ type: "sink-close", sink: -1 }));
  assert.throws(write({ type: "sink-close", sink: 2 ** 32 }));
  assert.throws(write({ type: "datagram", path: "a\0b", bytes: new Uint8Array(0) }), /NUL/);
  assert.throws(
    write({ type: "sink-open", sink: 1, spec: { path: "/x", truncate: false, regularOnly: false, mode: 0, limit: 1.5 } }),
    /a size of 1.5/,
  );
});

test("stateSize is what a state adds", () => {
  fc.assert(
    fc.property(arbitrary.state, (state) => {
      assert.equal(stateSize(state), batchSize({ ...EMPTY, states: [state] }) - batchSize(EMPTY));
    }),
    { numRuns: 50 },
  );
});

test("text that is no Unicode is written as what it is read as", () => {
  const frame = encodeBatch(1n, { ...EMPTY, states: [{ key: "\ud800", value: null }] });
  assert.deepEqual(readBatch(frame).states, [{ key: "\ufffd", value: null }]);
});

test("the page, the tables and the numbers agree", async () => {
  const { readFile } = await import("node:fs/promises");
  const page = await readFile(new URL("../../docs/keeper-protocol.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| (\d+) \| ([a-z-]+) \|/gm)].map((row) => `${row[1]} ${row[2]}`);
  const ours = [
    "1 hello",
    "2 batch",
    ...[EFFECTS, WELCOME_FRAMES, REPORTS].flatMap((table) => Object.entries(table).map(([type, { tag }]) => `${tag} ${type}`)),
  ];
  assert.deepEqual(rows.sort(), ours.sort());
  const kept = [...page.matchAll(/^\| \d+ \| ([a-z-]+) \| (yes|no)\b/gm)].map((row) => [row[1], row[2] === "yes"]);
  assert.deepEqual(Object.fromEntries(kept), Object.fromEntries(Object.entries(REPORTS).map(([type, row]) => [type, row.kept])));
});

function kindOf(read: { ok: true } | { ok: false; error: { kind: string } }): string {
  return read.ok ? "ok" : read.error.kind;
}
