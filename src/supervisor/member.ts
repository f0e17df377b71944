/** One process as a part of the whole: its step, the deadlines that are due after it, the clients whose wait it ends. */
import type { Now } from "../doors.ts";
import { type Reason, START_REASONS, STOP_REASONS, type StartCause, type StopCause } from "../process/causes.ts";
import { isPassing } from "../process/checks.ts";
import { type Waiting, withLife } from "../process/life.ts";
import { startCause } from "../process/starting.ts";
import {
  type DeadlineName,
  earliestDeadline,
  type InputOf,
  type ProcessEffect,
  type ProcessInput,
  type ProcessState,
} from "../process/state.ts";
import type { State } from "../process/states.ts";
import { stepProcess } from "../process/table.ts";
import { unreachable } from "../result.ts";

import { noteExit, startsNothing, withLastCode } from "./containerexit.ts";

import { type Followers, followChange, followStop, followWait, mustStopLater, pulledIn, upBoundTo } from "./dependencies.ts";

import type { Effect, Step } from "./effects.ts";
import { supervisorMessages as say } from "./loglines.ts";
import { mayStart } from "./startgate.ts";
import { settleWaiters } from "./waiters.ts";
import { timeoutText, waitsFor } from "./waittexts.ts";
import { changeConfig, isStopped, type Member, type Pending, removeMember, setState, type World } from "./world.ts";

/**
 * One input for one process and what is due because of it; the order of going down is the caller's business. Clients hear of every state on the
 * way: one that waits for RUNNING is answered even if the process ends and starts again in the same step.
 */
