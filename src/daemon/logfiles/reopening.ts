/**
 * Rotated logs whose next file cannot be opened. The keeper holds such a log, and with it the program, until a file can be opened: so it is tried again,
 * once a second, for as long as the log is there. Nothing of it is stored: a keeper without a daemon writes on in the old file, and reports the limit
 * to the next one.
 */
import type { Now } from "../../doors.ts";
import type { SinkSpec } from "../../link/messages.ts";
import type { Turn } from "../loop/turn.ts";

const AGAIN_MS = 1000;

type Held = { readonly spec: SinkSpec; readonly failures: number; readonly dueMs: number | null };

export class Reopening {
  readonly #held = new Map<number, Held>();

  /** The next file of a log that stands at its limit is ordered. */
  ordered(turn: Turn, sink: number, spec: SinkSpec): void {
    const failures = this.#held.get(sink)?.failures ?? 0;
    this.#held.set(sink, { spec, failures, dueMs: null });
    turn.effect({ type: "sink-reopen", sink, spec });
  }

  /** It is open, or the log is gone. */
  done(sink: number): void {
    this.#held.delete(sink);
  }

  /** It could not be opened: how often in a row; 0 when nothing is held by that. */
  failed(sink: number, now: Now): number {
    const held = this.#held.get(sink);
    if (held === undefined) return 0;
    const failures = held.failures + 1;
    this.#held.set(sink, { spec: held.spec, failures, dueMs: now.monoMs + AGAIN_MS });
    return failures;
  }

  /** The earliest time at which `tryAgain` has something to do, monotonic. */
  nextDeadlineMs(): number | null {
    if (this.#held.size === 0) return null;
    const due = [...this.#held.values()].flatMap(({ dueMs }) => dueMs ?? []);
    return due.length === 0 ? null : Math.min(...due);
  }

  tryAgain(turn: Turn, now: Now): void {
    for (const [sink, held] of this.#held) if (held.dueMs !== null && held.dueMs <= now.monoMs) this.ordered(turn, sink, held.spec);
  }
}
