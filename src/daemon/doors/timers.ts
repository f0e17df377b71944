/** Timers for the HTTP servers' deadlines; the daemon's own clock has one alarm of its own. */
import type { Timers } from "../../http/deadlines.ts";

export const realTimers: Timers = {
  after(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};

/** When everything of this turn of Node's event loop has been done, what was written to sockets among it. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
