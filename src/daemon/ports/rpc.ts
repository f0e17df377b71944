/** The daemon as the RPC methods and the web pages see it. Views are kept until something in them changes: their XML is cached by identity. */

import { hasStartDue } from "../../process/state.ts";
import { isOver } from "../../process/sweeping.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { GroupView, JobView, ProcessRef, ProcessView, SupervisorControl } from "../../rpc/control.ts";
import { isBeingRestarted } from "../../supervisor/operations.ts";
import { waitingText } from "../../supervisor/waittexts.ts";
import { dueText } from "../../supervisor/wanted.ts";
import { findMember, type Group, groupsInOrder, label, type Member, type World } from "../../supervisor/world.ts";
import type { Configurations } from "../groups/configurations.ts";
import { Extensions } from "../groups/extensions.ts";
import { type GroupRecords, groupsByName } from "../groups/grouprecords.ts";
import type { Groups } from "../groups/groups.ts";
import type { Jobs } from "../groups/jobs.ts";
import type { Operations } from "../groups/operations.ts";
import type { Orders } from "../groups/orders.ts";
import type { Persisted } from "../groups/persisted.ts";
import type { Reloads } from "../groups/reloads.ts";
import { reread } from "../groups/reread.ts";
import type { Scales } from "../groups/scales.ts";
import type { Scaling } from "../groups/scaling.ts";
import { previewUpdate, type Updates } from "../groups/update.ts";
import { zonesOf } from "../groups/zones.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import type { Systemd } from "../lifecycle/systemd.ts";
import type { Pools } from "../listeners/pools.ts";
import type { ChildStdin } from "../listeners/stdin.ts";
import type { Clearing } from "../logfiles/clearing.ts";
import type { LogOrders } from "../logfiles/logorders.ts";
import type { Targets } from "../logfiles/targets.ts";
import { activityPath, postLine } from "../loop/activitylog.ts";
import type { History } from "../observers/history.ts";
import type { Cgroups } from "../runs/cgroups.ts";
import type { Sweeps } from "../runs/sweeps.ts";
import type { Runtime } from "../runtime.ts";
import { findCommand } from "../spawn/command.ts";
import { readVariables, withVariablesOf } from "../spawn/environment.ts";
import type { Upgrades } from "../upgrade/upgrades.ts";
import { checkConfig } from "./checking.ts";
import { dependantsOf, dependencies } from "./dependencies.ts";
import { explain, lastWords } from "./explain.ts";
import { jobView } from "./jobview.ts";
import { lifeOf, seenOf } from "./life.ts";
import { why } from "./why.ts";

type Parts = {
  readonly configurations: Configurations;
  readonly groups: Groups;
  readonly jobs: Jobs;
  readonly operations: Operations;
  readonly orders: Orders;
  readonly reloads: Reloads;
  readonly updates: Updates;
  readonly scales: Scales;
  readonly scaling: Scaling;
  readonly records: GroupRecords;
  readonly persisted: Persisted;
  readonly lifecycle: Lifecycle;
  readonly systemd: Systemd;
  readonly pools: Pools;
  readonly stdin: ChildStdin;
  readonly clearing: Clearing;
  readonly logOrders: LogOrders;
  readonly targets: Targets;
  readonly history: History;
  readonly sweeps: Sweeps;
  readonly cgroups: Cgroups;
  readonly upgrades: Upgrades;
};

