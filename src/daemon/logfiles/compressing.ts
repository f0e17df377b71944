/**
 * Backups are compressed, from FILE.2 on, one after the other: never more than one at a time, and never in the way of a rotation. What is compressed may be
 * renamed meanwhile; it gets the number that it has by then. Whatever is found not done is done: after a death, a full disk, a change of the option.
 * (LOGX-030..032)
 */
import path from "node:path";
import type { Compressed, Errno, Files } from "../../doors.ts";
import { backupName, backupsAmong } from "../../logs/rotation.ts";
import { ok, type Result } from "../../result.ts";
import { postLine } from "../loop/activitylog.ts";
import type { Runtime } from "../runtime.ts";
import type { RotatedLog } from "./streams.ts";

/** FILE.1 stays as it is for those who still read it. */
const FIRST = 2;
/** A log that is rotated faster than this waits for its next rotation. */
const TRIES = 1000;

/** Acts while nothing of that log is rotated. */
type Alone = <T>(log: RotatedLog, act: () => Promise<T>) => Promise<T>;

export class Compressing {
  readonly #runtime: Runtime;
  readonly #alone: Alone;
  /** By path, in the order in which they came. */
  readonly #waiting = new Map<string, RotatedLog>();
  /** Those whose failure has been told. */
  readonly #failed = new Set<string>();
  #isBusy = false;

  constructor(runtime: Runtime, alone: Alone) {
    this.#runtime = runtime;
    this.#alone = alone;
  }

  /** There may be something to compress. */
  wake(log: RotatedLog): void {
    if (log.compress !== true || log.backups < FIRST) return;
    this.#waiting.set(log.path, log);
    if (!this.#isBusy) void this.#workOff();
  }

  async #workOff(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const done = await this.#compressAll(next);
      if (done.ok) this.#failed.delete(next.path);
      else this.#say(next.path, done.error);
    }
    this.#isBusy = false;
  }

  #next(): RotatedLog | undefined {
    const [next] = this.#waiting.values();
    if (next !== undefined) this.#waiting.delete(next.path);
    return next;
  }

  #say(log: string, why: string): void {
    if (this.#failed.has(log)) return;
    this.#failed.add(log);
    postLine(this.#runtime, "warn", `cannot compress ${why}; it stays as it is`);
  }

  async #compressAll(log: RotatedLog): Promise<Result<true, string>> {
    const { logChanges: files } = this.#runtime.doors;
    for (let tries = 0; tries < TRIES; tries++) {
      const names = await files.list(path.dirname(log.path));
      if (!names.ok) return wrong(log.path, names.error);
      const plain = [...backupsAmong(names.value, path.basename(log.path), log.backups)].filter((number) => number >= FIRST);
      for (const name of names.value)
        if (isPart(name, path.basename(log.path))) await files.remove(path.join(path.dirname(log.path), name));
      if (plain.length === 0) return ok(true);
      const from = backupName(log.path, Math.max(...plain));
      const part = `${from}.gz.part`;
      const compressed = await files.gzip(from, part);
      // It was renamed, or is gone.
      if (!compressed.ok && compressed.error === "ENOENT") continue;
      if (!compressed.ok) return wrong(from, compressed.error);
      const placed = await this.#alone(log, () => place(files, log, compressed.value, part));
      if (!placed.ok) return wrong(from, placed.error);
    }
    return ok(true);
  }
}

function wrong(file: string, errno: Errno): Result<never, string> {
  return { ok: false, error: `${file}: ${errno}` };
}

function isPart(name: string, base: string): boolean {
  return name.startsWith(`${base}.`) && /^[1-9]\d*\.gz\.part$/.test(name.slice(base.length + 1));
}

/** Puts it in the place of what was compressed, under the number that this has by now. */
async function place(files: Files, log: RotatedLog, { device, inode, size }: Compressed, part: string): Promise<Result<true, Errno>> {
  const names = await files.list(path.dirname(log.path));
  for (const number of names.ok ? backupsAmong(names.value, path.basename(log.path), log.backups) : []) {
    const file = backupName(log.path, number);
    const found = await files.lstat(file);
    if (!found.ok || found.value.inode !== inode || found.value.device !== device) continue;
    // Somebody still writes into it: it is left for another time.
    if (found.value.size !== size) break;
    const renamed = await files.rename(part, `${file}.gz`);
    const removed = renamed.ok ? await files.remove(file) : renamed;
    if (!renamed.ok) await files.remove(part);
    return removed.ok || removed.error === "ENOENT" ? ok(true) : removed;
  }
  await files.remove(part);
  return names.ok ? ok(true) : names;
}
