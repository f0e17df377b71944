/** Files for AUTO logs: drawn when a group is added, swept away at the next start. (PROC-214..220) */

import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import { absolute, joined } from "../../config/pathnames.ts";
import type { Channel } from "../../events/types.ts";
import { daemonMessages as messages } from "../../logs/messages.ts";
import { autoKey, type Core } from "../core.ts";

const RANDOM_LENGTH = 8;
const TRIES = 100;

/** Names of files by what they are for, as `core.autoLogs` has them. */
export type AutoLogs = ReadonlyMap<string, string>;

/** Makes the files that the group's AUTO channels need and do not have yet; whoever adds the group remembers the names. (PROC-219) */
export async function createAutoLogs(core: Core, group: GroupConfig): Promise<AutoLogs> {
  const made = new Map<string, string>();
  for (const process of group.processes) {
    for (const channel of ["stdout", "stderr"] as const) {
      const key = autoKey({ group: group.name, process: process.name }, channel);
      if (!isAuto(process, channel) || core.autoLogs.has(key)) continue;
      const path = await createOne(core, process, channel);
      if (path !== null) made.set(key, path);
    }
  }
  return made;
}

/** The keys of all files that these processes of a group need. */
export function autoLogKeys(group: string, processes: Iterable<ProcessConfig>): Set<string> {
  const keys = new Set<string>();
  for (const process of processes) {
    for (const channel of ["stdout", "stderr"] as const)
      if (isAuto(process, channel)) keys.add(autoKey({ group, process: process.name }, channel));
  }
  return keys;
}

/** Forgets the names of a group that is gone; the files stay. (PROC-150) */
export function forgetAutoLogs(core: Core, group: GroupConfig): void {
  for (const process of group.processes) {
    for (const channel of ["stdout", "stderr"] as const)
      core.autoLogs.delete(autoKey({ group: group.name, process: process.name }, channel));
  }
}

/**
 * Removes the AUTO logs of earlier runs with this identifier. The names must match to the end and the identifier to the letter: the original
 * also deletes files with more text behind `.log`. (PROC-216, PROC-217)
 */
export async function sweepAutoLogs(core: Core): Promise<void> {
  const { identifier, nocleanup } = core.running.daemon;
  if (nocleanup) return;
  const folder = folderOf(core);
  const names = await core.doors.files.list(folder);
  if (!names.ok) return say(core, messages.childLogDirNotCleared());
  for (const name of names.value) {
    if (!isAutoLogName(name, identifier)) continue;
    const path = joined(folder, name);
    const removed = await core.doors.files.remove(path);
    if (!removed.ok) say(core, messages.childLogNotRemoved(path));
  }
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

/** Absolute, as the names of the original's temporary files are: the daemon's working directory may be another when a program starts. */
function folderOf(core: Core): string {
  return absolute(core.running.daemon.childLogDir, core.doors.birth.cwd);
}

async function createOne(core: Core, process: ProcessConfig, channel: Channel): Promise<string | null> {
  const { identifier } = core.running.daemon;
  for (let i = 0; i < TRIES; i++) {
    const name = `${process.name}-${channel}---${identifier}-${core.doors.random.word(RANDOM_LENGTH)}.log`;
    const path = joined(folderOf(core), name);
    const made = await core.doors.files.createExclusive(path, 0o600);
    if (!made.ok && made.error === "EEXIST") continue;
    if (!made.ok) say(core, `could not create ${path}: ${made.error}; the output of ${process.name} goes there once it can be opened`);
    return path;
  }
  return null;
}

function say(core: Core, text: string): void {
  core.loop.post((turn) => core.activity.write(turn, "warn", text));
}
