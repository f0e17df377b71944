/**
 * Logs that are rotated by the clock: `logfile_rotate`. Up to where the times of a log have been handled is stored in the batch that begins its rotation,
 * so each leads to one, whoever dies, whatever is done to the clock. Without the option there is nothing here to do. (LOGX-020)
 */
import { resolve as absolute } from "node:path";
import type { Schedule } from "../../config/cronfields.ts";
import type { ProcessConfig } from "../../config/model.ts";
import type { Now } from "../../doors.ts";
import type { Channel } from "../../events/types.ts";
import { lookAt, nextSlotMs, type Position, positionNow } from "../../process/schedule.ts";
import { ok, type Result } from "../../result.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import { type Group, label, type Ref } from "../../supervisor/world.ts";
import type { Zone } from "../../zone.ts";
import { activityPath, activitySpec, postLine } from "../loop/activitylog.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part, Runtime } from "../runtime.ts";
import type { Outputs } from "./outputs.ts";
import type { RotatedLog } from "./streams.ts";
import { upkeepOf } from "./upkeep.ts";

/** The times are looked at again after so long: the clock may be set meanwhile. As those of jobs. */
const LOOK_MS_MAX = 60_000;
const CHANNELS = ["stdout", "stderr"] as const;
const ACTIVITY = "supervisord";

/** `ref`: null is the activity log. */
type Timed = { readonly key: string; readonly ref: Ref | null; readonly channel: Channel; readonly schedule: Schedule };
type Known = { readonly of: string; readonly position: Position };

export class RotationTimes implements Part {
  readonly #runtime: Runtime;
  readonly #outputs: Outputs;
  readonly #zone: Zone;
  /** By group; those that have none are not here. */
  readonly #groups = new Map<string, readonly Timed[]>();
  readonly #known = new Map<string, Known>();

  constructor(runtime: Runtime, outputs: Outputs) {
    this.#runtime = runtime;
    this.#outputs = outputs;
    this.#zone = (second) => runtime.doors.clock.offsetMinutes(second * 1000) * 60;
  }

  /** Before the activity log is opened at a start, and its last change is now. */
  async beforeOpening(): Promise<void> {
    const { daemon } = this.#runtime.running;
    const [timed] = this.#ofActivity();
    if (timed === undefined) return;
    const log = { path: daemon.logfile, maxBytes: activitySpec(daemon).limit, backups: daemon.logfileBackups };
    await this.#catchUp(timed, { ...log, ...upkeepOf({ totalMaxBytes: daemon.logfileTotalMaxBytes, compress: daemon.logfileCompress }) });
  }

  /** A time that has passed since a log was written last, while nothing ran. AUTO logs of earlier runs are swept away. */
  async begin(isStart: boolean): Promise<Result<true, never>> {
    if (!isStart) return ok(true);
    for (const group of this.#runtime.running.groups) {
      for (const timed of timedOf(group.name, group.processes)) {
        const settings = group.processes.find(({ name }) => name === timed.ref?.process)?.[timed.channel];
        if (settings?.logfile.kind !== "file") continue;
        const { maxBytes, backups } = settings;
        await this.#catchUp(timed, { path: settings.logfile.path, maxBytes: Math.max(0, maxBytes), backups, ...upkeepOf(settings) });
      }
    }
    return ok(true);
  }

