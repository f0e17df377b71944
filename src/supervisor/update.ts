/**
 * An update of a running group in place (`update_mode=minimal`): what did not change is not touched, options that are live are taken over by what runs,
 * and only what differs otherwise is stopped, changed and started again. What waits for a process to be down is `pending` on that process, and in the
 * group's record, so that a successor goes on with it.
 *
 * Never: two configurations at once for one run of a process. It is stopped as it was configured when it was started.
 */
import { type Change, groupChanges, isLive, processChanges } from "../config/diff.ts";
import type { GroupConfig, ProcessConfig } from "../config/model.ts";
import type { Now } from "../doors.ts";
import type { StopCause } from "../process/causes.ts";
import { hasSocket } from "../process/said.ts";
import { hasStartDue, type ProcessInput } from "../process/state.ts";
import { assert, unreachable } from "../result.ts";
import { stopTogether } from "./dependencies.ts";
import type { Step } from "./effects.ts";
import { isScheduled } from "./jobs.ts";
import { applyKept } from "./kept.ts";
import { supervisorMessages as say } from "./loglines.ts";
import { lookAtAllWaiting, stepAlone } from "./member.ts";
import { endOperationsOf } from "./operations.ts";
import { wantedOf } from "./wanted.ts";
import { allMembers, changeConfig, type Group, type Member, makeMember, type Pending, type World } from "./world.ts";

/** `keep`: nothing differs; `apply`: what differs is live. */
export type UpdateAction = "keep" | "apply" | "restart" | "add" | "remove";
export type PlannedProcess = { readonly process: string; readonly action: UpdateAction };

/** What an update does with each process, the new order first. null: the group is of another kind or has another socket, so all of it must stop. */
export function planUpdate(from: GroupConfig, to: GroupConfig): readonly PlannedProcess[] | null {
  if (groupChanges(from, to).some((change) => change.option !== "processes" && !isLive(change))) return null;
  const before = new Map(from.processes.map((process) => [process.name, process]));
  const staying = to.processes.map((process) => ({ process: process.name, action: actionFor(before.get(process.name), process) }));
  const names = new Set(to.processes.map(({ name }) => name));
  const leaving = from.processes.filter(({ name }) => !names.has(name));
  return [...staying, ...leaving.map(({ name }) => ({ process: name, action: "remove" as const }))];
}

/** Whether a running process can take the changes over. */
function actionFor(from: ProcessConfig | undefined, to: ProcessConfig): UpdateAction {
  if (from === undefined) return "add";
  const changes: readonly Change[] = processChanges(from, to);
  if (changes.length === 0) return "keep";
  // A run without a socket cannot ping. (HLT-010)
  if (to.healthcheck?.kind === "watchdog" && !hasSocket(from)) return "restart";
  return changes.every(isLive) ? "apply" : "restart";
}

/**
 * Begins the update: the group is what it is to be at once, processes that must stop first are told to. The caller has checked that there is a plan.
 * What is new and starts by itself is in `autostartsDue` from now on. No PROCESS_GROUP event: the group has been there all the time.
 */
export function updateGroup(world: World, config: GroupConfig, now: Now, step: Step, order: StopOrder = {}): void {
  const group = world.groups.get(config.name);
  assert(group !== undefined, `group ${config.name} was updated and is not there`);
  if (world.operations.size > 0) endOperationsOf(world, config.name, step);
  const plan = planUpdate(group.config, config);
  assert(plan !== null, `group ${config.name} was updated in place and cannot be`);
  const next = new Map(config.processes.map((process) => [process.name, process]));
  const members = plan.map(({ process, action }) => changedMember(world, group, next.get(process) ?? null, process, action, step));
  const known = new Set(plan.map(({ process }) => process));
  const stillLeaving = [...group.members.values()].filter(({ ref }) => !known.has(ref.process));
  const byName = [...members, ...stillLeaving].map((member): [string, Member] => [member.ref.process, member]);
  const changed: Group = { config, sequence: group.sequence, members: new Map(byName) };
  world.groups.set(config.name, changed);
  if (plan.some(({ action }) => action !== "keep")) {
    step.effects.push({ type: "log", level: "info", text: say.updated(config.name, planText(plan)) });
  }
  step.effects.push({ type: "group-changed", group: changed, change: "changed" });
  const act = (member: Member, input: ProcessInput) => stepAlone(world, member, input, now, step);
  const stop: ProcessInput = { type: "stop", cause: order.cause ?? "update" };
  const stopping = firstOf(byReversePriority(members), order.first ?? []).filter((member) => member.pending !== null);
  stopTogether(world, stopping, stop, act);
  for (const member of stopping) if (member.pending !== null) act(member, stop);
  lookAtAllWaiting(world, now, step);
}

