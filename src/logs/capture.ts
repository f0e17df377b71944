/**
 * What capture mode collects between its tokens: the last `maxBytes` bytes. (The original's bound is none: LOG-090.)
 *
 * A collection may be large and a block small, so it does not go into the store whole with every block: full chunks are stored once each, under a number
 * of their own, and only the rest lies in the stream's record.
 */

/** The most that is collected, whatever `capture_maxbytes` says: an event has to fit into what can be sent to a listener. */
export const CAPTURE_BYTES_MAX = 960 * 1024;

/** What has come together is stored as a chunk when it is at least this long. */
export const CHUNK_BYTES = 16 * 1024;

export type Capture = {
  /** The number of the oldest chunk. Numbers are not used again while the stream lives. */
  readonly first: number;
  readonly chunks: readonly Uint8Array[];
  /** Bytes of the oldest chunk that have been dropped. */
  readonly skip: number;
  readonly rest: Uint8Array;
};

/** A chunk to be stored, or null to be deleted, under its number. */
export type ChunkChange = { readonly chunk: number; readonly bytes: Uint8Array | null };

export const NO_CAPTURE: Capture = { first: 0, chunks: [], skip: 0, rest: new Uint8Array(0) };

/** Adds a piece and drops what is too much from the front. */
export function collect(
  capture: Capture,
  piece: Uint8Array,
  maxBytes: number,
): { readonly capture: Capture; readonly changes: readonly ChunkChange[] } {
  const bound = Math.min(maxBytes, CAPTURE_BYTES_MAX);
  const changes: ChunkChange[] = [];
  const chunks = [...capture.chunks];
  let rest: Uint8Array = Buffer.concat([capture.rest, piece]);
  rest = rest.subarray(Math.max(0, rest.length - bound));
  if (rest.length >= CHUNK_BYTES) {
    changes.push({ chunk: capture.first + chunks.length, bytes: rest });
    chunks.push(rest);
    rest = NOTHING;
  }
  const grown = { ...capture, chunks, rest };
  return { capture: dropFront(grown, sizeOf(grown) - bound, changes), changes };
}

/** All that was collected, oldest first. */
export function collected(capture: Capture): Uint8Array {
  return Buffer.concat([...capture.chunks, capture.rest]).subarray(capture.skip);
}

/** Empties it: at END, and when the output ends or the log is cleared. (LOG-041, LOG-086, LOG-092) */
export function discard(capture: Capture): { readonly capture: Capture; readonly changes: readonly ChunkChange[] } {
  const changes = capture.chunks.map((_, at) => ({ chunk: capture.first + at, bytes: null }));
  return { capture: { ...NO_CAPTURE, first: capture.first + capture.chunks.length }, changes };
}

const NOTHING = new Uint8Array(0);

function sizeOf(capture: Capture): number {
  return capture.chunks.reduce((sum, chunk) => sum + chunk.length, capture.rest.length - capture.skip);
}

function dropFront(capture: Capture, bytes: number, changes: ChunkChange[]): Capture {
  let { first, skip, rest } = capture;
  const chunks = [...capture.chunks];
  let over = Math.max(0, bytes);
  for (let oldest = chunks[0]; oldest !== undefined && over >= oldest.length - skip; oldest = chunks[0]) {
    over -= oldest.length - skip;
    changes.push({ chunk: first, bytes: null });
    chunks.shift();
    first += 1;
    skip = 0;
  }
  if (chunks.length > 0) skip += over;
  else rest = rest.subarray(over);
  return { first, chunks, skip, rest };
}
