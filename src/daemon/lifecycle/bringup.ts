/** From a configuration to a running whole: the part that a fresh start and a reload share. (PROC-214, PROC-170..172) */

import { extensionsInUse, extensionsLine } from "../../config/extensions.ts";
import type { Config } from "../../config/model.ts";
import { announceServer } from "../../http/announcements.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { encodeRecord, recordKeys } from "../../supervisor/records.ts";
import { configRecord, daemonRecord } from "../groups/daemonrecords.ts";
import type { Groups } from "../groups/groups.ts";
import type { Pools } from "../listeners/pools.ts";
import type { Outputs } from "../logfiles/outputs.ts";
import { postLine } from "../loop/activitylog.ts";
import type { BootFailure, Part, Runtime } from "../runtime.ts";
import { writePidfile } from "../serving/pidfile.ts";
import type { PluginHost } from "../serving/pluginhost.ts";
import type { Servers } from "../serving/servers.ts";
import type { FirstStarts } from "./firststarts.ts";
import type { Systemd } from "./systemd.ts";

/** Clients wait so long for the first processes to have pids: whoever finds one STARTING expects that. */
const FIRST_STARTS_MS = 200;

type Parts = {
  /** In their order. */
  readonly inOrder: readonly Part[];
  readonly outputs: Outputs;
  readonly plugins: PluginHost;
  readonly servers: Servers;
  readonly pools: Pools;
  readonly groups: Groups;
  readonly firstStarts: FirstStarts;
  readonly systemd: Systemd;
};

export class BringUp {
  readonly #runtime: Runtime;
  readonly #parts: Parts;

  constructor(runtime: Runtime, parts: Parts) {
    this.#runtime = runtime;
    this.#parts = parts;
  }

  /** Opens the activity log and writes what the reader of the configuration had to say. */
  openActivity(): void {
    const { running } = this.#runtime;
    this.#runtime.activity.configure(running.daemon);
    this.#runtime.loop.post((turn) => {
      this.#parts.outputs.openActivity(turn, running.daemon);
      for (const level of ["critical", "warn", "info"] as const) {
        for (const remark of running.remarks) if (remark.level === level) this.#runtime.activity.write(turn, level, remark.text);
      }
      const inUse = extensionsInUse(running.groups);
      if (inUse !== null) this.#runtime.activity.write(turn, "info", extensionsLine(inUse));
    });
  }

  /**
   * Each part gets what the configuration names, then come the groups. A start ends at the first thing that cannot be had; a reload goes on with the rest
   * and says what is missing, since nothing would run otherwise.
   */
  async begin(isStart: boolean): Promise<Result<true, BootFailure>> {
    const { running, world } = this.#runtime;
    for (const part of this.#parts.inOrder) {
      const begun = part.begin === undefined ? ok(true) : await part.begin(isStart);
      if (!begun.ok && isStart) return this.#giveUp(begun.error);
      if (!begun.ok) postLine(this.#runtime, "critical", begun.error.text);
    }
    for (const group of running.groups) {
      if (world.groups.has(group.name)) continue;
      const activated = await this.#parts.groups.activate(group);
      if (!activated.ok && isStart) return this.#giveUp({ text: activated.error, code: 1 });
      if (!activated.ok) postLine(this.#runtime, "critical", activated.error);
    }
    this.#sayServers(running);
    return ok(true);
  }

  /** What was opened already is closed, and its file removed: the original leaves it behind. (HTTP-027) */
  async #giveUp(failure: BootFailure): Promise<Result<never, BootFailure>> {
    this.#parts.servers.stop();
    await this.#runtime.loop.flushed();
    return refuse(failure);
  }

  /** Says who it is, tells the listeners, starts what starts by itself. */
  async beginToRun(isStart: boolean): Promise<void> {
    this.#runtime.loop.post((turn) => {
      // From `ready` on a successor takes over instead of beginning anew, so what it needs goes into the same batch.
      if (isStart) turn.effect({ type: "ready" });
      if (this.#runtime.world.mood === "RESTARTING") this.#runtime.world.mood = "RUNNING";
      turn.state(recordKeys.config, encodeRecord(configRecord(this.#runtime)));
      turn.state(recordKeys.daemon, encodeRecord(daemonRecord(this.#runtime)));
      turn.state(recordKeys.beginning, encodeRecord(true));
    });
    await this.announce();
    this.#parts.groups.startAutostarts();
    await this.#runtime.loop.flushed();
    await this.#parts.firstStarts.over(FIRST_STARTS_MS);
    this.#parts.servers.serve();
    this.#parts.systemd.up();
    if (this.#parts.servers.needsSuccessor) this.#restartDaemon();
  }

  /** Pid file and listeners learn that supervisord runs; a successor does it when its predecessor did not come so far. */
  async announce(): Promise<void> {
    await writePidfile(this.#runtime);
    this.#runtime.loop.post((turn) => {
      turn.state(recordKeys.beginning, null);
      this.#parts.pools.emit(turn, { kind: "supervisor-state", state: "RUNNING" }, this.#runtime.doors.clock.now());
    });
  }

  /**
   * A successor answers clients when its plug-ins are there, so that they find its methods. One that cannot be loaded any more is no reason to keep the others
   * waiting.
   */
  async serve(): Promise<void> {
    const opened = await this.#parts.plugins.begin();
    if (!opened.ok) postLine(this.#runtime, "critical", opened.error.text);
    for (const group of this.#runtime.world.groups.values()) void this.#parts.plugins.openHandler(group.config);
    this.#parts.servers.serve();
    this.#parts.systemd.up();
  }

  /** The next daemon gets what this one was not born with: the descriptors of further sockets. */
  #restartDaemon(): void {
    this.#runtime.loop.post((turn) => {
      turn.effect({ type: "restart-daemon" });
      turn.after.push(() => this.#runtime.doors.self.exit(0));
    });
  }

  /** (LOG-108, LOG-129, LOG-148) */
  #sayServers(running: Config): void {
    const namespaces = running.rpcInterfaces.map((plugin) => plugin.name);
    this.#runtime.loop.post((turn) => {
      for (const server of running.servers) {
        for (const { level, text } of announceServer(server, namespaces, this.#runtime.doors.clock))
          this.#runtime.activity.write(turn, level, text);
      }
    });
  }
}
