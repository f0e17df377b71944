/**
 * What programs with `killtree` start themselves: children that stay, and some that start another and are gone a moment later. Who started whom is known by the
 * mark alone once the main process has ended, when the keeper is their parent. The number of the main process's pid decides how many there are.
 */
import type { KernelProcess } from "../../../src/doors.ts";
import type { Host } from "./host.ts";

const MARK = "HOLDFAST_TREE=";
const SIGKILL = 9;
const MS_PER_TICK = 10;
const LIFE_MS = 30_000;
/** One of those that start another. */
const GENERATION_MS = 40;
const GENERATIONS = 100;

type Descendant = {
  readonly pid: number;
  readonly child: number;
  readonly mother: number;
  readonly startTicks: number;
  readonly mark: string;
};
type Mother = { readonly pid: number; readonly child: number; readonly isAlive: () => boolean };

export class Descendants {
  readonly #host: Host;
  readonly #all = new Map<number, Descendant>();
  readonly #mothers = new Map<number, Mother>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** A program has begun; one without the mark starts nobody. */
  begin(mother: Mother, environment: readonly string[]): void {
    const mark = environment.find((entry) => entry.startsWith(MARK))?.slice(MARK.length);
    if (mark === undefined) return;
    this.#mothers.set(mother.child, mother);
    for (let one = 0; one < mother.pid % 3; one++) this.#start(mother, mark, one === 0 ? 0 : GENERATIONS);
  }

  /** By pid and start. */
  signal(pid: number, startTicks: bigint, signal: number): void {
    if (signal === SIGKILL && this.#all.get(pid)?.startTicks === Number(startTicks)) this.#all.delete(pid);
  }

  /** How many of that run are alive. */
  of(child: number): number {
    return [...this.#all.values()].filter((one) => one.child === child).length;
  }

  below(pid: number): readonly KernelProcess[] {
    return this.#seen(0).filter(({ parent }) => parent === pid);
  }

  all(keeper: number): readonly KernelProcess[] {
    return this.#seen(keeper);
  }

  markOf(pid: number): string | null {
    return this.#all.get(pid)?.mark ?? null;
  }

  #start(mother: Mother, mark: string, generations: number): void {
    const pid = this.#host.nextPid++;
    const startTicks = Math.floor(this.#host.scheduler.nowMs / MS_PER_TICK);
    this.#all.set(pid, { pid, child: mother.child, mother: mother.pid, startTicks, mark });
    this.#host.scheduler.after(generations > 0 ? GENERATION_MS : LIFE_MS, () => {
      if (!this.#all.has(pid)) return;
      if (generations > 0) this.#start(mother, mark, generations - 1);
      this.#all.delete(pid);
    });
  }

  #seen(keeper: number): readonly KernelProcess[] {
    return [...this.#all.values()].map(({ pid, child, mother, startTicks }) => {
      const parent = this.#mothers.get(child)?.isAlive() ? mother : keeper;
      return { pid, parent, group: pid, session: pid, startTicks, state: "S", name: "descendant" };
    });
  }
}
