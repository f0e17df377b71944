/** What must hold of auxiliary runs (docs/invariants.md, L-12 and L-16): once for each cause, and never longer than they may. */
import type { ProcessState } from "../../src/process/state.ts";
import type { Configs } from "./lifeendings.ts";

/** `isStray`: its process was taken out since. */
type Born = { readonly label: string; readonly owner: string; readonly atMs: number; isStray: boolean };

/** From SIGTERM to SIGKILL, and what is on its way. */
const END_MS = 2000 + 1000;
/** Runs that only a start is there for, or a failure: none of them begins on the way down. */
const NOT_ON_THE_WAY_DOWN = /:(?:pre_start|post_start|on_fatal|check)$/;
const CHECK = /:check$/;
/** A check of readiness has that time, one of health has less here. */
const CHECK_MS = 10_000;

const HOOKS = /^(?:pre_start|post_start|pre_stop|stop_command|post_stop|on_fatal)$/;

/** The label of the process that an auxiliary run is for; null: it is the program of a process itself. */
export function ownerOf(label: string): string | null {
  return /^(.*?:.*?):[a-z_]+$/s.exec(label)?.[1] ?? null;
}

export class Runs {
  readonly #add: (text: string) => void;
  /** The run of a child that was ordered: the process, what runs, and its number. */
  readonly #causes = new Map<number, string>();
  /** Runs for which something was born. */
  readonly #done = new Set<string>();
  /** The process, what runs, and the attempt to start that it was ordered for. */
  readonly #ordered = new Set<string>();
  readonly #live = new Map<number, Born>();

  constructor(add: (text: string) => void) {
    this.#add = add;
  }

  /** What a daemon has stored of a process: a hook is ordered once for an attempt to start, though it may run later. */
  changed(name: string, was: ProcessState | undefined, is: ProcessState): void {
    for (const { what, number } of is.life.runs ?? []) {
      if (!HOOKS.test(what) || was?.life.runs?.some((one) => one.number === number)) continue;
      // In a turn of several steps the next attempt may have begun behind the failure of the last.
      if (what === "on_fatal" && was !== undefined && is.attempt > was.attempt) continue;
      const cause = `${name}:${what} ${is.attempt}`;
      if (this.#ordered.has(cause)) this.#add(`L-12 ${name}:${what} is to run twice for one cause (attempt ${is.attempt})`);
      this.#ordered.add(cause);
    }
  }

  /** A spawn is ordered. */
  ordered(label: string, child: number, owner: ProcessState | undefined, isDown: boolean): void {
    if (owner === undefined) return this.#add(`L-12 ${label} is run, and there is no such process`);
    if (isDown && NOT_ON_THE_WAY_DOWN.test(label)) this.#add(`L-14 ${label} is run while supervisord goes down`);
    const number = owner.life.runs?.find((one) => one.child === child)?.number;
    if (number === undefined) return this.#add(`L-12 ${label} is run, and that is not stored`);
    this.#causes.set(child, `${label} ${number}`);
  }

  born(label: string, child: number, nowMs: number): void {
    for (const other of this.#live.values())
      if (other.label === label && !other.isStray) this.#add(`L-12 ${label} is run while the one before it lives`);
    this.#live.set(child, { label, owner: ownerOf(label) ?? label, atMs: nowMs, isStray: false });
    const cause = this.#causes.get(child);
    if (cause === undefined) return this.#add(`L-12 ${label} runs, and nobody has ordered it`);
    if (this.#done.has(cause)) this.#add(`L-12 ${label} runs twice for one cause (run ${cause.slice(label.length + 1)})`);
    this.#done.add(cause);
  }

  gone(child: number): void {
    this.#live.delete(child);
    this.#causes.delete(child);
  }

  /** A process that was taken out and comes again counts from the beginning. */
  forget(owner: string): void {
    for (const one of this.#live.values()) if (one.owner === owner) one.isStray = true;
    for (const causes of [this.#done, this.#ordered]) for (const cause of causes) if (cause.startsWith(`${owner}:`)) causes.delete(cause);
  }

  /** L-16: what runs for too long. A stop command has the time of the stop. */
  overdue(configs: Configs, nowMs: number): string[] {
    return [...this.#live.values()].flatMap(({ label, owner, atMs }) => {
      const config = configs.get(owner)?.config;
      if (config === undefined) return [];
      const own = label.endsWith(":stop_command") ? config.stopWaitSecs * 1000 : config.hookTimeout;
      const mostMs = (CHECK.test(label) ? CHECK_MS : own) + END_MS;
      return nowMs - atMs > mostMs ? [`L-16 ${label} runs since ${(nowMs - atMs).toFixed(0)} ms, ${mostMs} at most`] : [];
    });
  }
}
