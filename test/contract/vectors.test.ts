import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeKeeperFrame, encodeBatch, encodeHello } from "../../src/link/codec.ts";
import { FRAME_MAX, FrameReader } from "../../src/link/frames.ts";
import { EFFECTS } from "../../src/link/keepereffects.ts";
import { REPORTS } from "../../src/link/keeperreports.ts";
import { WELCOME_FRAMES } from "../../src/link/welcome.ts";
import { decodeDaemonFrame, encodeKeeperFrame } from "../sim/keeper/codec.ts";
import { VECTOR_CASES } from "./vector-cases.ts";
import { plain, readVectors, type Vector } from "./vectors.ts";

const daemon = readVectors("daemon");
const keeper = readVectors("keeper");

type Read = { readonly outcome: Vector["verdict"]; readonly value?: unknown; readonly again?: string };

function readDaemon(bytes: Buffer): Read {
  const read = decodeDaemonFrame(bytes.readUInt16LE(4), bytes.subarray(6));
  if (!read.ok) return { outcome: read.error.kind === "unknown" ? "unknown" : "refused" };
  const frame = read.value;
  const again = frame.type === "hello" ? encodeHello(frame.value) : encodeBatch(frame.value.batch, frame.value);
  return { outcome: "good", value: plain(frame), again: again.toString("hex") };
}

function readKeeper(bytes: Buffer): Read {
  const read = decodeKeeperFrame(bytes.readUInt16LE(4), bytes.subarray(6));
  if (!read.ok) return { outcome: read.error.kind === "unknown" ? "unknown" : "refused" };
  return { outcome: "good", value: plain(read.value), again: encodeKeeperFrame(read.value).toString("hex") };
}

for (const [side, vectors, read] of [
  ["daemon", daemon, readDaemon],
  ["keeper", keeper, readKeeper],
] as const) {
  test(`what the ${side} says is read as recorded and written the same again`, () => {
    for (const { name, verdict, hex, value } of vectors) {
      const bytes = Buffer.from(hex, "hex");
      assert.equal(bytes.readUInt32LE(0), bytes.length - 4, `${name}: length`);
      assert.ok(bytes.length - 4 <= FRAME_MAX, name);
      const seen = read(bytes);
      assert.equal(seen.outcome, verdict, name);
      assert.deepEqual(seen.value, value, name);
      if (verdict === "good") assert.equal(seen.again, hex, name);
    }
  });
}

test("every tag has a vector, and every case is recorded", () => {
  const reportTags = [...Object.values(REPORTS), ...Object.values(WELCOME_FRAMES)].map((row) => row.tag);
  const seen = new Set(
    keeper.filter((vector) => vector.verdict === "good").map((vector) => Buffer.from(vector.hex, "hex").readUInt16LE(4)),
  );
  assert.deepEqual([...seen].sort(), reportTags.sort());
  const effects = new Set<unknown>();
  for (const { value } of daemon)
    for (const effect of (value as { value?: { effects?: { type: string }[] } })?.value?.effects ?? []) effects.add(effect.type);
  assert.deepEqual([...effects].sort(), [...Object.keys(EFFECTS), "unknown"].sort());
  const recorded = new Map([...daemon, ...keeper].map((vector) => [vector.name, vector.hex]));
  for (const { name, bytes } of VECTOR_CASES) assert.equal(recorded.get(name), bytes.toString("hex"), `${name}: run record-vectors.ts`);
});

test("all of them in one stream, a byte at a time, are the frames they are", () => {
  const seen: string[] = [];
  const reader = new FrameReader((tag, body) => seen.push(`${tag} ${body.toString("hex")}`));
  const stream = Buffer.concat(daemon.map((vector) => Buffer.from(vector.hex, "hex")));
  for (let at = 0; at < stream.length; at++) assert.ok(reader.push(stream.subarray(at, at + 1)).ok);
  assert.deepEqual(
    seen,
    daemon.map(({ hex }) => `${Buffer.from(hex, "hex").readUInt16LE(4)} ${hex.slice(12)}`),
  );
});
