/**
 * Clearing logs: the file is removed and made anew, as in the original, but only where a regular file stands at the path. A device node or a link is
 * left alone: the original replaces it, even /dev/null of the whole machine. (LOG-041..046, CONF-343)
 */
import { dirname } from "node:path";
import { daemonMessages as say } from "../../logs/messages.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Core } from "../core.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance } from "../runtime.ts";
import type { LogFile, Stream } from "./outputs.ts";
import { clearStreamCapture } from "./streamrecords.ts";

export type Clearable = { readonly path: string; readonly stream: Stream | null };

/** Clears what is there, also of a process that does not run; a file that is gone is no error. */
export async function clearProcessLogs(core: Core, logs: readonly Clearable[]): Promise<Result<true, "failed">> {
  let failed = false;
  for (const { path, stream } of logs) {
    const cleared = await clearOne(core, path);
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
  return clearOne(core, file.path);
}

async function clearOne(core: Core, path: string): Promise<Result<true, "failed">> {
  const files = core.doors.logChanges;
  const found = await files.lstat(path);
  if (found.ok && found.value.kind !== "file") return ok(true);
  // What is being written then lies elsewhere by now, and no file can be made here.
  if (!found.ok && core.outputs.at(path).length > 0 && !(await files.lstat(dirname(path))).ok) return refuse("failed");
  const mode = found.ok ? found.value.mode & 0o777 : 0o666;
  const key = recordKeys.clearing(core.nextClearing++);
  // Whatever becomes of this daemon: who writes the file that is to be removed writes the next one afterwards.
  core.loop.post((turn) => turn.state(key, encodeRecord({ path, mode })));
  await core.loop.flushed();
  const removed = found.ok ? await files.remove(path) : ok(true as const);
  const gone = removed.ok || removed.error === "ENOENT";
  const made = gone && found.ok && core.outputs.at(path).length === 0 ? await files.createExclusive(path, mode) : ok(true as const);
  core.loop.post((turn) => {
    turn.state(key, null);
    if (gone) reopen(core, turn, path, mode);
  });
  await core.loop.flushed();
  return gone && (made.ok || made.error === "EEXIST") ? ok(true) : refuse("failed");
}

/** What a predecessor had begun to clear. */
export function resumeClearing(core: Core, inheritance: Inheritance): void {
  for (const [key, bytes] of inheritance.store) {
    const record = key.startsWith(recordKeys.clearing("")) ? decodeRecord(bytes) : null;
    if (record === null) continue;
    core.loop.post((turn) => {
      turn.state(key, null);
      if (!record.ok) return;
      const { path, mode } = record.value as { readonly path: string; readonly mode: number };
      reopen(core, turn, path, mode);
    });
  }
}

/** Everybody who writes it: two programs may share a log, and of one program an earlier run. */
function reopen(core: Core, turn: Turn, path: string, mode: number): void {
  for (const { sink, path: spelled, maxBytes } of core.outputs.at(path))
    turn.effect({ type: "sink-reopen", sink, spec: { path: spelled, truncate: false, regularOnly: true, mode, limit: maxBytes } });
}
