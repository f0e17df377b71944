/** What a process's state, by its number, means for the commands. The table of states is `process/states.ts`. */
import { STATES } from "../process/states.ts";

type HasState = { readonly state: number };

const ROWS = new Map(Object.values(STATES).map((row) => [row.code as number, row]));

/** RUNNING, STARTING or BACKOFF: what start leaves alone and stop concerns. */
export function isRunning({ state }: HasState): boolean {
  return ROWS.get(state)?.running ?? false;
}

/** STOPPED, EXITED, FATAL or UNKNOWN. (CTL-081) */
export function isStopped({ state }: HasState): boolean {
  return ROWS.get(state)?.stopped ?? false;
}

/** RUNNING, STARTING or STOPPING. */
export function isSignallable({ state }: HasState): boolean {
  return ROWS.get(state)?.signallable ?? false;
}
