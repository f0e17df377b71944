/** One process as a part of the whole: its step, the deadlines that are due after it, the clients whose wait it ends. */
import type { Now } from "../doors.ts";
import { type DeadlineName, earliestDeadline, type ProcessEffect, type ProcessInput } from "../process/state.ts";
import { stepProcess } from "../process/table.ts";
import type { Effect, Step } from "./effects.ts";
import { settleWaiters } from "./waiters.ts";
import { isStopped, type Member, type Pending, removeMember, setState, type World } from "./world.ts";

/**
 * One input for one process and what is due because of it; the order of going down is the caller's business. Clients hear of every state on the
 * way: one that waits for RUNNING is answered even if the process ends and starts again in the same step.
 */
export function stepAlone(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  // An input may have been on its way when the daemon began to go down.
  if (input.type === "start" && world.mood !== "RUNNING") return;
  if (input.type !== "deadline") applyToMember(world, member, input, now, step);
  // Each deadline leads to a state that waits for something else or for a later time, so this ends.
  for (let name = dueDeadline(world, member, now); name !== null; name = dueDeadline(world, member, now)) {
    applyToMember(world, member, { type: "deadline", name }, now, step);
  }
  if (member.pending !== null && isStopped(member)) settlePending(world, member, member.pending, now, step);
}

/** The earliest deadline of the member that has come; null: there is none. */
export function dueDeadline(world: World, member: Member, now: Now): DeadlineName | null {
  const name = awaitedDeadline(world, member);
  return name !== null && (member.state.deadlines[name] ?? Number.POSITIVE_INFINITY) <= now.monoMs ? name : null;
}

/** When the next deadline of the member comes, monotonic. */
export function memberDeadlineMs(world: World, member: Member): number | null {
  const name = awaitedDeadline(world, member);
  return name === null ? null : (member.state.deadlines[name] ?? null);
}

/** While the daemon goes down nothing is started again: BACKOFF and EXITED wait for nothing. (PROC-160) */
function awaitedDeadline(world: World, { state }: Member): DeadlineName | null {
  return earliestDeadline(state, world.mood === "RUNNING" ? undefined : "restart");
}

function applyToMember(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  const before = member.state;
  const { process, effects } = stepProcess(member.config, before, input, now);
  if (process !== before) {
    setState(world, member, process);
    member.version += 1;
    step.changed.add(member.ref);
  }
  for (const effect of effects) step.effects.push(ofMember(member, effect, input));
  if (before.child !== 0 && process.child === 0) step.effects.push({ type: "reaped", ref: member.ref, child: before.child });
  settleWaiters(world, member, step);
}

/** It is down: now it can be taken out, or get its new configuration. One whose signal failed (UNKNOWN) is not started beside itself. */
function settlePending(world: World, member: Member, { config, start }: Pending, now: Now, step: Step): void {
  const { group, process } = member.ref;
  member.pending = null;
  step.changed.add(member.ref);
  step.effects.push({ type: "pending-changed", ref: member.ref });
  if (config === null) {
    removeMember(world, group, process);
    return;
  }
  member.config = config;
  member.version += 1;
  if (start && world.mood === "RUNNING" && member.state.state !== "UNKNOWN") applyToMember(world, member, { type: "start" }, now, step);
}

/** A process speaks of itself; the whole adds whose it is, and to an event what led to it. */
function ofMember({ ref }: Member, effect: ProcessEffect, cause: ProcessInput): Effect {
  if (effect.type !== "event") return { ...effect, ref };
  const { type, ...change } = effect;
  return { type, event: { kind: "process-state", ...ref, ...change, cause } };
}
