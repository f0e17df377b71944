/** What options of one-shots and schedules can be wrong with each other, and what they mean for the other options. (ONE, CRON) */
import type { ProcessConfig } from "./model.ts";
import { PROGRAM } from "./optiontable.ts";
import { type SectionReader, takesBack } from "./reader.ts";

const NEED_CRON = ["cron_timezone", "cron_overlap", "cron_missed"] as const;

/** A one-shot runs to its end: it is RUNNING from the fork, what it ends with is its result, and a job is one that its schedule starts. (ONE-001) */
export function asOneshot(reader: SectionReader, process: ProcessConfig): ProcessConfig {
  if (process.cron === null && process.type !== "oneshot") return process;
  const kind = process.type === "oneshot" ? "type=oneshot" : "cron";
  if (process.readyWhen.kind !== "startsecs") {
    reader.fail("ready_when", `ready_when cannot be used with ${kind}`, "remove this line: a one-shot is done when it ends");
  }
  if (process.healthcheck !== null) reader.fail("healthcheck", "a one-shot has no health: use max_age", "remove this line");
  const startRetries = reader.written("startretries") === null ? 0 : process.startRetries;
  return { ...process, type: "oneshot", startSecs: 0, autorestart: "never", startRetries };
}

export function checkJob(reader: SectionReader, { type, autorestart }: Pick<ProcessConfig, "type" | "autorestart">): void {
  const { name } = reader.section;
  const cron = reader.written("cron");
  const hasCron = cron !== null && !takesBack(PROGRAM.cron, cron.text);
  if (hasCron && name.startsWith("eventlistener:")) {
    reader.fail("cron", "cron is not possible for an event listener", "remove this line; a listener runs as long as supervisord");
  }
  const kind = type === "oneshot" ? "type=oneshot" : hasCron ? "cron" : null;
  if (kind !== null && autorestart === "always") {
    reader.fail("autorestart", `autorestart=true cannot be used with ${kind}`, "remove this line, or use cron=@every 10s");
  }
  for (const option of NEED_CRON) {
    if (!hasCron && reader.written(option) !== null) reader.warn(`For [${name}], ${option} without cron has no effect`);
  }
}
