/** Files for AUTO logs: drawn when a group is added, swept away at the next start. (PROC-214..220) */

import type { GroupConfig, ProcessConfig } from "../config/model.ts";
import type { Channel } from "../events/types.ts";
import { daemonMessages as messages } from "../logs/messages.ts";
import { autoKey, type Core } from "./core.ts";

const RANDOM_LENGTH = 8;
const TRIES = 100;

/** Makes the files that the group's AUTO channels need and remembers their names. (PROC-219) */
export async function createAutoLogs(core: Core, group: GroupConfig): Promise<void> {
  for (const process of group.processes) {
    for (const channel of ["stdout", "stderr"] as const) {
      if (isAuto(process, channel)) await createOne(core, group, process, channel);
    }
  }
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
  const { childLogDir, identifier, nocleanup } = core.running.daemon;
  if (nocleanup) return;
  const names = await core.doors.files.list(childLogDir);
  if (!names.ok) return say(core, messages.childLogDirNotCleared());
  for (const name of names.value) {
    if (!isAutoLogName(name, identifier)) continue;
    const path = `${childLogDir.replace(/\/+$/, "")}/${name}`;
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

async function createOne(core: Core, group: GroupConfig, process: ProcessConfig, channel: Channel): Promise<void> {
  const { childLogDir, identifier } = core.running.daemon;
  for (let i = 0; i < TRIES; i++) {
    const path = `${childLogDir.replace(/\/+$/, "")}/${process.name}-${channel}---${identifier}-${core.doors.random.word(RANDOM_LENGTH)}.log`;
    const made = await core.doors.files.createExclusive(path, 0o600);
    if (!made.ok && made.error === "EEXIST") continue;
    if (!made.ok) say(core, `could not create ${path}: ${made.error}; the output of ${process.name} goes there once it can be opened`);
    core.autoLogs.set(autoKey({ group: group.name, process: process.name }, channel), path);
    return;
  }
}

function say(core: Core, text: string): void {
  core.loop.post((turn) => core.activity.write(turn, "warn", text));
}
