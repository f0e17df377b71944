/**
 * Counts who lives on in the process group of a program that has ended. One look at the machine serves all that ended before it began; it is taken only
 * where somebody is left. (KILL-006)
 */
import type { Kernel } from "../../doors.ts";
import type { Ref } from "../../supervisor/world.ts";
import type { Loop } from "../loop/turn.ts";
import type { ExitRecords } from "./exitrecords.ts";

type Wanted = { readonly ref: Ref; readonly group: number; readonly endedAt: number };

export class GroupSurvivors {
  readonly #loop: Pick<Loop, "post">;
  readonly #kernel: Kernel;
  readonly #exits: ExitRecords;
  #wanted: Wanted[] = [];
  #isLooking = false;

  constructor(loop: Pick<Loop, "post">, kernel: Kernel, exits: ExitRecords) {
    this.#loop = loop;
    this.#kernel = kernel;
    this.#exits = exits;
  }

  count(ref: Ref, group: number, endedAt: number): void {
    this.#wanted.push({ ref, group, endedAt });
    if (!this.#isLooking) void this.#look();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#wanted.length > 0) {
      const wanted = this.#wanted;
      this.#wanted = [];
      const sizes = await this.#kernel.groupSizes();
      this.#loop.post((turn) => {
        for (const { ref, group, endedAt } of wanted) this.#exits.survived(turn, ref, endedAt, sizes.get(group) ?? 0);
      });
    }
    this.#isLooking = false;
  }
}
