/**
 * How much waits in sinks that are written by appending. The keeper takes so much for each of them and drops what is more, so those who append find out when
 * what they gave is written, and wait where that takes long. Nothing of it is stored: a successor takes what it does not know for much. (LOGX-010)
 */
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";

/** So much more, and the keeper is asked when it is written. */
const ASK_BYTES = 64 * 1024;
/** What waits in a sink at most, less what is appended at once: the keeper takes 1 MiB. */
export const APPENDED_MAX = 960 * 1024;
/** Who has this much waiting gets no more for now. */
export const FULL_BYTES = 256 * 1024;

type Waiting = { bytes: number; asked: boolean };

export class SinkFlow {
  readonly #runtime: Pick<Runtime, "loop" | "requests">;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onDrained: (turn: Turn) => void;

  /** `onDrained`: a sink that was full may not be so any more. */
  constructor(runtime: Pick<Runtime, "loop" | "requests">, onDrained: (turn: Turn) => void) {
    this.#runtime = runtime;
    this.#onDrained = onDrained;
  }

  append(turn: Turn, sink: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    turn.effect({ type: "append", sink, bytes });
    this.#add(turn, sink, bytes.length);
  }

  /** Nobody knows what a predecessor has left in it. */
  unknown(turn: Turn, sink: number): void {
    this.#add(turn, sink, FULL_BYTES);
  }

  /** How many bytes wait in it, as far as is known. */
  waitingIn(sink: number): number {
    return this.#waiting.get(sink)?.bytes ?? 0;
  }

  isFull(sink: number, most = FULL_BYTES): boolean {
    return this.waitingIn(sink) >= most;
  }

  #add(turn: Turn, sink: number, bytes: number): void {
    const waiting = this.#waiting.get(sink) ?? { bytes: 0, asked: false };
    this.#waiting.set(sink, waiting);
    waiting.bytes += bytes;
    this.#askAgain(turn, sink, waiting);
  }

  #askAgain(turn: Turn, sink: number, waiting: Waiting): void {
    if (waiting.asked || waiting.bytes < ASK_BYTES) return;
    const upTo = waiting.bytes;
    waiting.asked = true;
    this.#runtime.requests.written(turn, sink, () => {
      const wasFull = waiting.bytes >= FULL_BYTES;
      waiting.asked = false;
      waiting.bytes -= upTo;
      if (waiting.bytes === 0) this.#waiting.delete(sink);
      if (waiting.bytes < ASK_BYTES && !wasFull) return;
      this.#runtime.loop.post((next) => {
        this.#askAgain(next, sink, waiting);
        if (wasFull) this.#onDrained(next);
      });
    });
  }
}
