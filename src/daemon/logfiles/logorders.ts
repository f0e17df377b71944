/** What clients order of logs besides clearing them: to be rotated now, and to be opened again by their names. (LOGX-023, LOGX-024) */
import { daemonMessages as say } from "../../logs/loglines.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { RotateFailure } from "../../rpc/control.ts";
import type { Ref } from "../../supervisor/world.ts";
import type { Runtime } from "../runtime.ts";
import type { Outputs } from "./outputs.ts";
import type { RotatedLog } from "./streams.ts";

export class LogOrders {
  readonly #runtime: Runtime;
  readonly #outputs: Outputs;

  constructor(runtime: Runtime, outputs: Outputs) {
    this.#runtime = runtime;
    this.#outputs = outputs;
  }

  /** The logs of a process, or, with null, the activity log. What is empty stays as it is. */
  async rotate(ref: Ref | null): Promise<Result<true, RotateFailure>> {
    const activity = this.#outputs.activityFile;
    const logs: readonly RotatedLog[] = ref !== null ? this.#outputs.rotatable(ref) : activity === undefined ? [] : [activity];
    if (logs.length === 0) return refuse({ kind: "no-file" });
    const kept = logs.filter(({ backups }) => backups > 0);
    if (kept.length === 0) return refuse({ kind: "no-backups" });
    const all = await Promise.all(kept.map(async (log) => ({ path: log.path, rotated: await this.#outputs.rotations.now(log) })));
    for (const { path, rotated } of all) if (!rotated.ok) return refuse({ kind: "failed", text: `${path}: ${rotated.error}` });
    return ok(true);
  }

  /** Those of a process, the activity log (`supervisord`), or all, as at USR2. */
  async reopen(what: Ref | "supervisord" | "all"): Promise<void> {
    this.#runtime.loop.post((turn) => {
      if (what === "all") {
        this.#runtime.activity.write(turn, "info", say.reopening());
        this.#outputs.reopenAll(turn);
      } else if (what === "supervisord") this.#outputs.reopenActivity(turn);
      else this.#outputs.reopen(turn, what);
    });
    await this.#runtime.loop.flushed();
  }
}
