/** The daemon as the RPC methods and the web pages see it. Views are kept until something in them changes: their XML is cached by identity. */

import { processMessages } from "../../process/loglines.ts";
import type { ProcessInput } from "../../process/state.ts";
import { STATES } from "../../process/states.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { GroupView, ProcessRef, ProcessView, SupervisorControl, WaitOutcome } from "../../rpc/control.ts";
import { stepMember } from "../../supervisor/step.ts";
import { addWaiter } from "../../supervisor/waiters.ts";
import { findMember, type Group, groupsInOrder, type Member, type Waiter } from "../../supervisor/world.ts";
import type { Core } from "../core.ts";
import { groupsByName } from "../groups/grouprecords.ts";
import { activateGroup, deactivateGroup, startAutostarts } from "../groups/groups.ts";
import { reread } from "../groups/reread.ts";
import { applyUpdate, previewUpdate } from "../groups/update.ts";
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
    start: (ref, until) => waitFor(core, ref, { type: "start" }, until),
    stop: (ref, until) => stop(core, ref, until),
    signal: (ref, signal) => signalProcess(core, ref, signal),
    sendStdin: (ref, bytes) => core.stdin.send(ref, bytes),
    clearLogs: (ref) => core.clearing.clear(ref),
    shutdown: () => core.loop.post((turn) => orderDown(core, turn, "SHUTDOWN")),
    restart: () => reload(core),
    mainLogfile: () => activityPath(core.running.daemon),
    clearMainLog: () => core.clearing.clearActivity(),
    reloadConfig: () => reread(core),
    available: () => ({ groups: inFileOrder(core), inForce: inForce(core) }),
    addGroup: (name) => addGroup(core, name),
    removeGroup: (name) => deactivateGroup(core, name),
    updateMode: () => core.running.daemon.updateMode,
    previewUpdate: () => previewUpdate(core),
    checkConfig: () => checkConfig(core),
    applyUpdate: (name) => applyUpdate(core, name),
    remoteEvent: (type, data) => {
      core.loop.post((turn) => core.pools.emit(turn, { kind: "remote-communication", type, data }, core.doors.clock.now()));
      return core.loop.flushed();
    },
    explain: (ref) => explain(core, ref),
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

/** Orders something for a process and waits for what comes of it. */
function waitFor(core: Core, ref: ProcessRef, input: ProcessInput, until: Waiter["until"]): Promise<WaitOutcome> {
  return new Promise((resolve) => {
    core.loop.post((turn) => {
      const member = findMember(core.world, ref);
      if (member === undefined) return resolve("gone");
      return core.step(turn, (step, now) => {
        stepMember(core.world, member, input, now, step);
        const id = core.nextWait++;
        core.waits.set(id, resolve);
        addWaiter(core.world, { id, ref, until }, now, step);
      });
    });
  });
}

/** An order with a signal in it; settles when the signal has been tried. The error is what the log says of one that failed. */
function order(core: Core, ref: ProcessRef, input: ProcessInput, mayTake: (member: Member) => boolean): Promise<Result<true, string>> {
  return new Promise((resolve) => {
    core.loop.post((turn) => {
      const member = findMember(core.world, ref);
      if (member === undefined || !mayTake(member)) return resolve(ok(true));
      const pid = member.state.pid;
      core.step(turn, (step, now) => stepMember(core.world, member, input, now, step));
      return core.requests.ping(turn, () => resolve(member.state.state === "UNKNOWN" ? refuse(failureText(member, input, pid)) : ok(true)));
    });
  });
}

function failureText({ ref, state }: Member, input: ProcessInput, pid: number): string {
  const say = input.type === "stop" ? processMessages.killFailed : processMessages.signalFailed;
  return say(ref.process, pid, state.spawnError === "" ? "the kernel refused it" : state.spawnError);
}

async function stop(core: Core, ref: ProcessRef, until: "ordered" | "stopped"): Promise<Result<WaitOutcome, string>> {
  if (until === "ordered") {
    const ordered = await order(core, ref, { type: "stop" }, () => true);
    return ordered.ok ? ok("done") : ordered;
  }
  const outcome = await waitFor(core, ref, { type: "stop" }, "stopped");
  const state = findMember(core.world, ref)?.state;
  if (state?.state === "UNKNOWN") return refuse(processMessages.killFailed(ref.process, state.pid, "the signal could not be sent"));
  return ok(outcome);
}

/** It may have ended since the caller looked: that counts as success, as a process that is just gone does. (PROC-135) */
function signalProcess(core: Core, ref: ProcessRef, signal: number): Promise<Result<true, string>> {
  return order(core, ref, { type: "signal", signal }, ({ state }) => STATES[state.state].signallable && state.pid !== 0);
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
  const activated = await activateGroup(core, config);
  if (!activated.ok) core.loop.post((turn) => core.activity.write(turn, "critical", activated.error));
  startAutostarts(core, name);
  await core.loop.flushed();
  return activated.ok ? ok(true) : refuse("bad-name");
}
