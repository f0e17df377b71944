/**
 * Follows a log for as long as the user likes. A daemon of ours may be replaced under us: then the stream is taken up again where it broke off, by
 * looking for what was shown last in what the new stream begins with. The original's streams end with their server, and so this does then.
 */
import type { StreamEnd } from "./client/stream.ts";
import type { Connector } from "./connector.ts";
import type { Clock } from "./terminal.ts";

/** A stream begins with at most so much of what was there before (CTL-121). */
export const STREAM_HEAD_BYTES = 1024;
/** What is kept of what was shown: enough to find the head of a new stream in it. */
const RECENT_BYTES = 4 * STREAM_HEAD_BYTES;
/** A shorter match may be chance, unless it is all there is. */
const OVERLAP_MIN = 16;
const RETRY_MS = 100;
const RETRIES_MAX = 10;

export type Following = { readonly connector: Connector; readonly clock: Clock; readonly path: string; readonly signal: AbortSignal };

/** Resolves when it is over; what came is handed to `take`, each byte once. */
export async function follow({ connector, clock, path, signal }: Following, take: (bytes: Buffer) => void): Promise<StreamEnd> {
  let recent: Buffer = Buffer.alloc(0);
  for (let retries = 0; ; retries++) {
    let isHead = retries > 0;
    const end = await connector.follow(
      path,
      (bytes) => {
        const fresh = isHead ? bytes.subarray(overlap(recent, bytes)) : bytes;
        isHead = false;
        retries = 0;
        recent = Buffer.concat([recent, fresh]).subarray(-RECENT_BYTES);
        if (fresh.length > 0) take(fresh);
      },
      signal,
    );
    if (end.kind !== "broken") return retries > 0 && end.kind === "failed" ? { kind: "broken" } : end;
    if (retries >= RETRIES_MAX) return end;
    await clock.sleep(RETRY_MS, signal);
  }
}

/** How many bytes at the start of `head` are the end of `recent`. */
export function overlap(recent: Buffer, head: Buffer): number {
  for (let length = Math.min(recent.length, head.length); length >= Math.min(OVERLAP_MIN, head.length) && length > 0; length--) {
    if (recent.subarray(recent.length - length).equals(head.subarray(0, length))) return length;
  }
  return 0;
}
