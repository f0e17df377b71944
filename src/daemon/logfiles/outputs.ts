/**
 * Log files and what flows into them. The keeper reads the pipes and writes the files; here is what it asks for: a verdict for each block of an asked
 * stream, the next file when one has reached its size, and who is told when a disk fails.
 */
import { resolve as absolute } from "node:path";
import type { DaemonConfig } from "../../config/model.ts";
import type { Channel } from "../../events/types.ts";
import type { Report, Spawn, Verdict } from "../../link/messages.ts";
import { NEW_STREAM } from "../../logs/pipeline.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { findMember, type Group, type Member, memberOfChild, memberOfRun, type Ref } from "../../supervisor/world.ts";
import { activityPath, activitySpec, openEffects } from "../loop/activitylog.ts";
import { whyNotOpened } from "../loop/errno.ts";
import { SINK_ACTIVITY, SINK_CONSOLE, SINK_CONSOLE_ERR, streamNumber, streamOwner } from "../loop/numbers.ts";
import { sinkSpec } from "../loop/sinkspec.ts";
import type { Turn } from "../loop/turn.ts";
import type { Watchers } from "../observers/watchers.ts";
import type { Inheritance, Runtime } from "../runtime.ts";
import { Blocks } from "./blocks.ts";
import type { LineTargets } from "./linetargets.ts";
import { Losses } from "./losses.ts";
import { Reopening } from "./reopening.ts";
import { Rotations } from "./rotations.ts";
import type { Streaming } from "./streaming.ts";
import { dropStreamRecords, restoreStreamState } from "./streamrecords.ts";
import { type Clearable, type LogFile, ownerOf, type RotatedLog, type Stream } from "./streams.ts";
import type { ChannelTarget, Targets } from "./targets.ts";
import { isSameUpkeep, upkeepOf, withUpkeep } from "./upkeep.ts";

export class Outputs {
  readonly #runtime: Runtime;
  readonly #targets: Targets;
  readonly #streaming: Streaming;
  readonly #lines: LineTargets;
  readonly #blocks: Blocks;
  readonly #losses: Losses;
  readonly #files = new Map<number, LogFile>();
  readonly #streams = new Map<number, Stream>();
  readonly #reopening = new Reopening();
  readonly rotations: Rotations;
  /** Files, by sink, of streams whose process nobody knows any more. */
  readonly #unowned = new Map<number, string>();
  /** The daemon's own sinks that the keeper has open. */
  readonly #own = new Set<number>();
  #activityOpened: ((errno: number) => void) | null = null;

