/** What options of schedules can be wrong with each other, and what a schedule means for the other options. (CRON) */
import type { ProcessConfig } from "./model.ts";
import type { SectionReader } from "./reader.ts";

const NEED_CRON = ["cron_timezone", "cron_overlap", "cron_missed"] as const;

/**
 * A job runs to its end: it is RUNNING from the fork, what it ends with is its result, and it runs again when its schedule says so. (ONE-001)
 */
export function asJob(reader: SectionReader, process: ProcessConfig): ProcessConfig {
  if (process.cron === null) return process;
  const startRetries = reader.written("startretries") === null ? 0 : process.startRetries;
  return { ...process, startSecs: 0, autorestart: "never", startRetries };
}

export function checkJob(reader: SectionReader, { autorestart }: Pick<ProcessConfig, "autorestart">): void {
  const { name } = reader.section;
  const hasCron = reader.written("cron") !== null;
  if (hasCron && name.startsWith("eventlistener:")) {
    reader.fail("cron", "cron is not possible for an event listener", "remove this line; a listener runs as long as supervisord");
  }
  if (hasCron && autorestart === "always") {
    reader.fail("autorestart", "autorestart=true cannot be used with cron", "remove this line, or use cron=@every 10s");
  }
  for (const option of NEED_CRON) {
    if (!hasCron && reader.written(option) !== null) reader.warn(`For [${name}], ${option} without cron has no effect`);
  }
}
