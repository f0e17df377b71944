/**
 * The end of a run of which nothing is to survive: when the main process has ended, what is left of the run is killed before the next start, and before anybody
 * hears that the process is stopped. Who is left is found out elsewhere. (KILL-001, KILL-004)
 */
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { isUnderWay } from "./auxiliary.ts";
import { type Leftover, type Sweep, withLife } from "./life.ts";
import { processMessages as say } from "./loglines.ts";
import { type Action, adding, log, type ProcessEffect, type ProcessState, unchanged, withoutStarts } from "./state.ts";

/** So long is everybody tried to be killed. */
const SWEEP_MS = 10_000;
/** So many are named. */
const NAMED_MAX = 10;

/** What begins when the main process has been reaped; undefined: what it has left behind lives on. */
export function sweepAfter(config: ProcessConfig, { pid, child, life }: ProcessState, now: Now): Sweep | undefined {
  if (!config.killTree || pid === 0) return undefined;
  const { sinceTicks = 0, cgroup } = life.tree ?? {};
  return { sinceTicks, pid, child, untilMs: now.monoMs + SWEEP_MS, ...(cgroup !== undefined && { cgroup }) };
}

/** Nothing of its last run lives any more, or is waited for, and its post_stop has ended. (HOOK-007) */
export function isOver(process: ProcessState): boolean {
  return process.life.sweep === undefined && !isUnderWay(process, "post_stop");
}

/** And no command that was to stop it would meet its next run. */
export function isClear(process: ProcessState): boolean {
  return isOver(process) && !isUnderWay(process, "pre_stop", "stop_command");
}

/** A start waits until nothing of the last run is left. */
export const startLater: Action<"start-later"> = (_, process, __, { cause, deps }) => {
  if (isClear(process)) return unchanged(process);
  const later = { cause, ...(deps === false && { deps }) };
  const waiting = withoutStarts(process);
  return unchanged({ ...waiting, life: withLife(waiting.life, { later, again: process.life.again }) });
};

/** Nobody is left, or whoever is left is given up. */
export const swept: Action<"swept"> = (config, process, _, { child, left }) => {
  const { sweep } = process.life;
  if (sweep === undefined || sweep.child !== child) return unchanged(process);
  const done = unchanged({ ...process, life: withLife(process.life, { sweep: undefined }) });
  return left.length === 0 ? done : adding(done, ...tellLeft(config, left));
};

function tellLeft({ name }: ProcessConfig, left: readonly Leftover[]): readonly ProcessEffect[] {
  const named = left.slice(0, NAMED_MAX).map((one) => `${one.name} (${one.pid}, ${one.state})`);
  const more = left.length > NAMED_MAX ? `, and ${left.length - NAMED_MAX} more` : "";
  const text = say.leftBehind(name, named.join(", ") + more);
  return [log("warn", text), { type: "lifecycle", name: "LIFECYCLE_LEFTOVERS", keys: { count: left.length }, text }];
}
