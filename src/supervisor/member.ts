/** One process as a part of the whole: its step, the deadlines that are due after it, the clients whose wait it ends. */
import type { Now } from "../doors.ts";
import { callOffRuns, killRuns, RUNS, type RunInput, type RunTransition, runsDueMs, stepRuns } from "../process/auxiliary.ts";
import { START_REASONS, type StartCause } from "../process/causes.ts";
import { isPassing } from "../process/checks.ts";
import { followStep, hasHooks } from "../process/hooks.ts";
import { type Waiting, withLife } from "../process/life.ts";
import { followReload, reloadDueMs } from "../process/reload.ts";
import type { What } from "../process/run.ts";
import { startCause } from "../process/starting.ts";
import {
  type DeadlineName,
  earliestDeadline,
  type InputOf,
  type ProcessEffect,
  type ProcessInput,
  type ProcessState,
  type Transition,
  unchanged,
} from "../process/state.ts";
import { isClear } from "../process/sweeping.ts";
import { stepProcess } from "../process/table.ts";

import { noteExit, startsNothing, withLastCode } from "./containerexit.ts";

import {
  type Followers,
  followChange,
  followStop,
  followWait,
  isBoundGoingDown,
  mustStopLater,
  pulledIn,
  upBoundTo,
} from "./dependencies.ts";

import type { Effect, Step } from "./effects.ts";
import { supervisorMessages as say } from "./loglines.ts";
import { reasonOf, stopReason } from "./reasons.ts";
import { mayStart } from "./startgate.ts";
import { settleWaiters } from "./waiters.ts";
import { timeoutText, waitsFor } from "./waittexts.ts";
import { isFirstStartDue } from "./wanted.ts";
import { changeConfig, isCleared, type Member, type Pending, removeMember, setState, type World } from "./world.ts";

/**
 * One input for one process and what is due because of it; the order of going down is the caller's business. Clients hear of every state on the
 * way: one that waits for RUNNING is answered even if the process ends and starts again in the same step.
 */
export function stepAlone(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  // An input may have been on its way when the daemon began to go down.
  if (input.type === "start" && startsNothing(world)) return;
  if (input.type !== "deadline") applyToMember(world, member, input, now, step);
  if (input.type === "swept" || input.type === "run-ended") afterEnd(world, member, now, step);
  if (world.cutoff?.isOver) hurry(world, member, now, step);
  // Each deadline leads to a state that waits for something else or for a later time, so this ends.
  for (let name = dueDeadline(world, member, now); name !== null; name = dueDeadline(world, member, now)) {
    applyToMember(world, member, { type: "deadline", name }, now, step);
  }
  if (reloadDueMs(member.state) <= now.monoMs)
    stepReload(world, member, followReload(member.config, unchanged(member.state), null, now), step);
  while (runsDueMs(member.state) <= now.monoMs) stepRun(world, member, { type: "run-due" }, now, step);
  if (member.pending !== null && isCleared(member)) settlePending(world, member, member.pending, now, step);
}

/** What has waited until nothing is left of the last run. What an update changes first starts by its word. (KILL-001, HOOK-007) */
function afterEnd(world: World, member: Member, now: Now, step: Step): void {
  const { later } = member.state.life;
  // It is stopped now, for whoever has waited for that, though it may start in the same step.
  settleWaiters(world, member, step);
  if (later === undefined || !isClear(member.state)) return;
  if (!startsNothing(world) && member.pending === null) return applyToMember(world, member, { type: "start", ...later }, now, step);
  const { state } = member;
  changeQuietly(world, member, { process: { ...state, life: withLife(state.life, { later: undefined }) }, effects: [] }, now, step);
}

/** The earliest deadline of the member that has come; null: there is none. */
export function dueDeadline(world: World, member: Member, now: Now): DeadlineName | null {
  const name = awaitedDeadline(world, member);
  return name !== null && (member.state.deadlines[name] ?? Number.POSITIVE_INFINITY) <= now.monoMs ? name : null;
}

/** When the next deadline of the member, or of a run beside it, comes; monotonic. */
export function memberDeadlineMs(world: World, member: Member): number | null {
  const name = awaitedDeadline(world, member);
  const own = name === null ? undefined : member.state.deadlines[name];
  const { runs, reload } = member.state.life;
  if (runs === undefined && reload === undefined) return own ?? null;
  const earliest = Math.min(own ?? Number.POSITIVE_INFINITY, runsDueMs(member.state), reloadDueMs(member.state));
  return earliest === Number.POSITIVE_INFINITY ? null : earliest;
}

/** While the daemon goes down nothing is started again: nobody waits for a restart (PROC-160). What an update changes first starts by its word. */
function awaitedDeadline(world: World, { state, pending }: Member): DeadlineName | null {
  return earliestDeadline(state, pending === null && !startsNothing(world));
}

/** Every start, whatever it comes of, passes the gate here; every stop waits here for what has to be down first. */
function applyToMember(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  if (input.type === "stop") return stopInTurn(world, member, input, now, step);
  // It has waited long enough for what it depends on.
  if (input.type === "deadline" && input.name === "depends") {
    return apply(world, member, { type: "refuse", text: timeoutText(world, member) }, now, step);
  }
  const cause = startCause(member.state, input);
  const order = input.type === "start" ? input : {};
  const verdict = cause === null ? null : mayStart(world, member, cause, now, order);
  if (cause === null || verdict === null || verdict.kind === "go") return apply(world, member, input, now, step);
  if (verdict.kind === "refuse") return apply(world, member, { type: "refuse", text: verdict.text }, now, step);
  if (verdict.kind === "later") return apply(world, member, { ...order, type: "start-later", cause }, now, step);
  return beginToWait(world, member, verdict.waiting, cause, now, step);
}

