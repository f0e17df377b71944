/**
 * The end of patience with a shutdown (`shutdown_timeout`): when it is over, whatever still runs is killed at once, and a little later supervisord ends
 * even if something is left that SIGKILL does not end. (CTR-005)
 */
import type { Now } from "../doors.ts";
import { hasRuns } from "../process/auxiliary.ts";
import type { Step } from "./effects.ts";
import { supervisorMessages as say } from "./loglines.ts";
import { endRuns, stepAlone } from "./member.ts";
import { allMembers, isDone, isStopped, type Member, type World } from "./world.ts";

/** How long those that were killed may take to go. */
const LEAVE_MS = 5000;

/** A shutdown has begun, or a reload has become one: from now on its time is limited. 0: it is not. */
export function beginCutoff(world: World, timeoutMs: number, now: Now, step: Step): void {
  if (world.mood !== "SHUTDOWN" || world.cutoff !== null || !(timeoutMs > 0)) return;
  world.cutoff = { dueMs: now.monoMs + timeoutMs, isOver: false };
  step.daemonChanged = true;
}

/** When `stepCutoff` has something to do. */
export function cutoffMs({ cutoff, goingDown }: World): number {
  return goingDown === null ? Number.POSITIVE_INFINITY : (cutoff?.dueMs ?? Number.POSITIVE_INFINITY);
}

export function stepCutoff(world: World, now: Now, step: Step): void {
  const { cutoff } = world;
  if (cutoff === null || now.monoMs < cutoffMs(world)) return;
  step.daemonChanged = true;
  if (cutoff.isOver) return leave(world, step);
  world.cutoff = { dueMs: now.monoMs + LEAVE_MS, isOver: true };
  const left = alive(world);
  if (left.length > 0) step.effects.push({ type: "log", level: "warn", text: say.outOfTime(left.map(nameOf)) });
  for (const member of left) {
    endRuns(world, member, "all", now, step);
    if (isStopped(member)) continue;
    const { state } = member.state;
    stepAlone(world, member, state === "STOPPING" ? { type: "deadline" } : { type: "stop", cause: "shutdown" }, now, step);
  }
}

function leave(world: World, step: Step): void {
  const left = alive(world);
  world.goingDown = null;
  if (left.length > 0) {
    const names = left.map((member) =>
      isStopped(member) ? `what ${nameOf(member)} has left` : `${nameOf(member)} (pid ${member.state.pid})`,
    );
    step.effects.push({ type: "log", level: "warn", text: say.leavingBehind(names) });
  }
  step.effects.push({ type: "ended" });
}

function alive(world: World): Member[] {
  return [...allMembers(world)].filter((member) => !isDone(member) || hasRuns(member.state));
}

function nameOf({ config }: Member): string {
  return config.name;
}
