/**
 * Rotations: of a log that has reached its size, which the keeper holds meanwhile, and of one that somebody wants to have rotated, which it writes on in
 * under its new name until the next file is open. One after the other for each place, so that each counts on what the one before it has left.
 */
import { resolve as absolute } from "node:path";
import type { Report } from "../../link/messages.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import { sinkSpec } from "../loop/sinkspec.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Runtime } from "../runtime.ts";
import { Compressing } from "./compressing.ts";
import type { Reopening } from "./reopening.ts";
import { rotate, trim, type Written } from "./rotating.ts";
import type { LogFile, RotatedLog } from "./streams.ts";
import { onlyUpkeep } from "./upkeep.ts";

/** What is open, and who has forgotten it. */
type Logs = {
  get(sink: number): LogFile | undefined;
  at(path: string): readonly LogFile[];
  /** Of a process that nobody knows any more. */
  unowned(sink: number): string | undefined;
};

/** A rotation that was begun and whose end is not known; device and inode are those of the file that was written then. */
type Begun = RotatedLog & { readonly device: string; readonly inode: string };

export class Rotations {
  readonly #runtime: Runtime;
  readonly #logs: Logs;
  readonly #reopening: Reopening;
  /** Sinks that stand at their limit. */
  readonly #rotating = new Set<number>();
  /** Sinks whose last rotation failed: told once, since the line may itself fill the activity log that cannot be rotated. */
  readonly #growing = new Set<number>();
  /** The last rotation under way, by place. */
  readonly #last = new Map<string, Promise<unknown>>();
  /** Sinks that stood at their limit when a predecessor died: it may have begun to rotate them. */
  readonly #resumed = new Set<number>();
  readonly compressing: Compressing;
  #next = 1;
  /** How many logs this daemon has rotated. */
  count = 0;

