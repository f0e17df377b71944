// Runs pieces of work side by side: each says how many cores it takes, and starts when that many are free.
import { availableParallelism } from "node:os";

/** Sums of thirds and quarters are compared. */
const ROUNDING = 1e-6;

/**
 * Starts the pieces in their order; where one does not fit yet, later ones that do go first. What takes more cores than there are runs alone, so it
 * belongs at the end. Settles when all are done; `work` itself must not fail.
 * @template {{ readonly cores: number }} T
 * @param {readonly T[]} pieces
 * @param {(piece: T) => Promise<void>} work
 * @param {number} [cores]
 */
export async function fillCores(pieces, work, cores = availableParallelism()) {
  const waiting = new Set(pieces);
  /** @type {Set<Promise<void>>} */
  const running = new Set();
  let busy = 0;
  while (waiting.size > 0 || running.size > 0) {
    for (const piece of waiting) {
      const taken = Math.min(piece.cores, cores);
      if (busy + taken > cores + ROUNDING) continue;
      waiting.delete(piece);
      busy += taken;
      const done = work(piece).finally(() => {
        busy -= taken;
        running.delete(done);
      });
      running.add(done);
    }
    await Promise.race(running);
  }
}
