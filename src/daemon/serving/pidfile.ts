/** The pid file: the keeper's pid, which is what the world calls supervisord. (PROC-221, PROC-222) */
import { basename, dirname } from "node:path";
import type { Files } from "../../doors.ts";
import { daemonMessages as say } from "../../logs/loglines.ts";
import type { Runtime } from "../runtime.ts";

/** Why a link is not followed. */
export const FOREIGN_LINK =
  "a link that another user has made or could change, which is not followed: remove it, or choose a folder of root's";

/** A number and a line end. */
const PIDFILE_BYTES_MAX = 64;

/** What stands in a pid file; null: there is no such file. `pid` is null where it holds no pid. */
export async function readPidfile(files: Pick<Files, "readAt">, pidfile: string): Promise<{ readonly pid: number | null } | null> {
  const found = await files.readAt(pidfile, 0, PIDFILE_BYTES_MAX);
  if (!found.ok) return null;
  const text = Buffer.from(found.value).toString("latin1");
  return { pid: /^\d+\s*$/.test(text) ? Number(text) : null };
}

export async function writePidfile(runtime: Runtime): Promise<void> {
  const { pidfile } = runtime.running.daemon;
  const written = await runtime.doors.files.write(pidfile, new TextEncoder().encode(`${runtime.keeperPid}\n`), 0o666);
  runtime.loop.post((turn) => {
    if (written.ok) runtime.activity.write(turn, "info", say.started(runtime.keeperPid));
    else runtime.activity.write(turn, "critical", say.pidfileNotWritten(pidfile));
    if (!written.ok && written.error === "ELOOP") runtime.activity.write(turn, "critical", `${pidfile} is ${FOREIGN_LINK}`);
  });
}

/** A predecessor that died while it wrote the pid file has left what it was to become beside it. */
export async function sweepPidfile(runtime: Runtime): Promise<void> {
  const { pidfile } = runtime.running.daemon;
  const [folder, start] = [dirname(pidfile), `.${basename(pidfile)}.`];
  const names = await runtime.doors.files.list(folder);
  if (!names.ok) return;
  const left = names.value.filter((name) => name.startsWith(start) && /^\d+\.\d+\.new$/.test(name.slice(start.length)));
  for (const name of left) await runtime.doors.files.remove(`${folder}/${name}`);
}

/** Removes the file if it is still ours: another supervisord may have written its own over it. */
export async function removePidfile(runtime: Runtime): Promise<void> {
  const { pidfile } = runtime.running.daemon;
  if ((await readPidfile(runtime.doors.files, pidfile))?.pid !== runtime.keeperPid) return;
  await runtime.doors.files.remove(pidfile);
}
