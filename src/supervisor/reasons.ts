/** What a change of a process is for, in one word: as the whole knows it, whose orders lead to it. */
import { type Reason, START_REASONS, STOP_REASONS, type StopCause } from "../process/causes.ts";
import { startCause } from "../process/starting.ts";
import type { ProcessInput, ProcessState } from "../process/state.ts";
import type { State } from "../process/states.ts";
import { unreachable } from "../result.ts";
import type { Member, World } from "./world.ts";

/** What a start or an end is for, in one word; null where there is no more to say than the change itself. (HOOK-009) */
export function reasonOf(
  world: World,
  member: Member,
  after: ProcessState,
  input: ProcessInput,
  before: ProcessState,
  to: State = after.state,
): Reason | null {
  const { stopCause } = after.life;
  switch (to) {
    case "STARTING": {
      const cause = startCause(before, input);
      return cause === null ? null : START_REASONS[cause];
    }
    case "STOPPING":
    case "STOPPED":
      return stopReason(world, member, after);
    case "EXITED":
    case "BACKOFF":
    case "FATAL":
      if (input.type !== "exited") return null;
      return stopCause === undefined ? "exit" : STOP_REASONS[stopCause];
    case "RUNNING":
    case "UNKNOWN":
      return null;
    default:
      return unreachable(to);
  }
}

/** What it is stopped for. */
export function stopReason(world: World, member: Member, { life }: ProcessState): Reason {
  return life.told?.stop ?? STOP_REASONS[life.stopCause ?? orderedBy(world, member)];
}

/** Who orders a stop of which the process itself knows no cause. */
function orderedBy(world: World, { pending }: Member): StopCause {
  if (pending !== null) return "update";
  return world.mood === "RUNNING" ? "user" : "shutdown";
}
