/**
 * The one gate of all starts: orders, retries, restarts and schedules ask it whether the process may start now, must wait, or is refused. (DEP-001)
 */
import type { Now } from "../doors.ts";
import type { StartCause } from "../process/causes.ts";
import type { Waiting } from "../process/life.ts";
import { isClear } from "../process/sweeping.ts";
import { waitOf } from "./dependencies.ts";
import type { Member, World } from "./world.ts";

export type Verdict =
  | { readonly kind: "go" }
  /** When nothing of the last run is left. (KILL-001, HOOK-007) */
  | { readonly kind: "later" }
  | { readonly kind: "wait"; readonly waiting: Waiting }
  | { readonly kind: "refuse"; readonly text: string };

const GO: Verdict = { kind: "go" };
const LATER: Verdict = { kind: "later" };

/** Asked in the step in which the process would start. `deps` false: dependencies are not looked at, this once. (DEP-010) */
export function mayStart(
  world: World,
  member: Member,
  cause: StartCause,
  now: Now,
  { deps = true }: { readonly deps?: boolean } = {},
): Verdict {
  if (!isClear(member.state)) return LATER;
  const waiting = deps ? waitOf(world, member, cause, now.monoMs) : null;
  return waiting === null ? GO : { kind: "wait", waiting };
}
