/**
 * Knowing that something is done. The keeper reports failures of signals and of bytes for stdin, not their success; an echo behind them comes back when
 * they have been tried, so what has not been reported by then has worked.
 */
import type { Turn } from "./turn.ts";

export class Echoes {
  readonly #waiting = new Map<number, () => void>();
  #next = 1;

  /** Calls `heard`, within the loop, when everything of this turn so far has been tried. */
  after(turn: Turn, heard: () => void): void {
    turn.effect({ type: "echo", token: this.#token(heard) });
  }

  /** Calls `heard`, within the loop, when what waits in the sink so far is in its file, or lost. */
  written(turn: Turn, sink: number, heard: () => void): void {
    turn.effect({ type: "written", sink, token: this.#token(heard) });
  }

  /** The keeper's answer. One to a predecessor's echo is nobody's. */
  heard(token: number): void {
    const heard = this.#waiting.get(token);
    this.#waiting.delete(token);
    heard?.();
  }

  #token(heard: () => void): number {
    const token = this.#next;
    this.#next = (token % 0xffff_ffff) + 1;
    this.#waiting.set(token, heard);
    return token;
  }
}
