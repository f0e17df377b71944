/** Where the output of one channel goes, and what is done to it on the way. */
import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import type { Channel } from "../../events/types.ts";
import { isForOriginalSyslog, type LinePlan, linePlan } from "../../logs/lineplan.ts";
import { needsAsking, type StreamOptions } from "../../logs/pipeline.ts";
import { findMember, type Ref } from "../../supervisor/world.ts";
import type { Runtime } from "../runtime.ts";
import type { AutoLogs } from "./autologs.ts";
import { type Upkeep, upkeepOf } from "./upkeep.ts";

export type ChannelTarget = {
  /** null: no file. */
  readonly path: string | null;
  readonly maxBytes: number;
  readonly backups: number;
  readonly upkeep: Upkeep;
  readonly isOfRun?: true;
  /** Each block is shown to the daemon before it is written. */
  readonly asked: boolean;
  /** What is made of whole lines of it; null: nothing. */
  readonly lines: LinePlan | null;
  /** What the pipeline does with it; the pid is that of the moment. */
  readonly options: Omit<StreamOptions, "pid">;
};

export class Targets {
  readonly #runtime: Runtime;
  readonly #autoLogs: AutoLogs;

  constructor(runtime: Runtime, autoLogs: AutoLogs) {
    this.#runtime = runtime;
    this.#autoLogs = autoLogs;
  }

  of(ref: Ref, group: GroupConfig, config: ProcessConfig, channel: Channel): ChannelTarget {
    const settings = config[channel];
    const protocol = group.kind === "listeners" && channel === "stdout";
    const path = this.#pathOf(ref, config, channel);
    const lines = protocol ? null : linePlan(config, channel, this.#runtime.running.daemon);
    const options: ChannelTarget["options"] = {
      group: ref.group,
      process: ref.process,
      channel,
      protocol,
      logged: path !== null,
      strip: this.#runtime.running.daemon.stripAnsi,
      captureMaxBytes: protocol ? 0 : settings.captureMaxBytes,
      events: settings.eventsEnabled && !protocol,
      syslog: isForOriginalSyslog(config, channel) && !protocol,
      echo: this.#runtime.activity.writes("debug"),
      match: this.#isAwaited(ref, config),
      lineMax: lines === null ? 0 : this.#runtime.running.daemon.consoleLineMax,
    };
    const asked = needsAsking({ ...options, pid: 0 });
    return { path, maxBytes: Math.max(0, settings.maxBytes), backups: settings.backups, upkeep: upkeepOf(settings), asked, lines, options };
  }

  /**
   * Where what runs beside the process writes: into the log of the same channel, as it comes; what only the process itself has to say in its output (events,
   * capture, readiness) is not looked for. The stdout of a listener is its protocol, so its log is that of stderr. (CMN-023)
   */
  ofRun(ref: Ref, group: GroupConfig, config: ProcessConfig, channel: Channel): ChannelTarget {
    const its = group.kind === "listeners" ? "stderr" : config.redirectStderr ? "stdout" : channel;
    const target = this.of(ref, group, config, its);
    const options = { ...target.options, captureMaxBytes: 0, events: false, match: false };
    return { ...target, maxBytes: 0, backups: 0, isOfRun: true, options, asked: needsAsking({ ...options, pid: 0 }) };
  }

  /** Its output says when it is ready, and has not done so yet. (RDY-006) */
  #isAwaited(ref: Ref, { readyWhen }: ProcessConfig): boolean {
    if (readyWhen.kind !== "log") return false;
    const state = findMember(this.#runtime.world, ref)?.state;
    return state?.state === "STARTING" && state.life.ready?.isReady !== true;
  }

  #pathOf(ref: Ref, config: ProcessConfig, channel: Channel): string | null {
    if (channel === "stderr" && config.redirectStderr) return null;
    const target = config[channel].logfile;
    switch (target.kind) {
      case "none":
        return null;
      case "file":
        return target.path;
      case "auto":
        return this.#autoLogs.pathOf(ref, channel);
    }
  }
}
