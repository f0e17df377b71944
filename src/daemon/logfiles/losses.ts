/** Log files that cannot be written: told when it begins and when it is over, and how much was lost. */
import type { Report } from "../../link/messages.ts";
import { errnoName } from "../loop/errno.ts";
import { streamNumber } from "../loop/numbers.ts";
import type { Turn } from "../loop/turn.ts";
import type { Watchers } from "../observers/watchers.ts";
import type { Runtime } from "../runtime.ts";
import type { LogFile } from "./streams.ts";

export class Losses {
  readonly #runtime: Runtime;
  readonly #watchers: Watchers;
  /** Bytes that could not be written, by sinks that are failing now. */
  readonly #lost = new Map<number, number>();

  constructor(runtime: Runtime, watchers: Watchers) {
    this.#runtime = runtime;
    this.#watchers = watchers;
  }

  /** A write failed, or works again: told once each. */
  trouble(turn: Turn, report: Extract<Report, { type: "io-error" | "io-resumed" }>, { path, owner }: LogFile): void {
    this.#watchers.changed(turn);
    if (report.type === "io-error") this.#lost.set(report.sink, Math.max(1, Number(report.lostBytes)));
    else this.#lost.delete(report.sink);
    if (report.type === "io-resumed") {
      this.#runtime.activity.write(turn, "warn", `${path} (${owner}) is written again; ${report.lostBytes} bytes were lost`);
    } else {
      const why = errnoName(report.errno);
      this.#runtime.activity.write(turn, "critical", `cannot write ${path} (${owner}): ${why}; its output is lost until that works again`);
    }
  }

  /** Bytes of a child's output that could not be written, as far as is known; 0 when all is well. */
  of(child: number): number {
    if (this.#lost.size === 0) return 0;
    return (this.#lost.get(streamNumber(child, "stdout")) ?? 0) + (this.#lost.get(streamNumber(child, "stderr")) ?? 0);
  }

  gone(sink: number): void {
    this.#lost.delete(sink);
  }
}