export function stepAlone(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  // An input may have been on its way when the daemon began to go down.
  if (input.type === "start" && startsNothing(world)) return;
  if (input.type !== "deadline") applyToMember(world, member, input, now, step);
  if (world.cutoff?.isOver) hurry(world, member, now);
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

/** While the daemon goes down nothing is started again: nobody waits for a restart (PROC-160). What an update changes first starts by its word. */
function awaitedDeadline(world: World, { state, pending }: Member): DeadlineName | null {
  return earliestDeadline(state, { starts: !startsNothing(world) && pending === null });
}

/** Every start, whatever it comes of, passes the gate here; every stop waits here for what has to be down first. */
function applyToMember(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  if (input.type === "stop") return stopInTurn(world, member, input, now, step);
  // It has waited long enough for what it depends on.
  if (input.type === "deadline" && input.name === "depends") {
    return apply(world, member, { type: "refuse", text: timeoutText(world, member) }, now, step);
  }
  const cause = startCause(member.state, input);
  const verdict = cause === null ? null : mayStart(world, member, cause, now, input.type === "start" ? input : {});
  if (cause === null || verdict === null || verdict.kind === "go") return apply(world, member, input, now, step);
  if (verdict.kind === "refuse") return apply(world, member, { type: "refuse", text: verdict.text }, now, step);
  return beginToWait(world, member, verdict.waiting, cause, now, step);
}

/** What it waits for is started as well. (DEP-008) */
function beginToWait(world: World, member: Member, waiting: Waiting, cause: StartCause, now: Now, step: Step): void {
  const known = member.state.life.waiting;
  if (waiting !== known) apply(world, member, { type: "hold", waiting }, now, step);
  if (known === undefined) tellWait(world, member, step);
  for (const one of pulledIn(world, member, cause === "user")) stepAlone(world, one, { type: "start", cause: "dependency" }, now, step);
}

function tellWait(world: World, { ref, config, ...rest }: Member, step: Step): void {
  const targets = waitsFor(world, { ref, config, ...rest });
  const text = say.waitingFor(config.name, targets);
  step.effects.push({ type: "log", level: "info", text });
  const keys = { for: targets.map(({ target }) => target).join(",") };
  step.effects.push({ type: "event", event: { kind: "lifecycle", ...ref, name: "LIFECYCLE_WAITING", keys, text } });
}

/** What is bound to it is stopped first, and told only when that is down. (BND-002) */
function stopInTurn(world: World, member: Member, input: InputOf<"stop">, now: Now, step: Step): void {
  const bound = world.dependants.isEmpty || world.mood !== "RUNNING" ? [] : upBoundTo(world, member);
  for (const one of bound) stepAlone(world, one, { type: "stop", cause: "bind", again: true }, now, step);
  const isInTurn = bound.length > 0 || member.state.life.stopAfter !== undefined;
  apply(world, member, isInTurn && mustStopLater(world, member) ? { ...input, type: "stop-later" } : input, now, step);
}

function apply(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  const before = member.state;
  const { process: next, effects } = stepProcess(member.config, before, input, now);
  const process = withBirthday(member, before, withLastCode(member.config, before, next, input), now);
  if (process !== before) {
    setState(world, member, process);
    if (!isPassing(before, process)) {
      member.version += 1;
      step.changed.add(member.ref);
    }
  }
  for (const effect of effects) step.effects.push(ofMember(world, member, effect, input, before));
  if (before.child !== 0 && process.child === 0) step.effects.push({ type: "reaped", ref: member.ref, child: before.child });
  settleWaiters(world, member, step);
  noteExit(world, member, before, input, step);
  if (process !== before && !world.dependants.isEmpty) followChange(world, member, before, followers(world, now, step));
}

/** Time for the shutdown is over: nobody waits any more for what was told to stop. */
function hurry(world: World, member: Member, now: Now): void {
  const { state } = member;
  if (state.state !== "STOPPING" || state.kills > 0) return;
  setState(world, member, { ...state, deadlines: { ...state.deadlines, kill: now.monoMs } });
}

/** From RUNNING on its age counts. (AGE-001) */
function withBirthday({ config }: Member, before: ProcessState, process: ProcessState, now: Now): ProcessState {
  if (config.maxAge === null || process.state !== "RUNNING" || before.state === "RUNNING") return process;
  return { ...process, life: withLife(process.life, { runningMs: now.monoMs }) };
}

function followers(world: World, now: Now, step: Step): Followers {
  return {
    act: (member, input) => stepAlone(world, member, input, now, step),
    look: (member) => lookAt(world, member, step, new Set()),
  };
}

/** What a process waits for has changed: people see another text, and clients may have hoped enough. */
function lookAt(world: World, member: Member, step: Step, seen: Set<Member>): void {
  if (seen.has(member)) return;
  seen.add(member);
  member.version += 1;
  step.seen = true;
  if (world.waiters.size === 0) return;
  settleWaiters(world, member, step);
  for (const one of world.dependants.waitingFor(member)) lookAt(world, one, step, seen);
}

/** Processes have come, gone or changed what they need: whoever waits is looked at anew, and every stop that waits. (DEP-030) */
export function lookAtAllWaiting(world: World, now: Now, step: Step): void {
  if (world.dependants.isEmpty) return;
  const follow = followers(world, now, step);
  for (const member of world.dependants.allWaiting()) followWait(world, member, follow);
  for (const member of world.dependants.allStoppedLater()) followStop(world, member, follow.act);
}

/** It is down: now it can be taken out, or get its new configuration. One whose signal failed (UNKNOWN) is not started beside itself. */
function settlePending(world: World, member: Member, { config, start }: Pending, now: Now, step: Step): void {
  const { group, process } = member.ref;
  member.pending = null;
  step.changed.add(member.ref);
  step.effects.push({ type: "pending-changed", ref: member.ref });
  if (config === null) {
    removeMember(world, group, process);
    lookAtAllWaiting(world, now, step);
    return;
  }
  changeConfig(world, member, config);
  member.version += 1;
  if (start && !startsNothing(world) && member.state.state !== "UNKNOWN") {
    applyToMember(world, member, { type: "start", cause: "update" }, now, step);
  }
}

/** A process speaks of itself; the whole adds whose it is, and to an event what led to it. */
function ofMember(world: World, member: Member, effect: ProcessEffect, cause: ProcessInput, before: ProcessState): Effect {
  const { ref } = member;
  if (effect.type === "lifecycle") {
    const { name, keys, text } = effect;
    return { type: "event", event: { kind: "lifecycle", ...ref, name, keys, text } };
  }
  if (effect.type !== "event") return { ...effect, ref };
  const { type, ...change } = effect;
  return { type, event: { kind: "process-state", ...ref, ...change, cause, reason: reasonOf(world, member, change.state, cause, before) } };
}

/** What a start or an end is for, in one word; null where there is no more to say than the change itself. (HOOK-009) */
function reasonOf(world: World, member: Member, to: State, input: ProcessInput, before: ProcessState): Reason | null {
  const { stopCause } = member.state.life;
  switch (to) {
    case "STARTING": {
      const cause = startCause(before, input);
      return cause === null ? null : START_REASONS[cause];
    }
    case "STOPPING":
    case "STOPPED":
      return STOP_REASONS[stopCause ?? orderedBy(world, member)];
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

/** Who orders a stop of which the process itself knows no cause. */
function orderedBy(world: World, { pending }: Member): StopCause {
  if (pending !== null) return "update";
  return world.mood === "RUNNING" ? "user" : "shutdown";
}
