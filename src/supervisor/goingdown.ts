/**
 * Shutdown and reload stop the groups in falling order of priority; the next priority is told only when everything of the present one is
 * down (PROC-154). Groups of one priority are told in reverse order but do not wait for each other: two hundred programs of the default priority
 * stop as fast as the slowest of them, where the original takes a second each (PROC-157). Listeners may hear first of what has ended before them.
 */
import type { Now } from "../doors.ts";
import { hasRuns } from "../process/auxiliary.ts";
import type { ProcessInput } from "../process/state.ts";
import type { Mood, State } from "../process/states.ts";
import { stopTogether, withDependants } from "./dependencies.ts";
import type { Step } from "./effects.ts";
import { supervisorMessages as say } from "./loglines.ts";
import { endRuns, stepAlone } from "./member.ts";
import { hasDependencies } from "./needs.ts";
import { allMembers, type GoingDown, type Group, groupsInOrder, isDone, isStopped, type Member, type World } from "./world.ts";

const REPORT_MS = 3000;
/** How long listeners are waited for before they are told: as long as a pass of the original's loop. */
const LISTENING_MS = 1000;

/**
 * Begins to go down, or changes what comes after: a restart becomes a shutdown, a shutdown is final. The event is sent once, and there is one end:
 * whoever carries it out asks for the mood then. (PROC-152, PROC-153, PROC-161..163, EVT-025)
 */
export function goDown(world: World, mood: Exclude<Mood, "RUNNING">, now: Now, step: Step): void {
  if (world.mood === "SHUTDOWN" || world.mood === mood) return;
  const begins = world.mood === "RUNNING";
  world.mood = mood;
  step.daemonChanged = true;
  if (!begins) return;
  dropWaits(world, now, step);
  for (const member of allMembers(world)) endRuns(world, member, "started", now, step);
  world.goingDown = newPlan(world, now);
  step.effects.push({ type: "event", event: { kind: "supervisor-state", state: "STOPPING" } });
  advanceGoingDown(world, now, step);
  reportGoingDown(world, now, step);
}

/**
 * Goes on where another daemon, or a reload that was building up, has left off: what runs by now goes down, and the end comes again. It is for a
 * mood that is not RUNNING.
 */
export function goOnGoingDown(world: World, now: Now, step: Step): void {
  world.goingDown ??= newPlan(world, now);
  step.daemonChanged = true;
  advanceGoingDown(world, now, step);
}

/** Tells the next groups when the present ones are down; the end when nothing is left. (PROC-155, PROC-158) */
export function advanceGoingDown(world: World, now: Now, step: Step): void {
  const plan = world.goingDown;
  if (plan === null) return;
  while (world.goingDown !== null && plan.current.every((name) => isGroupDown(world.groups.get(name)))) {
    if ([...allMembers(world)].every(isDone)) {
      if (hasRunsLeft(world)) return;
      world.goingDown = null;
      step.daemonChanged = true;
      step.effects.push({ type: "ended" });
      return;
    }
    if (mustListen(world, plan, now)) return;
    tellNext(world, plan, now, step);
  }
}

/** Commands beside programs are waited for as well; each has its time, and what SIGKILL does not end is left. (KILL-008) */
function hasRunsLeft(world: World): boolean {
  return [...allMembers(world)].some(({ state }) => hasRuns(state));
}

/** The listeners that are waited for have heard everything. */
export function allIsHeard(world: World, now: Now, step: Step): void {
  const plan = world.goingDown;
  if (plan === null || plan.listeningUntilMs === null) return;
  plan.listeningUntilMs = now.monoMs;
  advanceGoingDown(world, now, step);
}

/** `waiting for a, b to die`, in the order of arrival, every three seconds. (PROC-159) */
export function reportGoingDown(world: World, now: Now, step: Step): void {
  const plan = world.goingDown;
  if (plan === null || now.monoMs < plan.nextReportMs) return;
  plan.nextReportMs = now.monoMs + REPORT_MS;
  const names = [...allMembers(world)].filter((member) => !isDone(member)).map((member) => member.config.name);
  if (names.length > 0) step.effects.push({ type: "log", level: "info", text: say.waitingToDie(names) });
}

