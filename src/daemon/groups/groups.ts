/** Groups come and go: their files, pools and records with the step that adds or removes them. */
import type { GroupConfig } from "../../config/model.ts";
import { assert, ok, type Result, refuse } from "../../result.ts";
import { recordKeys } from "../../supervisor/records.ts";
import { addGroup, autostartsDue, isFirstStartDue, removeGroup, stepMember } from "../../supervisor/step.ts";
import { type Group, isStopped, type Ref } from "../../supervisor/world.ts";
import type { Pools } from "../listeners/pools.ts";
import type { AutoLogs } from "../logfiles/autologs.ts";
import type { Outputs } from "../logfiles/outputs.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import type { PluginHost } from "../serving/pluginhost.ts";
import type { FastCgiSockets } from "../spawn/fastcgi.ts";
import { dropProcess, type GroupRecords } from "./grouprecords.ts";
import type { Unowned } from "./unowned.ts";

type Parts = {
  readonly fastCgi: FastCgiSockets;
  readonly plugins: PluginHost;
  readonly autoLogs: AutoLogs;
  readonly records: GroupRecords;
  readonly pools: Pools;
  readonly outputs: Outputs;
  readonly unowned: Unowned;
};

export class Groups {
  readonly #runtime: Runtime;
  readonly #parts: Parts;

  constructor(runtime: Runtime, parts: Parts) {
    this.#runtime = runtime;
    this.#parts = parts;
  }

  /** Adds a group: a trial of its socket, its result handler, AUTO files, the pool, then the group itself. (PROC-149, PROC-228) */
  async activate(config: GroupConfig): Promise<Result<true, string>> {
    if (config.kind === "fastcgi") {
      const tried = await this.#parts.fastCgi.try(config.socket);
      if (!tried.ok) return tried;
    }
    const handler = await this.#parts.plugins.openHandler(config);
    if (!handler.ok) return handler;
    const autoLogs = await this.#parts.autoLogs.create(config);
    const prepared = await this.#parts.records.prepareGroup(config, autoLogs);
    if (!prepared.ok) return refuse(`group ${config.name}: ${prepared.error}`);
    this.#runtime.loop.post((turn) => {
      if (this.#runtime.world.groups.has(config.name)) return this.#parts.records.sweep();
      this.#parts.autoLogs.remember(autoLogs);
      this.#parts.records.autoLogs.set(config.name, autoLogs);
      this.#parts.pools.groupAdded(turn, config);
      this.#runtime.step(turn, (step) => addGroup(this.#runtime.world, config, step));
      this.#parts.records.group(turn, config.name);
    });
    await this.#runtime.loop.flushed();
    return ok(true);
  }

  /** Starts what has never been started and is to start by itself, of one group or of all, each in a step of its own. (PROC-008, PROC-143) */
  startAutostarts(group?: string): void {
    this.#runtime.loop.post(() => {
      for (const member of autostartsDue(this.#runtime.world, group)) {
        this.#runtime.loop.post((turn) => {
          if (isFirstStartDue(member))
            this.#runtime.step(turn, (step, now) =>
              stepMember(this.#runtime.world, member, { type: "start", cause: "autostart" }, now, step),
            );
        });
      }
    });
  }

  /** Takes a group out of which nothing runs. (PROC-150) */
  async deactivate(name: string): Promise<Result<true, "bad-name" | "still-running">> {
    let result: Result<true, "bad-name" | "still-running"> = refuse("bad-name");
    this.#runtime.loop.post((turn) => {
      const group = this.#runtime.world.groups.get(name);
      if (group === undefined) return;
      if (![...group.members.values()].every(isStopped)) {
        result = refuse("still-running");
        return;
      }
      this.#giveUpChildren(group);
      this.#parts.pools.groupRemoved(turn, group.config);
      this.#runtime.step(turn, (step) => removeGroup(this.#runtime.world, name, step));
      this.#parts.records.groupRemoved(turn, name);
      this.#parts.autoLogs.forget(group.config);
      result = ok(true);
    });
    await this.#runtime.loop.flushed();
    return result;
  }

  /** Forgets every group, for a reload: nothing runs any more. */
  dropAll(turn: Turn): void {
    for (const group of this.#runtime.world.groups.values()) {
      for (const member of group.members.values()) {
        dropProcess(this.#runtime, turn, member);
        if (member.pending !== null) turn.state(recordKeys.pending(member.ref), null);
      }
      this.#giveUpChildren(group);
      this.#parts.pools.groupRemoved(turn, group.config);
    }
    this.#runtime.world.groups.clear();
    this.#parts.records.dropAll(turn);
    this.#parts.autoLogs.clear();
  }

  /** Only a process in UNKNOWN can have a child here: it runs on, and its end is told. (PROC-151) */
  #giveUpChildren(group: Group): void {
    for (const { ref, state } of group.members.values()) {
      assert(state.child === 0 || state.state === "UNKNOWN", `${ref.process} is taken out in ${state.state}, with a child`);
      if (state.child !== 0) this.#parts.unowned.add(state.child);
    }
  }
  /** What follows from a change in place: the record, the pool, limits of logs that are open, AUTO files that nobody writes any more. */
  changed(turn: Turn, name: string): void {
    const group = this.#runtime.world.groups.get(name);
    if (group === undefined) return;
    this.#parts.pools.groupChanged(turn, group);
    this.#parts.outputs.groupChanged(turn, group);
    this.#parts.autoLogs.keepNeeded(name, group.members.values());
    this.#parts.records.group(turn, name);
    for (const { ref, pending } of group.members.values()) if (pending !== null) this.#parts.records.pending(turn, ref);
  }

  /** A process is out of its group, or has its new configuration. */
  pendingChanged(turn: Turn, ref: Ref): void {
    const group = this.#runtime.world.groups.get(ref.group);
    const member = group?.members.get(ref.process);
    this.#parts.records.pending(turn, ref);
    if (group === undefined) return;
    this.#parts.pools.groupChanged(turn, group);
    this.#parts.autoLogs.keepNeededOf(ref, member);
  }
}
