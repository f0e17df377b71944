/**
 * When a program that has ended or failed is started again, beyond Supervisor's rules: pauses that grow and are drawn apart, limits, the reset of both. Pure
 * numbers: what happens at these times is said by the table of states. (RST-001..007)
 */
import { durationText } from "../config/durations.ts";
import type { ProcessConfig } from "../config/model.ts";
import type { StartCause } from "./causes.ts";

export type PolicyConfig = Pick<
  ProcessConfig,
  "restartDelay" | "restartBackoff" | "restartDelayMax" | "restartJitter" | "restartReset" | "restartLimit"
>;

export type Policy = {
  /** Automatic starts since the last reset; 1 during the first pause. */
  readonly row: number;
  /** When the last automatic starts were, monotonic: as many as the limit may need. */
  readonly starts: readonly number[];
};

const NOTHING: Policy = { row: 0, starts: [] };

/** Starts that somebody or something else has ordered: they begin anew. (RST-004) */
const ORDERED: ReadonlySet<StartCause> = new Set(["user", "autostart", "dependency", "schedule", "update", "rolling"]);
/** Starts that count for the limit. (RST-003, RST-006) */
const COUNTED: ReadonlySet<StartCause> = new Set(["retry", "restart", "unhealthy"]);

/** The next pause, counted; null: there are no pauses. `drawn` is from 0 to 1, without 1. (RST-001) */
export function nextPause(
  config: PolicyConfig,
  policy: Policy = NOTHING,
  drawn = 0,
): { readonly policy: Policy; readonly ms: number } | null {
  if (config.restartDelay <= 0) return null;
  const row = policy.row + 1;
  // A ceiling that is not written never cuts the pause that is.
  const ceiling = Math.max(config.restartDelayMax, config.restartDelay);
  const grown = Math.min(ceiling, config.restartDelay * config.restartBackoff ** (row - 1));
  return { policy: { ...policy, row }, ms: grown * (1 + config.restartJitter * drawn) };
}

/** After a run: one that was RUNNING for long enough clears the row. (RST-004) */
export function afterRun(config: PolicyConfig, policy: Policy | undefined, runningMs: number): Policy | undefined {
  return policy === undefined || runningMs < config.restartReset ? policy : kept({ ...policy, row: 0 });
}

/** A start is about to be: the policy with it, or why it must not be. (RST-006, RST-007) */
export function countStart(
  config: PolicyConfig,
  policy: Policy | undefined,
  cause: StartCause,
  nowMs: number,
): { readonly policy: Policy | undefined } | { readonly refused: string } {
  if (ORDERED.has(cause)) return { policy: undefined };
  const { row, starts } = policy ?? NOTHING;
  const limit = config.restartLimit;
  if (cause === "fatal-retry" || limit === null) return { policy: kept({ row, starts: [] }) };
  const recent = starts.filter((atMs) => atMs > nowMs - limit.ms);
  if (!COUNTED.has(cause)) return { policy: kept({ row, starts: recent }) };
  if (recent.length >= limit.count) return { refused: `restart limit: ${limit.count} restarts in ${durationText(limit.ms)}` };
  return { policy: { row, starts: [...recent, nowMs] } };
}

/** One with nothing in it is none. */
function kept(policy: Policy): Policy | undefined {
  return policy.row === 0 && policy.starts.length === 0 ? undefined : policy;
}
