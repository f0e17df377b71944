/**
 * `npx tsx test/contract/record-vectors.ts`: writes the cases that are not recorded yet into `vectors/`, as JSON (hex and value) and as
 * plain text for the keeper's tests in C. What is recorded already is never changed: a difference is a change of the protocol, and refused.
 */

import { existsSync, writeFileSync } from "node:fs";
import { decodeKeeperFrame } from "../../src/link/codec.ts";
import { decodeDaemonFrame } from "../sim/keeper/codec.ts";
import { type Side, VECTOR_CASES, type VectorCase } from "./vector-cases.ts";
import { plain, readVectors, VECTORS_FOLDER, type Vector, vectorsFile } from "./vectors.ts";

const FRAME_HEAD_BYTES = 6;

for (const side of ["daemon", "keeper"] as const) {
  const recorded = existsSync(vectorsFile(side)) ? readVectors(side) : [];
  const known = new Map(recorded.map((vector) => [vector.name, vector]));
  const fresh: Vector[] = [];
  for (const entry of VECTOR_CASES.filter((one) => one.side === side)) {
    const vector = record(entry);
    const before = known.get(entry.name);
    if (before === undefined) fresh.push(vector);
    else if (before.hex !== vector.hex) throw new Error(`${entry.name} is recorded with other bytes: the protocol would change`);
  }
  const all = [...recorded, ...fresh];
  writeFileSync(vectorsFile(side), `[\n${all.map((vector) => `  ${JSON.stringify(vector)}`).join(",\n")}\n]\n`);
  writeFileSync(
    new URL(`from-${side}.txt`, VECTORS_FOLDER),
    all.map((vector) => `${vector.verdict} ${vector.name} ${vector.hex}\n`).join(""),
  );
  process.stdout.write(`from-${side}: ${recorded.length} recorded before, ${fresh.length} new\n`);
}

function record({ name, verdict, bytes, side }: VectorCase): Vector {
  const read = decode(side, bytes);
  const seen = read.ok ? "good" : read.error.kind === "unknown" ? "unknown" : "refused";
  if (seen !== verdict) throw new Error(`${name} is ${seen}, not ${verdict}`);
  const hex = bytes.toString("hex");
  return read.ok ? { name, verdict, hex, value: plain(read.value) } : { name, verdict, hex };
}

function decode(side: Side, bytes: Buffer): ReturnType<typeof decodeDaemonFrame> | ReturnType<typeof decodeKeeperFrame> {
  const tag = bytes.readUInt16LE(4);
  const body = bytes.subarray(FRAME_HEAD_BYTES);
  return side === "daemon" ? decodeDaemonFrame(tag, body) : decodeKeeperFrame(tag, body);
}
