/**
 * What waits in a pool and how it leaves: to a listener that is ready, back from one that did not take it, or off the front when there is no room.
 * Only the steps of `pool.ts` use this.
 */
import type { LogLevel } from "../config/model.ts";
import { envelopeBytes } from "./envelope.ts";
import { BUSY } from "./listener.ts";
import { eventMessages as say } from "./loglines.ts";
import type { Listener, Pool, PoolEffect } from "./pool.ts";
import { putBack, type QueuedEvent, queueHead, queueLength, takeHead } from "./queue.ts";

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
