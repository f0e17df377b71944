/** The health checks of a process that runs, as parts of its table: one is due, a result has come, all of them begin anew. (HLT-001..009) */
import { durationInWords } from "../config/durations.ts";
import type { ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import { checkedBy, isAwaitedCheck, orderCheck } from "./checkruns.ts";
import { beginCheck, type Checked, checked, type Health, newHealth, nextCheckMs, voidCheck } from "./health.ts";
import { withLife } from "./life.ts";
import { processMessages as say } from "./loglines.ts";
import { isResting, saidBy, watchdogMs, withSaid } from "./said.ts";
import { spread } from "./spread.ts";
import { type Action, adding, log, type ProcessState, type Transition, unchanged, withoutDeadline } from "./state.ts";

/** From RUNNING on a process is checked at once, and then every interval (HLT-001). Of its own accord it has to be heard of within that and the grace time. */
export function beginHealth(config: ProcessConfig, process: ProcessState, now: Now): ProcessState {
  if (config.healthcheck === null) return process;
  if (isResting(process, config)) return { ...process, life: withLife(process.life, { health: newHealth(now) }) };
  if (config.healthcheck.kind !== "watchdog") return withHealth(process, newHealth(now), now.monoMs);
  const within = watchdogMs(config, process);
  return withHealth(process, newHealth(now), within === null ? null : now.monoMs + within + config.healthcheckGrace);
}

/** A check of its health is due. */
export const check: Action<"deadline"> = (config, process, now) => {
  const { health } = process.life;
  if (config.healthcheck === null || health === undefined) return unchanged(withoutHealth(process));
  if (config.healthcheck.kind === "watchdog") return silent(config, process, now);
  const begun = { ...process, life: withLife(process.life, { health: beginCheck(health, now) }) };
  if (config.healthcheck.kind === "exec") return orderCheck(begun, config.healthcheckTimeout, now);
  return adding(unchanged(begun), {
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

/** A sign of life. One that was never told within which time it has to come begins with it by itself. (HLT-010) */
export function pinged(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const told = saidBy(process).watchdogMs ?? config.healthcheckInterval;
  return heard(config, isWatched(config) ? withSaid(process, { watchdogMs: told }) : process, { result: "ok", text: "ping" }, now);
}

/** It wants to be found unhealthy. */
export function triggered(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  return heard(config, process, { result: "failed", text: "by its own word" }, now);
}

/** Nothing has come in time. */
function silent(config: ProcessConfig, process: ProcessState, now: Now): Transition {
  const within = watchdogMs(config, process);
  if (within === null) return unchanged(process);
  return heard(config, process, { result: "failed", text: `no ping within ${durationInWords(within)}` }, now);
}

/** One of them is a verdict, and whatever was heard, the next is awaited for a whole interval. */
function heard(config: ProcessConfig, process: ProcessState, { result, text }: Pick<Checked, "result" | "text">, now: Now): Transition {
  const { health } = process.life;
  if (!isWatched(config) || health === undefined || isResting(process, config)) return unchanged(process);
  const found: Checked = { result, text, output: "", ms: 0 };
  const after = checked({ ...config, healthcheckFailures: 1, healthcheckGrace: 0 }, health, found, now);
  const within = watchdogMs(config, process);
  return tellVerdict(config, withHealth(process, after, within === null ? null : now.monoMs + within), health, found);
}

function isWatched({ healthcheck }: ProcessConfig): boolean {
  return healthcheck?.kind === "watchdog";
}

/** It is not checked for a while, and what is under way says nothing any more. (HLT-009) */
export function rest(process: ProcessState, config: ProcessConfig): ProcessState {
  const { health } = process.life;
  if (health === undefined || !isResting(process, config)) return process;
  return withHealth(process, voidCheck(health), null);
}

/** It is checked again, at once. */
export function resume(config: ProcessConfig, process: ProcessState, now: Now): ProcessState {
  const { health } = process.life;
  if (health === undefined || isResting(process, config)) return process;
  const within = watchdogMs(config, process);
  if (!isWatched(config)) return withHealth(process, voidCheck(health), now.monoMs);
  return withHealth(process, voidCheck(health), within === null ? null : now.monoMs + within);
}

/** A command that was run for a check, has ended. (HLT-011) */
export const checkRanRunning: Action<"run-ended"> = (config, process, now, input) => {
  const { health } = process.life;
  if (health === undefined || !isAwaitedCheck(process, input)) return unchanged(process);
  const { child } = process;
  return probedRunning(config, process, now, { type: "probed", purpose: "health", child, check: health.check, found: checkedBy(input) });
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
  if (isResting(process, config)) return unchanged(withHealth(process, next, null));
  if (isWatched(config)) return unchanged(withHealth(process, next, nextSilenceMs(config, process, now)));
  return unchanged(withHealth(process, next, now.monoMs + config.healthcheckInterval * spread(config.name, process.child, next.check)));
};

/** A whole interval from now on, and never earlier than before. null: it knows of no watchdog. */
function nextSilenceMs(config: ProcessConfig, process: ProcessState, now: Now): number | null {
  const within = watchdogMs(config, process);
  return within === null ? null : Math.max(process.deadlines.health ?? 0, now.monoMs + within);
}

/** `nextMs` null: nothing is due. */
function withHealth(process: ProcessState, health: Health, nextMs: number | null): ProcessState {
  const deadlines = nextMs === null ? withoutDeadline(process.deadlines, "health") : { ...process.deadlines, health: nextMs };
  return { ...process, deadlines, life: withLife(process.life, { health }) };
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
