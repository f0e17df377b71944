/** A schedule as clients see it. (CRON-002, CRON-010) */
import type { Now } from "../../doors.ts";
import { nextSlotMs } from "../../process/schedule.ts";
import type { JobView } from "../../rpc/control.ts";
import { stopTimeText } from "../../rpc/times.ts";
import { isScheduled, type Zones } from "../../supervisor/jobs.ts";
import type { Member } from "../../supervisor/world.ts";

/** null: it has none, or its first turn has not come yet. */
export function jobView({ config, state }: Member, zones: Zones, now: Now): JobView | null {
  const { job } = state.life;
  if (!isScheduled(config) || job === undefined) return null;
  const { cron, cronTimezone } = config;
  const zone = zones(cronTimezone);
  const nextMs = job.paused ? null : nextSlotMs(cron, zone, job.position, now);
  const minutes = nextMs === null ? 0 : zone(Math.floor(nextMs / 1000)) / 60;
  const where = cronTimezone === null ? "" : ` ${cronTimezone}`;
  const nextText = nextMs === null ? (job.paused ? "schedule paused" : "no next run") : `next run ${stopTimeText(nextMs, minutes)}${where}`;
  return {
    schedule: cron.text,
    timezone: cronTimezone,
    paused: job.paused,
    queued: job.queued,
    nextMs,
    nextText,
    skipped: job.skipped,
  };
}
