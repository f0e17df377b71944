/** Clients that wait for something to become of a process, by the numbers that the supervisor knows them by. */
import type { Outcome } from "../../supervisor/effects.ts";
import type { Turn } from "../loop/turn.ts";

export class Waits {
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  #next = 1;

  /** The number of a new wait. */
  add(settle: (outcome: Outcome) => void): number {
    const id = this.#next++;
    this.#waiting.set(id, settle);
    return id;
  }

  settle(turn: Turn, id: number, outcome: Outcome): void {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (settle !== undefined) turn.after.push(() => settle(outcome));
  }
}
