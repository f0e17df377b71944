/**
 * Clearing logs: the file is removed and made anew, as in the original, but only where a regular file stands at the path. A device node or a link is
 * left alone: the original replaces it, even /dev/null of the whole machine. (LOG-041..046, CONF-343)
 */
import { dirname } from "node:path";
import { daemonMessages as say } from "../../logs/loglines.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Ref } from "../../supervisor/world.ts";
import { postLine } from "../loop/activitylog.ts";
import { sinkSpec } from "../loop/sinkspec.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Runtime } from "../runtime.ts";
import type { Outputs } from "./outputs.ts";
import { clearStreamCapture } from "./streamrecords.ts";

export class Clearing {
  readonly #runtime: Runtime;
  readonly #outputs: Outputs;
  #next = 1;

  constructor(runtime: Runtime, outputs: Outputs) {
    this.#runtime = runtime;
    this.#outputs = outputs;
  }

  /** Clears what is there, also of a process that does not run; a file that is gone is no error. */
  async clear(ref: Ref): Promise<Result<true, "failed">> {
    let failed = false;
    for (const { path, stream } of this.#outputs.logsOf(ref)) {
      const cleared = await this.#clearOne(path);
      if (!cleared.ok) failed = true;
      if (stream !== null) {
        this.#runtime.loop.post((turn) => clearStreamCapture(turn, stream));
      }
    }
    await this.#runtime.loop.flushed();
    return failed ? refuse("failed") : ok(true);
  }

  /** (LOG-039, LOG-040, RPC-139, RPC-140) */
  async clearActivity(): Promise<Result<true, "no-file" | "failed">> {
    const file = this.#outputs.activityFile;
    if (file === undefined || !(await this.#runtime.doors.logChanges.lstat(file.path)).ok) return refuse("no-file");
    postLine(this.#runtime, "info", say.activityLogReopening());
    await this.#runtime.loop.flushed();
    return this.#clearOne(file.path);
  }

  async #clearOne(path: string): Promise<Result<true, "failed">> {
    const files = this.#runtime.doors.logChanges;
    const found = await files.lstat(path);
    if (found.ok && found.value.kind !== "file") return ok(true);
    // What is being written then lies elsewhere by now, and no file can be made here.
    if (!found.ok && this.#outputs.at(path).length > 0 && !(await files.lstat(dirname(path))).ok) return refuse("failed");
    const mode = found.ok ? found.value.mode & 0o777 : 0o666;
    const key = recordKeys.clearing(this.#next++);
    // Whatever becomes of this daemon: who writes the file that is to be removed writes the next one afterwards.
    this.#runtime.loop.post((turn) => turn.state(key, encodeRecord({ path, mode })));
    await this.#runtime.loop.flushed();
    const removed = found.ok ? await files.remove(path) : ok(true as const);
    const gone = removed.ok || removed.error === "ENOENT";
    const made = gone && found.ok && this.#outputs.at(path).length === 0 ? await files.createExclusive(path, mode) : ok(true as const);
    this.#runtime.loop.post((turn) => {
      turn.state(key, null);
      if (gone) this.#reopen(turn, path, mode);
    });
    await this.#runtime.loop.flushed();
    return gone && (made.ok || made.error === "EEXIST") ? ok(true) : refuse("failed");
  }

  /** What a predecessor had begun to clear. */
  restore(inheritance: Inheritance): void {
    for (const [key, bytes] of inheritance.store) {
      const record = key.startsWith(recordKeys.clearing("")) ? decodeRecord(bytes) : null;
      if (record === null) continue;
      this.#runtime.loop.post((turn) => {
        turn.state(key, null);
        if (!record.ok) return;
        const { path, mode } = record.value as { readonly path: string; readonly mode: number };
        this.#reopen(turn, path, mode);
      });
    }
  }

  /** Everybody who writes it: two programs may share a log, and of one program an earlier run. */
  #reopen(turn: Turn, path: string, mode: number): void {
    for (const { sink, path: spelled, maxBytes } of this.#outputs.at(path))
      turn.effect({ type: "sink-reopen", sink, spec: sinkSpec(spelled, maxBytes, { regularOnly: true, mode }) });
  }
}
