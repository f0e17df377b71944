/** How many lines may go on in a second: a bucket that fills while nothing comes. Times are monotonic. (LOGX-012) */

export type Bucket = {
  readonly tokens: number;
  readonly atMs: number;
  /** Lines that did not go on and were not told yet. */
  readonly dropped: number;
  readonly toldMs: number;
};

/** Dropped lines are told so often at most. */
export const TOLD_MS = 10_000;
/** After a pause so many seconds' lines go at once. */
const BURST_SECONDS = 10;

export function newBucket(rate: number, nowMs: number): Bucket {
  return { tokens: rate * BURST_SECONDS, atMs: nowMs, dropped: 0, toldMs: nowMs - TOLD_MS };
}

/** Of so many lines the first that may go on, all others are dropped. */
export function takeTokens(
  bucket: Bucket,
  rate: number,
  lines: number,
  nowMs: number,
): { readonly bucket: Bucket; readonly passed: number } {
  const filled = Math.min(rate * BURST_SECONDS, bucket.tokens + ((nowMs - bucket.atMs) * rate) / 1000);
  const passed = Math.min(lines, Math.floor(filled));
  return { bucket: { ...bucket, tokens: filled - passed, atMs: nowMs, dropped: bucket.dropped + lines - passed }, passed };
}

/** When the dropped lines are to be told; null: there are none. */
export function tellAtMs({ dropped, toldMs }: Bucket): number | null {
  return dropped === 0 ? null : toldMs + TOLD_MS;
}

export function told(bucket: Bucket, nowMs: number): Bucket {
  return { ...bucket, dropped: 0, toldMs: nowMs };
}
