/** Who has our address: mostly the supervisord of the same configuration, which its pid file names. */
import type { Core } from "./core.ts";

export type Running = { readonly pid: number; readonly pidfile: string };

/** A pid and a line feed; of a command line the beginning. */
const PID_BYTES = 32;
const COMMAND_BYTES = 4096;

/** null: the pid file names no supervisord that runs. */
export async function runningSupervisord({ doors, running, keeperPid }: Core): Promise<Running | null> {
  const { pidfile } = running.daemon;
  const text = await read(doors.files, pidfile, PID_BYTES);
  const pid = /^\d+\s*$/.test(text) ? Number(text) : 0;
  if (pid === 0 || pid === keeperPid) return null;
  const words = (await read(doors.files, `/proc/${pid}/cmdline`, COMMAND_BYTES)).split(/[\0 ]/);
  return words.some((word) => /(^|\/)supervisord(\.py)?$/.test(word)) ? { pid, pidfile } : null;
}

async function read(files: Core["doors"]["files"], path: string, bytes: number): Promise<string> {
  const found = await files.readAt(path, 0, bytes);
  return found.ok ? Buffer.from(found.value).toString("latin1") : "";
}
