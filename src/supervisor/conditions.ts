/**
 * Whether the conditions of a process hold: what `depends_on` and `bind_to` ask of others, and what of it is lacking. A target may mean thousands of processes,
 * so the one that was lacking last is asked first: as long as it is, nothing else has to be looked at.
 */
import type { Condition, Target } from "../config/targets.ts";
import { isReloading } from "../process/said.ts";
import { hasStartDue } from "../process/state.ts";
import { unreachable } from "../result.ts";
import { isOneshot, targetsOf } from "./needs.ts";
import type { Group, Member, World } from "./world.ts";

/** A target that does not hold, and one of its processes of which that is so; null: the group or the process is not there. */
export type Lack = { readonly target: Target; readonly member: Member | null };

/** What is asked of this process of a target. */
export function conditionOf({ condition }: Target, { config }: Member): Condition {
  return condition ?? (isOneshot(config) ? "exited_ok" : "ready");
}

/** One that is about to be stopped holds nothing any more. */
function holds(world: World, member: Member, condition: Condition): boolean {
  const { state, pid, stopping, life } = member.state;
  if (condition === "exited_ok") return isDone(member) && !world.dependants.ordered.has(member);
  if (stopping || life.stopAfter !== undefined) return false;
  switch (condition) {
    case "started":
      return pid !== 0 && (state === "STARTING" || state === "RUNNING");
    case "running":
      return state === "RUNNING";
    case "ready":
      return state === "RUNNING" && !isReloading(member.state);
    case "healthy":
      return state === "RUNNING" && life.health?.verdict === "healthy";
    default:
      return unreachable(condition);
  }
}

/** It has ended as expected, and nothing has been ordered since. */
export function isDone({ state, pending }: Member): boolean {
  return state.state === "EXITED" && state.spawnError === "" && pending === null && !hasStartDue(state);
}

/** The members that a target means, in its order; null: the group, or one of the processes, is not there. */
type Meant = { readonly group: Group | undefined; readonly members: readonly Member[] | null; lacking: number };
const meant = new WeakMap<Target, Meant>();

function meantBy(world: World, target: Target): Meant {
  const group = world.groups.get(target.group);
  const known = meant.get(target);
  if (known !== undefined && known.group === group) return known;
  const found = { group, members: group === undefined ? null : findMembers(group, target), lacking: 0 };
  meant.set(target, found);
  return found;
}

function findMembers(group: Group, { processes }: Target): readonly Member[] | null {
  if (processes === null) return [...group.members.values()];
  const members = processes.map((name) => group.members.get(name));
  return members.every((member) => member !== undefined) ? members : null;
}

export function membersOf(world: World, target: Target): readonly Member[] {
  return meantBy(world, target).members ?? [];
}

/** null: it holds. */
export function lackOf(world: World, target: Target): Lack | null {
  const it = meantBy(world, target);
  if (it.members === null) return { target, member: null };
  const count = it.members.length;
  for (let step = 0; step < count; step++) {
    const at = (it.lacking + step) % count;
    const member = it.members[at];
    if (member === undefined || holds(world, member, conditionOf(target, member))) continue;
    it.lacking = at;
    return { target, member };
  }
  return null;
}

/** Everything that a process lacks, a target at a time; empty: it may start. */
export function lacksOf(world: World, member: Member): readonly Lack[] {
  return targetsOf(member.config).flatMap((target) => lackOf(world, target) ?? []);
}

/** Whether all conditions hold at this moment. */
export function allHold(world: World, member: Member): boolean {
  return targetsOf(member.config).every((target) => lackOf(world, target) === null);
}