  constructor(runtime: Runtime, logs: Logs, reopening: Reopening) {
    this.#runtime = runtime;
    this.#logs = logs;
    this.#reopening = reopening;
    this.compressing = new Compressing(runtime, (log, act) => this.#oneByOne(absolute(log.path), act));
  }

  isUnderWay(sink: number): boolean {
    return this.#rotating.has(sink);
  }

  gone(sink: number): void {
    this.#growing.delete(sink);
  }

  /** A file has reached its size: it is moved aside, the keeper gets the next one. The report stays pending until then. */
  limit(report: Extract<Report, { type: "limit" }>): void {
    const { sink } = report;
    const file = this.#logs.get(sink);
    if (file === undefined) return this.#runtime.loop.post((turn) => this.#growOn(turn, report));
    if (this.#rotating.has(sink)) return;
    this.#rotating.add(sink);
    const isStillOpen = (): boolean => this.#logs.get(sink) !== undefined;
    const resumed = this.#resumed.delete(sink);
    void this.#oneByOne(file.place, () => rotate(this.#runtime, file, report, { resumed, isStillOpen })).then((rotated) => {
      this.#runtime.loop.post((turn) => {
        this.#rotating.delete(sink);
        this.#sayGrowing(turn, file, rotated.why);
        turn.acknowledge(report.report);
        const now = this.#logs.get(sink);
        if (now === undefined) return;
        if (rotated.isMoved) this.#moved(file);
        const { truncate, regularOnly } = rotated;
        const spec = sinkSpec(file.path, now === file ? rotated.limit : now.maxBytes, { truncate, regularOnly });
        this.#reopening.ordered(turn, file.sink, spec);
        for (const other of this.#logs.at(file.path)) if (other.isOfRun) this.#reopening.ordered(turn, other.sink, sinkSpec(other.path, 0));
      });
    });
  }

  /**
   * Rotates now. `empty`: there is nothing in it, so nothing is done. An error is why it cannot be rotated. `decided` is called in the turn from which on
   * the next daemon would end it. (LOGX-023)
   */
  now(log: RotatedLog, decided: (turn: Turn) => void = () => undefined): Promise<Result<"rotated" | "empty", string>> {
    return this.#oneByOne(absolute(log.path), async () => {
      const found = await this.#runtime.doors.files.stat(log.path);
      const isFile = found.ok && found.value.kind === "file";
      if (!isFile || found.value.size === 0) {
        this.#runtime.loop.post(decided);
        if (isFile || (!found.ok && found.error === "ENOENT")) return ok("empty");
        return found.ok ? refuse("it is no regular file") : found;
      }
      const { device, inode } = found.value;
      const key = recordKeys.rotating(this.#next++);
      const { path, maxBytes, backups, ...upkeep } = log;
      const begun: Begun = { path, maxBytes, backups, ...onlyUpkeep(upkeep), device: String(device), inode: String(inode) };
      // Whatever becomes of this daemon: the next one ends it, and opens the log for whoever writes it.
      this.#runtime.loop.post((turn) => {
        turn.state(key, encodeRecord(begun));
        decided(turn);
      });
      await this.#runtime.loop.flushed();
      return this.#carryOut(key, begun, false);
    });
  }

  /** What a predecessor had begun. */
  restore(inheritance: Inheritance): void {
    for (const sink of inheritance.sinks) if (sink.limit > 0n && sink.size >= sink.limit) this.#resumed.add(sink.sink);
    for (const [key, bytes] of inheritance.store) {
      if (!key.startsWith(recordKeys.rotating(""))) continue;
      const record = decodeRecord(bytes);
      if (!record.ok) {
        this.#runtime.loop.post((turn) => turn.state(key, null));
        continue;
      }
      this.#next = Math.max(this.#next, Number(key.slice(recordKeys.rotating("").length)) + 1);
      const begun = record.value as Begun;
      void this.#oneByOne(absolute(begun.path), () => this.#carryOut(key, begun, true));
    }
  }

  async #carryOut(key: string, begun: Begun, resumed: boolean): Promise<Result<"rotated", string>> {
    const written: Written = { size: 0n, device: BigInt(begun.device), inode: BigInt(begun.inode) };
    const { isMoved, why, truncate, regularOnly } = await rotate(this.#runtime, begun, written, { resumed, isStillOpen: () => true });
    this.#runtime.loop.post((turn) => {
      turn.state(key, null);
      if (why !== null) return;
      if (isMoved) this.#moved(begun);
      // Everybody who writes it: two programs may share a log, and of one program an earlier run.
      for (const { sink, path, maxBytes } of this.#logs.at(begun.path))
        this.#reopening.ordered(turn, sink, sinkSpec(path, maxBytes, { truncate, regularOnly }));
    });
    await this.#runtime.loop.flushed();
    if (why !== null) return refuse(why);
    return isMoved || resumed ? ok("rotated") : refuse("it is not rotated here");
  }

  #moved(log: RotatedLog): void {
    this.count += 1;
    const { totalMaxBytes } = log;
    if (totalMaxBytes !== undefined) void this.#oneByOne(absolute(log.path), () => trim(this.#runtime.doors.files, log, totalMaxBytes));
    this.compressing.wake(log);
  }

  #sayGrowing(turn: Turn, file: LogFile, why: string | null): void {
    if (why === null) this.#growing.delete(file.sink);
    if (why === null || this.#growing.has(file.sink)) return;
    this.#growing.add(file.sink);
    this.#runtime.activity.write(turn, "critical", `cannot rotate ${file.path} (${file.owner}): ${why}; it grows on`);
  }

  #oneByOne<T>(place: string, act: () => Promise<T>): Promise<T> {
    const done = (this.#last.get(place) ?? Promise.resolve()).then(act);
    const last = done.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(place, last);
    void last.then(() => this.#last.get(place) === last && this.#last.delete(place));
    return done;
  }

  /** How many backups the log of a forgotten process may have is not known: nothing of it is moved or cut off. */
  #growOn(turn: Turn, report: Extract<Report, { type: "limit" }>): void {
    turn.acknowledge(report.report);
    const path = this.#logs.unowned(report.sink);
    if (path !== undefined) turn.effect({ type: "sink-reopen", sink: report.sink, spec: sinkSpec(path, 0, { regularOnly: true }) });
  }
}
