/** Pools for tests, and what they want done in words. */
import type { Pool, PoolEffect } from "./buffer.ts";
import { makePools, type Pools } from "./notify.ts";
import { makePool, type PoolInput, stepPool } from "./pool.ts";
import { queuedEvents } from "./queue.ts";
import { RESULT_HANDLERS, resultHandler } from "./results.ts";
import type { SupervisorEvent } from "./types.ts";

const DEFAULT = RESULT_HANDLERS["supervisor.dispatchers:default_handler"];

export function pool(
  name: string,
  processes: readonly string[],
  options: { events?: readonly string[]; bufferSize?: number; handler?: string } = {},
): Pool {
  const events = new Set(options.events ?? ["EVENT"]);
  const handler = resultHandler(options.handler ?? "") ?? DEFAULT;
  return makePool({ name, processes, events, bufferSize: options.bufferSize ?? 10, resultHandler: handler, identifier: "supervisor" });
}

export function poolsOf(...all: Pool[]): Pools {
  const pools = makePools();
  for (const one of all) pools.byName.set(one.config.name, one);
  return pools;
}

export const tick = (when: number): SupervisorEvent => ({ kind: "tick", period: 5, when });

/** What is to be done, one word each; stores are left out unless asked for. */
export function words(effects: readonly PoolEffect[], what: readonly PoolEffect["type"][] = ["send", "log", "stdout"]): string[] {
  return effects.flatMap((effect) => {
    if (!what.includes(effect.type)) return [];
    switch (effect.type) {
      case "send":
        return `${effect.child}<${Buffer.from(effect.bytes).toString().split("\n")[1]}`;
      case "log":
        return `${effect.level}: ${effect.text}`;
      case "stdout":
        return `stdout<${Buffer.from(effect.bytes).toString()}`;
      case "keep":
        return `keep ${effect.pool} ${effect.event.id}`;
      case "forget":
        return `forget ${effect.pool} ${effect.id}`;
      default:
        return [];
    }
  });
}

export const sends = (effects: readonly PoolEffect[]) => words(effects, ["send"]);
export const logs = (effects: readonly PoolEffect[]) => words(effects, ["log"]);
export const waiting = (one: Pool) => queuedEvents(one.queue).map((event) => event.serial);
export const says = (process: string, child: number, text: string): PoolInput => ({
  type: "output",
  process,
  child,
  bytes: Buffer.from(text),
});

/** A listener that has been started and is RUNNING; with `ready` it has said so. */
export function bringUp(one: Pool, process: string, child: number, ready = true): PoolEffect[] {
  return [
    ...stepPool(one, { type: "started", process, child }, 0),
    ...(ready ? stepPool(one, says(process, child, "READY\n"), 0) : []),
    ...stepPool(one, { type: "running", process, running: true }, 0),
  ];
}
