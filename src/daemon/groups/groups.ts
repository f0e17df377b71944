/** Groups come and go: their files, pools and records with the step that adds or removes them. */
import type { GroupConfig } from "../../config/model.ts";
import { NEVER_STARTED } from "../../process/state.ts";
import { assert, ok, type Result, refuse } from "../../result.ts";
import { recordKeys } from "../../supervisor/records.ts";
import { addGroup, autostartsDue, isFirstStartDue, removeGroup, stepMember } from "../../supervisor/step.ts";
import { type Group, isStopped } from "../../supervisor/world.ts";
import type { Core } from "../core.ts";
import type { Turn } from "../loop/turn.ts";

/** Adds a group: a trial of its socket, its result handler, AUTO files, the pool, then the group itself. (PROC-149, PROC-228) */
export async function activateGroup(core: Core, config: GroupConfig): Promise<Result<true, string>> {
  if (config.kind === "fastcgi") {
    const tried = await core.fastCgi.try(config.socket);
    if (!tried.ok) return tried;
  }
  const handler = await core.plugins.openHandler(config);
  if (!handler.ok) return handler;
  const autoLogs = await core.autoLogs.create(config);
  const prepared = await core.records.prepareGroup(core, config, autoLogs);
  if (!prepared.ok) return refuse(`group ${config.name}: ${prepared.error}`);
  core.loop.post((turn) => {
    if (core.world.groups.has(config.name)) return core.records.sweep(core);
    core.autoLogs.remember(autoLogs);
    core.records.autoLogs.set(config.name, autoLogs);
    core.pools.groupAdded(turn, config);
    core.step(turn, (step) => addGroup(core.world, config, step));
    core.records.group(core, turn, config.name);
  });
  await core.loop.flushed();
  return ok(true);
}

/** Starts what has never been started and is to start by itself, of one group or of all, each in a step of its own. (PROC-008, PROC-143) */
export function startAutostarts(core: Core, group?: string): void {
  core.loop.post(() => {
    for (const member of autostartsDue(core.world, group)) {
      core.loop.post((turn) => {
        if (isFirstStartDue(member)) core.step(turn, (step, now) => stepMember(core.world, member, { type: "start" }, now, step));
      });
    }
  });
}

/** Takes a group out of which nothing runs. (PROC-150) */
export async function deactivateGroup(core: Core, name: string): Promise<Result<true, "bad-name" | "still-running">> {
  let result: Result<true, "bad-name" | "still-running"> = refuse("bad-name");
  core.loop.post((turn) => {
    const group = core.world.groups.get(name);
    if (group === undefined) return;
    if (![...group.members.values()].every(isStopped)) {
      result = refuse("still-running");
      return;
    }
    giveUpChildren(core, group);
    core.pools.groupRemoved(turn, group.config);
    core.step(turn, (step) => removeGroup(core.world, name, step));
    core.records.groupRemoved(core, turn, name);
    core.autoLogs.forget(group.config);
    result = ok(true);
  });
  await core.loop.flushed();
  return result;
}

/** Forgets every group, for a reload: nothing runs any more. */
export function dropAllGroups(core: Core, turn: Turn): void {
  for (const group of core.world.groups.values()) {
    for (const { ref, state, pending } of group.members.values()) {
      if (state !== NEVER_STARTED) turn.state(recordKeys.process(ref), null);
      if (pending !== null) turn.state(recordKeys.pending(ref), null);
    }
    giveUpChildren(core, group);
    core.pools.groupRemoved(turn, group.config);
  }
  core.world.groups.clear();
  core.records.dropAll(core, turn);
  core.autoLogs.clear();
}

/** Only a process in UNKNOWN can have a child here: it runs on, and its end is told. (PROC-151) */
function giveUpChildren(core: Core, group: Group): void {
  for (const { ref, state } of group.members.values()) {
    assert(state.child === 0 || state.state === "UNKNOWN", `${ref.process} is taken out in ${state.state}, with a child`);
    if (state.child !== 0) core.strangers.add(state.child);
  }
}
