/**
 * Children that no process of the configuration owns: their program was taken out of the file while no daemon knew of them, or they could not be
 * signalled and their group was removed. Nothing is known of how they want to be stopped, so they are left alone until the end.
 */
import { assert } from "../../result.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { allMembers, type Group, runOfLabel } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Runtime } from "../runtime.ts";

const SIGKILL = 9;
const SIGTERM = 15;

export class Unowned {
  readonly #runtime: Runtime;
  readonly #children = new Set<number>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Finds them in what a predecessor left. */
  restore({ children }: Inheritance): void {
    const owned = new Set([...allMembers(this.#runtime.world)].map((member) => member.state.child));
    for (const { child, state, label } of children)
      if (state !== "exited" && !owned.has(child) && runOfLabel(label) === null) this.#children.add(child);
  }

  /** Only a process in UNKNOWN can have a child when its group goes: it runs on, and its end is told. (PROC-151) */
  groupChanged(_turn: Turn, { members }: Group, change: GroupChange): void {
    if (change !== "removed") return;
    for (const { ref, state } of members.values()) {
      assert(state.child === 0 || state.state === "UNKNOWN", `${ref.process} is taken out in ${state.state}, with a child`);
      if (state.child !== 0) this.#children.add(state.child);
    }
  }

  exited(child: number): void {
    this.#children.delete(child);
  }

  /** When supervisord begins to shut down. */
  askToEnd(turn: Turn): void {
    for (const child of this.#children) turn.effect({ type: "signal", child, signal: SIGTERM, to: "process" });
  }

  /** When everything else is down: nothing is left behind. */
  end(turn: Turn): void {
    for (const child of this.#children) turn.effect({ type: "signal", child, signal: SIGKILL, to: "process" });
  }
}
