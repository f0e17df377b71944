/**
 * STARTING without a pid: between the decision to start and the fork. The original has no such moment, so clients are first answered when the first
 * starts are through it, or when that takes too long (a disk that does not answer).
 */
import type { Now } from "../../doors.ts";
import { isUnderWay } from "../../process/auxiliary.ts";
import { allMembers, type Member } from "../../supervisor/world.ts";
import type { Runtime } from "../runtime.ts";

export class FirstStarts {
  readonly #runtime: Runtime;
  #wait: { readonly untilMs: number; readonly resolve: () => void } | null = null;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Resolves when no process is between the two, after `forMs` at the latest. */
  over(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wait = { untilMs: this.#runtime.doors.clock.now().monoMs + forMs, resolve };
      this.#runtime.loop.post(() => {});
    });
  }

  turned(now: Now): void {
    if (this.#wait === null || (now.monoMs < this.#wait.untilMs && [...allMembers(this.#runtime.world)].some(isBetween))) return;
    this.#wait.resolve();
    this.#wait = null;
  }

  nextDeadlineMs(): number | null {
    return this.#wait?.untilMs ?? null;
  }
}

/** A command before the start may take long, and is not waited for. (HOOK-002) */
function isBetween({ state }: Member): boolean {
  return state.state === "STARTING" && state.pid === 0 && !isUnderWay(state, "pre_start");
}