/** What is stopped is told so by its priority, but for those of `first`, in their order. */
export type StopOrder = { readonly cause?: StopCause; readonly first?: readonly string[] };

function firstOf(members: readonly Member[], first: readonly string[]): readonly Member[] {
  if (first.length === 0) return members;
  const places = new Map(first.map((name, at) => [name, at]));
  const placeOf = ({ ref }: Member) => places.get(ref.process) ?? first.length;
  return [...members].sort((a, b) => placeOf(a) - placeOf(b));
}

/** What a successor needs for the processes that are on their way out or to a new configuration. */
export type PendingRecord = { readonly config: ProcessConfig; readonly start: boolean };

/** null: nothing is pending for it. */
export function pendingRecord({ config, pending }: Member): PendingRecord | null {
  return pending === null ? null : { config, start: pending.start };
}

export function pendingRecords(group: Group): readonly PendingRecord[] {
  return [...group.members.values()].map(pendingRecord).filter((record) => record !== null);
}

/** The group with what was pending in it: each such process has its old configuration, and those that are leaving are still there. */
export function restorePending(group: Group, records: readonly PendingRecord[], stateOf: (process: string) => Member["state"]): Group {
  const next = new Map(group.config.processes.map((process) => [process.name, process]));
  const restored = records.map(({ config, start }): [string, Member] => {
    const member = makeMember(group.config.name, config, stateOf(config.name));
    member.pending = { config: next.get(config.name) ?? null, start };
    return [config.name, member];
  });
  return { ...group, members: new Map([...group.members, ...restored]) };
}

/** A successor sees to it that what is pending gets on: normally it has been told to stop. */
export function resumeUpdates(world: World, now: Now, step: Step): void {
  for (const member of [...allMembers(world)]) {
    if (member.pending !== null) stepAlone(world, member, { type: "stop", cause: "update" }, now, step);
  }
}

function changedMember(world: World, group: Group, next: ProcessConfig | null, process: string, action: UpdateAction, step: Step): Member {
  const member = group.members.get(process);
  if (member === undefined) {
    assert(next !== null, `${group.config.name}:${process} is to leave and is not there`);
    const added = makeMember(group.config.name, next);
    applyKept(world, added);
    step.changed.add(added.ref);
    return added;
  }
  changeMember(world, member, next, action, step);
  return member;
}

/** One that is already on its way keeps to it, with the newest word on where to. */
function changeMember(world: World, member: Member, next: ProcessConfig | null, action: UpdateAction, step: Step): void {
  if (member.pending !== null) {
    const start = next !== null && (member.pending.start || member.pending.config === null);
    member.pending = { config: next, start };
    return;
  }
  switch (action) {
    case "keep":
    case "add":
      return;
    case "apply":
      if (next !== null) changeConfig(world, member, next);
      member.version += 1;
      step.changed.add(member.ref);
      return;
    case "restart":
    case "remove":
      member.pending = pendingFor(member, next);
      return;
    default:
      unreachable(action);
  }
}

/** What runs or is about to runs again; what has failed or ended tries its new configuration; what somebody stopped stays stopped. */
function pendingFor(member: Member, next: ProcessConfig | null): Pending {
  const { state } = member;
  if (next === null) return { config: null, start: false };
  switch (state.state) {
    case "STARTING":
    case "RUNNING":
    case "BACKOFF":
      return { config: next, start: !isScheduled(next) };
    case "EXITED":
      return { config: next, start: next.autostart || wantedOf(member).up };
    case "FATAL":
      return { config: next, start: (next.autostart && !isScheduled(next)) || hasStartDue(state) };
    case "STOPPED":
    case "STOPPING":
      return { config: next, start: wantedOf(member).up };
    case "UNKNOWN":
      return { config: next, start: false };
    default:
      return unreachable(state.state);
  }
}

function byReversePriority(members: readonly Member[]): Member[] {
  return [...members].sort((a, b) => a.config.priority - b.config.priority).reverse();
}

const WORDS: Readonly<Record<UpdateAction, string>> = {
  keep: "as it is",
  apply: "changed without a restart",
  restart: "restarting",
  add: "new",
  remove: "removing",
};

function planText(plan: readonly PlannedProcess[]): string {
  const actions = (Object.keys(WORDS) as UpdateAction[]).filter((action) => plan.some((one) => one.action === action));
  return actions
    .map((action) => {
      const names = plan.filter((one) => one.action === action).map(({ process }) => process);
      return `${WORDS[action]}: ${names.length > 10 ? `${names.length} processes` : names.join(", ")}`;
    })
    .join("; ");
}
