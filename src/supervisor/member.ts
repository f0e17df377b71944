/** One process as a part of the whole: its step, the deadlines that are due after it, the clients whose wait it ends. */
import type { Now } from "../doors.ts";
import { type ProcessEffect, type ProcessInput, stepProcess } from "../process/machine.ts";
import { unreachable } from "../result.ts";
import type { Effect, Step } from "./effects.ts";
import { settleWaiters } from "./waiters.ts";
import { isStopped, type Member, type Pending, removeMember, setState, type World } from "./world.ts";

/**
 * One input for one process and what is due because of it; the order of going down is the caller's business. Clients hear of every state on the
 * way: one that waits for RUNNING is answered even if the process ends and starts again in the same step.
 */
export function stepAlone(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  if (!mayTake(world, member, input)) return;
  applyToMember(world, member, input, now, step);
  // Each deadline leads to a state that waits for something else or for a later time, so this ends.
  while (isDue(world, member, now)) applyToMember(world, member, { type: "deadline" }, now, step);
  if (member.pending !== null && isStopped(member)) settlePending(world, member, member.pending, now, step);
}

/** Whether the member's deadline has come and may be acted upon. */
export function isDue(world: World, member: Member, now: Now): boolean {
  const due = member.state.deadlineMs;
  return due !== null && due <= now.monoMs && mayActOnDeadline(world, member);
}

/** While the daemon goes down nothing is started again: BACKOFF and EXITED wait for nothing. (PROC-160) */
export function mayActOnDeadline(world: World, member: Member): boolean {
  const restarts = member.state.state === "BACKOFF" || member.state.state === "EXITED";
  return !restarts || world.mood === "RUNNING";
}

/** An input may have been on its way when the daemon began to go down. */
function mayTake(world: World, member: Member, input: ProcessInput): boolean {
  if (input.type === "start") return world.mood === "RUNNING";
  return input.type !== "deadline" || mayActOnDeadline(world, member);
}

function applyToMember(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  const before = member.state;
  const { process, effects } = stepProcess(member.config, before, input, now);
  if (process !== before) {
    setState(world, member, process);
    member.version += 1;
    step.changed.add(member.ref);
  }
  for (const effect of effects) step.effects.push(lift(member, effect));
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

/** A process speaks of itself; the whole adds whose it is. */
function lift(member: Member, effect: ProcessEffect): Effect {
  switch (effect.type) {
    case "log":
    case "signal":
      return effect;
    case "prepare":
      return { type: "prepare", ref: member.ref, attempt: effect.attempt };
    case "spawn":
      return { type: "spawn", ref: member.ref, child: effect.child };
    case "event": {
      const { group, process } = member.ref;
      const { state, from, pid, tries, expected } = effect;
      return { type: "event", event: { kind: "process-state", state, from, group, process, pid, tries, expected } };
    }
    default:
      return unreachable(effect);
  }
}
