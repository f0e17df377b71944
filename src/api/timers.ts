/** Timers as this room needs them; the daemon has the real ones. */
export interface Timers {
  /** Calls `ring` once after `ms`; what it returns cancels. */
  after(ms: number, ring: () => void): () => void;
}