  restore(found: Inheritance): void {
    for (const [key, bytes] of found.store) {
      if (!key.startsWith(recordKeys.rotated(""))) continue;
      const record = decodeRecord(bytes);
      if (record.ok) this.#known.set(key.slice(recordKeys.rotated("").length), record.value as Known);
    }
    for (const group of this.#runtime.world.groups.values()) this.#take(group);
    const all = this.#all();
    if (all.length === 0) return;
    this.#runtime.loop.post((turn) => {
      for (const timed of all) this.#positionOf(turn, timed);
    });
  }

  groupChanged(turn: Turn, group: Group, change: GroupChange): void {
    const before = this.#groups.get(group.config.name) ?? [];
    if (change === "removed") this.#groups.delete(group.config.name);
    else this.#take(group);
    const now = this.#groups.get(group.config.name) ?? [];
    for (const { key } of before) if (!now.some((one) => one.key === key)) this.#forget(turn, key);
    for (const timed of now) this.#positionOf(turn, timed);
  }

  nextDeadlineMs(now: Now): number | null {
    if (this.#isIdle()) return null;
    const waits = this.#all().map(({ key, schedule }) => {
      const known = this.#known.get(key);
      const slotMs = known?.of === schedule.text ? nextSlotMs(schedule, this.#zone, known.position, now) : now.wallMs;
      return slotMs === null ? LOOK_MS_MAX : Math.min(LOOK_MS_MAX, Math.max(0, slotMs - now.wallMs));
    });
    return waits.length === 0 ? null : now.monoMs + Math.min(...waits);
  }

  deadlinePassed(now: Now): void {
    if (this.#isIdle()) return;
    const due = new Map<string, { readonly log: RotatedLog; readonly all: Timed[] }>();
    for (const timed of this.#all()) {
      if (!this.#isDue(timed, now)) continue;
      const log = this.#logOf(timed);
      if (log === null) this.#runtime.loop.post((turn) => this.#store(turn, timed));
      else {
        // Two programs that write one log have it rotated once.
        const place = absolute(log.path);
        const one = due.get(place) ?? { log, all: [] };
        one.all.push(timed);
        due.set(place, one);
      }
    }
    for (const { log, all } of due.values()) void this.#rotate(log, all);
  }

  #isIdle(): boolean {
    const { running, world } = this.#runtime;
    return (this.#groups.size === 0 && running.daemon.logfileRotate === null) || world.mood !== "RUNNING";
  }

  /** From now on its position is behind that time; what is stored follows with the rotation. */
  #isDue({ key, schedule }: Timed, now: Now): boolean {
    const known = this.#known.get(key);
    const position = known?.of === schedule.text ? known.position : positionNow(schedule, now);
    const look = lookAt(schedule, this.#zone, position, now, true);
    if (look.position !== known?.position) this.#known.set(key, { of: schedule.text, position: look.position });
    return look.dueMs !== null;
  }

  async #rotate(log: RotatedLog, all: readonly Timed[]): Promise<void> {
    const rotated = await this.#outputs.rotations.now(log, (turn) => {
      for (const timed of all) this.#store(turn, timed);
    });
    if (!rotated.ok) postLine(this.#runtime, "critical", `cannot rotate ${log.path}: ${rotated.error}; it grows on`);
  }

  async #catchUp(timed: Timed, log: RotatedLog): Promise<void> {
    const found = await this.#runtime.doors.files.stat(log.path);
    if (!found.ok || found.value.kind !== "file") return;
    const now = this.#runtime.doors.clock.now();
    const handledMs = Math.min(found.value.mtimeMs, now.wallMs);
    this.#known.set(timed.key, { of: timed.schedule.text, position: { handledMs, aheadMs: now.wallMs - now.monoMs } });
    if (this.#isDue(timed, now)) await this.#rotate(log, [timed]);
  }

  #take(group: Group): void {
    const timed = timedOf(
      group.config.name,
      [...group.members.values()].map(({ config }) => config),
    );
    if (timed.length === 0) this.#groups.delete(group.config.name);
    else this.#groups.set(group.config.name, timed);
  }

  #ofActivity(): readonly Timed[] {
    const { daemon } = this.#runtime.running;
    if (daemon.logfileRotate === null || activityPath(daemon) === null) return [];
    return [{ key: ACTIVITY, ref: null, channel: "stdout", schedule: daemon.logfileRotate }];
  }

  #all(): readonly Timed[] {
    return [...this.#ofActivity(), ...[...this.#groups.values()].flat()];
  }

  #logOf({ ref, channel }: Timed): RotatedLog | null {
    if (ref === null) return this.#outputs.activityFile ?? null;
    return this.#outputs.rotatable(ref, [channel])[0] ?? null;
  }

  #positionOf(turn: Turn, timed: Timed): void {
    const { key, schedule } = timed;
    if (this.#known.get(key)?.of === schedule.text) return;
    this.#known.set(key, { of: schedule.text, position: positionNow(schedule, this.#runtime.doors.clock.now()) });
    this.#store(turn, timed);
  }

  #store(turn: Turn, { key }: Timed): void {
    const known = this.#known.get(key);
    if (known !== undefined) turn.state(recordKeys.rotated(key), encodeRecord(known));
  }

  #forget(turn: Turn, key: string): void {
    this.#known.delete(key);
    turn.state(recordKeys.rotated(key), null);
  }
}

function timedOf(group: string, processes: readonly ProcessConfig[]): readonly Timed[] {
  return processes.flatMap((process) =>
    CHANNELS.flatMap((channel) => {
      const { rotate, logfile } = process[channel];
      const ref = { group, process: process.name };
      return rotate === null || logfile.kind === "none" ? [] : [{ key: `${label(ref)}/${channel}`, ref, channel, schedule: rotate }];
    }),
  );
}
