/** What histories and the environments of starts may take of the keeper's store together: it must never have to refuse a batch. (CMN-029) */

export const BUDGET_BYTES_MAX = 24 * 1024 * 1024;

export class StoreBudget {
  readonly #most: number;
  /** By key. */
  readonly #bytes = new Map<string, number>();
  #total = 0;

  constructor(most = BUDGET_BYTES_MAX) {
    this.#most = most;
  }

  get total(): number {
    return this.#total;
  }

  /** Whether a record may be written that large in place of the one of this key. */
  fits(key: string, bytes: number): boolean {
    return this.#total - this.#of(key) + key.length + bytes <= this.#most;
  }

  /** A record is written, or was found. */
  put(key: string, bytes: number): void {
    this.drop(key);
    this.#bytes.set(key, key.length + bytes);
    this.#total += key.length + bytes;
  }

  /** False: there was none. */
  drop(key: string): boolean {
    this.#total -= this.#of(key);
    return this.#bytes.delete(key);
  }

  #of(key: string): number {
    return this.#bytes.get(key) ?? 0;
  }
}
