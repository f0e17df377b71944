/** Runs that must not grow older than `max_age`: a program is started again when its turn comes, a one-shot and a job have failed. (AGE-001) */
import { durationInWords } from "../config/durations.ts";
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { withLife } from "../process/life.ts";
import type { ProcessInput } from "../process/state.ts";
import { orderDueRestarts } from "./duerestarts.ts";
import type { Step } from "./effects.ts";
import { isScheduled } from "./jobs.ts";
import { stepAlone } from "./member.ts";
import { isOneshot } from "./needs.ts";
import { type Member, setState, type World } from "./world.ts";

/** When its run is too old, monotonic; null: it does not run, may grow as old as it likes, or is to be ended already. */
export function ageDeadlineMs(world: World, { config, state, pending }: Member): number | null {
  if (config.maxAge === null || state.state !== "RUNNING" || world.mood !== "RUNNING" || pending !== null) return null;
  return state.life.due !== undefined || state.life.stopAfter !== undefined
    ? null
    : (state.life.runningMs ?? state.startMonoMs) + config.maxAge;
}

export function stepAge(world: World, member: Member, now: Now, step: Step): void {
  const dueMs = ageDeadlineMs(world, member);
  if (dueMs === null || now.monoMs < dueMs) return;
  if (hasAnEnd(member.config)) return stepAlone(world, member, { type: "stop", cause: "age" }, now, step);
  setState(world, member, { ...member.state, life: withLife(member.state.life, { due: "age" }) });
  member.version += 1;
  step.changed.add(member.ref);
  orderDueRestarts(world, now, step);
}

/** Whether its runs are meant to end by themselves. */
function hasAnEnd(config: ProcessConfig): boolean {
  return isOneshot(config) || isScheduled(config);
}

/** A one-shot or job that was ended for its age has failed: listeners for FATAL hear of it. Call it when the input has been carried out. */
export function failTooOld(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  const { config, state } = member;
  if (input.type !== "exited" || state.state !== "STOPPED" || state.life.stopCause !== "age" || state.life.again !== undefined) return;
  if (config.maxAge === null || !hasAnEnd(config) || world.mood !== "RUNNING") return;
  stepAlone(world, member, { type: "refuse", text: `older than ${durationInWords(config.maxAge)}` }, now, step);
}
