/**
 * Clearing logs: the file is removed and made anew, as in the original, but only where a regular file stands at the path. A device node or a link is
 * left alone: the original replaces it, even /dev/null of the whole machine. (LOG-041..046, CONF-343)
 */
import { daemonMessages as say } from "../logs/messages.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { Core } from "./core.ts";
import type { LogFile, Stream } from "./outputs.ts";
import { clearStreamCapture } from "./streamrecords.ts";

export type Clearable = { readonly path: string; readonly file: LogFile | null; readonly stream: Stream | null };

/** Clears what is there, also of a process that does not run; a file that is gone is no error. */
export async function clearProcessLogs(core: Core, logs: readonly Clearable[]): Promise<Result<true, "failed">> {
  let failed = false;
  for (const { path, file, stream } of logs) {
    const cleared = await clearOne(core, path, file);
    if (!cleared.ok) failed = true;
    if (stream !== null) {
      core.loop.post((turn) => clearStreamCapture(turn, stream));
    }
  }
  await core.loop.flushed();
  return failed ? refuse("failed") : ok(true);
}

/** (LOG-039, LOG-040, RPC-139, RPC-140) */
export async function clearActivityLog(core: Core, file: LogFile | undefined): Promise<Result<true, "no-file" | "failed">> {
  if (file === undefined || !(await core.doors.logChanges.lstat(file.path)).ok) return refuse("no-file");
  core.loop.post((turn) => core.activity.write(turn, "info", say.activityLogReopening()));
  await core.loop.flushed();
  return clearOne(core, file.path, file);
}

async function clearOne(core: Core, path: string, file: LogFile | null): Promise<Result<true, "failed">> {
  const files = core.doors.logChanges;
  const found = await files.lstat(path);
  if (found.ok && found.value.kind !== "file") return ok(true);
  const mode = found.ok ? found.value.mode & 0o777 : 0o666;
  if (found.ok) {
    const removed = await files.remove(path);
    if (!removed.ok && removed.error !== "ENOENT") return refuse("failed");
  }
  if (file !== null) {
    const spec = { path, truncate: false, regularOnly: true, mode, limit: file.maxBytes };
    core.loop.post((turn) => turn.effect({ type: "sink-reopen", sink: file.sink, spec }));
    await core.loop.flushed();
    return ok(true);
  }
  if (!found.ok) return ok(true);
  const made = await files.createExclusive(path, mode);
  return made.ok || made.error === "EEXIST" ? ok(true) : refuse("failed");
}
