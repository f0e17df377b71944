/**
 * The state of a stream in the keeper's store: one small record, written when `passBlock` returned another state, and one record for each chunk of a
 * capture, as `StreamStep.chunks` says.
 */
import { fromBase64, seal, sealJson, toBase64, unseal, unsealJson } from "../events/record.ts";
import { ok, refuse, type Result } from "../result.ts";
import type { Capture } from "./capture.ts";
import type { StreamState } from "./pipeline.ts";
import type { StripState } from "./strip.ts";

const VERSION = 1;

type StreamRecord = {
  readonly capturing: boolean;
  readonly held: string;
  readonly first: number;
  readonly chunks: number;
  readonly skip: number;
  readonly rest: string;
  readonly strip: StripState;
  readonly cutCharacter: string;
  readonly heldLine: string;
};

export function streamRecord(state: StreamState): Uint8Array {
  const { tokens, capture, strip, cutCharacter, heldLine } = state;
  const record: StreamRecord = {
    capturing: tokens.capturing,
    held: toBase64(tokens.held),
    first: capture.first,
    chunks: capture.chunks.length,
    skip: capture.skip,
    rest: toBase64(capture.rest),
    strip,
    cutCharacter: toBase64(cutCharacter),
    heldLine: toBase64(heldLine),
  };
  return sealJson(VERSION, record);
}

export function chunkRecord(chunk: Uint8Array): Uint8Array {
  return seal(VERSION, chunk);
}

/** `chunks` are the stream's chunk records by number. Refuses with what is wrong: the stream then begins anew, with NEW_STREAM. */
export function restoreStream(record: Uint8Array, chunks: ReadonlyMap<number, Uint8Array>): Result<StreamState, string> {
  const opened = unsealJson(VERSION, record);
  if (!opened.ok) return opened;
  if (!isStreamRecord(opened.value)) return refuse("it is not a stream");
  const stored = opened.value;
  const capture = restoreCapture(stored, chunks);
  if (!capture.ok) return capture;
  return ok({
    tokens: { capturing: stored.capturing, held: fromBase64(stored.held) },
    capture: capture.value,
    strip: stored.strip,
    cutCharacter: fromBase64(stored.cutCharacter),
    heldLine: fromBase64(stored.heldLine),
  });
}

function restoreCapture(stored: StreamRecord, records: ReadonlyMap<number, Uint8Array>): Result<Capture, string> {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < stored.chunks; at++) {
    const record = records.get(stored.first + at);
    if (record === undefined) return refuse("a part of its capture is missing");
    const chunk = unseal(VERSION, record);
    if (!chunk.ok) return chunk;
    chunks.push(chunk.value);
  }
  return ok({ first: stored.first, chunks, skip: stored.skip, rest: fromBase64(stored.rest) });
}

/** The checksum says that we wrote it; this says that it is what we think. */
function isStreamRecord(value: unknown): value is StreamRecord {
  if (typeof value !== "object" || value === null) return false;
  const { capturing, held, first, chunks, skip, rest, strip, cutCharacter, heldLine } = value as Partial<StreamRecord>;
  if (typeof capturing !== "boolean" || (strip !== "text" && strip !== "escape" && strip !== "sequence")) return false;
  return [first, chunks, skip].every(Number.isFinite) && [held, rest, cutCharacter, heldLine].every((text) => typeof text === "string");
}
