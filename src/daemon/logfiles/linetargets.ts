/** Where whole lines go besides the log file, and whether there is room. */
import type { Report } from "../../link/messages.ts";
import { shownName } from "../../logs/lineplan.ts";
import { countLines, formatLines, type LineMoment, type LineSource } from "../../logs/lines.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Runtime } from "../runtime.ts";
import { Console } from "./console.ts";
import { SinkFlow } from "./flow.ts";
import type { Stream } from "./streams.ts";

export class LineTargets {
  readonly flow: SinkFlow;
  readonly #console: Console;
  /** Lines that did not reach a target, by its name. */
  readonly #dropped = new Map<string, number>();
  #hasLeft = false;
  #onRoom: (turn: Turn) => void = () => undefined;

  constructor(runtime: Runtime) {
    this.flow = new SinkFlow(runtime, (turn) => {
      this.#console.drained(turn);
      this.#onRoom(turn);
    });
    this.#console = new Console(runtime, this.flow, (turn) => this.#onRoom(turn));
  }

  /** `act` is called when there may be room for a stream that had to wait. */
  onRoom(act: (turn: Turn) => void): void {
    this.#onRoom = act;
  }

  /** In a shutdown nobody waits for the console any more. */
  leave(turn: Turn): void {
    this.#hasLeft = true;
    this.#onRoom(turn);
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  restore(inheritance: Inheritance): void {
    this.#console.restore(inheritance);
  }

  /** Whether the next block of the stream waits: where one of its targets takes no more. `isCrowded`: many wait already. */
  mustWait({ target, channel }: Stream, isCrowded: boolean): boolean {
    return target.lines !== null && target.lines.console !== null && this.#console.holds(channel, isCrowded);
  }

  /** Whole lines that have come now. */
  write(turn: Turn, { target }: Stream, whole: Uint8Array, source: LineSource, moment: LineMoment): void {
    const format = target.lines?.console ?? null;
    if (format === null || whole.length === 0) return;
    const shown = format.format === "json" ? source : { ...source, process: shownName(source) };
    const dropped = this.#console.write(turn, formatLines(whole, format, shown, moment), format, { source, lines: countLines(whole) });
    if (dropped > 0) this.#dropped.set("console", (this.#dropped.get("console") ?? 0) + dropped);
  }

  trouble(turn: Turn, report: Extract<Report, { type: "io-error" | "io-resumed" }>): void {
    this.#console.trouble(turn, { type: report.type, sink: report.sink, errno: report.type === "io-error" ? report.errno : 0 });
  }

  /** (OBS-006) */
  droppedLines(): ReadonlyMap<string, number> {
    return this.#dropped;
  }
}
