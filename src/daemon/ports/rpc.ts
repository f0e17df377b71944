/** The daemon as the RPC methods and the web pages see it. Views are kept until something in them changes: their XML is cached by identity. */

import { ok, type Result, refuse } from "../../result.ts";
import type { GroupView, ProcessRef, ProcessView, SupervisorControl } from "../../rpc/control.ts";
import { findMember, type Group, groupsInOrder, type Member } from "../../supervisor/world.ts";
import type { Core } from "../core.ts";
import { groupsByName } from "../groups/grouprecords.ts";
import { reread } from "../groups/reread.ts";
import { previewUpdate } from "../groups/update.ts";
import { orderDown } from "../lifecycle/orderdown.ts";
import { reload } from "../lifecycle/reload.ts";
import { activityPath } from "../loop/activitylog.ts";
import { findCommand } from "../spawn/command.ts";
import { checkConfig } from "./checking.ts";
import { explain, lastWords } from "./explain.ts";

export function supervisorControl(core: Core): SupervisorControl {
  const views = new Views(core);
  const control: SupervisorControl = {
    clock: core.doors.clock,
    files: core.doors.logReads,
    mood: () => core.world.mood,
    supervisordPid: () => core.keeperPid,
    identifier: () => core.running.daemon.identifier,
    groups: () => views.groups(),
    group: (name) => views.named(name),
    process: (ref) => views.process(ref),
    checkCommand: (ref) => checkCommand(core, ref),
    start: (ref, until) => core.orders.start(ref, until),
    stop: (ref, until) => core.orders.stop(ref, until),
    signal: (ref, signal) => core.orders.signal(ref, signal),
    sendStdin: (ref, bytes) => core.stdin.send(ref, bytes),
    clearLogs: (ref) => core.clearing.clear(ref),
    shutdown: () => core.loop.post((turn) => orderDown(core, turn, "SHUTDOWN")),
    restart: () => reload(core),
    mainLogfile: () => activityPath(core.running.daemon),
    clearMainLog: () => core.clearing.clearActivity(),
    reloadConfig: () => reread(core, core.records),
    available: () => ({ groups: inFileOrder(core), inForce: inForce(core) }),
    addGroup: (name) => addGroup(core, name),
    removeGroup: (name) => core.groups.deactivate(name),
    updateMode: () => core.running.daemon.updateMode,
    previewUpdate: () => previewUpdate(core),
    checkConfig: () => checkConfig(core),
    applyUpdate: (name) => core.updates.apply(name),
    remoteEvent: (type, data) => {
      core.loop.post((turn) => core.pools.emit(turn, { kind: "remote-communication", type, data }, core.doors.clock.now()));
      return core.loop.flushed();
    },
    explain: (ref) => explain(core, core.history, ref),
    lastWords: (ref) => lastWords(core, control, ref),
  };
  return control;
}

/** Views that stay the same objects until they change. */
class Views {
  readonly #core: Core;
  readonly #processes = new WeakMap<Member, { version: number; view: ProcessView }>();
  readonly #groups = new WeakMap<Group, GroupView>();
  #all: readonly GroupView[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  groups(): readonly GroupView[] {
    const fresh = groupsInOrder(this.#core.world).map((group) => this.#group(group));
    if (fresh.length !== this.#all.length || fresh.some((view, index) => view !== this.#all[index])) this.#all = fresh;
    return this.#all;
  }

  named(name: string): GroupView | null {
    const group = this.#core.world.groups.get(name);
    return group === undefined ? null : this.#group(group);
  }

  process(ref: ProcessRef): ProcessView | null {
    const group = this.#core.world.groups.get(ref.group);
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
    const view = viewOf(this.#core, group, member);
    this.#processes.set(member, { version: member.version, view });
    return view;
  }
}

function viewOf(core: Core, group: Group, member: Member): ProcessView {
  const { config, state, ref } = member;
  const logfile = (channel: "stdout" | "stderr") => core.targets.of(ref, group.config, config, channel).path;
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
    restartDue: state.state === "EXITED" && state.deadlines.restart !== undefined,
    stopping: state.stopping,
    stdoutLogfile: logfile("stdout"),
    stderrLogfile: logfile("stderr"),
  };
}

async function checkCommand(core: Core, ref: ProcessRef): ReturnType<SupervisorControl["checkCommand"]> {
  const member = findMember(core.world, ref);
  if (member === undefined) return ok(true);
  const found = await findCommand(core.doors.commandFiles, member.config, core.doors.birth.environment["PATH"]);
  return found.ok ? ok(true) : found;
}

function inFileOrder(core: Core): Core["available"]["groups"] {
  const byName = new Map(core.available.groups.map((group) => [group.name, group]));
  return core.available.fileOrder.flatMap((name) => byName.get(name) ?? []);
}

/** A group that was activated after the last reread has the very configuration that was read. */
function inForce(core: Core): ReadonlySet<string> {
  const { available, world, reread } = core;
  const names = available.groups.filter((group) => !reread || world.groups.get(group.name)?.config === group).map(({ name }) => name);
  return new Set(names);
}

async function addGroup(core: Core, name: string): Promise<Result<true, "bad-name" | "already-added">> {
  const config = groupsByName(core.available).get(name);
  if (config === undefined) return refuse("bad-name");
  if (core.world.groups.has(name)) return refuse("already-added");
  const activated = await core.groups.activate(config);
  if (!activated.ok) core.loop.post((turn) => core.activity.write(turn, "critical", activated.error));
  core.groups.startAutostarts(name);
  await core.loop.flushed();
  return activated.ok ? ok(true) : refuse("bad-name");
}
