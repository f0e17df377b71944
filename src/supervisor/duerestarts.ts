/**
 * Restarts that a check, a limit or an age asks for: of the processes of a program one at a time, so that a fault which they all share (their data base is
 * away) does not take all of them down at once. (HLT-007, AGE-001, LIM-006)
 */
import type { Now } from "../doors.ts";
import type { Step } from "./effects.ts";
import { stepAlone } from "./member.ts";
import { mayStart } from "./startgate.ts";
import { findMember, type Member, type World } from "./world.ts";

/** Stops those whose turn it is; each starts again by itself. */
export function orderDueRestarts(world: World, now: Now, step: Step): void {
  if (world.mood !== "RUNNING") return;
  for (const member of world.due) {
    if (findMember(world, member.ref) !== member) world.due.delete(member);
    else if (!mustWait(world, member, now)) order(world, member, now, step);
  }
}

function order(world: World, member: Member, now: Now, step: Step): void {
  const { due, health } = member.state.life;
  if (due === undefined) return;
  const { pid } = member.state;
  const text = `restarting: ${member.config.name} (${due === "unhealthy" ? (health?.last?.text ?? due) : due})`;
  step.effects.push({
    type: "event",
    event: { kind: "lifecycle", ...member.ref, name: "LIFECYCLE_RESTARTING", keys: { reason: due, pid }, text },
  });
  stepAlone(world, member, { type: "stop", cause: due, again: true }, now, step);
}

/**
 * It is ordered already, another process of its program is on its way down or up, or a condition of its own start does not hold: a restart would not
 * help. (HLT-008)
 */
function mustWait(world: World, member: Member, now: Now): boolean {
  const { state, life } = member.state;
  if (state !== "RUNNING" || life.due === undefined || life.stopAfter !== undefined) return true;
  if (mayStart(world, member, life.due, now).kind !== "go") return true;
  const group = world.groups.get(member.ref.group);
  for (const other of group?.members.values() ?? []) if (other !== member && isOnItsWay(other)) return true;
  return false;
}

function isOnItsWay({ state: { state, life } }: Member): boolean {
  return state === "STARTING" || ((state === "STOPPING" || state === "STOPPED") && life.again !== undefined);
}
