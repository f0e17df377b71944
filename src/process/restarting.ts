/** A process and its restart policy: how long it waits for its next start, and what of the policy is left when a run ends. (RST-001..008) */
import type { ProcessConfig } from "../config/model.ts";
import { INFINITE_RETRIES } from "../config/restartlimits.ts";
import type { Now } from "../doors.ts";
import { isShortRun, restartWaitMs } from "./brake.ts";
import { withLife } from "./life.ts";
import { afterRun, nextPause } from "./policy.ts";
import { spread } from "./spread.ts";
import type { ProcessState } from "./state.ts";

/** The process with a restart that is due after the end of a run: after the pause, or as the brake for short runs says. (RST-002, RST-008) */
export function restartAfterRun(config: ProcessConfig, process: ProcessState, expected: boolean, now: Now): ProcessState {
  const paused = afterPause(config, process, "restart", now);
  if (paused !== null) return paused;
  const ranMs = now.monoMs - process.startMonoMs;
  return { ...process, deadlines: { restart: now.monoMs + restartWaitMs(process.shortRuns, ranMs, expected) } };
}

/** The process with a retry that is due after a failed start, `tries` counted: after the pause, or after as many seconds as there were failures. (PROC-037) */
export function retryAfterFailure(config: ProcessConfig, process: ProcessState, now: Now): ProcessState {
  const paused = afterPause(config, process, "restart", now);
  if (paused !== null) return paused;
  const waitMs = process.tries * 1000;
  const isEndless = config.startRetries === INFINITE_RETRIES;
  return { ...process, deadlines: { restart: now.monoMs + (isEndless ? Math.min(waitMs, config.restartDelayMax) : waitMs) } };
}

/** The process that was stopped for a start of its own: only what its health asked for pauses and counts. (RST-003) */
export function againAfterStop(config: ProcessConfig, process: ProcessState, now: Now): ProcessState {
  const paused = process.life.again === "unhealthy" ? afterPause(config, process, "again", now) : null;
  return paused ?? { ...process, deadlines: { again: now.monoMs } };
}

/** How a run that has ended counts: for the brake, and for the reset of the row. */
export function countRun(config: ProcessConfig, process: ProcessState, expected: boolean, now: Now): ProcessState {
  const ranMs = now.monoMs - process.startMonoMs;
  return { ...clearRow(config, process, now), shortRuns: isShortRun(ranMs, expected) ? process.shortRuns + 1 : 0 };
}

/** A run that was RUNNING for `restart_reset` clears the row. (RST-004) */
export function clearRow(config: ProcessConfig, process: ProcessState, now: Now): ProcessState {
  const startedMs = now.monoMs - process.startMonoMs - Math.max(0, config.startSecs) * 1000;
  // One that had to become ready is RUNNING since then; a wall clock that is set forward makes no run longer than it was.
  const readyWallMs = process.life.ready?.atWallMs;
  const runningMs = readyWallMs === undefined ? startedMs : Math.min(startedMs, now.wallMs - readyWallMs);
  const life = withLife(process.life, { policy: afterRun(config, process.life.policy, runningMs) });
  return life === process.life ? process : { ...process, life };
}

/** null: there are no pauses. */
function afterPause(config: ProcessConfig, process: ProcessState, name: "restart" | "again", now: Now): ProcessState | null {
  const pause = nextPause(config, process.life.policy, spread(config.name, process.attempt, process.startMonoMs));
  if (pause === null) return null;
  return { ...process, life: withLife(process.life, { policy: pause.policy }), deadlines: { [name]: now.monoMs + pause.ms } };
}
