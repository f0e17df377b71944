/**
 * The numbers by which daemon and keeper call children, streams, sinks and sockets. A number is never used twice while the keeper lives: each daemon
 * reserves a block in the store before it uses the first of it.
 *
 * A child `n` has the streams and sinks `2n` (stdout) and `2n + 1` (stderr), so a successor knows whose they are from the number alone.
 */
import type { Channel } from "../../events/types.ts";
import { encodeRecord, recordKeys, storedNumber } from "../../supervisor/records.ts";
import type { Turn } from "./turn.ts";

const BLOCK = 4096;

/** Sinks with numbers of their own, below every child's. */
export const SINK_ACTIVITY = 1;
export const SINK_CONSOLE = 2;
/** Supervisord's own stderr, where lines of programs go there. */
export const SINK_CONSOLE_ERR = 3;
const FIRST = 16;

export class Numbers {
  #next: number;
  #end: number;

  /** `stored` is the record of the predecessor, if there was one. */
  constructor(stored: Uint8Array | undefined) {
    this.#next = storedNumber(stored) ?? FIRST;
    this.#end = this.#next;
  }

  next(turn: Turn): number {
    if (this.#next === this.#end) {
      this.#end += BLOCK;
      turn.state(recordKeys.numbers, encodeRecord(this.#end));
    }
    this.#next += 1;
    return this.#next - 1;
  }

  /** Skips what the keeper still holds, for a daemon that begins without stored states. */
  skip(used: number): void {
    if (used < this.#next) return;
    this.#next = used + 1;
    this.#end = this.#next;
  }
}

/** 0, which is nobody's, while there is no child (0): its stderr would have the number of the activity log. */
export function streamNumber(child: number, channel: Channel): number {
  if (child === 0) return 0;
  return channel === "stdout" ? child * 2 : child * 2 + 1;
}

export function streamOwner(stream: number): { readonly child: number; readonly channel: Channel } {
  return { child: Math.floor(stream / 2), channel: stream % 2 === 0 ? "stdout" : "stderr" };
}
