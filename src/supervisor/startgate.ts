/**
 * The one gate of all starts: orders, retries, restarts and schedules ask it whether the process may start now, must wait, or is refused. (DEP-001)
 */
import type { Now } from "../doors.ts";
import type { StartCause } from "../process/causes.ts";
import type { Waiting } from "../process/life.ts";
import type { Member, World } from "./world.ts";

export type Verdict =
  | { readonly kind: "go" }
  | { readonly kind: "wait"; readonly waiting: Waiting }
  | { readonly kind: "refuse"; readonly text: string };

const GO: Verdict = { kind: "go" };

/** Asked in the step in which the process would start. */
export function mayStart(_world: World, _member: Member, _cause: StartCause, _now: Now): Verdict {
  return GO;
}