function newPlan(world: World, now: Now): GoingDown {
  return { waiting: namesInTurn(world), current: [], nextReportMs: now.monoMs, listeningUntilMs: null };
}

/** Else a listener at -1 gets its signal in the very step in which the last program ended, and hears little of the way down. */
function mustListen(world: World, plan: GoingDown, now: Now): boolean {
  if (!nextInTurn(world, plan).some((name) => isListening(world.groups.get(name)))) return false;
  plan.listeningUntilMs ??= now.monoMs + LISTENING_MS;
  return now.monoMs < plan.listeningUntilMs;
}

function isListening(group: Group | undefined): boolean {
  return group?.config.kind === "listeners" && [...group.members.values()].some((member) => member.state.state === "RUNNING");
}

function isGroupDown(group: Group | undefined): boolean {
  return group === undefined || [...group.members.values()].every(isDone);
}

function tellNext(world: World, plan: GoingDown, now: Now, step: Step): void {
  // Something runs in a group that had its turn: its record was lost and the keeper's list says that it lives. It gets another turn.
  if (plan.waiting.length === 0) plan.waiting.push(...namesInTurn(world));
  const told = plan.waiting.splice(0, nextInTurn(world, plan).length);
  plan.current = told;
  plan.listeningUntilMs = null;
  step.daemonChanged = true;
  stopDependants(world, told, now, step);
  for (const name of told) stopGroup(world, world.groups.get(name), now, step);
}

/** What waits to be started is not waited for. (DEP-023) */
function dropWaits(world: World, now: Now, step: Step): void {
  for (const member of world.dependants.allWaiting()) {
    if (isStopped(member)) stepAlone(world, member, { type: "stop", cause: "shutdown" }, now, step);
  }
}

/** A turn takes with it, first, what is up and needs one of its processes, whatever its priority. (DEP-021) */
function stopDependants(world: World, told: readonly string[], now: Now, step: Step): void {
  const turn = told.flatMap((name) => inStopOrder(world.groups.get(name)));
  const all = withDependants(world, turn);
  if (all.length === turn.length && !turn.some(({ config }) => hasDependencies(config))) return;
  const act = (member: Member, input: ProcessInput) => stepAlone(world, member, input, now, step);
  stopTogether(world, all, { type: "stop", cause: "shutdown" }, act);
}

/** All of the next priority. */
function nextInTurn(world: World, { waiting }: GoingDown): string[] {
  const priority = priorityOf(world, waiting[0]);
  const end = waiting.findIndex((name) => priorityOf(world, name) !== priority);
  return waiting.slice(0, end === -1 ? undefined : end);
}

/** By falling priority, equal ones in reverse order. (PROC-154) */
function namesInTurn(world: World): string[] {
  return groupsInOrder(world)
    .reverse()
    .map((group) => group.config.name);
}

function priorityOf(world: World, name: string | undefined): number | undefined {
  return name === undefined ? undefined : world.groups.get(name)?.config.priority;
}

/** Within a group by falling priority, equal ones in reverse order; a retry that waits gives up. (PROC-016, PROC-156) */
function stopGroup(world: World, group: Group | undefined, now: Now, step: Step): void {
  for (const member of inStopOrder(group)) {
    const input = stopInput(member.state.state);
    if (input !== null) stepAlone(world, member, input, now, step);
  }
}

function inStopOrder(group: Group | undefined): Member[] {
  return [...(group?.members.values() ?? [])].sort((a, b) => a.config.priority - b.config.priority).reverse();
}

function stopInput(state: State): ProcessInput | null {
  if (state === "BACKOFF") return { type: "give-up" };
  return state === "RUNNING" || state === "STARTING" ? { type: "stop", cause: "shutdown" } : null;
}
