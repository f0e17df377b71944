/**
 * Whether a process that runs is well: what its checks make of it. A verdict needs several results of one kind in a row, and a check that could not be made
 * says nothing (HLT-005). What follows from a verdict is decided by the table and by `supervisor/`.
 */
import type { Now } from "../doors.ts";

export type Verdict = "unknown" | "healthy" | "unhealthy";

/** What one check found. `ms`: how long it took; `output`: the begin of what the program, or the command, said. */
export type Checked = {
  readonly result: "ok" | "failed" | "error";
  readonly text: string;
  readonly output: string;
  readonly ms: number;
};

export type Health = {
  readonly verdict: Verdict;
  /** When the verdict was given, by the wall clock. */
  readonly sinceWallMs: number;
  /** In a row. */
  readonly failures: number;
  readonly successes: number;
  /** The number of the check that is under way or due: the result of any other comes too late. */
  readonly check: number;
  /** The run that makes this check, where it is a command. */
  readonly run?: number;
  /** When the check under way began, monotonic; null: none is. */
  readonly beganMs: number | null;
  readonly last: (Checked & { readonly atWallMs: number }) | null;
  /** When the process became RUNNING, monotonic. */
  readonly runningMs: number;
};

export type HealthRules = {
  /** Milliseconds. */
  readonly healthcheckInterval: number;
  readonly healthcheckGrace: number;
  readonly healthcheckFailures: number;
  readonly healthcheckSuccesses: number;
};

/** A run begins with nothing known. (HLT-001) */
export function newHealth(now: Now): Health {
  return {
    verdict: "unknown",
    sinceWallMs: now.wallMs,
    failures: 0,
    successes: 0,
    check: 1,
    beganMs: null,
    last: null,
    runningMs: now.monoMs,
  };
}

/** A check begins. */
export function beginCheck(health: Health, now: Now): Health {
  return { ...health, beganMs: now.monoMs };
}

/** The results of what is under way no longer count: it was called off, or the time it took was not its own. (HLT-006, HLT-009) */
export function voidCheck(health: Health): Health {
  const { run: _, ...rest } = health;
  return { ...rest, check: health.check + 1, beganMs: null };
}

/**
 * A check has ended. Within the grace time failures do not count (HLT-003). A success does, so that a process may be healthy early (HLT-001).
 */
export function checked(rules: HealthRules, health: Health, found: Checked, now: Now): Health {
  const noted: Health = { ...voidCheck(health), last: { ...found, atWallMs: now.wallMs } };
  if (found.result === "error") return noted;
  if (found.result === "failed" && now.monoMs < health.runningMs + rules.healthcheckGrace) return { ...noted, successes: 0 };
  const counted: Health =
    found.result === "ok"
      ? { ...noted, failures: 0, successes: health.successes + 1 }
      : { ...noted, successes: 0, failures: health.failures + 1 };
  const verdict = verdictOf(rules, counted);
  return verdict === counted.verdict ? counted : { ...counted, verdict, sinceWallMs: now.wallMs };
}

function verdictOf(rules: HealthRules, { verdict, failures, successes }: Health): Verdict {
  if (failures >= rules.healthcheckFailures) return "unhealthy";
  return successes >= rules.healthcheckSuccesses ? "healthy" : verdict;
}

/**
 * When the next check begins, monotonic: an interval after the beginning of the last, a tenth of it earlier or later so that many do not check in step,
 * and never before the last has ended (HLT-002). Times are multiples of a hundredth of the interval, so that the checks of many share an alarm.
 *
 * @param u From 0 up to but without 1.
 */
export function nextCheckMs(rules: HealthRules, beganMs: number, now: Now, u: number): number {
  const step = rules.healthcheckInterval / 100;
  return Math.max(now.monoMs, Math.floor((beganMs + rules.healthcheckInterval * (0.91 + 0.19 * u)) / step) * step);
}
