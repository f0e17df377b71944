/**
 * The loop. Callbacks only post; a turn takes what has been posted, one item after the other, and sends what came of it to the keeper as one
 * batch: acknowledgements, states, effects, all or nothing. What the world outside may see of it (an answer to a client) happens when the batch is
 * in the kernel's hands, so an answered request stays true whatever becomes of this process.
 */
import type { Doors } from "../doors.ts";
import { effectSize, stateSize } from "../link/codec.ts";
import type { KeeperEffect } from "../link/messages.ts";

/** A batch is sent when it is larger than this; far below the keeper's limit for a frame. */
const BATCH_BYTES = 512 * 1024;

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

  get isLarge(): boolean {
    return this.#bytes > BATCH_BYTES;
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
  #inbox: Item[] = [];
  #scheduled = false;
  #stopped = false;
  /** Settles when every batch so far is in the kernel's hands: answers keep the order of their turns. */
  #sent: Promise<void> = Promise.resolve();

  constructor(doors: Doors, hooks: Hooks) {
    this.#doors = doors;
    this.#hooks = hooks;
  }

  post(item: Item): void {
    if (this.#stopped) return;
    this.#inbox.push(item);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#run());
  }

  /** Resolves when what was posted before is in the kernel's hands. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.post((turn) => turn.after.push(resolve)));
  }

  /** Nothing is done any more. */
  stop(): void {
    this.#stopped = true;
    this.#inbox = [];
  }

  #run(): void {
    this.#scheduled = false;
    let turn = new Turn();
    try {
      for (let item = this.#inbox.shift(); item !== undefined && !this.#stopped; item = this.#inbox.shift()) {
        item(turn);
        if (!turn.isLarge) continue;
        this.#send(turn);
        turn = new Turn();
      }
      this.#send(turn);
      if (!this.#stopped) this.#hooks.afterTurn();
    } catch (error) {
      this.stop();
      this.#hooks.onBug(error);
    }
  }

  #send(turn: Turn): void {
    this.#hooks.beforeSending(turn);
    const states = [...turn.states].map(([key, value]) => ({ key, value }));
    const batch = { acknowledged: turn.acknowledged, states, effects: turn.effects };
    const sent = turn.isEmpty ? Promise.resolve() : this.#doors.keeper.send(batch);
    this.#sent = Promise.all([this.#sent, sent, ...turn.answersWait]).then(() => {
      for (const act of turn.after) act();
    });
    this.#sent.catch(this.#hooks.onBug);
  }
}
