/** The eight states as a person reads them: how bad, and which mark. A mark is a shape; colour only repeats it. */
import type { StateName } from "../../src/api/types.ts";
import type { Row } from "./flapping.ts";

export type Tone = "bad" | "warn" | "busy" | "good" | "idle";

export const STATE_LOOKS: Readonly<Record<StateName, { readonly tone: Tone; readonly weight: number }>> = {
  FATAL: { tone: "bad", weight: 0 },
  UNKNOWN: { tone: "bad", weight: 1 },
  BACKOFF: { tone: "warn", weight: 2 },
  EXITED: { tone: "idle", weight: 3 },
  STARTING: { tone: "busy", weight: 4 },
  STOPPING: { tone: "busy", weight: 5 },
  STOPPED: { tone: "idle", weight: 6 },
  RUNNING: { tone: "good", weight: 7 },
};

export const STATE_NAMES = Object.keys(STATE_LOOKS) as readonly StateName[];

/** It runs, and its health checks fail. */
export function isUnhealthy({ pid, life }: Row): boolean {
  return pid !== 0 && life.health?.state === "unhealthy";
}

/** Something a person has to look at: it gave up, tries in vain, keeps ending, ended when it should not have, is not well, or its log is losing bytes. */
export function isTrouble(row: Row): boolean {
  if (row.lostBytes > 0 || row.flapping || isUnhealthy(row)) return true;
  if (row.state === "FATAL" || row.state === "BACKOFF" || row.state === "UNKNOWN") return true;
  return row.state === "EXITED" && row.lastExit !== null && !row.lastExit.expected;
}

export function toneOf(row: Row): Tone {
  if (row.flapping || isUnhealthy(row)) return "warn";
  return row.state === "EXITED" && isTrouble(row) ? "bad" : STATE_LOOKS[row.state].tone;
}

/** Worst first. */
export function byTrouble(a: Row, b: Row): number {
  return weightOf(a) - weightOf(b);
}

/** What keeps restarting, or is not well, has one place, whatever it is at the moment. */
function weightOf(row: Row): number {
  return STATE_LOOKS[row.flapping || isUnhealthy(row) ? "BACKOFF" : row.state].weight;
}
