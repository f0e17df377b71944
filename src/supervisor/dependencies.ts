/**
 * Starts that wait for others, and what they start with them; what is bound to others; and the order in which an order for several stops them. Nothing here
 * acts: who is to be started and stopped is told to `act`.
 */
import type { StartCause } from "../process/causes.ts";
import type { Waiting } from "../process/life.ts";
import { hasStartDue, type InputOf, type ProcessInput, type ProcessState } from "../process/state.ts";
import { allHold, conditionOf, lacksOf, membersOf } from "./conditions.ts";
import { goesDown } from "./dependants.ts";
import { hasDependencies, needKeysFor, needKeysOf } from "./needs.ts";
import { wantedOf } from "./wanted.ts";
import { allMembers, isStopped, type Member, type World } from "./world.ts";

/** The wait that a start of it would be; null: it need not wait. One that waits already goes on with it. (DEP-003, DEP-012, DEP-013) */
export function waitOf(world: World, member: Member, cause: StartCause, nowMs: number): Waiting | null {
  const { config, state } = member;
  if (!hasDependencies(config) || allHold(world, member)) return null;
  const known = state.life.waiting;
  if (known !== undefined) return cause === "user" ? { ...known, cause } : known;
  const untilMs = config.dependsTimeout > 0 ? nowMs + config.dependsTimeout : undefined;
  return { cause, sinceMs: nowMs, ...(untilMs !== undefined && { untilMs }) };
}

/**
 * What is started because this one waits for it, what others need first: everything that is down on the way to what it needs. What has failed for good, and
 * what a user has stopped, is started by a user's word alone. (DEP-008)
 */
export function pulledIn(world: World, member: Member, isUsers: boolean): readonly Member[] {
  const seen = new Set<Member>([member]);
  const pulled: Member[] = [];
  const path: { readonly member: Member; readonly needs: Iterator<Member> }[] = [{ member, needs: needs(world, member) }];
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const next = step.needs.next();
    if (next.done === true) {
      path.pop();
      if (step.member !== member && mayPull(step.member, isUsers)) pulled.push(step.member);
    } else if (!seen.has(next.value)) {
      seen.add(next.value);
      const waits = next.value.state.life.waiting !== undefined;
      if (waits || mayPull(next.value, isUsers)) path.push({ member: next.value, needs: needs(world, next.value) });
    }
  }
  return pulled;
}

/** The members of what it lacks, but for those of which that is so. */
function* needs(world: World, member: Member): Generator<Member> {
  for (const { target } of lacksOf(world, member)) {
    for (const one of membersOf(world, target)) if (!isThere(one, conditionOf(target, one))) yield one;
  }
}

/** Nothing need be done about it. */
function isThere({ state }: Member, condition: string): boolean {
  if (condition === "exited_ok") return state.state === "EXITED" && state.spawnError === "";
  return state.state === "RUNNING" || state.state === "STARTING";
}

function mayPull(member: Member, isUsers: boolean): boolean {
  const { state, pending } = member;
  if (!isStopped(member) || state.state === "UNKNOWN" || pending !== null || hasStartDue(state)) return false;
  return isUsers || (state.state !== "FATAL" && !isStoppedByUser(member));
}

export function isStoppedByUser(member: Member): boolean {
  if (member.state.state !== "STOPPED" || member.state.attempt === 0) return false;
  const { up, by } = wantedOf(member);
  return !up && by === "user";
}

/** What is done about others: a step of theirs, or only that people see what has become of their wait. */
export type Followers = {
  readonly act: (member: Member, input: ProcessInput) => void;
  readonly look: (member: Member) => void;
};

/** What follows for others from a change of this one: waits are over, what is bound goes down, stops are due. (DEP-003, BND-001) */
export function followChange(world: World, member: Member, before: ProcessState, follow: Followers): void {
  const { dependants } = world;
  for (const one of dependants.waitingFor(member)) if (one !== member) followWait(world, one, follow);
  if (before.state === "RUNNING" && member.state.state !== "RUNNING" && world.mood === "RUNNING") {
    for (const one of upBoundTo(world, member)) follow.act(one, { type: "stop", cause: "bind", again: true });
  }
  for (const one of dependants.takeToLookAt()) followStop(world, one, follow.act);
}

