/** What people are told of a process that waits for others. */
import type { Target } from "../config/targets.ts";
import { hasStartDue } from "../process/state.ts";
import { conditionOf, type Lack, lacksOf, membersOf } from "./conditions.ts";
import { isStoppedByUser } from "./dependencies.ts";
import { label, type Member, type World } from "./world.ts";

/** So many targets are named. */
const TARGETS_MAX = 3;

/** `waiting for db (BACKOFF)`. (CMN-012) */
export function waitingText(world: World, member: Member): string {
  const named = lacksOf(world, member).map((lack) => `${lack.target.name} (${wordFor(lack)})`);
  return `waiting for ${some(named)}`;
}

export type WaitedFor = { readonly target: string; readonly condition: string; readonly now: string };

/** Each target that is lacking, with what is asked of it and how it is. */
export function waitsFor(world: World, member: Member): readonly WaitedFor[] {
  return lacksOf(world, member).map((lack) => {
    const { target, member: lacking } = lack;
    return { target: target.name, condition: asked(target, lacking), now: wordFor(lack) };
  });
}

/** `starts when db is ready`. */
export function startsWhenText(world: World, member: Member, nowMs: number): string {
  const conditions = waitsFor(world, member).map(
    ({ target, condition }) => `${target} is ${condition === "exited_ok" ? "done" : condition}`,
  );
  const untilMs = member.state.life.waiting?.untilMs;
  const end = untilMs === undefined ? "" : `; gives up in ${Math.max(0, Math.ceil((untilMs - nowMs) / 1000))} s`;
  return conditions.length === 0 ? "starts when nothing holds it back" : `starts when ${conditions.join(" and ")}${end}`;
}

/** (DEP-013) */
export function timeoutText(world: World, member: Member): string {
  const lacks = lacksOf(world, member);
  const [first] = lacks;
  const seconds = member.config.dependsTimeout / 1000;
  if (first === undefined) return `depends_timeout: not ready after ${seconds} s`;
  const more = lacks.length > 1 ? ` and ${lacks.length - 1} more are` : " is";
  return `depends_timeout: ${first.target.name}${more} ${NOT_SO[asked(first.target, first.member)] ?? "not ready"} after ${seconds} s`;
}

const NOT_SO: Readonly<Record<string, string>> = {
  started: "not started",
  running: "not running",
  ready: "not ready",
  healthy: "not healthy",
  exited_ok: "not done",
};

/** A dependency that will not come by itself, and what it is: `db, which is FATAL`; null: there is hope. (DEP-011) */
export function hopelessText(world: World, member: Member, seen: Set<Member> = new Set()): string | null {
  if (member.state.life.waiting === undefined || seen.has(member)) return null;
  seen.add(member);
  for (const { target, member: lacking } of lacksOf(world, member)) {
    if (lacking === null) return `${target.name}, which is not there`;
    for (const one of membersOf(world, target)) {
      const given = givenUp(one, target);
      if (given !== null) return `${nameOf(one)}, which is ${given}`;
      const further = hopelessText(world, one, seen);
      if (further !== null) return further;
    }
  }
  return null;
}

/** How it is, if it is not what is asked and nothing starts it any more; null: it may still come. */
function givenUp(one: Member, target: Target): string | null {
  const { state, spawnError } = one.state;
  if (hasStartDue(one.state) || one.pending !== null) return null;
  switch (state) {
    case "FATAL":
      return state;
    case "STOPPED":
      return isStoppedByUser(one) ? "stopped by user" : null;
    case "EXITED": {
      // What has a schedule runs again at its next slot.
      const mayCome = conditionOf(target, one) === "exited_ok" ? spawnError === "" : one.config.cron !== null;
      return mayCome ? null : state;
    }
    default:
      return null;
  }
}

/** As clients write it. */
function nameOf({ ref }: Member): string {
  return ref.group === ref.process ? ref.process : label(ref);
}

/** In brackets behind a target. */
function wordFor({ target, member }: Lack): string {
  if (member === null) return "not there";
  const { state, spawnError, exitStatus, stopping, life } = member.state;
  switch (state) {
    case "RUNNING": {
      if (stopping || life.stopAfter !== undefined) return "STOPPING";
      const condition = conditionOf(target, member);
      return condition === "ready" || condition === "healthy" ? `not ${condition}` : state;
    }
    case "STOPPED":
      return isStoppedByUser(member) ? "stopped by user" : state;
    case "EXITED":
      return spawnError !== "" && exitStatus !== null && exitStatus >= 0 ? `exit ${exitStatus}` : state;
    default:
      return state;
  }
}

function asked(target: Target, member: Member | null): string {
  return member === null ? (target.condition ?? "ready") : conditionOf(target, member);
}

function some(names: readonly string[]): string {
  const more = names.length - TARGETS_MAX;
  return more > 0 ? `${names.slice(0, TARGETS_MAX).join(", ")} and ${more} more` : names.join(", ");
}
