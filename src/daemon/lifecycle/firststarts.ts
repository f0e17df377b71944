/**
 * STARTING without a pid: between the decision to start and the fork. The original has no such moment, so clients are first answered when the first
 * starts are through it, or when that takes too long (a disk that does not answer).
 */
import type { Now } from "../../doors.ts";
import { allMembers, type World } from "../../supervisor/world.ts";
import type { Runtime } from "../runtime.ts";

export class Limbo {
  #wait: { readonly untilMs: number; readonly resolve: () => void } | null = null;

  /** Resolves when no process is in limbo, after `forMs` at the latest. */
  empty(runtime: Runtime, forMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wait = { untilMs: runtime.doors.clock.now().monoMs + forMs, resolve };
      runtime.loop.post(() => {});
    });
  }

  /** After every turn. */
  check(world: World, now: Now): void {
    if (this.#wait === null || (now.monoMs < this.#wait.untilMs && [...allMembers(world)].some(isInLimbo))) return;
    this.#wait.resolve();
    this.#wait = null;
  }

  nextDeadlineMs(): number | null {
    return this.#wait?.untilMs ?? null;
  }
}

function isInLimbo({ state }: { readonly state: { readonly state: string; readonly pid: number } }): boolean {
  return state.state === "STARTING" && state.pid === 0;
}
