/**
 * The state of a stream in the keeper's store: one small record, written when `passBlock` returned another state, and one record for each chunk of a
 * capture, as `StreamStep.chunks` says. The small record carries the version and the lengths of its chunks; whatever lies in the store, reading it gives
 * a state or a refusal.
 */
import { fromBase64, toBase64 } from "../bytes.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { Capture } from "./capture.ts";
import type { StreamState } from "./pipeline.ts";
import type { StripState } from "./strip.ts";

const VERSION = 1;

type StreamRecord = {
  readonly version: typeof VERSION;
  readonly capturing: boolean;
  readonly held: string;
  readonly first: number;
  /** The length of each. */
  readonly chunks: readonly number[];
  readonly skip: number;
  readonly rest: string;
  readonly strip: StripState;
  readonly cutCharacter: string;
  readonly heldLine: string;
  readonly match?: { readonly strip: StripState; readonly half: string };
  readonly line?: string;
  /** The number of the block, and how much of it. */
  readonly taken?: readonly [block: string, bytes: number];
};

export function streamRecord(state: StreamState): Uint8Array {
  const { tokens, capture, strip, cutCharacter, heldLine, match, line, taken } = state;
  const record: StreamRecord = {
    version: VERSION,
    capturing: tokens.capturing,
    held: toBase64(tokens.held),
    first: capture.first,
    chunks: capture.chunks.map((chunk) => chunk.length),
    skip: capture.skip,
    rest: toBase64(capture.rest),
    strip,
    cutCharacter: toBase64(cutCharacter),
    heldLine: toBase64(heldLine),
    ...(match === undefined ? {} : { match: { strip: match.strip, half: toBase64(match.half) } }),
    ...(line !== undefined && { line: toBase64(line) }),
    ...(taken !== undefined && { taken: [String(taken.block), taken.bytes] }),
  };
  return new TextEncoder().encode(JSON.stringify(record));
}

export function chunkRecord(chunk: Uint8Array): Uint8Array {
  return chunk;
}

/** `chunks` are the stream's chunk records by number. Refuses with what is wrong: the stream then begins anew, with NEW_STREAM. */
export function restoreStream(record: Uint8Array, chunks: ReadonlyMap<number, Uint8Array>): Result<StreamState, string> {
  const stored = parse(record);
  if (!isStreamRecord(stored)) return refuse("it is not a stream of this version");
  const capture = restoreCapture(stored, chunks);
  if (!capture.ok) return capture;
  return ok({
    tokens: { capturing: stored.capturing, held: fromBase64(stored.held) },
    capture: capture.value,
    strip: stored.strip,
    cutCharacter: fromBase64(stored.cutCharacter),
    heldLine: fromBase64(stored.heldLine),
    ...(stored.match === undefined ? {} : { match: { strip: stored.match.strip, half: fromBase64(stored.match.half) } }),
    ...(stored.line !== undefined && { line: fromBase64(stored.line) }),
    ...(stored.taken !== undefined && { taken: { block: BigInt(stored.taken[0]), bytes: stored.taken[1] } }),
  });
}

function restoreCapture(stored: StreamRecord, records: ReadonlyMap<number, Uint8Array>): Result<Capture, string> {
  const chunks: Uint8Array[] = [];
  for (const [at, length] of stored.chunks.entries()) {
    const chunk = records.get(stored.first + at);
    if (chunk?.length !== length) return refuse("a part of its capture is missing");
    chunks.push(chunk);
  }
  return ok({ first: stored.first, chunks, skip: stored.skip, rest: fromBase64(stored.rest) });
}

function parse(record: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(record));
  } catch {
    return null;
  }
}

function isStripState(value: unknown): boolean {
  return value === "text" || value === "escape" || value === "sequence";
}

function isMatchRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { strip, half } = value as Partial<NonNullable<StreamRecord["match"]>>;
  return isStripState(strip) && typeof half === "string";
}

function isTaken(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [block, bytes] = value as unknown[];
  return typeof block === "string" && /^\d{1,20}$/.test(block) && Number.isSafeInteger(bytes);
}

function isStreamRecord(value: unknown): value is StreamRecord {
  if (typeof value !== "object" || value === null) return false;
  const { version, capturing, held, first, chunks, skip, rest, strip, cutCharacter, heldLine, match, line, taken } =
    value as Partial<StreamRecord>;
  if (version !== VERSION || typeof capturing !== "boolean" || !isStripState(strip)) return false;
  if (match !== undefined && !isMatchRecord(match)) return false;
  if ((line !== undefined && typeof line !== "string") || (taken !== undefined && !isTaken(taken))) return false;
  if (!Array.isArray(chunks) || ![first, skip, ...chunks].every(Number.isSafeInteger)) return false;
  return [held, rest, cutCharacter, heldLine].every((text) => typeof text === "string");
}
