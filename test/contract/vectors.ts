/** The recorded vectors as they lie in `vectors/`: read, and the form in which a frame's value is written down in JSON. */

import { readFileSync } from "node:fs";
import type { KeeperFrame } from "../../src/link/codec.ts";
import type { DaemonFrame } from "../sim/keeper/codec.ts";
import type { Side, VectorCase } from "./vector-cases.ts";

export type Vector = { readonly name: string; readonly verdict: VectorCase["verdict"]; readonly hex: string; readonly value?: unknown };

export const VECTORS_FOLDER = new URL("./vectors/", import.meta.url);

export function vectorsFile(side: Side): URL {
  return new URL(`from-${side}.json`, VECTORS_FOLDER);
}

export function readVectors(side: Side): readonly Vector[] {
  return JSON.parse(readFileSync(vectorsFile(side), "utf8")) as Vector[];
}

/** Bytes as hex, 64-bit numbers as decimal text; the rest is JSON as it is. */
export function plain(frame: DaemonFrame | KeeperFrame): unknown {
  return JSON.parse(
    JSON.stringify(frame, (_key, value: unknown) => {
      if (typeof value === "bigint") return value.toString();
      if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
      // Buffer has a toJSON of its own that JSON.stringify calls before we are asked.
      if (isBufferJson(value)) return Buffer.from(value.data).toString("hex");
      return value;
    }),
  );
}

function isBufferJson(value: unknown): value is { readonly type: "Buffer"; readonly data: number[] } {
  return typeof value === "object" && value !== null && "type" in value && value.type === "Buffer" && "data" in value;
}
