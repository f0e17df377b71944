/** Clients that wait for a process to be spawned, to run or to stop. They live as long as their connection: nothing of them is stored. */
import type { Now } from "../doors.ts";
import { isUnderWay } from "../process/auxiliary.ts";
import { unreachable } from "../result.ts";
import type { Outcome, Step } from "./effects.ts";
import { supervisorMessages as say } from "./loglines.ts";
import { hopelessText } from "./waittexts.ts";
import { findMember, isCleared, isDone, type Member, type Ref, type Waiter, type World } from "./world.ts";

const STOP_REPORT_MS = 2000;

/** Begins a wait; it may be over at once, also because there is nothing to wait for. A wait for a stop is told to the log. (PROC-125, PROC-126) */
export function addWaiter(world: World, waiter: Omit<Waiter, "reportMs">, now: Now, step: Step): void {
  const member = findMember(world, waiter.ref);
  const outcome = member === undefined ? "gone" : outcomeOf(world, waiter, member);
  if (outcome !== null) {
    step.effects.push({ type: "settle", waiter: waiter.id, outcome });
    return;
  }
  world.waiters.set(waiter.id, { ...waiter, reportMs: now.monoMs + STOP_REPORT_MS });
  if (waiter.until === "stopped") {
    step.effects.push({ type: "log", level: "info", text: say.waitingToStop(waiter.ref.process) });
  }
}

/** Settles the waits for this process that are over. */
export function settleWaiters(world: World, member: Member, step: Step): void {
  if (world.waiters.size === 0) return;
  for (const waiter of world.waiters.values()) {
    if (waiter.ref.group !== member.ref.group || waiter.ref.process !== member.ref.process) continue;
    const outcome = outcomeOf(world, waiter, member);
    if (outcome === null) continue;
    world.waiters.delete(waiter.id);
    step.effects.push({ type: "settle", waiter: waiter.id, outcome });
  }
}

/** It has been taken out: whoever waits for it, because its start waited for others, has nothing to wait for any more. */
export function settleGone(world: World, ref: Ref, step: Step): void {
  if (world.waiters.size === 0) return;
  for (const waiter of world.waiters.values()) {
    if (waiter.ref.group !== ref.group || waiter.ref.process !== ref.process) continue;
    world.waiters.delete(waiter.id);
    step.effects.push({ type: "settle", waiter: waiter.id, outcome: "gone" });
  }
}

/** Says again, every two seconds, for what clients wait. (PROC-125) */
export function reportWaits(world: World, now: Now, step: Step): void {
  for (const waiter of world.waiters.values()) {
    if (waiter.until !== "stopped" || now.monoMs < waiter.reportMs) continue;
    waiter.reportMs = now.monoMs + STOP_REPORT_MS;
    step.effects.push({ type: "log", level: "info", text: say.waitingToStop(waiter.ref.process) });
  }
}

/** null: not over yet. (RPC-063..069, RPC-083) */
function outcomeOf(world: World, waiter: Pick<Waiter, "until">, member: Member): Outcome | null {
  const { state, pid, spawnError, life } = member.state;
  switch (waiter.until) {
    case "stopped":
      return isDone(member) ? "done" : null;
    case "clear":
      return isCleared(member) ? "done" : null;
    case "spawned":
      if (life.waiting !== undefined) return "done";
      if (life.later !== undefined) return null;
      if (state === "STARTING" && pid === 0) return isUnderWay(member.state, "pre_start") ? "done" : null;
      return (state === "BACKOFF" || state === "FATAL") && spawnError !== "" ? "spawn-error" : "done";
    case "running": {
      const hopeless = life.waiting === undefined ? null : hopelessText(world, member);
      if (hopeless !== null) return { waitsFor: hopeless };
      if (life.waiting !== undefined || life.later !== undefined) return null;
      if (state === "STARTING") return null;
      if (state === "RUNNING") return "done";
      return spawnError !== "" ? "spawn-error" : "abnormal-termination";
    }
    default:
      return unreachable(waiter.until);
  }
}
