/** All pools of the daemon: who gets an event, and the serial that it has in all of them. */

import type { Pool, PoolEffect } from "./buffer.ts";
import { eventName, matches } from "./eventtable.ts";
import { eventBody } from "./payload.ts";
import { acceptEvent, nextSerial } from "./pool.ts";
import type { SupervisorEvent } from "./types.ts";

/** What waiting events may take up in the keeper's store, all pools together; they share it evenly. */
export const EVENTS_BYTES_MAX = 48 * 1024 * 1024;

export type Pools = {
  /** The serial of the daemon's next event, from 0; it goes on over a reload and is kept by the daemon. (EVT-060) */
  nextSerial: number;
  /** By name, in the order in which they subscribed. (EVT-077) */
  readonly byName: Map<string, Pool>;
};

export function makePools(): Pools {
  return { nextSerial: 0, byName: new Map() };
}

/** Whether anybody listens to a type at all: a tick that nobody wants need not wake the daemon. */
export function isWanted(pools: Pools, types: readonly string[]): boolean {
  for (const pool of pools.byName.values()) if (types.some((type) => pool.config.events.has(type))) return true;
  return false;
}

/** Hands an event to every pool that wants it. One that nobody wants gets no serial. (EVT-009, EVT-060, EVT-064, EVT-078) */
export function notify(pools: Pools, event: SupervisorEvent, monoMs: number): PoolEffect[] {
  const name = eventName(event);
  const takers = [...pools.byName.values()].flatMap((pool) => {
    const times = matches(pool.config.events, name);
    return times === 0 ? [] : [{ pool, times }];
  });
  if (takers.length === 0) return [];
  const serial = pools.nextSerial;
  pools.nextSerial = nextSerial(serial);
  const numbered = { ...eventBody(event), serial };
  const limits = { bytesMax: EVENTS_BYTES_MAX / pools.byName.size, monoMs };
  return takers.flatMap(({ pool, times }) => acceptEvent(pool, numbered, times, limits));
}
