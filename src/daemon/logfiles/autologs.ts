/** Files for AUTO logs: drawn when a group is added, swept away at the next start. (PROC-214..220) */

import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import { absolute, joined } from "../../config/pathnames.ts";
import type { Channel } from "../../events/types.ts";
import { daemonMessages as messages } from "../../logs/loglines.ts";
import { ok, type Result } from "../../result.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { type Group, label, type Member, type Ref } from "../../supervisor/world.ts";
import { postLine } from "../loop/activitylog.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";

const RANDOM_LENGTH = 8;
const TRIES = 100;
const CHANNELS = ["stdout", "stderr"] as const;

/** A channel and its file, as groups have them in their records. */
export type AutoLog = readonly [key: string, path: string];

export class AutoLogs {
  readonly #runtime: Runtime;
  /** By group. */
  readonly #paths = new Map<string, Map<string, string>>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  pathOf(ref: Ref, channel: Channel): string | null {
    return this.#paths.get(ref.group)?.get(keyOf(ref, channel)) ?? null;
  }

  /** Makes the files that the group's AUTO channels need and do not have yet; whoever adds the group remembers them. (PROC-219) */
  async create(group: GroupConfig): Promise<AutoLog[]> {
    const made: AutoLog[] = [];
    for (const process of group.processes) {
      for (const channel of CHANNELS) {
        const key = keyOf({ group: group.name, process: process.name }, channel);
        if (!isAuto(process, channel) || this.#paths.get(group.name)?.has(key) === true) continue;
        const path = await this.#createOne(process, channel);
        if (path !== null) made.push([key, path]);
      }
    }
    return made;
  }

  remember(group: string, logs: readonly AutoLog[]): void {
    if (logs.length === 0) return;
    const paths = this.#paths.get(group) ?? new Map<string, string>();
    for (const [key, path] of logs) paths.set(key, path);
    this.#paths.set(group, paths);
  }

  /** What a predecessor had drawn and its processes still need. */
  restoreGroup(group: string, members: Iterable<Member>, logs: readonly AutoLog[]): void {
    const needed = neededKeys(group, members);
    this.remember(
      group,
      logs.filter(([key]) => needed.has(key)),
    );
  }

  /** A file that the keeper writes for a process, when it is one for AUTO. */
  recall({ ref, config }: Member, channel: Channel, path: string): void {
    if (config[channel].logfile.kind === "auto") this.remember(ref.group, [[keyOf(ref, channel), path]]);
  }

  of(group: string): AutoLog[] {
    return [...(this.#paths.get(group) ?? [])];
  }

  /** Files that nobody writes any more are forgotten; they stay where they are. (PROC-150) */
  groupChanged(_turn: Turn, { config, members }: Group, change: GroupChange, only?: Ref): void {
    const paths = this.#paths.get(config.name);
    if (change === "added" || paths === undefined) return;
    if (change === "removed") return void this.#paths.delete(config.name);
    const staying = only === undefined ? undefined : members.get(only.process);
    const needed = neededKeys(config.name, only === undefined ? members.values() : staying === undefined ? [] : [staying]);
    const keys = only === undefined ? [...paths.keys()] : CHANNELS.map((channel) => keyOf(only, channel));
    for (const key of keys) if (!needed.has(key)) paths.delete(key);
  }

  /**
   * Removes the AUTO logs of earlier runs with this identifier. The names must match to the end and the identifier to the letter: the original
   * also deletes files with more text behind `.log`. (PROC-216, PROC-217)
   */
  async begin(): Promise<Result<true, never>> {
    await this.#sweep();
    return ok(true);
  }

  async #sweep(): Promise<void> {
    const { running, doors } = this.#runtime;
    const { identifier, nocleanup } = running.daemon;
    if (nocleanup) return;
    const folder = this.#folder();
    const names = await doors.files.list(folder);
    if (!names.ok) return postLine(this.#runtime, "warn", messages.childLogDirNotCleared());
    for (const name of names.value) {
      if (!isAutoLogName(name, identifier)) continue;
      const path = joined(folder, name);
      const removed = await doors.files.remove(path);
      if (!removed.ok) postLine(this.#runtime, "warn", messages.childLogNotRemoved(path));
    }
  }

  /** Absolute, as the names of the original's temporary files are: the daemon's working directory may be another when a program starts. */
  #folder(): string {
    return absolute(this.#runtime.running.daemon.childLogDir, this.#runtime.doors.birth.cwd);
  }

  async #createOne(process: ProcessConfig, channel: Channel): Promise<string | null> {
    const { running, doors } = this.#runtime;
    for (let i = 0; i < TRIES; i++) {
      const name = `${process.name}-${channel}---${running.daemon.identifier}-${doors.random.word(RANDOM_LENGTH)}.log`;
      const path = joined(this.#folder(), name);
      const made = await doors.files.createExclusive(path, 0o600);
      if (!made.ok && made.error === "EEXIST") continue;
      if (!made.ok)
        postLine(
          this.#runtime,
          "warn",
          `could not create ${path}: ${made.error}; the output of ${process.name} goes there once it can be opened${made.error === "EROFS" ? READ_ONLY : ""}`,
        );
      return path;
    }
    return null;
  }
}

/** (CONT-003) */
const READ_ONLY =
  ": AUTO logs need a tmpfs as childlogdir, or a file of their own, such as stdout_logfile=/dev/stdout with stdout_logfile_maxbytes=0";

/** The keys of the AUTO logs that these processes have or will have. */
function neededKeys(group: string, members: Iterable<Member>): Set<string> {
  const keys = new Set<string>();
  for (const { config, pending } of members)
    for (const process of [config, ...(pending?.config ? [pending.config] : [])])
      for (const channel of CHANNELS) if (isAuto(process, channel)) keys.add(keyOf({ group, process: process.name }, channel));
  return keys;
}

/** Where a channel's file is kept. */
function keyOf(ref: Ref, channel: Channel): string {
  return `${label(ref)}/${channel}`;
}

/** `NAME-stdout---IDENTIFIER-xxxxxxxx.log`, and its backups `.log.1` to `.log.9999`. */
export function isAutoLogName(name: string, identifier: string): boolean {
  const match = /^.+?---(.*)-[^\s-]+\.log(?:\.?\d{1,4}(?:\.gz(?:\.part)?)?)?$/s.exec(name);
  return match?.[1] === identifier;
}

function isAuto(process: ProcessConfig, channel: Channel): boolean {
  if (channel === "stderr" && process.redirectStderr) return false;
  return process[channel].logfile.kind === "auto";
}
