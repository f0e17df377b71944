/**
 * The loop. Callbacks only post; a turn takes what has been posted, one item after the other, and sends what came of it to the keeper as one
 * batch: acknowledgements, states, effects, all or nothing. What the world outside may see of it (an answer to a client) happens when the batch is
 * in the kernel's hands, so an answered request stays true whatever becomes of this process.
 */
import type { Doors } from "../../doors.ts";
import { effectSize, stateSize } from "../../link/codec.ts";
import type { KeeperEffect } from "../../link/messages.ts";
import { splitBatch } from "../../link/split.ts";

/** A batch is sent when it is larger than this; far below the keeper's limit for a frame. */
export const BATCH_BYTES = 512 * 1024;

export class Turn {
  readonly acknowledged: bigint[] = [];
  readonly effects: KeeperEffect[] = [];
  readonly states = new Map<string, Uint8Array | null>();
  readonly after: (() => void)[] = [];
  /** What `after` waits for as well, besides the kernel. */
  readonly answersWait: Promise<void>[] = [];
  #bytes = 0;

  acknowledge(report: bigint): void {
    if (report !== 0n) this.acknowledged.push(report);
  }

  effect(effect: KeeperEffect): void {
    this.effects.push(effect);
    this.#bytes += effectSize(effect);
  }

  /** The last value for a key counts. null deletes. */
  state(key: string, value: Uint8Array | null): void {
    this.states.set(key, value);
    this.#bytes += stateSize({ key, value });
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.acknowledged.length === 0 && this.effects.length === 0 && this.states.size === 0;
  }
}

export type Item = (turn: Turn) => void;

export type Hooks = {
  /** Adds what belongs to the whole of a turn. */
  readonly beforeSending: (turn: Turn) => void;
  /** Sets the alarm for the next deadline. */
  readonly afterTurn: () => void;
  /** Is told of a broken invariant and ends the daemon. */
  readonly onBug: (error: unknown) => void;
};

export class Loop {
  readonly #doors: Doors;
  readonly #hooks: Hooks;
  readonly #batchBytes: number;
  #inbox: Item[] = [];
  /** Where the next item is in the inbox. */
  #at = 0;
  #scheduled = false;
  #stopped = false;
  /** Settles when every batch so far is in the kernel's hands: answers keep the order of their turns. */
  #sent: Promise<void> = Promise.resolve();

  constructor(doors: Doors, batchBytes: number, hooks: Hooks) {
    this.#doors = doors;
    this.#batchBytes = batchBytes;
    this.#hooks = hooks;
  }

  post(item: Item): void {
    if (this.#stopped) return;
    this.#inbox.push(item);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#run());
  }

  /** A deadline is new though nothing was posted: the alarm is set, unless a turn will do it. */
  deadlineChanged(): void {
    if (!this.#stopped && !this.#scheduled) this.#hooks.afterTurn();
  }

  /** Resolves when what was posted before is in the kernel's hands. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.post((turn) => turn.after.push(resolve)));
  }

  /** Nothing is done any more. */
  stop(): void {
    this.#stopped = true;
    this.#inbox = [];
    this.#at = 0;
  }

  /** Goes on until nothing is left, or a batch is large: then others are heard while it goes to the keeper. */
  #run(): void {
    const turn = new Turn();
    try {
      for (let item = this.#nextItem(); item !== null; item = this.#nextItem()) {
        item(turn);
        if (turn.bytes > this.#batchBytes) break;
      }
      const sent = this.#send(turn);
      this.#scheduled = this.#at < this.#inbox.length;
      if (this.#scheduled) void sent.then(() => this.#run());
      if (!this.#stopped) this.#hooks.afterTurn();
    } catch (error) {
      this.stop();
      this.#hooks.onBug(error);
    }
  }

  #nextItem(): Item | null {
    const item = this.#stopped ? undefined : this.#inbox[this.#at++];
    if (item !== undefined) return item;
    this.#inbox = [];
    this.#at = 0;
    return null;
  }

  #send(turn: Turn): Promise<void> {
    this.#hooks.beforeSending(turn);
    const states = [...turn.states].map(([key, value]) => ({ key, value }));
    const batches = turn.isEmpty ? [] : splitBatch({ acknowledged: turn.acknowledged, states, effects: turn.effects });
    const sent = Promise.all(batches.map((batch) => this.#doors.keeper.send(batch))).then(() => undefined);
    this.#sent = Promise.all([this.#sent, sent, ...turn.answersWait]).then(() => {
      for (const act of turn.after) act();
    });
    this.#sent.catch(this.#hooks.onBug);
    return sent;
  }
}
