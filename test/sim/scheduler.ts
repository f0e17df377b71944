/**
 * Time and order in a simulation. Everything that will happen stands in one heap, by time and then by the order in which it was asked for;
 * between two events all promises run dry. Nothing waits for a real clock, so a day takes as long as its events.
 */
export type Pending = { readonly atMs: number; readonly sequence: number; act: (() => void) | null };

export class Scheduler {
  nowMs: number;
  /** What the wall clock shows at monotonic 0; may be moved, as an administrator does. */
  wallOffsetMs: number;
  readonly #heap: Pending[] = [];
  #sequence = 0;
  events = 0;

  constructor(nowMs = 1_000_000, wallMs = 1_764_000_000_000) {
    this.nowMs = nowMs;
    this.wallOffsetMs = wallMs - nowMs;
  }

  get wallMs(): number {
    return this.nowMs + this.wallOffsetMs;
  }

  get monoNs(): bigint {
    return BigInt(Math.round(this.nowMs * 1e6));
  }

  get wallNs(): bigint {
    return BigInt(Math.round(this.nowMs * 1e6)) + BigInt(Math.round(this.wallOffsetMs)) * 1_000_000n;
  }

  at(atMs: number, act: () => void): Pending {
    const pending: Pending = { atMs: Math.max(atMs, this.nowMs), sequence: this.#sequence++, act };
    this.#push(pending);
    return pending;
  }

  after(delayMs: number, act: () => void): Pending {
    return this.at(this.nowMs + delayMs, act);
  }

  cancel(pending: Pending | null): void {
    if (pending !== null) pending.act = null;
  }

  /** The next event and what its promises do; false when nothing will ever happen again. */
  async step(): Promise<boolean> {
    const next = this.#nextLive();
    if (next === null) return false;
    this.#pop();
    this.nowMs = next.atMs;
    this.events++;
    const act = next.act as () => void;
    next.act = null;
    act();
    await drain();
    return true;
  }

  /** Steps until the condition holds; false when `untilMs` came first or nothing is left to happen. */
  async until(condition: () => boolean, untilMs: number): Promise<boolean> {
    await drain();
    while (!condition()) {
      const next = this.#nextLive();
      if (next === null || next.atMs > untilMs) return false;
      await this.step();
    }
    return true;
  }

  /** Everything up to a time; afterwards it is that time. */
  async runTo(untilMs: number): Promise<void> {
    await this.until(() => false, untilMs);
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  #nextLive(): Pending | null {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined) return null;
      if (top.act !== null) return top;
      this.#pop();
    }
  }

  #push(item: Pending): void {
    const heap = this.#heap;
    heap.push(item);
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(item, heap[parent] as Pending)) break;
      heap[index] = heap[parent] as Pending;
      index = parent;
    }
    heap[index] = item;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Pending;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Pending, heap[child] as Pending)) child++;
      if (!isBefore(heap[child] as Pending, last)) break;
      heap[index] = heap[child] as Pending;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Pending, b: Pending): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}

/** All microtasks that are there, and those that they make. */
export function drain(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
