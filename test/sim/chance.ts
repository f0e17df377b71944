/** The one source of chance in a simulation: everything random is drawn from here, so a seed is a whole history. (xoshiro128**) */
export class Chance {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    // splitmix32 spreads neighbouring seeds apart.
    let mixed = seed >>> 0;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let z = mixed;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return (z ^ (z >>> 16)) >>> 0;
    });
  }

  /** A source of its own, so that drawing more in one place does not change what another place draws. */
  fork(): Chance {
    return new Chance(this.#next());
  }

  /** From 0 up to but without `below`. */
  below(below: number): number {
    return Math.floor((this.#next() / 0x1_0000_0000) * below);
  }

  /** Both ends included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in `share` of all cases, 0 to 1. */
  happens(share: number): boolean {
    return this.#next() < share * 0x1_0000_0000;
  }

  pick<T>(from: readonly T[]): T {
    const item = from[this.below(from.length)];
    if (item === undefined) throw new Error("picked from nothing");
    return item;
  }

  /** Milliseconds: mostly near `low`, now and then near `high`. */
  latency(low: number, high: number): number {
    const draw = this.#next() / 0x1_0000_0000;
    return low + (high - low) * draw ** 6;
  }

  word(length: number): string {
    return Array.from({ length }, () => "abcdefghijklmnopqrstuvwxyz0123456789_".charAt(this.below(37))).join("");
  }

  #next(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const five = Math.imul(s[1], 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }
}
