/**
 * The daemon's garbage. What a start or a reread leaves behind is given back once it has settled: texts of the configuration, the code that read it, frames
 * to the keeper; with a thousand programs more than what stays. The engine would do so by itself, bit by bit over the next quarter of a minute, and wake
 * an idle daemon a hundred times for it: `--no-memory-reducer` on its command line forbids that.
 */
import { performance } from "node:perf_hooks";

/** How long after the start it is looked for the first time, and how long between two looks while it is still busy. */
const LOOK_MS = 1500;
/** Busy: the loop has worked for more than this part of the time. A daemon that passes events on is, and a pause would make them late. */
const BUSY = 0.01;

/** Needs `--expose-gc`, which bin/supervisord gives; does nothing without. A pause of some 40 ms with a thousand programs. */
export function collectWhenSettled(): void {
  const collect = globalThis.gc;
  if (collect === undefined) return;
  let before = performance.eventLoopUtilization();
  const look = (): void => {
    const used = performance.eventLoopUtilization(before).utilization;
    before = performance.eventLoopUtilization();
    if (used > BUSY) return wait();
    // The first finds what is dead, the second gives the pages of it back.
    void collect();
    void collect();
  };
  const wait = (): void => void setTimeout(look, LOOK_MS).unref();
  wait();
}
