/**
 * What a pool holds and how an event leaves it: to a listener that is ready, back from one that did not take it, or off the front when there is no room.
 * Only the steps of `pool.ts` change a pool by this.
 */
import type { LogLevel } from "../config/model.ts";
import { envelopeBytes } from "./envelope.ts";
import { BUSY, type Listening } from "./listener.ts";
import { eventMessages as say } from "./loglines.ts";
import { putBack, type Queue, type QueuedEvent, queueHead, queueLength, takeHead } from "./queue.ts";
import type { ResultHandler } from "./results.ts";

export type PoolConfig = {
  readonly name: string;
  /** In the group's order: the first that is ready gets the event. (EVT-066) */
  readonly processes: readonly string[];
  readonly events: ReadonlySet<string>;
  readonly bufferSize: number;
  readonly resultHandler: ResultHandler;
  /** `identifier` of [supervisord]. */
  readonly identifier: string;
};

export type Listener = {
  readonly process: string;
  /** The keeper's number of the running child; 0: there is none. */
  child: number;
  /** Its process is RUNNING. (EVT-103) */
  running: boolean;
  /** Its stdin is closed: nothing can be sent until it starts again. */
  deaf: boolean;
  listening: Listening;
  /** The event in its hands; none of the buffer. (EVT-073) */
  event: QueuedEvent | null;
};

export type Pool = {
  config: PoolConfig;
  listeners: readonly Listener[];
  readonly queue: Queue;
  /** Events that were rejected or could not be sent: how often, and when they may be sent again (monotonic). */
  readonly pauses: Map<number, { readonly count: number; readonly untilMs: number }>;
  nextId: number;
  /** The serial of the pool's next event, from 0. (EVT-061) */
  nextPoolSerial: number;
  /** What waiting events take up in the store, roughly. */
  bytes: number;
  /** Events thrown away so far, for those who ask. */
  discarded: number;
};

export type PoolEffect =
  | { readonly type: "log"; readonly level: LogLevel; readonly text: string }
  /** For the stdin of a child. */
  | { readonly type: "send"; readonly child: number; readonly bytes: Uint8Array }
  /** For the daemon's own stdout. */
  | { readonly type: "stdout"; readonly bytes: Uint8Array }
  /** The event must be in the store from now on, under its id. */
  | { readonly type: "keep"; readonly pool: string; readonly event: QueuedEvent }
  | { readonly type: "forget"; readonly pool: string; readonly id: number };

/** A rejected event waits this long, twice as long each further time, up to the maximum. The original sends it again at once, for ever (EVT-107). */
const REJECTION_PAUSE_MS_MIN = 100;
const REJECTION_PAUSE_MS_MAX = 1000;

/** What the store needs for an event besides its payload, roughly: key and record. */
const EVENT_OVERHEAD_BYTES = 100;

/** Sends from the head of the buffer while there is a listener for it. (EVT-066, EVT-068, EVT-071) */
export function dispatch(pool: Pool, monoMs: number, effects: PoolEffect[]): void {
  let sent = 0;
  for (let head = queueHead(pool.queue); head !== undefined; head = queueHead(pool.queue)) {
    if ((pool.pauses.get(head.id)?.untilMs ?? monoMs) > monoMs) return;
    const listener = pool.listeners.find(isReady);
    if (listener === undefined) {
      if (sent > 0)
        effects.push(log("debug", say.rebuffering(head.serial, pool.config.name, queueLength(pool.queue) - 1, pool.config.bufferSize)));
      return;
    }
    takeFromQueue(pool);
    listener.listening = BUSY;
    listener.event = head;
    effects.push({ type: "send", child: listener.child, bytes: envelopeOf(pool, head) });
    effects.push(log("debug", say.sent(head.serial, listener.process)));
    sent += 1;
  }
}

export function isReady(listener: Listener): boolean {
  return listener.running && !listener.deaf && listener.child !== 0 && listener.listening.phase === "READY";
}

export function envelopeOf(pool: Pool, event: QueuedEvent): Uint8Array {
  return envelopeBytes({ ...event, identifier: pool.config.identifier, pool: pool.config.name });
}

export function pause(pool: Pool, event: QueuedEvent, monoMs: number): void {
  const count = (pool.pauses.get(event.id)?.count ?? 0) + 1;
  const pauseMs = Math.min(REJECTION_PAUSE_MS_MIN * 2 ** (count - 1), REJECTION_PAUSE_MS_MAX);
  pool.pauses.set(event.id, { count, untilMs: monoMs + pauseMs });
}

/** The event in a listener's hands returns to the head; in a full buffer the oldest that waits makes room. (EVT-074, EVT-111) */
export function giveBack(pool: Pool, listener: Listener, effects: PoolEffect[]): void {
  const { event } = listener;
  if (event === null) return;
  listener.event = null;
  effects.push(rebuffering(pool, event));
  makeRoom(pool, Number.POSITIVE_INFINITY, effects);
  putBack(pool.queue, event);
  pool.bytes += eventBytes(event);
}

export function makeRoom(pool: Pool, bytesMax: number, effects: PoolEffect[]): void {
  const { name, bufferSize } = pool.config;
  while (queueLength(pool.queue) >= bufferSize || pool.bytes > bytesMax) {
    const oldest = takeFromQueue(pool);
    if (oldest === undefined) return;
    pool.discarded += 1;
    effects.push(log("error", say.overflowed(name, oldest.serial)), forget(pool, oldest));
  }
}

function takeFromQueue(pool: Pool): QueuedEvent | undefined {
  const event = takeHead(pool.queue);
  if (event !== undefined) pool.bytes -= eventBytes(event);
  return event;
}

export function rebuffering(pool: Pool, event: QueuedEvent): PoolEffect {
  return log("debug", say.rebuffering(event.serial, pool.config.name, queueLength(pool.queue), pool.config.bufferSize));
}

export function forget(pool: Pool, event: QueuedEvent): PoolEffect {
  pool.pauses.delete(event.id);
  return { type: "forget", pool: pool.config.name, id: event.id };
}

/** What an event takes up in the store. */
export function eventBytes(event: { readonly payload: Uint8Array }): number {
  return event.payload.length + EVENT_OVERHEAD_BYTES;
}

export function log(level: LogLevel, text: string): PoolEffect {
  return { type: "log", level, text };
}