  constructor(runtime: Runtime, targets: Targets, streaming: Streaming, lines: LineTargets, watchers: Watchers) {
    this.#runtime = runtime;
    this.#targets = targets;
    this.#streaming = streaming;
    this.#lines = lines;
    this.#blocks = new Blocks(runtime, streaming, lines, (stream) => this.#files.has(stream.stream));
    this.#losses = new Losses(runtime, watchers);
    lines.paths.onOpened((file) => {
      this.#files.set(file.sink, file);
      this.#own.add(file.sink);
    });
    const logs = {
      get: (sink: number) => this.#files.get(sink),
      at: (path: string) => this.at(path),
      unowned: (sink: number) => this.#unowned.get(sink),
    };
    this.rotations = new Rotations(runtime, logs, this.#reopening);
  }

  /** Who writes the file at this path, however each of them spells it. */
  at(path: string): readonly LogFile[] {
    const place = absolute(path);
    return [...this.#files.values()].filter((file) => file.place === place);
  }

  /** A spawn is being ordered: its streams and files are known from now on. */
  spawning(ref: Ref, frame: Pick<Spawn, "child" | "stderr">): void {
    this.#add(ref, frame.child, "stdout");
    if (frame.stderr.stream !== 0) this.#add(ref, frame.child, "stderr");
  }

  /** The same for an auxiliary run, which writes into the logs of the process beside which it runs; what is captured goes nowhere else. */
  spawningRun(ref: Ref, { child, stderr }: Pick<Spawn, "child" | "stderr">, isCaptured: boolean): void {
    this.#addRun(ref, child, "stdout", isCaptured);
    if (stderr.stream !== 0) this.#addRun(ref, child, "stderr", false);
  }

  /** The last that an auxiliary run has written, where that is captured. */
  capturedOf(child: number): string {
    return new TextDecoder().decode(this.#streams.get(streamNumber(child, "stdout"))?.captured);
  }

  /** The child is gone. What its descendants still write is taken until they close it. */
  reaped(turn: Turn, child: number): void {
    for (const channel of ["stdout", "stderr"] as const) {
      const stream = this.#streams.get(streamNumber(child, channel));
      if (stream === undefined) continue;
      stream.reaped = true;
      this.#closeIfDone(turn, stream);
    }
  }

  /** Whether blocks wait for room in a target. */
  get holdsBlocks(): boolean {
    return this.#blocks.holdsSome;
  }

  streamOf(stream: number): Stream | undefined {
    return this.#streams.get(stream);
  }

  block(turn: Turn, report: Extract<Report, { type: "block" }>): void {
    const stream = this.#streams.get(report.stream);
    if (stream === undefined)
      return turn.effect({ type: "verdict", stream: report.stream, block: report.block, verdict: { kind: "as-is" } });
    this.#blocks.block(turn, stream, report);
    if (stream.target.options.match) this.#stopMatching(turn, stream.child);
  }

  /** Once the program is ready its output goes straight to the file again. (RDY-006) */
  #stopMatching(turn: Turn, child: number): void {
    for (const channel of ["stdout", "stderr"] as const) {
      const stream = this.#streams.get(streamNumber(child, channel));
      const member = stream === undefined ? undefined : findMember(this.#runtime.world, stream.ref);
      const group = this.#runtime.world.groups.get(stream?.ref.group ?? "");
      if (stream === undefined || member === undefined || group === undefined) continue;
      const target = this.#targets.of(stream.ref, group.config, member.config, channel);
      if (target.options.match) return;
      const was = stream.target.asked;
      stream.target = target;
      if (!target.asked) dropStreamRecords(turn, stream);
      if (was !== target.asked) this.#changeMode(stream);
    }
  }

  /** Output that has not come through the pipe goes its whole way all the same: log, events, syslog, the activity log. */
  said(turn: Turn, number: number, bytes: Uint8Array): void {
    const stream = this.#streams.get(number);
    if (stream === undefined) return;
    const verdict: Verdict = stream.target.asked ? this.#streaming.block(turn, stream, bytes) : { kind: "as-is" };
    if (verdict.kind === "drop" || !this.#files.has(number)) return;
    turn.effect({ type: "append", sink: number, bytes: verdict.kind === "replace" ? verdict.bytes : bytes });
  }

  eof(turn: Turn, number: number): void {
    const stream = this.#streams.get(number);
    if (this.#unowned.delete(number)) turn.effect({ type: "sink-close", sink: number });
    if (stream === undefined) return;
    stream.ended = true;
    const rest = this.#streaming.end(turn, stream);
    if (rest.length > 0 && this.#files.has(number)) turn.effect({ type: "append", sink: number, bytes: rest });
    this.#closeIfDone(turn, stream);
  }

  /** After an update in place: logs that are being written get their new limits. */
  groupChanged(turn: Turn, group: Group, change: GroupChange, only?: Ref): void {
    if (change !== "removed") this.#wakeCompression(group.members.values());
    // Of a process that is down no log is open.
    if (change !== "changed" || only !== undefined) return;
    for (const { ref, config, state } of group.members.values()) {
      for (const channel of ["stdout", "stderr"] as const) {
        const file = this.#files.get(streamNumber(state.child, channel));
        const { path, maxBytes, backups, upkeep } = this.#targets.of(ref, group.config, config, channel);
        if (file === undefined || file.path !== path) continue;
        if (file.maxBytes === maxBytes && file.backups === backups && isSameUpkeep(file, upkeep)) continue;
        this.#files.set(file.sink, { ...withUpkeep(file, upkeep), maxBytes, backups });
        if (file.maxBytes === maxBytes || this.rotations.isUnderWay(file.sink)) continue;
        turn.effect({ type: "sink-reopen", sink: file.sink, spec: sinkSpec(path, maxBytes) });
      }
    }
  }

  nextDeadlineMs(): number | null {
    return this.#reopening.nextDeadlineMs();
  }

  timePassed(turn: Turn): void {
    this.#reopening.tryAgain(turn, this.#runtime.doors.clock.now());
  }

  /** A write failed, or works again: told once each. */
  trouble(turn: Turn, report: Extract<Report, { type: "io-error" | "io-resumed" }>): void {
    const file = this.#files.get(report.sink);
    if (file !== undefined) this.#losses.trouble(turn, report, file);
    else if (report.sink === SINK_CONSOLE || report.sink === SINK_CONSOLE_ERR) this.#lines.trouble(turn, report);
  }

  opened(turn: Turn, report: Extract<Report, { type: "sink-opened" }>): void {
    if (report.sink === SINK_ACTIVITY && this.#activityOpened !== null) {
      this.#activityOpened(report.errno);
      this.#activityOpened = null;
      return;
    }
    const file = this.#files.get(report.sink);
    if (report.errno === 0 || file === undefined) return this.#reopening.done(report.sink);
    const failures = this.#reopening.failed(report.sink, this.#runtime.doors.clock.now());
    if (failures > 1) return;
    const further = failures === 1 ? "its output waits until that works, it is tried every second" : "what was open before is written on";
    this.#runtime.activity.write(turn, "critical", `cannot open ${file.path} (${file.owner}): ${whyNotOpened(report.errno)}; ${further}`);
  }

  /** Bytes of a child's output that could not be written, as far as is known; 0 when all is well. */
  lostBytes(child: number): number {
    return this.#losses.of(child);
  }

  /** USR2: every file is opened again by its name. (LOG-034, LOG-036) */
  reopenAll(turn: Turn): void {
    for (const file of this.#files.values()) this.#reopen(turn, file);
  }

  /** The same of the logs of a process that are open. (LOGX-024) */
  reopen(turn: Turn, ref: Ref): void {
    for (const file of this.#files.values()) {
      const its = this.#streams.get(file.sink)?.ref;
      if (its?.group === ref.group && its.process === ref.process) this.#reopen(turn, file);
    }
  }

  reopenActivity(turn: Turn): void {
    if (this.activityFile !== undefined) this.#reopen(turn, this.activityFile);
  }

  #reopen(turn: Turn, file: LogFile): void {
    if (file.sink !== SINK_CONSOLE) turn.effect({ type: "sink-reopen", sink: file.sink, spec: sinkSpec(file.path, file.maxBytes) });
  }

  /** The files of a process that may be rotated, also while it is down. */
  rotatable(ref: Ref, channels: readonly Channel[] = ["stdout", "stderr"]): readonly RotatedLog[] {
    const member = findMember(this.#runtime.world, ref);
    const group = this.#runtime.world.groups.get(ref.group);
    if (member === undefined || group === undefined) return [];
    return channels.flatMap((channel) => {
      const { path, maxBytes, backups, upkeep } = this.#targets.of(ref, group.config, member.config, channel);
      return path === null ? [] : [{ path, maxBytes, backups, ...upkeep }];
    });
  }

  /** Resolves with the errno of the activity log's first opening, 0 when it is open. */
  activityOpened(): Promise<number> {
    return new Promise((resolve) => {
      this.#activityOpened = resolve;
    });
  }

  /** Opens the activity log and the console, or, on a reload, the file that is the activity log now. */
  openActivity(turn: Turn, config: DaemonConfig): void {
    for (const effect of openEffects(config, (sink) => this.#own.has(sink))) {
      turn.effect(effect);
      if (effect.type === "sink-open") this.#own.add(effect.sink);
    }
    this.#registerActivity(config);
  }

  get activityFile(): LogFile | undefined {
    return this.#files.get(SINK_ACTIVITY);
  }

  /** A successor knows the streams from their numbers, the rest from the processes' records. What runs beside one writes where it began to. */
  restore(inheritance: Inheritance): void {
    for (const { sink } of inheritance.sinks) if (sink <= SINK_CONSOLE_ERR) this.#own.add(sink);
    // A predecessor that was ready had ordered both; the keeper may not have them open yet.
    if (this.#runtime.running.daemon.nodaemon) this.#own.add(SINK_CONSOLE);
    if (activityPath(this.#runtime.running.daemon) !== null) this.#own.add(SINK_ACTIVITY);
    this.#registerActivity(this.#runtime.running.daemon);
    const children = new Map(inheritance.children.map((child) => [child.child, child]));
    for (const entry of inheritance.streams) {
      const { child, channel } = streamOwner(entry.stream);
      const stream = this.#addOf(children.get(child)?.label ?? "", child, channel);
      if (stream === null) continue;
      const isOpen = children.get(child)?.state === "spawning" || inheritance.sinks.some(({ sink }) => sink === entry.stream);
      if (stream.target.isOfRun === true && !isOpen) this.#files.delete(entry.stream);
      stream.ended = !entry.open;
      stream.state = restoreStreamState(inheritance.store, entry.stream);
      this.#streaming.restored(stream);
      if (stream.target.asked !== (entry.mode === "asked")) this.#changeMode(stream);
    }
    this.#restoreFilesWithoutStreams(inheritance);
    this.rotations.restore(inheritance);
    for (const group of this.#runtime.world.groups.values()) this.#wakeCompression(group.members.values());
  }

  /** There may be backups that were left plain, also of processes that are down. (LOGX-032) */
  #wakeCompression(members: Iterable<Member>): void {
    for (const { ref, config } of members) {
      if (config.stdout.compress === "none" && config.stderr.compress === "none") continue;
      for (const log of this.rotatable(ref)) this.rotations.compressing.wake(log);
    }
  }

  /** The stream has ended and the process has not, or nobody knows the process any more, or the file was about to be closed. */
  #restoreFilesWithoutStreams(inheritance: Inheritance): void {
    const flowing = new Set(inheritance.streams.map((entry) => entry.stream));
    for (const { sink, path } of inheritance.sinks) {
      const { child, channel } = streamOwner(sink);
      if (this.#own.has(sink) || (memberOfRun(this.#runtime.world, child) ? this.#files : this.#streams).has(sink)) continue;
      const member = memberOfChild(this.#runtime.world, child);
      const stream = member === undefined ? null : this.#add(member.ref, child, channel);
      if (stream !== null) stream.ended = true;
      else if (flowing.has(sink)) this.#unowned.set(sink, path);
      else this.#runtime.loop.post((turn) => turn.effect({ type: "sink-close", sink }));
    }
  }

  /** Files of a process that are open now, else where they would be: by channel. */
  logsOf(ref: Ref): Clearable[] {
    const member = findMember(this.#runtime.world, ref);
    const group = this.#runtime.world.groups.get(ref.group);
    if (member === undefined || group === undefined) return [];
    return (["stdout", "stderr"] as const).flatMap((channel) => {
      const { path } = this.#targets.of(ref, group.config, member.config, channel);
      return path === null ? [] : [{ path, stream: this.#streams.get(streamNumber(member.state.child, channel)) ?? null }];
    });
  }

  #addOf(name: string, child: number, channel: Channel): Stream | null {
    const { ref, isRun, isCaptured } = ownerOf(name, channel);
    // What ran beside a process that is no more belongs to nobody, though another one may be called so now.
    if (isRun && !this.#runtime.world.byRun.has(child)) return null;
    return isRun ? this.#addRun(ref, child, channel, isCaptured) : this.#add(ref, child, channel);
  }

  #add(ref: Ref, child: number, channel: Channel): Stream | null {
    const member = findMember(this.#runtime.world, ref);
    const group = this.#runtime.world.groups.get(ref.group);
    if (member === undefined || group === undefined) return null;
    return this.#register(ref, child, channel, this.#targets.of(ref, group.config, member.config, channel), member.state.child !== child);
  }

  #addRun(ref: Ref, child: number, channel: Channel, isCaptured: boolean): Stream | null {
    const member = findMember(this.#runtime.world, ref);
    const group = this.#runtime.world.groups.get(ref.group);
    if (member === undefined || group === undefined) return null;
    const its = this.#targets.ofRun(ref, group.config, member.config, channel);
    const stream = this.#register(ref, child, channel, isCaptured ? { ...its, path: null, asked: true } : its, false);
    if (isCaptured) stream.captured = new Uint8Array(0);
    return stream;
  }

  #register(ref: Ref, child: number, channel: Channel, target: ChannelTarget, reaped: boolean): Stream {
    const number = streamNumber(child, channel);
    const stream: Stream = { stream: number, child, ref, channel, target, state: NEW_STREAM, ended: false, reaped };
    this.#streams.set(number, stream);
    if (target.path !== null) {
      this.#files.set(number, {
        sink: number,
        path: target.path,
        place: absolute(target.path),
        maxBytes: target.maxBytes,
        backups: target.backups,
        ...target.upkeep,
        isOfRun: target.isOfRun === true,
        owner: `${channel} of ${ref.process}`,
      });
    }
    return stream;
  }

  #registerActivity(config: DaemonConfig): void {
    this.#files.delete(SINK_ACTIVITY);
    if (activityPath(config) === null) return;
    const { path, limit } = activitySpec(config);
    this.#files.set(SINK_ACTIVITY, {
      sink: SINK_ACTIVITY,
      path,
      place: absolute(path),
      maxBytes: limit,
      backups: config.logfileBackups,
      ...upkeepOf({ totalMaxBytes: config.logfileTotalMaxBytes, compress: config.logfileCompress }),
      owner: "the activity log",
    });
    if (this.activityFile !== undefined) this.rotations.compressing.wake(this.activityFile);
  }

  #changeMode(stream: Stream): void {
    const sink = this.#files.has(stream.stream) ? stream.stream : 0;
    this.#runtime.loop.post((turn) =>
      turn.effect({ type: "stream", stream: stream.stream, mode: stream.target.asked ? "asked" : "plain", sink }),
    );
  }

  #closeIfDone(turn: Turn, stream: Stream): void {
    if (!stream.ended || !stream.reaped) return;
    this.#streams.delete(stream.stream);
    this.#blocks.gone(stream);
    if (stream.target.asked) dropStreamRecords(turn, stream);
    this.#losses.gone(stream.stream);
    this.rotations.gone(stream.stream);
    this.#reopening.done(stream.stream);
    if (this.#files.delete(stream.stream)) turn.effect({ type: "sink-close", sink: stream.stream });
  }
}
