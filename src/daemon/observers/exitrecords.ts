/**
 * The records `history/GROUP:NAME`: how the runs of each process ended and how often it was started again. Written in the batch with the exit, taken up by
 * a successor, gone with the process and with every fresh start. (HIS-001)
 */
import type { GroupChange } from "../../supervisor/effects.ts";
import {
  cut,
  decodeHistory,
  ENDS_WHEN_FULL,
  type End,
  type ExitHistory,
  encodeHistory,
  NO_HISTORY,
  withEnd,
  withFailedHook,
  withRestart,
  withSurvivors,
} from "../../supervisor/exits.ts";
import { recordKeys } from "../../supervisor/records.ts";
import { type Group, label, type Ref } from "../../supervisor/world.ts";
import type { StoreBudget } from "../loop/storebudget.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part } from "../runtime.ts";

const PREFIX = recordKeys.history({ group: "", process: "" }).slice(0, -label({ group: "", process: "" }).length);

export class ExitRecords implements Part {
  readonly #budget: StoreBudget;
  /** By the label of the process; those that have never ended are not in it. */
  readonly #histories = new Map<string, ExitHistory>();

  constructor(budget: StoreBudget) {
    this.#budget = budget;
  }

  /** A record that is damaged is as if it were not there: nothing is decided by it, and the next end writes another. */
  restore(found: Inheritance, hasStates: boolean): void {
    if (!hasStates) return;
    for (const [key, bytes] of found.store) {
      if (!key.startsWith(PREFIX)) continue;
      const decoded = decodeHistory(bytes);
      if (!decoded.ok) continue;
      this.#histories.set(key.slice(PREFIX.length), decoded.value);
      this.#budget.put(key, bytes.length);
    }
  }

  of(ref: Ref): ExitHistory {
    return this.#histories.get(label(ref)) ?? NO_HISTORY;
  }

  /** `restart`: why it was started again in the same step. */
  ended(turn: Turn, ref: Ref, end: End, restart: string | null = null): void {
    const history = withEnd(this.of(ref), end);
    this.#write(turn, ref, restart === null ? history : withRestart(history, restart));
  }

  restarted(turn: Turn, ref: Ref, reason: string): void {
    this.#write(turn, ref, withRestart(this.of(ref), reason));
  }

  hookFailed(turn: Turn, ref: Ref, hook: string): void {
    this.#write(turn, ref, withFailedHook(this.of(ref), hook));
  }

  survived(turn: Turn, ref: Ref, endedAt: number, survivors: number): void {
    const known = this.#histories.get(label(ref));
    if (known !== undefined) this.#write(turn, ref, withSurvivors(known, endedAt, survivors));
  }

  /** The process is taken out of its group. */
  forget(turn: Turn, ref: Ref): void {
    this.#histories.delete(label(ref));
    if (this.#budget.drop(recordKeys.history(ref))) turn.state(recordKeys.history(ref), null);
  }

  groupChanged(turn: Turn, { members }: Group, change: GroupChange): void {
    if (change === "removed") for (const { ref } of members.values()) this.forget(turn, ref);
  }

  #write(turn: Turn, ref: Ref, history: ExitHistory): void {
    const key = recordKeys.history(ref);
    const { bytes, kept } = encodeHistory(history);
    if (this.#budget.fits(key, bytes.length)) return this.#put(turn, ref, bytes, kept);
    // The store is full: everybody keeps a few ends, and if that is not enough this one keeps its counters, or goes.
    this.cutAll(turn);
    for (const most of [ENDS_WHEN_FULL, 0]) {
      const shorter = encodeHistory(cut(history, most));
      if (this.#budget.fits(key, shorter.bytes.length)) return this.#put(turn, ref, shorter.bytes, shorter.kept);
    }
    return this.forget(turn, ref);
  }

  #put(turn: Turn, ref: Ref, bytes: Uint8Array, kept: ExitHistory): void {
    const key = recordKeys.history(ref);
    this.#histories.set(label(ref), kept);
    this.#budget.put(key, bytes.length);
    turn.state(key, bytes);
  }

  /** Everybody keeps a few ends. */
  cutAll(turn: Turn): void {
    for (const [name, history] of this.#histories) {
      if (history.ends.length <= ENDS_WHEN_FULL) continue;
      const { bytes, kept } = encodeHistory(cut(history, ENDS_WHEN_FULL));
      this.#histories.set(name, kept);
      this.#budget.put(PREFIX + name, bytes.length);
      turn.state(PREFIX + name, bytes);
    }
  }
}
