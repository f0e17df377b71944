/**
 * The records `env/GROUP:NAME`: what was read of a program's files of variables at its last start, written in the batch with the spawn: every hook of the
 * run gets the same, from a successor too. (ENV-004)
 */
import type { Variables } from "../../config/envfile.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import { type Group, label, type Ref } from "../../supervisor/world.ts";
import type { StoreBudget } from "../loop/storebudget.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part } from "../runtime.ts";

export class Readings implements Part {
  readonly #budget: StoreBudget;
  /** Shortens what else shares the budget. */
  readonly #makeRoom: (turn: Turn) => void;
  /** By the label of the process. */
  readonly #readings = new Map<string, Variables>();

  constructor(budget: StoreBudget, makeRoom: (turn: Turn) => void) {
    this.#budget = budget;
    this.#makeRoom = makeRoom;
  }

  /** One that is damaged is none: the next start reads again. */
  restore(found: Inheritance): void {
    const prefix = recordKeys.env("");
    for (const [key, bytes] of found.store) {
      const decoded = key.startsWith(prefix) ? decodeRecord(bytes) : null;
      if (decoded?.ok !== true) continue;
      this.#readings.set(key.slice(prefix.length), decoded.value as Variables);
      this.#budget.put(key, bytes.length);
    }
  }

  /** null: the program has no such files. */
  of(ref: Ref): Variables | null {
    return this.#readings.get(label(ref)) ?? null;
  }

  /** Keeps the reading of a start, or forgets that of the one before; false: there is no room. */
  keep(turn: Turn, ref: Ref, variables: Variables | null): boolean {
    if (variables === null) this.#forget(turn, ref);
    if (variables === null) return true;
    const key = recordKeys.env(label(ref));
    const record = encodeRecord(variables, "2");
    if (!this.#budget.fits(key, record.length)) this.#makeRoom(turn);
    if (!this.#budget.fits(key, record.length)) return false;
    this.#budget.put(key, record.length);
    this.#readings.set(label(ref), variables);
    turn.state(key, record);
    return true;
  }

  groupChanged(turn: Turn, { members }: Group, change: GroupChange, only?: Ref): void {
    if (change === "removed") for (const { ref } of members.values()) this.#forget(turn, ref);
    if (only !== undefined && !members.has(only.process)) this.#forget(turn, only);
  }

  #forget(turn: Turn, ref: Ref): void {
    const key = recordKeys.env(label(ref));
    this.#readings.delete(label(ref));
    if (this.#budget.drop(key)) turn.state(key, null);
  }
}
