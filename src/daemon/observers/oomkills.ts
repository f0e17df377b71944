/**
 * Whether the kernel has killed somebody for want of memory since a moment: its counter, and when it was seen to grow. A program that is killed
 * meanwhile by a SIGKILL that nobody here has sent is likely to be the one. (HIS-002)
 */
import type { Kernel } from "../../doors.ts";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part } from "../runtime.ts";

/** The counter, and when it was first seen like that, monotonic. */
type Seen = { readonly atMs: number; readonly count: number };

/** Growths that are remembered; for a run that is older than all of them the oldest counts. */
const SEEN_MAX = 50;
/** Starts that follow each other this quickly have one look together. */
const LOOK_AGAIN_MS = 1000;

export class OomKills implements Part {
  readonly #kernel: Kernel;
  #seen: readonly Seen[] = [];
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  restore(found: Inheritance, hasStates: boolean): void {
    const stored = found.store.get(recordKeys.oomKills);
    const decoded = stored === undefined || !hasStates ? null : decodeRecord(stored);
    if (decoded?.ok === true) this.#seen = decoded.value as readonly Seen[];
  }

  /** A run began at this time: what the kernel has done until now is not about it. */
  runBegins(turn: Turn, atMs: number): void {
    if (atMs - this.#lookedMs >= LOOK_AGAIN_MS) this.#look(turn, atMs);
  }

  hasKilledBetween(turn: Turn, sinceMs: number, untilMs: number): boolean {
    this.#look(turn, untilMs);
    const before = this.#seen.findLast(({ atMs }) => atMs <= sinceMs) ?? this.#seen[0];
    return before !== undefined && (this.#seen.at(-1)?.count ?? 0) > before.count;
  }

  #look(turn: Turn, atMs: number): void {
    this.#lookedMs = atMs;
    const count = this.#kernel.oomKills();
    if (count === null || count === this.#seen.at(-1)?.count) return;
    this.#seen = [...this.#seen, { atMs, count }].slice(-SEEN_MAX);
    turn.state(recordKeys.oomKills, encodeRecord(this.#seen, "2"));
  }
}
