/** Streams of which only so many lines a second go to console, syslog and journal. (LOGX-012) */
import { endOfLines } from "../../logs/lines.ts";
import { type Bucket, newBucket, takeTokens, tellAtMs, told } from "../../logs/rate.ts";
import type { Stream } from "./streams.ts";

type Limited = { bucket: Bucket; stream: Stream };

export class Rates {
  readonly #limited = new Map<string, Limited>();

  /** The begin of the lines that may go on, and how many may not. */
  pass(
    stream: Stream,
    rate: number,
    whole: Uint8Array,
    lines: number,
    nowMs: number,
  ): { readonly whole: Uint8Array; readonly dropped: number } {
    const key = `${stream.ref.group}:${stream.ref.process} ${stream.channel}`;
    const { bucket, passed } = takeTokens(this.#limited.get(key)?.bucket ?? newBucket(rate, nowMs), rate, lines, nowMs);
    this.#limited.set(key, { bucket, stream });
    return passed === lines ? { whole, dropped: 0 } : { whole: whole.subarray(0, endOfLines(whole, 0, passed)), dropped: lines - passed };
  }

  /** Monotonic; null: nothing is to be told. */
  nextDeadlineMs(): number | null {
    const due = [...this.#limited.values()].flatMap(({ bucket }) => tellAtMs(bucket) ?? []);
    return due.length === 0 ? null : Math.min(...due);
  }

  /** How many lines of which streams were dropped since it was told last. */
  due(nowMs: number): { readonly stream: Stream; readonly dropped: number }[] {
    const all: { readonly stream: Stream; readonly dropped: number }[] = [];
    for (const limited of this.#limited.values()) {
      const atMs = tellAtMs(limited.bucket);
      if (atMs === null || atMs > nowMs) continue;
      all.push({ stream: limited.stream, dropped: limited.bucket.dropped });
      limited.bucket = told(limited.bucket, nowMs);
    }
    return all;
  }
}
