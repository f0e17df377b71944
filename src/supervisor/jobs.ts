/**
 * Programs that run by a schedule: each slot leads to a start, or is dropped, and is never handled twice, because up to where they have been handled is stored
 * in the batch of what came of it. (CRON)
 */
import type { Schedule } from "../config/cronfields.ts";
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { withLife } from "../process/life.ts";
import { begun, currentJob, type Job, lookAt, nextSlotMs, paused, resumed, type SkipReason } from "../process/schedule.ts";
import { hasStartDue, type ProcessInput } from "../process/state.ts";
import { isOver } from "../process/sweeping.ts";
import { assert, unreachable } from "../result.ts";
import type { Zone } from "../zone.ts";
import type { Step } from "./effects.ts";
import { startsByItself } from "./kept.ts";
import { supervisorMessages as say } from "./loglines.ts";
import { stepAlone } from "./member.ts";
import { type Member, setState, type World } from "./world.ts";

/** A time zone by its name; null: the host's. */
export type Zones = (name: string | null) => Zone;

type Scheduled = ProcessConfig & { readonly cron: Schedule };

export function isScheduled(config: ProcessConfig): config is Scheduled {
  return config.cron !== null;
}

/** When the schedule is looked at again at the latest: a clock may be set meanwhile. (CRON-003) */
const LOOK_MS_MAX = 60_000;

/** When `stepJob` has something to do, monotonic; null: never. */
export function jobDeadlineMs(world: World, member: Member, zones: Zones, now: Now): number | null {
  const { config, state } = member;
  const { job } = state.life;
  if (world.mood !== "RUNNING") return null;
  if (!isScheduled(config)) return job === undefined ? null : now.monoMs;
  if (job === undefined || currentJob(config, job, now) !== job || mayRunQueued(member, job)) return now.monoMs;
  if (job.paused) return null;
  const slotMs = nextSlotMs(config.cron, zones(config.cronTimezone), job.position, now);
  return now.monoMs + Math.min(LOOK_MS_MAX, slotMs === null ? LOOK_MS_MAX : Math.max(0, slotMs - now.wallMs));
}

/** Whether `stepJob` would change anything. */
export function isJobDue(world: World, member: Member, zones: Zones, now: Now): boolean {
  const { config, state } = member;
  const { job } = state.life;
  if (world.mood !== "RUNNING") return false;
  if (!isScheduled(config)) return job !== undefined;
  if (job === undefined || currentJob(config, job, now) !== job || mayRunQueued(member, job)) return true;
  return !job.paused && lookAt(config.cron, zones(config.cronTimezone), job.position, now, isOnce(config)).position !== job.position;
}

/** Handles the slots that have come. */
export function stepJob(world: World, member: Member, zones: Zones, now: Now, step: Step): void {
  const { config } = member;
  if (world.mood !== "RUNNING") return;
  if (!isScheduled(config)) return setJob(world, member, undefined, step);
  const known = member.state.life.job;
  const job = currentJob(known === undefined ? { ...config, autostart: startsByItself(world, member) } : config, known, now);
  setJob(world, member, job, step);
  if (mayRunQueued(member, job)) return run(world, member, { ...job, queued: false }, now, step);
  if (job.paused) return;
  const look = lookAt(config.cron, zones(config.cronTimezone), job.position, now, isOnce(config));
  if (look.position === job.position) return;
  const handled = { ...job, position: look.position };
  setJob(world, member, handled, step);
  if (look.restarted) step.effects.push({ type: "log", level: "warn", text: say.clockSetBack(config.name) });
  if (look.missed !== null) skip(world, member, "missed", look.missed.slotMs, look.missed.count, step);
  if (look.dueMs !== null) runDue(world, member, config, look.dueMs, now, step);
}

