/**
 * A pool's buffer. Events lie in the order in which they arose, always: one that comes back from a listener was taken from the head, so it is older
 * than every event that was never sent, and goes in front of those. That order is the order of `id`, so a successor restores it by sorting.
 *
 * Appending and taking cost the same however long the buffer is (buffer_size may be 200000).
 */
import { assert } from "../result.ts";
import type { EventType } from "./eventtable.ts";

/** An event in a pool's hands, with its serials. Immutable: every sending of it is the same. */
export type QueuedEvent = {
  /** Grows with every event that a pool takes; names its record in the store. */
  readonly id: number;
  readonly serial: number;
  readonly poolSerial: number;
  readonly name: EventType;
  readonly payload: Uint8Array;
};

export type Queue = {
  /** Events that came back, oldest first: never more than the pool has listeners. */
  readonly returned: QueuedEvent[];
  /** Events that were never sent, from `start` on. */
  fresh: QueuedEvent[];
  start: number;
};

/** Space at the front is given back when it is more than this and more than half. */
const COMPACT_FROM = 64;

/** `events` in any order. */
export function makeQueue(events: readonly QueuedEvent[] = []): Queue {
  return { returned: [], fresh: [...events].sort((a, b) => a.id - b.id), start: 0 };
}

export function queueLength(queue: Queue): number {
  return queue.returned.length + queue.fresh.length - queue.start;
}

/** The next to be sent, and the first to be discarded. */
export function queueHead(queue: Queue): QueuedEvent | undefined {
  return queue.returned[0] ?? queue.fresh[queue.start];
}

export function append(queue: Queue, event: QueuedEvent): void {
  assert((queue.fresh.at(-1)?.id ?? -1) < event.id, "an event was buffered out of order");
  queue.fresh.push(event);
}

/** Takes an event back that was taken from here. After a restoration older ones may still lie among the fresh. */
export function putBack(queue: Queue, event: QueuedEvent): void {
  for (let older = queue.fresh[queue.start]; older !== undefined && older.id < event.id; older = queue.fresh[queue.start]) {
    queue.returned.push(older);
    queue.start += 1;
  }
  const at = queue.returned.findIndex((other) => other.id > event.id);
  queue.returned.splice(at === -1 ? queue.returned.length : at, 0, event);
}

export function takeHead(queue: Queue): QueuedEvent | undefined {
  const returned = queue.returned.shift();
  if (returned !== undefined) return returned;
  const event = queue.fresh[queue.start];
  if (event === undefined) return undefined;
  queue.start += 1;
  if (queue.start > COMPACT_FROM && queue.start * 2 > queue.fresh.length) {
    queue.fresh = queue.fresh.slice(queue.start);
    queue.start = 0;
  }
  return event;
}

/** From the oldest to the newest. */
export function queuedEvents(queue: Queue): QueuedEvent[] {
  return [...queue.returned, ...queue.fresh.slice(queue.start)];
}
