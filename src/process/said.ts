/** What a program has said of itself in this run by its notify socket, and what that means for others: whether it reloads, whether it is checked. (RDY-010) */
import type { ProcessConfig } from "../config/model.ts";
import { type Said, withLife } from "./life.ts";
import type { ProcessState } from "./state.ts";

const NOTHING: Said = Object.freeze({});

/** Whether its runs get a socket for messages. (RDY-011) */
export function hasSocket({ readyWhen, healthcheck }: Pick<ProcessConfig, "readyWhen" | "healthcheck">): boolean {
  return readyWhen.kind === "notify" || healthcheck?.kind === "watchdog";
}

/** What there is to know at the fork: the interval is in its environment, so that a shorter one counts from the next start on. (HLT-010) */
export function newSaid(config: ProcessConfig): Said | undefined {
  return config.healthcheck?.kind === "watchdog" ? { watchdogMs: config.healthcheckInterval } : undefined;
}

export function saidBy({ life }: ProcessState): Said {
  return life.said ?? NOTHING;
}

/** `undefined` takes a member out. What has not changed is the same process. */
export function withSaid(process: ProcessState, changes: { readonly [K in keyof Said]?: Said[K] | undefined }): ProcessState {
  const before = saidBy(process);
  if ((Object.keys(changes) as (keyof Said)[]).every((name) => before[name] === changes[name])) return process;
  const left = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined);
  return { ...process, life: withLife(process.life, { said: left.length === 0 ? undefined : (Object.fromEntries(left) as Said) }) };
}

/**
 * It runs and takes up its configuration anew: conditions `ready` do not hold until it has said READY=1 again. Whoever has ordered the reload waits for the
 * end of it. (RDY-012, RLD-003)
 */
export function isReloading(process: Pick<ProcessState, "state" | "life">): boolean {
  return process.state === "RUNNING" && process.life.said?.reloadingMs !== undefined;
}

/** It is not checked: it is about to end, or reloads and may take its time. (HLT-009) */
export function isResting({ life, deadlines }: ProcessState, { readyTimeout }: Pick<ProcessConfig, "readyTimeout">): boolean {
  if (life.said?.stopping === true) return true;
  return life.said?.reloadingMs !== undefined && (deadlines.reload !== undefined || readyTimeout === 0);
}

/** Within which time it has to ping: what it was told, or what counts now if that is longer. null: it knows of no watchdog. (HLT-010) */
export function watchdogMs({ healthcheckInterval }: ProcessConfig, { life }: ProcessState): number | null {
  const told = life.said?.watchdogMs;
  return told === undefined ? null : Math.max(told, healthcheckInterval);
}