/** (CRON-007, CRON-008) */
function runDue(world: World, member: Member, config: Scheduled, slotMs: number, now: Now, step: Step): void {
  const job = jobOf(member);
  if (!isUnderWay(member)) return run(world, member, job, now, step);
  const overlap = config.cronOverlap as "skip" | "queue" | "kill";
  switch (overlap) {
    case "skip":
      return skip(world, member, "overlap", slotMs, 1, step);
    case "queue":
      return job.queued ? skip(world, member, "overlap", slotMs, 1, step) : setJob(world, member, { ...job, queued: true }, step);
    case "kill":
      return replace(world, member, now, step);
    default:
      return unreachable(overlap);
  }
}

/** What runs is stopped and started again; what only waits to be started is started anew. */
function replace(world: World, member: Member, now: Now, step: Step): void {
  const { state } = member.state;
  if (member.state.life.again !== undefined) return;
  if (state === "STARTING" || state === "RUNNING") stepAlone(world, member, { type: "stop", cause: "replaced", again: true }, now, step);
  else if (state === "STOPPING" || state === "UNKNOWN") setJob(world, member, { ...jobOf(member), queued: true }, step);
  else stepAlone(world, member, { type: "start", cause: "schedule" }, now, step);
}

function run(world: World, member: Member, job: Job, now: Now, step: Step): void {
  setJob(world, member, job, step);
  stepAlone(world, member, { type: "start", cause: "schedule" }, now, step);
}

/** A run, its retries, its wait for dependencies, its post_stop. One that has failed for good is over. (CRON-007) */
function isUnderWay({ state, pending }: Member): boolean {
  if (pending !== null) return true;
  switch (state.state) {
    case "STOPPED":
    case "EXITED":
      return hasStartDue(state) || !isOver(state);
    case "FATAL":
      return !isOver(state);
    default:
      return true;
  }
}

function mayRunQueued(member: Member, job: Job): boolean {
  return job.queued && !job.paused && !isUnderWay(member);
}

function skip(world: World, member: Member, reason: SkipReason, slotMs: number, count: number, step: Step): void {
  const job = jobOf(member);
  setJob(world, member, { ...job, skipped: { ...job.skipped, [reason]: job.skipped[reason] + count } }, step);
  const text = say.jobSkipped(member.config.name, reason, new Date(slotMs).toISOString(), count);
  step.effects.push({ type: "log", level: "info", text });
  step.effects.push({
    type: "event",
    event: { kind: "lifecycle", name: "LIFECYCLE_JOB_SKIPPED", ...member.ref, keys: { reason, slot: Math.floor(slotMs / 1000) }, text },
  });
}

/**
 * What a user's order means for the schedule: a stop pauses it, a start of the process itself resumes it. Call it before the order is carried out.
 * (CRON-002)
 */
export function heedOrder(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  const { config } = member;
  if (!isScheduled(config) || world.mood !== "RUNNING") return;
  if (input.type !== "start" && input.type !== "stop") return;
  if (input.cause !== undefined && input.cause !== "user") return;
  const job = currentJob(config, member.state.life.job, now);
  setJob(world, member, input.type === "stop" ? paused(job) : begun(config.cron, job, now), step);
}

/** (CRON-002) */
export function pauseJob(world: World, member: Member, now: Now, step: Step): void {
  const { config } = member;
  if (isScheduled(config)) setJob(world, member, paused(currentJob(config, member.state.life.job, now)), step);
}

export function resumeJob(world: World, member: Member, now: Now, step: Step): void {
  const { config } = member;
  if (!isScheduled(config)) return;
  const job = currentJob(config, member.state.life.job, now);
  setJob(world, member, job.paused ? resumed(config.cron, job, now) : job, step);
}

function isOnce(config: ProcessConfig): boolean {
  return config.cronMissed === "once";
}

function jobOf(member: Member): Job {
  const { job } = member.state.life;
  assert(job !== undefined, `${member.config.name} is a job`);
  return job;
}

function setJob(world: World, member: Member, job: Job | undefined, step: Step): void {
  if (member.state.life.job === job) return;
  setState(world, member, { ...member.state, life: withLife(member.state.life, { job }) });
  member.version += 1;
  step.changed.add(member.ref);
}
