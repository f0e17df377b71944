/**
 * What each connection must have done by when. One timer for all of them, set to the earliest, and none while nothing is awaited: an idle server
 * does not wake up. Node's own checks of its servers wake every few seconds for ever, so they are switched off.
 */
import type { Clock } from "../doors.ts";

/** Calls `ring` once after `ms`; what it returns cancels. */
export interface Timers {
  after(ms: number, ring: () => void): () => void;
}

const NEVER = Number.POSITIVE_INFINITY;

export class Deadlines<Key> {
  readonly #clock: Pick<Clock, "now">;
  readonly #timers: Timers;
  readonly #passed: (key: Key) => void;
  readonly #due = new Map<Key, number>();
  #cancel: (() => void) | null = null;
  #rings = NEVER;

  constructor(clock: Pick<Clock, "now">, timers: Timers, passed: (key: Key) => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#passed = passed;
  }

  /** Replaces the deadline that the key had. */
  set(key: Key, ms: number): void {
    const now = this.#clock.now().monoMs;
    this.#due.set(key, now + ms);
    if (now + ms < this.#rings) this.#arm(now + ms, now);
  }

  /** No deadline for now. The timer is left alone: one ring for nothing costs less than setting it for each request. */
  lift(key: Key): void {
    this.#due.set(key, NEVER);
  }

  /** The key is gone. */
  delete(key: Key): void {
    this.#due.delete(key);
    if (this.#due.size === 0) this.#disarm();
  }

  #arm(at: number, now: number): void {
    this.#disarm();
    this.#rings = at;
    this.#cancel = this.#timers.after(Math.max(0, at - now), () => this.#ring());
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#rings = NEVER;
  }

  #ring(): void {
    this.#cancel = null;
    this.#rings = NEVER;
    const now = this.#clock.now().monoMs;
    const late = [...this.#due].filter(([, due]) => due <= now).map(([key]) => key);
    for (const key of late) this.#due.set(key, NEVER);
    for (const key of late) this.#passed(key);
    const earliest = Math.min(...this.#due.values());
    if (earliest < this.#rings) this.#arm(earliest, now);
  }
}
