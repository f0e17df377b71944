/**
 * Answers come after the lines that tell of them, as in the original, which writes its log before it answers: whoever stops a program and then reads the
 * activity log, or clears a log and looks for the file, finds what the answer promised. The keeper's writer is not waited for for ever: a log on a disk
 * that hangs holds up one answer, and by a second.
 */
import type { Now } from "../../doors.ts";
import { SINK_ACTIVITY } from "./numbers.ts";
import type { Requests } from "./requests.ts";
import type { Turn } from "./turn.ts";

const PATIENCE_MS = 1000;

type Waiting = { readonly sink: number; readonly dueMs: number; readonly goOn: () => void; late: boolean };

export class Barrier {
  readonly #requests: Requests;
  /** Sinks with something under way that an answer may promise. */
  readonly #touched = new Set<number>();
  /** Replies that are still to come, also those that nobody waits for any more. */
  readonly #waiting = new Set<Waiting>();

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** The last look at a turn before it is sent: its answers, and those of later turns, wait for what is asked here. */
  beforeSending(turn: Turn, now: Now): void {
    for (const effect of turn.effects) {
      if (effect.type === "exit") return this.#release(() => true);
      const promised = effect.type === "sink-reopen" || (effect.type === "append" && effect.sink === SINK_ACTIVITY);
      if (promised) this.#touched.add(effect.sink);
    }
    if (turn.after.length === 0) return;
    for (const sink of this.#touched) this.#ask(turn, sink, now);
    this.#touched.clear();
  }

  /** The earliest time at which `deadlinePassed` has something to do, monotonic. */
  nextDeadlineMs(): number | null {
    if (this.#waiting.size === 0) return null;
    const due = [...this.#waiting].filter(({ late }) => !late).map(({ dueMs }) => dueMs);
    return due.length === 0 ? null : Math.min(...due);
  }

  /** Waits no longer for a disk that hangs. */
  deadlinePassed(now: Now): void {
    this.#release(({ dueMs }) => dueMs <= now.monoMs);
  }

  /** Also before the end: the keeper writes everything before its own, and nobody hears its reply any more. */
  #release(which: (waiting: Waiting) => boolean): void {
    for (const waiting of this.#waiting) {
      if (waiting.late || !which(waiting)) continue;
      waiting.late = true;
      waiting.goOn();
    }
  }

  #ask(turn: Turn, sink: number, now: Now): void {
    // One answer has waited for it in vain already.
    if ([...this.#waiting].some((one) => one.late && one.sink === sink)) return;
    turn.answersWait.push(
      new Promise<void>((goOn) => {
        const waiting: Waiting = { sink, dueMs: now.monoMs + PATIENCE_MS, goOn, late: false };
        this.#waiting.add(waiting);
        this.#requests.written(turn, sink, () => {
          this.#waiting.delete(waiting);
          goOn();
        });
      }),
    );
  }
}