export function supervisorControl(runtime: Runtime, parts: Parts): SupervisorControl {
  const views = new Views(runtime.world, parts.targets, (member) =>
    jobView(member, zonesOf(runtime.doors.clock), runtime.doors.clock.now()),
  );
  const extensions = new Extensions(runtime);
  const control: SupervisorControl = {
    clock: runtime.doors.clock,
    files: runtime.doors.logReads,
    mood: () => runtime.world.mood,
    supervisordPid: () => runtime.keeperPid,
    identifier: () => runtime.running.daemon.identifier,
    groups: () => views.groups(),
    group: (name) => views.named(name),
    process: (ref) => views.process(ref),
    checkCommand: (ref) => checkCommand(runtime, ref),
    start: (ref, until, deps = true) => parts.orders.start(ref, until, { deps }),
    startTogether: (refs) => parts.orders.startTogether(refs),
    stopTogether: (refs) => parts.orders.stopTogether(refs),
    dependencies: () => dependencies(runtime.world),
    dependantsOf: (ref) => dependantsOf(runtime.world, ref),
    stop: (ref, until) => parts.orders.stop(ref, until),
    signal: (ref, signal) => parts.orders.signal(ref, signal),
    pauseJob: (ref) => parts.jobs.pause(ref),
    resumeJob: (ref) => parts.jobs.resume(ref),
    sendStdin: (ref, bytes) => parts.stdin.send(ref, bytes),
    clearLogs: (ref) => parts.clearing.clear(ref),
    rotateLogs: (ref) => parts.logOrders.rotate(ref),
    reopenLogs: (what) => parts.logOrders.reopen(what),
    shutdown: () => runtime.loop.post((turn) => parts.lifecycle.orderDown(turn, "SHUTDOWN")),
    restart: () => parts.lifecycle.reload(),
    mainLogfile: () => activityPath(runtime.running.daemon),
    clearMainLog: () => parts.clearing.clearActivity(),
    reloadConfig: () => parts.systemd.whileUpdating(() => reread(runtime, parts)),
    available: () => ({ groups: inFileOrder(runtime), inForce: inForce(runtime) }),
    addGroup: (name) => extensions.around(name, () => addGroup(runtime, parts.groups, name)),
    removeGroup: (name) => extensions.around(name, () => parts.groups.deactivate(name)),
    updateMode: () => runtime.running.daemon.updateMode,
    previewUpdate: () => previewUpdate(runtime, parts.scales),
    reload: (ref, token) => parts.reloads.order(ref, token),
    rollingRestart: (refs, order) => parts.operations.order(refs, order),
    operation: (id, results) => parts.operations.watch(id, results),
    isBeingRestarted: (ref) => isBeingRestarted(runtime.world, label(ref)),
    scale: (wish, until) => parts.scaling.scale(wish, until),
    scaleSettled: (added, removed) => parts.scaling.settled(added, removed),
    setEnabled: (refs, enabled) => parts.persisted.change({ names: refs.map(label), change: { enabled, wanted: null } }),
    kept: () => parts.persisted.states,
    keepWanted: (refs, up) => parts.persisted.ordered(refs, up),
    checkConfig: () => checkConfig(runtime),
    upgrade: (options) => parts.upgrades.order(options),
    versions: () => parts.upgrades.versions(),
    applyUpdate: (name) => parts.systemd.whileUpdating(() => extensions.around(name, () => parts.updates.apply(name))),
    remoteEvent: (type, data) => {
      runtime.loop.post((turn) => parts.pools.emit(turn, { kind: "remote-communication", type, data }, runtime.doors.clock.now()));
      return runtime.loop.flushed();
    },
    explain: (ref) => explain(runtime, parts.history, ref),
    life: (ref) => {
      const member = findMember(runtime.world, ref);
      if (member === undefined) return null;
      const { clock } = runtime.doors;
      return lifeOf(runtime.world, member, clock.now(), zonesOf(clock), seenOf(parts, member));
    },
    why: (ref) => why(runtime, parts, control, ref),
    lastWords: (ref) => lastWords(runtime, control, ref),
  };
  return control;
}

/** Views that stay the same objects until they change. */
class Views {
  readonly #world: World;
  readonly #targets: Targets;
  readonly #processes = new WeakMap<Member, { version: number; view: ProcessView }>();
  readonly #groups = new WeakMap<Group, GroupView>();
  #all: readonly GroupView[] = [];

  readonly #jobOf: (member: Member) => JobView | null;

  constructor(world: World, targets: Targets, jobOf: (member: Member) => JobView | null) {
    this.#world = world;
    this.#targets = targets;
    this.#jobOf = jobOf;
  }

