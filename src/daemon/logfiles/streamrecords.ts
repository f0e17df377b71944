/** The states of asked streams in the keeper's store: a successor goes on in the middle of a token, an escape sequence, a capture. */

import { clearCapture, NEW_STREAM, type StreamState, type StreamStep } from "../../logs/pipeline.ts";
import { chunkRecord, restoreStream, streamRecord } from "../../logs/streamrecord.ts";
import { ok, type Result } from "../../result.ts";
import type { Turn } from "../loop/turn.ts";
import type { Stream } from "./streams.ts";

const stateKey = (stream: number): string => `stream/${stream}`;
const chunkPrefix = (stream: number): string => `chunk/${stream}/`;

/** What a step changed. A state that is that of a new stream needs no record. */
export function writeStreamRecords(turn: Turn, stream: Stream, step: Pick<StreamStep, "state" | "chunks">): void {
  for (const { chunk, bytes } of step.chunks)
    turn.state(`${chunkPrefix(stream.stream)}${chunk}`, bytes === null ? null : chunkRecord(bytes));
  if (step.state !== stream.state) turn.state(stateKey(stream.stream), isNew(step.state) ? null : streamRecord(step.state));
}

/** The stream is over: nothing of it stays behind. */
export function dropStreamRecords(turn: Turn, stream: Stream): void {
  const { state, chunks } = clearCapture(stream.state);
  writeStreamRecords(turn, stream, { state, chunks });
  turn.state(stateKey(stream.stream), null);
  stream.state = NEW_STREAM;
}

/** A capture in progress is given up. (LOG-041) */
export function clearStreamCapture(turn: Turn, stream: Stream): void {
  const { state, chunks } = clearCapture(stream.state);
  writeStreamRecords(turn, stream, { state, chunks });
  stream.state = state;
}

/** The predecessor's state; a record that cannot be read means to begin anew. */
export function restoreStreamState(store: ReadonlyMap<string, Uint8Array>, stream: number): StreamState {
  const restored = readStreamState(store, stream);
  return restored.ok ? restored.value : NEW_STREAM;
}

export function readStreamState(store: ReadonlyMap<string, Uint8Array>, stream: number): Result<StreamState, string> {
  const record = store.get(stateKey(stream));
  if (record === undefined) return ok(NEW_STREAM);
  const chunks = new Map<number, Uint8Array>();
  const prefix = chunkPrefix(stream);
  for (const [key, bytes] of store) if (key.startsWith(prefix)) chunks.set(Number(key.slice(prefix.length)), bytes);
  return restoreStream(record, chunks);
}

function isNew(state: StreamState): boolean {
  const { tokens, capture, strip, cutCharacter, heldLine, match, line, taken } = state;
  if (line !== undefined || taken !== undefined) return false;
  if (
    tokens.capturing ||
    tokens.held.length > 0 ||
    strip !== "text" ||
    cutCharacter.length > 0 ||
    heldLine.length > 0 ||
    match !== undefined
  )
    return false;
  return capture.chunks.length === 0 && capture.rest.length === 0;
}
