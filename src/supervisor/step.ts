/**
 * Steps of the whole: one input, one member or all of them, and what follows at once from it: deadlines that are due, clients whose wait is over,
 * the next group of a shutdown. The order of effects is the order of the world outside.
 */
import type { GroupConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import type { RunInput } from "../process/auxiliary.ts";
import type { ProcessInput } from "../process/state.ts";
import { assert } from "../result.ts";
import { failTooOld } from "./ages.ts";
import { startsNothing } from "./containerexit.ts";
import { cutoffMs, stepCutoff } from "./cutoff.ts";
import { orderDueRestarts } from "./duerestarts.ts";
import type { Step } from "./effects.ts";
import { advanceGoingDown, reportGoingDown } from "./goingdown.ts";
import { heedOrder } from "./jobs.ts";
import { applyKept } from "./kept.ts";
import { memberDeadlineMs, stepAlone, stepRun } from "./member.ts";
import { reportWaits, settleGone } from "./waiters.ts";
import { isFirstStartDue } from "./wanted.ts";
import { findMember, forgetMember, groupsInOrder, inOrder, isCleared, type Member, makeGroup, type World } from "./world.ts";

/** One input for one process, and whatever is due because of it. What comes too late for a group that was removed is nobody's business. */
export function stepMember(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  if (findMember(world, member.ref) !== member) return;
  if (input.type === "stop") stayDown(member, step);
  heedOrder(world, member, input, now, step);
  stepAlone(world, member, input, now, step);
  failTooOld(world, member, input, now, step);
  followAll(world, now, step);
}

/** The same for what has happened to an auxiliary run of it. */
export function stepMemberRun(world: World, member: Member, input: RunInput, now: Now, step: Step): void {
  if (findMember(world, member.ref) !== member) return;
  stepRun(world, member, input, now, step);
  followAll(world, now, step);
}

function followAll(world: World, now: Now, step: Step): void {
  if (world.due.size > 0) orderDueRestarts(world, now, step);
  if (world.goingDown !== null) advanceGoingDown(world, now, step);
}

/** Adds a group; what of it starts by itself is in `autostartsDue` from now on. (PROC-149, EVT-026) */
export function addGroup(world: World, config: GroupConfig, step: Step): void {
  assert(!world.groups.has(config.name), `group ${config.name} was added twice`);
  const group = makeGroup(config, world.nextSequence);
  world.nextSequence += 1;
  world.groups.set(config.name, group);
  for (const member of group.members.values()) {
    applyKept(world, member);
    step.changed.add(member.ref);
  }
  step.effects.push({ type: "group-changed", group, change: "added" });
  step.effects.push({ type: "event", event: { kind: "process-group", change: "ADDED", group: config.name } });
}

/** Takes a group out; the caller has checked that nothing of it runs. (PROC-150, EVT-027) */
export function removeGroup(world: World, name: string, step: Step): void {
  const group = world.groups.get(name);
  assert(group !== undefined, `group ${name} was removed and is not there`);
  assert([...group.members.values()].every(isCleared), `group ${name} was removed while it runs`);
  world.groups.delete(name);
  for (const member of group.members.values()) forgetMember(world, member);
  for (const { ref } of group.members.values()) {
    step.changed.add(ref);
    settleGone(world, ref, step);
  }
  step.effects.push({ type: "group-changed", group, change: "removed" });
  step.effects.push({ type: "event", event: { kind: "process-group", change: "REMOVED", group: name } });
}

/** Members whose first start is due, in the order of groups and of the processes within them. (PROC-008, PROC-143..145) */
export function autostartsDue(world: World, name?: string): Member[] {
  if (startsNothing(world)) return [];
  const only = name === undefined ? undefined : world.groups.get(name);
  const groups = name === undefined ? groupsInOrder(world) : only === undefined ? [] : [only];
  return groups.flatMap((group) => [...group.members.values()].filter(isFirstStartDue));
}

/** The earliest moment at which `stepTime` has something to do, monotonic. */
export function nextDeadlineMs(world: World): number | null {
  let earliest = Math.min(
    world.goingDown?.nextReportMs ?? Number.POSITIVE_INFINITY,
    world.goingDown?.listeningUntilMs ?? Number.POSITIVE_INFINITY,
    cutoffMs(world),
  );
  for (const [member, soonestMs] of world.timed) {
    if (soonestMs >= earliest) continue;
    const dueMs = memberDeadlineMs(world, member);
    if (dueMs === null || dueMs >= earliest) continue;
    if (findMember(world, member.ref) === member) earliest = dueMs;
    else world.timed.delete(member);
  }
  for (const waiter of world.waiters.values()) if (waiter.until === "stopped") earliest = Math.min(earliest, waiter.reportMs);
  return earliest === Number.POSITIVE_INFINITY ? null : earliest;
}

/** Members for which the time has come, in the order of groups: the caller makes each a step of its own. (PROC-142) */
export function deadlinesDue(world: World, now: Now): Member[] {
  const due = new Set<Member>();
  for (const [member, soonestMs] of world.timed) {
    if (soonestMs <= now.monoMs && (memberDeadlineMs(world, member) ?? Number.POSITIVE_INFINITY) <= now.monoMs) due.add(member);
  }
  if (due.size < 2) return [...due].filter((member) => findMember(world, member.ref) === member);
  const groups = new Set([...due].map(({ ref }) => ref.group));
  return inOrder([...groups].flatMap((name) => world.groups.get(name) ?? [])).flatMap((group) =>
    [...group.members.values()].filter((member) => due.has(member)),
  );
}

/** What is due for the whole: reports of who waits for what, and listeners that have been waited for long enough. */
export function stepReports(world: World, now: Now, step: Step): void {
  reportWaits(world, now, step);
  reportGoingDown(world, now, step);
  stepCutoff(world, now, step);
  // Listeners have been waited for long enough; or a group is no more that commands beside its programs were waited for.
  if (world.goingDown !== null) advanceGoingDown(world, now, step);
}

/** Somebody wants it stopped while an update is about to start it again: the last word counts. */
function stayDown(member: Member, step: Step): void {
  if (member.pending === null || !member.pending.start) return;
  member.pending = { ...member.pending, start: false };
  step.effects.push({ type: "pending-changed", ref: member.ref });
}
