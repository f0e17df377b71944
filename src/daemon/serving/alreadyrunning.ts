/** Which supervisord runs already: mostly that of the same configuration, which its pid file names. And what a supervisord looks like to others. */

import type { Runtime } from "../runtime.ts";
import { readPidfile } from "./pidfile.ts";

export type Running = { readonly pid: number; readonly pidfile: string };

/** Of a command line the beginning. */
const COMMAND_BYTES = 4096;

/** null: the pid file names no supervisord that runs. */
export async function runningSupervisord({ doors, running, keeperPid }: Runtime): Promise<Running | null> {
  const { pidfile } = running.daemon;
  const pid = (await readPidfile(doors.files, pidfile))?.pid ?? 0;
  if (pid === 0 || pid === keeperPid) return null;
  const found = await doors.files.readAt(`/proc/${pid}/cmdline`, 0, COMMAND_BYTES);
  return found.ok && isSupervisord(Buffer.from(found.value).toString("latin1").split("\0")) ? { pid, pidfile } : null;
}

/** By the first words of a command line alone: a shell that was given `supervisord` as text is none. */
export function isSupervisord([first = "", ...rest]: readonly string[]): boolean {
  const isNamed = (word: string): boolean => /(^|[/.])supervisord(\.py)?$/.test(word);
  return isNamed(first) || (/(^|\/)(python|pypy)[\d.]*$/.test(first) && rest.slice(0, 4).some(isNamed));
}
