/** Whether a process is to be up, and by whose word: what the last word about it was. (CMN-007) */
import { START_REASONS } from "../process/causes.ts";
import type { Wanted } from "../process/life.ts";
import { hasStartDue, type ProcessState } from "../process/state.ts";
import { unreachable } from "../result.ts";
import type { Member } from "./world.ts";

/** What is not stored follows from the state. (CMN-027) */
export function wantedOf({ state, config }: Member): Wanted {
  if (state.life.wanted !== undefined) return state.life.wanted;
  if (isUp(state)) return { up: true, by: config.autostart ? "autostart" : "user" };
  if (state.state === "EXITED") return { up: false, by: "exit" };
  return { up: false, by: state.attempt === 0 && !config.autostart ? "autostart" : "user" };
}

/** What a process that is down waits for, where its state does not say it; the empty text when it does not wait. (CMN-012) */
export function dueText({ state, life }: ProcessState): string {
  return state === "STOPPED" && life.again !== undefined ? `restart due (${START_REASONS[life.again]})` : "";
}

function isUp(process: ProcessState): boolean {
  switch (process.state) {
    case "STARTING":
    case "RUNNING":
    case "UNKNOWN":
      return !process.stopping;
    case "BACKOFF":
    case "FATAL":
      return true;
    case "STOPPED":
    case "STOPPING":
    case "EXITED":
      return hasStartDue(process);
    default:
      return unreachable(process.state);
  }
}

/** It has never been started, and is to be when supervisord starts. A schedule starts what has one. */
export function isFirstStartDue(member: Member): boolean {
  const { config, state } = member;
  const { wanted } = state.life;
  // What was enabled starts by itself though its configuration does not say so. (BOOT-011)
  const startsByItself = config.autostart || (wanted?.up === true && wanted.by === "autostart");
  return startsByItself && config.cron === null && state.state === "STOPPED" && state.attempt === 0 && wanted?.up !== false;
}
