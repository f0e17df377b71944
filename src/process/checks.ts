/** The health checks of a process that runs, as parts of its table: one is due, a result has come, all of them begin anew. (HLT-001..009) */
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { beginCheck, type Checked, checked, type Health, newHealth, nextCheckMs, voidCheck } from "./health.ts";
import { withLife } from "./life.ts";
import { processMessages as say } from "./loglines.ts";
import { spread } from "./spread.ts";
import { type Action, adding, log, type ProcessState, type Transition, unchanged, withoutDeadline } from "./state.ts";

/** From RUNNING on a process is checked at once, and then every interval. (HLT-001) */
export function beginHealth(config: ProcessConfig, process: ProcessState, now: Now): ProcessState {
  if (config.healthcheck === null) return process;
  return withHealth(process, newHealth(now), now.monoMs);
}

/** A check of its health is due. */
export const check: Action<"deadline"> = (config, process, now) => {
  const { health } = process.life;
  if (config.healthcheck === null || health === undefined) return unchanged(withoutHealth(process));
  return adding(unchanged({ ...process, life: withLife(process.life, { health: beginCheck(health, now) }) }), {
    type: "probe",
    purpose: "health",
    child: process.child,
    check: health.check,
    probe: config.healthcheck,
    timeoutMs: config.healthcheckTimeout,
  });
};

/** The result of a check of a process that runs. */
export const probedRunning: Action<"probed"> = (config, process, now, input) => {
  const { health } = process.life;
  if (input.purpose !== "health" || input.child !== process.child || health === undefined || health.check !== input.check) {
    return unchanged(process);
  }
  const after = checked(config, health, input.found, now);
  const next = nextCheckMs(config, health.beganMs ?? now.monoMs, now, spread(config.name, process.child, after.check));
  const noted = withHealth(process, after, next);
  return adding(
    tellVerdict(config, noted, health, input.found),
    ...(isNewError(health, input.found) ? [log("warn", say.checkError(config.name, input.found.text))] : []),
  );
};

/** One line for a row of checks that could not be made. (HLT-005) */
function isNewError({ last }: Health, found: Checked): boolean {
  return found.result === "error" && last?.result !== "error";
}

/** (HLT-003, HLT-004) */
function tellVerdict(config: ProcessConfig, process: ProcessState, before: Health, found: Checked): Transition {
  const health = process.life.health;
  if (health === undefined || health.verdict === before.verdict) return unchanged(process);
  if (health.verdict === "unhealthy") {
    const due = config.healthcheckAction === "restart" ? ("unhealthy" as const) : process.life.due;
    const text = say.unhealthy(config.name, found.text, health.failures);
    const wished = { ...process, life: withLife(process.life, { due }) };
    return adding(unchanged(wished), log("warn", text), {
      type: "lifecycle",
      name: "LIFECYCLE_UNHEALTHY",
      keys: { pid: process.pid, failures: health.failures },
      text,
    });
  }
  const due = process.life.due === "unhealthy" ? undefined : process.life.due;
  const text = say.healthy(config.name);
  const well = { ...process, life: withLife(process.life, { due }) };
  return adding(unchanged(well), log("info", text), {
    type: "lifecycle",
    name: "LIFECYCLE_HEALTHY",
    keys: { pid: process.pid, failures: 0 },
    text,
  });
}

/** What is under way says nothing, and the next check is drawn from now on: the daemon has slept or is another one, or the options are others. (HLT-006) */
export const recheckRunning: Action<"recheck"> = (config, process, now, { counts }) => {
  if (config.healthcheck === null) return unchanged(withoutHealth(process));
  const { health } = process.life;
  if (health === undefined) return unchanged(beginHealth(config, process, now));
  const kept = counts === "kept" ? health : { ...health, failures: 0, successes: 0 };
  const next = voidCheck(kept);
  return unchanged(withHealth(process, next, now.monoMs + config.healthcheckInterval * spread(config.name, process.child, next.check)));
};

function withHealth(process: ProcessState, health: Health, nextMs: number): ProcessState {
  return { ...process, deadlines: { ...process.deadlines, health: nextMs }, life: withLife(process.life, { health }) };
}

function withoutHealth(process: ProcessState): ProcessState {
  const due = process.life.due === "unhealthy" ? undefined : process.life.due;
  return { ...process, deadlines: withoutDeadline(process.deadlines, "health"), life: withLife(process.life, { health: undefined, due }) };
}

/**
 * Whether nothing has changed but what one check or the next leaves behind: a successor makes its checks anew, and a thousand programs that are well
 * write nothing. The verdict and what counts towards another one are no such things.
 */
export function isPassing(before: ProcessState, after: ProcessState): boolean {
  const [was, is] = [before.life.health, after.life.health];
  if (was === undefined || is === undefined || was.verdict !== is.verdict || was.failures !== is.failures) return false;
  if (was.verdict !== "healthy" && was.successes !== is.successes) return false;
  return (
    isSameBut(before, after, "life", "deadlines") &&
    isSameBut(before.life, after.life, "health") &&
    isSameBut(before.deadlines, after.deadlines, "health")
  );
}

function isSameBut<T extends object>(a: T, b: T, ...except: readonly (keyof T)[]): boolean {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof T)[];
  return keys.every((key) => except.includes(key) || a[key] === b[key]);
}