  groups(): readonly GroupView[] {
    const fresh = groupsInOrder(this.#world).map((group) => this.#group(group));
    if (fresh.length !== this.#all.length || fresh.some((view, index) => view !== this.#all[index])) this.#all = fresh;
    return this.#all;
  }

  named(name: string): GroupView | null {
    const group = this.#world.groups.get(name);
    return group === undefined ? null : this.#group(group);
  }

  process(ref: ProcessRef): ProcessView | null {
    const group = this.#world.groups.get(ref.group);
    const member = group?.members.get(ref.process);
    return group === undefined || member === undefined ? null : this.#process(group, member);
  }

  #group(group: Group): GroupView {
    const processes = [...group.members.values()].map((member) => this.#process(group, member));
    const known = this.#groups.get(group);
    if (known?.processes.every((view, index) => view === processes[index]) === true) return known;
    const view = { name: group.config.name, priority: group.config.priority, processes };
    this.#groups.set(group, view);
    return view;
  }

  #process(group: Group, member: Member): ProcessView {
    const known = this.#processes.get(member);
    if (known?.version === member.version) return known.view;
    const view = viewOf(this.#world, this.#targets, group, member, this.#jobOf(member));
    this.#processes.set(member, { version: member.version, view });
    return view;
  }
}

function viewOf(world: World, targets: Targets, group: Group, member: Member, job: JobView | null): ProcessView {
  const { config, state, ref } = member;
  const logfile = (channel: "stdout" | "stderr") => targets.of(ref, group.config, config, channel).path;
  return {
    group: ref.group,
    name: ref.process,
    priority: config.priority,
    state: state.state,
    startSeconds: Math.floor(state.startWallMs / 1000),
    stopSeconds: Math.floor(state.stopWallMs / 1000),
    pid: state.pid,
    spawnError: state.spawnError,
    exitStatus: state.exitStatus,
    runsAtOnce: config.startSecs <= 0,
    unsettled: state.state !== "BACKOFF" && (hasStartDue(state) || !isOver(state)),
    dueText: state.life.waiting === undefined ? dueText(state) : waitingText(world, member),
    job,
    pauses: state.state === "BACKOFF" && (state.life.policy?.row ?? 0) > 0,
    stopping: state.stopping,
    stdoutLogfile: logfile("stdout"),
    stderrLogfile: logfile("stderr"),
  };
}

async function checkCommand(runtime: Runtime, ref: ProcessRef): ReturnType<SupervisorControl["checkCommand"]> {
  const member = findMember(runtime.world, ref);
  if (member === undefined) return ok(true);
  // What is wrong with its files of variables is told by the start.
  const variables = await readVariables(runtime, member.config);
  const config = withVariablesOf(member.config, variables.ok ? variables.value : null);
  const found = await findCommand(runtime.doors.commandFiles, config, runtime.doors.birth.environment["PATH"]);
  return found.ok ? ok(true) : found;
}

function inFileOrder(runtime: Runtime): Runtime["available"]["groups"] {
  const byName = new Map(runtime.available.groups.map((group) => [group.name, group]));
  return runtime.available.fileOrder.flatMap((name) => byName.get(name) ?? []);
}

/** A group that was activated after the last reread has the very configuration that was read. */
function inForce(runtime: Runtime): ReadonlySet<string> {
  const { available, world, reread } = runtime;
  const names = available.groups.filter((group) => !reread || world.groups.get(group.name)?.config === group).map(({ name }) => name);
  return new Set(names);
}

async function addGroup(runtime: Runtime, groups: Groups, name: string): Promise<Result<true, "bad-name" | "already-added">> {
  const config = groupsByName(runtime.available).get(name);
  if (config === undefined) return refuse("bad-name");
  if (runtime.world.groups.has(name)) return refuse("already-added");
  const activated = await groups.activate(config);
  if (!activated.ok) postLine(runtime, "critical", activated.error);
  groups.startAutostarts(name);
  await runtime.loop.flushed();
  return activated.ok ? ok(true) : refuse("bad-name");
}