/** It starts in the step in which the last condition comes true. */
export function followWait(world: World, member: Member, { act, look }: Followers): void {
  const { waiting } = member.state.life;
  if (waiting === undefined) return;
  if (allHold(world, member)) act(member, { type: "start", cause: waiting.cause });
  else look(member);
}

/** A stop that has waited for others to be down. (DEP-020) */
export function followStop(world: World, member: Member, act: Followers["act"]): void {
  const { stopAfter } = member.state.life;
  if (stopAfter !== undefined && !mustStopLater(world, member)) act(member, { ...stopAfter, type: "stop" } as InputOf<"stop">);
}

/** Those that are up, bound to it, and not on their way down. */
export function upBoundTo(world: World, member: Member): readonly Member[] {
  return world.dependants.boundTo(member).filter((one) => isUp(one) && isBoundTo(one, member));
}

/** Whether something bound to it is on its way down already: that goes first all the same. (BND-002) */
export function isBoundGoingDown(world: World, member: Member): boolean {
  if (!world.dependants.isNeeded(member)) return false;
  for (const one of allMembers(world)) if (one.config.bindTo.length > 0 && goesDown(one.state) && isBoundTo(one, member)) return true;
  return false;
}

function isBoundTo({ config }: Member, member: Member): boolean {
  return config.bindTo.some((target) => {
    if (target.group !== member.ref.group || target.processes?.includes(member.ref.process) === false) return false;
    return conditionOf(target, member) !== "exited_ok";
  });
}

/** A stop of it waits: something that needs it is still on its way down. Nothing waits any more once the time for a shutdown is over. (CTR-005) */
export function mustStopLater(world: World, member: Member): boolean {
  if (world.cutoff?.isOver === true) return false;
  return (isUp(member) || isOrderedDown(member)) && member.state.pid !== 0 && world.dependants.isNeeded(member);
}

function isOrderedDown({ state }: Member): boolean {
  return state.life.stopAfter !== undefined && (state.state === "STARTING" || state.state === "RUNNING") && !state.stopping;
}

/** STARTING or RUNNING, and nobody has ordered otherwise. */
function isUp({ state }: Member): boolean {
  return (state.state === "STARTING" || state.state === "RUNNING") && !state.stopping && state.life.stopAfter === undefined;
}

/**
 * Stops several in the order of their dependencies: those that others of them need wait until these are down. False: none needs another, and nothing has been
 * done. (DEP-020)
 */
export function stopTogether(world: World, members: Iterable<Member>, input: InputOf<"stop">, act: Followers["act"]): boolean {
  const all = [...members];
  const up = all.filter(isUp);
  // What goes down already needs what it needs until it is down.
  const needed = new Set(
    all.filter((one) => hasDependencies(one.config) && (isUp(one) || goesDown(one.state))).flatMap(({ config }) => needKeysOf(config)),
  );
  if (needed.size === 0) return false;
  const later = new Set(
    up.filter((member) => member.state.pid !== 0 && needKeysFor(member.ref, member.config).some((key) => needed.has(key))),
  );
  if (later.size === 0) return false;
  for (const member of later) act(member, { ...input, type: "stop-later" });
  for (const member of up) if (!later.has(member)) act(member, input);
  // Some of those that need them may be down already: they had no process yet.
  for (const member of later) followStop(world, member, act);
  return true;
}

/** With everything that needs one of them, whatever it takes to get there: what is up, or all. (DEP-021, DEP-022) */
export function withDependants(world: World, members: Iterable<Member>, which: "up" | "all" = "up"): readonly Member[] {
  const all = new Set(members);
  const byNeed = new Map<string, Member[]>();
  for (const member of allMembers(world)) {
    if (!hasDependencies(member.config) || (which === "up" && !isUp(member))) continue;
    for (const key of needKeysOf(member.config)) {
      const known = byNeed.get(key);
      if (known === undefined) byNeed.set(key, [member]);
      else known.push(member);
    }
  }
  if (byNeed.size === 0) return [...all];
  // What is added is looked at as well.
  for (const member of all) for (const key of needKeysFor(member.ref, member.config)) for (const one of byNeed.get(key) ?? []) all.add(one);
  return [...all];
}
