/** Files for AUTO logs: drawn when a group is added, swept away at the next start. (PROC-214..220) */

import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import { absolute, joined } from "../../config/pathnames.ts";
import type { Channel } from "../../events/types.ts";
import { daemonMessages as messages } from "../../logs/loglines.ts";
import { label, type Member, type Ref } from "../../supervisor/world.ts";
import type { Runtime } from "../runtime.ts";

const RANDOM_LENGTH = 8;
const TRIES = 100;
const CHANNELS = ["stdout", "stderr"] as const;

/** A channel and its file, as groups have them in their records. */
export type AutoLog = readonly [key: string, path: string];

export class AutoLogs {
  readonly #runtime: Runtime;
  readonly #paths = new Map<string, string>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  pathOf(ref: Ref, channel: Channel): string | null {
    return this.#paths.get(keyOf(ref, channel)) ?? null;
  }

  /** Makes the files that the group's AUTO channels need and do not have yet; whoever adds the group remembers them. (PROC-219) */
  async create(group: GroupConfig): Promise<AutoLog[]> {
    const made: AutoLog[] = [];
    for (const process of group.processes) {
      for (const channel of CHANNELS) {
        const key = keyOf({ group: group.name, process: process.name }, channel);
        if (!isAuto(process, channel) || this.#paths.has(key)) continue;
        const path = await this.#createOne(process, channel);
        if (path !== null) made.push([key, path]);
      }
    }
    return made;
  }

  remember(logs: readonly AutoLog[]): void {
    for (const [key, path] of logs) this.#paths.set(key, path);
  }

  /** What a predecessor had drawn and its processes still need. */
  restore(group: string, members: Iterable<Member>, logs: readonly AutoLog[]): void {
    const needed = neededKeys(group, members);
    this.remember(logs.filter(([key]) => needed.has(key)));
  }

  /** A file that the keeper writes for a process, when it is one for AUTO. */
  recall({ ref, config }: Member, channel: Channel, path: string): void {
    if (config[channel].logfile.kind === "auto") this.#paths.set(keyOf(ref, channel), path);
  }

  of(group: string): AutoLog[] {
    return [...this.#paths].filter(([key]) => key.startsWith(`${group}:`));
  }

  /** After an update in place: files that nobody writes any more. */
  keepNeeded(group: string, members: Iterable<Member>): void {
    const needed = neededKeys(group, members);
    for (const [key] of this.of(group)) if (!needed.has(key)) this.#paths.delete(key);
  }

  /** The same for one process; undefined: it has gone. */
  keepNeededOf(ref: Ref, member: Member | undefined): void {
    const needed = neededKeys(ref.group, member === undefined ? [] : [member]);
    for (const channel of CHANNELS) if (!needed.has(keyOf(ref, channel))) this.#paths.delete(keyOf(ref, channel));
  }

  /** Forgets the names of a group that is gone; the files stay. (PROC-150) */
  forget(group: GroupConfig): void {
    for (const { name } of group.processes)
      for (const channel of CHANNELS) this.#paths.delete(keyOf({ group: group.name, process: name }, channel));
  }

  clear(): void {
    this.#paths.clear();
  }

  /**
   * Removes the AUTO logs of earlier runs with this identifier. The names must match to the end and the identifier to the letter: the original
   * also deletes files with more text behind `.log`. (PROC-216, PROC-217)
   */
  async sweep(): Promise<void> {
    const { running, doors } = this.#runtime;
    const { identifier, nocleanup } = running.daemon;
    if (nocleanup) return;
    const folder = this.#folder();
    const names = await doors.files.list(folder);
    if (!names.ok) return this.#say(messages.childLogDirNotCleared());
    for (const name of names.value) {
      if (!isAutoLogName(name, identifier)) continue;
      const path = joined(folder, name);
      const removed = await doors.files.remove(path);
      if (!removed.ok) this.#say(messages.childLogNotRemoved(path));
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
      if (!made.ok) this.#say(`could not create ${path}: ${made.error}; the output of ${process.name} goes there once it can be opened`);
      return path;
    }
    return null;
  }

  #say(text: string): void {
    this.#runtime.loop.post((turn) => this.#runtime.activity.write(turn, "warn", text));
  }
}

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
  const match = /^.+?---(.*)-[^\s-]+\.log(?:\.?\d{1,4})?$/s.exec(name);
  return match?.[1] === identifier;
}

function isAuto(process: ProcessConfig, channel: Channel): boolean {
  if (channel === "stderr" && process.redirectStderr) return false;
  return process[channel].logfile.kind === "auto";
}
