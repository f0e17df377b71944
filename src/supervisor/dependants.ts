/**
 * Who is to be looked at when a process has changed: those that wait for it, those that are bound to it, and what is to be stopped after it. Only what
 * waits, runs bound or goes down is entered here, so a change costs nothing where nobody depends on anything, and never the size of the configuration.
 */
import type { ProcessConfig } from "../config/model.ts";
import type { ProcessState } from "../process/state.ts";
import { isOver } from "../process/sweeping.ts";
import { hasDependencies, keysFor, keysOf, needKeysFor, needKeysOf, targetsOf } from "./needs.ts";

/** A process as it is seen here. */
type Dependant = { readonly ref: { readonly group: string; readonly process: string }; config: ProcessConfig; state: ProcessState };

/** What a process is entered for, and under which keys. */
type Entry = {
  readonly config: ProcessConfig;
  readonly waits: boolean;
  readonly isBound: boolean;
  readonly goesDown: boolean;
  /** It is to be stopped when nothing needs it any more. */
  readonly stopsLater: boolean;
  readonly isUp: boolean;
};

export class Dependants<M extends Dependant> {
  /** Starts that were ordered together and have not begun: what they were is no news any more. (DEP-007) */
  readonly ordered = new Set<M>();
  readonly #entries = new Map<M, Entry>();
  readonly #waiting = new Index<M>();
  readonly #bound = new Index<M>();
  readonly #stoppedLater = new Index<M>();
  /** How many that go down need what the key stands for. */
  readonly #goingDown = new Map<string, number>();
  /** Stops that may be due. */
  #toLookAt = new Set<M>();

  /** Nobody waits, is bound or goes down for others. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** To be told of every new state or configuration. */
  changed(member: M): void {
    const known = this.#entries.get(member);
    const { config, state } = member;
    if (known === undefined && !hasDependencies(config) && state.life.stopAfter === undefined) return;
    const next = entryOf(member);
    if (known !== undefined && isSame(known, next)) return;
    if (known !== undefined) this.#leave(member, known);
    if (next.waits || next.isBound || next.goesDown || next.stopsLater) this.#enter(member, next);
    else this.#entries.delete(member);
  }

  /** It is no member any more. */
  forget(member: M): void {
    const known = this.#entries.get(member);
    if (known === undefined) return;
    this.#leave(member, known);
    this.#entries.delete(member);
  }

  /** Those that wait, perhaps for this one. */
  waitingFor(member: M): readonly M[] {
    return this.#waiting.under(keysFor(member.ref));
  }

  allWaiting(): readonly M[] {
    return [...this.#entries].filter(([, { waits }]) => waits).map(([member]) => member);
  }

  allStoppedLater(): readonly M[] {
    return [...this.#entries].filter(([, { stopsLater }]) => stopsLater).map(([member]) => member);
  }

  /** Those that are up and bound, perhaps to this one. */
  boundTo(member: M): readonly M[] {
    return this.#bound.under(keysFor(member.ref));
  }

  /** Whether something goes down that needs this one until then. */
  isNeeded(member: M): boolean {
    return needKeysFor(member.ref, member.config).some((key) => (this.#goingDown.get(key) ?? 0) > 0);
  }

  /** Those whose stop may be due since this was asked last. */
  takeToLookAt(): readonly M[] {
    if (this.#toLookAt.size === 0) return [];
    const members = [...this.#toLookAt];
    this.#toLookAt = new Set();
    return members;
  }

  #enter(member: M, entry: Entry): void {
    this.#entries.set(member, entry);
    if (entry.waits) this.#waiting.add(member, keysOf(targetsOf(entry.config)));
    if (entry.isBound) this.#bound.add(member, keysOf(entry.config.bindTo));
    if (entry.goesDown) for (const key of needKeysOf(entry.config)) this.#goingDown.set(key, (this.#goingDown.get(key) ?? 0) + 1);
    if (!entry.stopsLater) return;
    this.#stoppedLater.add(member, needKeysFor(member.ref, entry.config));
    if (!entry.isUp) this.#toLookAt.add(member);
  }

  #leave(member: M, entry: Entry): void {
    if (entry.waits) this.#waiting.remove(member, keysOf(targetsOf(entry.config)));
    if (entry.isBound) this.#bound.remove(member, keysOf(entry.config.bindTo));
    if (entry.stopsLater) this.#stoppedLater.remove(member, needKeysFor(member.ref, entry.config));
    if (!entry.goesDown) return;
    for (const key of needKeysOf(entry.config)) {
      const left = (this.#goingDown.get(key) ?? 0) - 1;
      if (left > 0) this.#goingDown.set(key, left);
      else {
        this.#goingDown.delete(key);
        for (const one of this.#stoppedLater.under([key])) this.#toLookAt.add(one);
      }
    }
  }
}

/** It is ordered down, and something of it is left. */
export function goesDown(state: ProcessState): boolean {
  const isUp = state.state === "STARTING" || state.state === "RUNNING";
  return state.state === "STOPPING" || !isOver(state) || (isUp && (state.stopping || state.life.stopAfter !== undefined));
}

function entryOf({ config, state }: Dependant): Entry {
  const { life } = state;
  const isUp = state.state === "STARTING" || state.state === "RUNNING";
  return {
    config,
    waits: life.waiting !== undefined,
    isBound: isUp && config.bindTo.length > 0,
    goesDown: goesDown(state) && hasDependencies(config),
    stopsLater: life.stopAfter !== undefined,
    isUp,
  };
}

function isSame(a: Entry, b: Entry): boolean {
  return (
    a.config === b.config &&
    a.waits === b.waits &&
    a.isBound === b.isBound &&
    a.goesDown === b.goesDown &&
    a.stopsLater === b.stopsLater &&
    (a.isUp === b.isUp || !a.stopsLater)
  );
}

/** Members by keys; several under one. */
class Index<M> {
  readonly #members = new Map<string, Set<M>>();

  add(member: M, keys: readonly string[]): void {
    for (const key of keys) {
      const known = this.#members.get(key);
      if (known === undefined) this.#members.set(key, new Set([member]));
      else known.add(member);
    }
  }

  remove(member: M, keys: readonly string[]): void {
    for (const key of keys) {
      const known = this.#members.get(key);
      known?.delete(member);
      if (known?.size === 0) this.#members.delete(key);
    }
  }

  under(keys: readonly string[]): readonly M[] {
    if (this.#members.size === 0) return [];
    return [...new Set(keys.flatMap((key) => [...(this.#members.get(key) ?? [])]))];
  }
}
