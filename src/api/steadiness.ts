/** Whether a process that runs, or is about to, is not well all the same: it ends again and again. The page and what it is given agree on it here. */
import type { ProcessRow } from "./types.ts";

/** Up for so long it is well again. */
export const STEADY_MS = 60_000;
/** One that has ended is started again in less than this, if at all. */
const BETWEEN_MS = 5000;
/** Once is an accident. */
const RESTARTS_MIN = 2;

export type Steadiness = Pick<ProcessRow, "state" | "startedAt" | "lastExit" | "restarts">;

/** `now`: the wall clock, in milliseconds. */
export function keepsRestarting({ state, startedAt, lastExit, restarts }: Steadiness, now: number): boolean {
  if (restarts < RESTARTS_MIN) return false;
  if (state === "STARTING") return true;
  if (state === "RUNNING") return startedAt !== null && now - startedAt < STEADY_MS;
  return state === "EXITED" && lastExit !== null && now - lastExit.at < BETWEEN_MS;
}
