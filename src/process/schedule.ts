/** What a schedule wants at an instant: which slot is due, which were missed, when it is looked at again. (CRON-003, CRON-005, CRON-006) */
import type { Schedule } from "../config/cronfields.ts";
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import type { Zone } from "../zone.ts";
import { countSlots, lastSlot, nextSlot } from "./slots.ts";

/** Where a schedule stands. Stored with whatever it led to, so that each slot is handled once. */
export type Position = {
  /** Up to where slots have been handled, in milliseconds: wall time, for `@every` monotonic. */
  readonly handledMs: number;
  /** By how much wall time was ahead of the monotonic clock then: tells that the clock was set. */
  readonly aheadMs: number;
};

/** A slot, in milliseconds of wall time. */
export type Dropped = { readonly slotMs: number; readonly count: number };

export type Look = {
  /** The same object when nothing has happened. */
  readonly position: Position;
  /** The slot for which there is to be a run now, in milliseconds of wall time. */
  readonly dueMs: number | null;
  /** The last of those that came too late for a run, and how many there were. */
  readonly missed: Dropped | null;
  /** The clock was set back so far that the schedule begins anew. */
  readonly restarted: boolean;
};

/** What is later has been missed. */
export const LATE_MS_MAX = 60_000;
/** A clock that is set back by more is another clock. */
const STEP_BACK_MS_MAX = 3 * 3_600_000;
/** More of them are told as so many. */
const MISSED_COUNT_MAX = 1000;

/** Counts from now. */
export function positionNow(schedule: Schedule, now: Now): Position {
  return { handledMs: schedule.kind === "every" ? now.monoMs : now.wallMs, aheadMs: now.wallMs - now.monoMs };
}

/** `once`: of those that were missed one is run. */
export function lookAt(schedule: Schedule, zone: Zone, position: Position, now: Now, once: boolean): Look {
  const nothing: Look = { position, dueMs: null, missed: null, restarted: false };
  const aheadMs = now.wallMs - now.monoMs;
  if (schedule.kind === "every") {
    const count = Math.floor((now.monoMs - position.handledMs) / schedule.ms);
    if (count < 1) return nothing;
    const handledMs = position.handledMs + count * schedule.ms;
    return handled({ handledMs, aheadMs }, Math.round(handledMs + aheadMs), now, once, () => ({
      slotMs: Math.round(handledMs - schedule.ms + aheadMs),
      count: count - 1,
    }));
  }
  if (position.handledMs > now.wallMs && position.aheadMs - aheadMs > STEP_BACK_MS_MAX) {
    return { ...nothing, position: positionNow(schedule, now), restarted: true };
  }
  const from = Math.floor(position.handledMs / 1000);
  const slot = lastSlot(schedule, zone, from, Math.floor(now.wallMs / 1000));
  if (slot === null) return nothing;
  return handled({ handledMs: slot * 1000, aheadMs }, slot * 1000, now, once, () => {
    const before = lastSlot(schedule, zone, from, slot - 1);
    return { slotMs: (before ?? slot) * 1000, count: before === null ? 0 : countSlots(schedule, zone, from, before, MISSED_COUNT_MAX) };
  });
}

/** The last slot that has come, and those `before` it that nobody handled. */
function handled(position: Position, slotMs: number, now: Now, once: boolean, before: () => Dropped): Look {
  const isLate = now.wallMs - slotMs > LATE_MS_MAX;
  const older = before();
  if (!isLate || once) return { position, dueMs: slotMs, missed: older.count === 0 || once ? null : older, restarted: false };
  return { position, dueMs: null, missed: { slotMs, count: Math.min(MISSED_COUNT_MAX, older.count + 1) }, restarted: false };
}

/** The next slot, in milliseconds of wall time; null: there is none within five years. */
export function nextSlotMs(schedule: Schedule, zone: Zone, position: Position, now: Now): number | null {
  if (schedule.kind === "every") return Math.round(position.handledMs + schedule.ms + now.wallMs - now.monoMs);
  const known = NEXT_SLOTS.get(position);
  if (known?.zone === zone && known.schedule === schedule) return known.slotMs;
  const slot = nextSlot(schedule, zone, Math.floor(position.handledMs / 1000));
  const slotMs = slot === null ? null : slot * 1000;
  NEXT_SLOTS.set(position, { schedule, zone, slotMs });
  return slotMs;
}

/** What is asked after every turn is looked for once. */
const NEXT_SLOTS = new WeakMap<Position, { readonly schedule: Schedule; readonly zone: Zone; readonly slotMs: number | null }>();

/** What is known of a schedule. (CRON-003) */
export type Job = {
  /** The schedule with its zone, as `position` counts for it. */
  readonly of: string;
  readonly position: Position;
  readonly paused: boolean;
  /** A run follows the one under way. */
  readonly queued: boolean;
  readonly skipped: { readonly overlap: number; readonly missed: number };
};

export type SkipReason = keyof Job["skipped"];

type Scheduled = Pick<ProcessConfig, "autostart" | "cronTimezone"> & { readonly cron: Schedule };

/** A job that begins now, or goes on under a schedule that was changed: from now on. (CRON-001, CRON-009) */
export function currentJob({ cron, cronTimezone, autostart }: Scheduled, known: Job | undefined, now: Now): Job {
  const of = cronTimezone === null ? cron.text : `${cron.text} ${cronTimezone}`;
  if (known?.of === of) return known;
  const { paused, skipped } = known ?? { paused: !autostart, skipped: { overlap: 0, missed: 0 } };
  return { of, position: positionNow(cron, now), paused, queued: false, skipped };
}

/** From now on again: what came while it was paused is not missed. */
export function resumed(cron: Schedule, job: Job, now: Now): Job {
  return { ...job, paused: false, position: positionNow(cron, now) };
}

/** Somebody has started a run: `@every` counts from it. */
export function begun(cron: Schedule, job: Job, now: Now): Job {
  if (job.paused) return resumed(cron, job, now);
  return cron.kind === "every" ? { ...job, position: positionNow(cron, now) } : job;
}

export function paused(job: Job): Job {
  return job.paused && !job.queued ? job : { ...job, paused: true, queued: false };
}