/** What it waits for is started as well. (DEP-008) */
function beginToWait(world: World, member: Member, waiting: Waiting, cause: StartCause, now: Now, step: Step): void {
  const known = member.state.life.waiting;
  if (waiting !== known) apply(world, member, { type: "hold", waiting }, now, step);
  if (known === undefined) tellWait(world, member, step);
  // At the start of supervisord one that is to be started then anyway is started for its own sake.
  const causeOf = (one: Member): StartCause => (cause === "autostart" && isFirstStartDue(one) ? "autostart" : "dependency");
  for (const one of pulledIn(world, member, cause === "user")) stepAlone(world, one, { type: "start", cause: causeOf(one) }, now, step);
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
  const isInTurn = bound.length > 0 || member.state.life.stopAfter !== undefined || isBoundGoingDown(world, member);
  apply(world, member, isInTurn && mustStopLater(world, member) ? { ...input, type: "stop-later" } : input, now, step);
}

function apply(world: World, member: Member, input: ProcessInput, now: Now, step: Step): void {
  const before = member.state;
  const { process, effects } = stepped(world, member, input, now);
  if (process !== before) {
    setState(world, member, process);
    if (!isPassing(before, process)) {
      member.version += 1;
      step.changed.add(member.ref);
    }
  }
  for (const effect of effects) step.effects.push(ofMember(world, member, effect, input, before));
  if (before.child !== 0 && process.child === 0) step.effects.push({ type: "reaped", ref: member.ref, child: before.child });
  // Behind a sweep comes the start that has waited for it, and what clients wait for comes of that.
  if (input.type !== "swept") settleWaiters(world, member, step);
  noteExit(world, member, before, input, step);
  if (process !== before && !world.dependants.isEmpty) followChange(world, member, before, followers(world, now, step));
}

/** The step of the process itself, and what the whole and its hooks add to it. */
function stepped(world: World, member: Member, input: ProcessInput, now: Now): Transition {
  const step = steppedWithHooks(world, member, input, now);
  return step.process.life.reload === undefined ? step : followReload(member.config, step, input, now);
}

function steppedWithHooks(world: World, member: Member, input: ProcessInput, now: Now): Transition {
  const { config, state: before } = member;
  const { process: next, effects } = stepProcess(config, before, input, now);
  const process = withBirthday(member, before, withLastCode(config, before, next, input), now);
  if (!hasHooks(config) && process.life.lastRun === undefined) return { process, effects };
  const start = startCause(before, input);
  const context = {
    startsNothing: startsNothing(world),
    start: start === null ? null : START_REASONS[start],
    end: input.type === "exited" ? reasonOf(world, member, process, input, before) : null,
    stop: stopReason(world, member, process),
  };
  return followStep(config, before, { process, effects }, input, context, now);
}

/** What an order to reload leads to, or its time. */
export function stepReload(world: World, member: Member, { process, effects }: Transition, step: Step): void {
  const before = member.state;
  if (process === before && effects.length === 0) return;
  setState(world, member, process);
  member.version += 1;
  step.changed.add(member.ref);
  for (const effect of effects) step.effects.push(ofMember(world, member, effect, { type: "deadline" }, before));
}

/** What has happened to a run beside the process, and what its end leads to. */
export function stepRun(world: World, member: Member, input: RunInput, now: Now, step: Step): void {
  const { ended, ...done } = stepRuns(member.config, member.state, input, now);
  changeQuietly(world, member, done, now, step);
  if (ended !== null) stepAlone(world, member, ended, now, step);
}

/** Runs that supervisord does not let go on while it goes down; or all of them, at once, when there is no more time. (CMN-010, CTR-005) */
export function endRuns(world: World, member: Member, which: "started" | "all", now: Now, step: Step): void {
  const { state } = member;
  if (state.life.runs === undefined) return;
  const isMeant = ({ what }: { readonly what: What }): boolean => !RUNS[what].isOfTheWayDown;
  changeQuietly(world, member, which === "all" ? killRuns(state, now) : callOffRuns(state, isMeant, now), now, step);
}

/** A change that is none of its state. */
function changeQuietly(world: World, member: Member, { process, effects }: RunTransition, now: Now, step: Step): void {
  const before = member.state;
  if (process === before) return;
  setState(world, member, process);
  member.version += 1;
  step.changed.add(member.ref);
  for (const effect of effects) step.effects.push(inWhole(member, effect));
  settleWaiters(world, member, step);
  if (!world.dependants.isEmpty) followChange(world, member, before, followers(world, now, step));
}

/** Time for the shutdown is over: nobody waits any more for what was told to stop, and nothing runs beside it. */
function hurry(world: World, member: Member, now: Now, step: Step): void {
  endRuns(world, member, "all", now, step);
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
  if (effect.type !== "event") return inWhole(member, effect);
  const { ref, state } = member;
  const { type, ...change } = effect;
  const reason = reasonOf(world, member, state, cause, before, change.state);
  return { type, event: { kind: "process-state", ...ref, ...change, cause, reason } };
}

function inWhole({ ref }: Member, effect: Exclude<ProcessEffect, { type: "event" }>): Effect {
  if (effect.type !== "lifecycle") return { ...effect, ref };
  const { name, keys, text } = effect;
  return { type: "event", event: { kind: "lifecycle", ...ref, name, keys, text } };
}
