/** Groups come and go: their files, pools and records with the step that adds or removes them. */
import type { GroupConfig } from "../../config/model.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { lookAtAllWaiting } from "../../supervisor/member.ts";
import { recordKeys } from "../../supervisor/records.ts";
import { addGroup, autostartsDue, removeGroup, stepMember } from "../../supervisor/step.ts";
import { isFirstStartDue } from "../../supervisor/wanted.ts";
import { isCleared, isStopped, type Member } from "../../supervisor/world.ts";
import type { AutoLogs } from "../logfiles/autologs.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import type { PluginHost } from "../serving/pluginhost.ts";
import type { FastCgiSockets } from "../spawn/fastcgi.ts";
import { dropProcess, type GroupRecords } from "./grouprecords.ts";
import type { Orders } from "./orders.ts";

type Parts = {
  readonly fastCgi: FastCgiSockets;
  readonly plugins: PluginHost;
  readonly autoLogs: AutoLogs;
  readonly records: GroupRecords;
  readonly orders: Orders;
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
      this.#parts.autoLogs.remember(config.name, autoLogs);
      this.#parts.records.autoLogs.set(config.name, autoLogs);
      this.#runtime.step(turn, (step, now) => {
        addGroup(this.#runtime.world, config, step);
        lookAtAllWaiting(this.#runtime.world, now, step);
      });
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
    const leaving = this.#leaving(name);
    if (leaving.length > 0)
      await Promise.all(leaving.map(({ ref }) => this.#parts.orders.wait(ref, "clear", { type: "stop", cause: "update" })));
    let result: Result<true, "bad-name" | "still-running"> = refuse("bad-name");
    this.#runtime.loop.post((turn) => {
      const group = this.#runtime.world.groups.get(name);
      if (group === undefined) return;
      if (![...group.members.values()].every(isCleared)) {
        result = refuse("still-running");
        return;
      }
      this.#runtime.step(turn, (step, now) => {
        removeGroup(this.#runtime.world, name, step);
        lookAtAllWaiting(this.#runtime.world, now, step);
      });
      this.#parts.records.groupRemoved(turn, name);
      result = ok(true);
    });
    await this.#runtime.loop.flushed();
    return result;
  }

  /** Those of whose last run something is still being ended, of a group that is stopped: another of its name would meet it. (KILL-001, HOOK-007) */
  #leaving(name: string): readonly Member[] {
    const members = [...(this.#runtime.world.groups.get(name)?.members.values() ?? [])];
    return members.every(isStopped) ? members.filter((member) => !isCleared(member)) : [];
  }

  /** Forgets every group, for a reload: nothing runs any more. */
  dropAll(turn: Turn): void {
    for (const group of this.#runtime.world.groups.values()) {
      for (const member of group.members.values()) {
        dropProcess(this.#runtime, turn, member);
        if (member.pending !== null) turn.state(recordKeys.pending(member.ref), null);
      }
      this.#runtime.carryOut(turn, [{ type: "group-changed", group, change: "removed" }]);
    }
    this.#runtime.world.groups.clear();
    this.#parts.records.dropAll(turn);
  }
}
