/** Where whole lines go besides the log file, whether there is room, and what is left out for want of it. */
import { resolve as absolute } from "node:path";
import type { Report } from "../../link/messages.ts";
import { type LinePlan, shownName } from "../../logs/lineplan.ts";
import { countLines, formatLines, type LineMoment, type LineSource, splitLines } from "../../logs/lines.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part, Runtime } from "../runtime.ts";
import { Console } from "./console.ts";
import { SinkFlow } from "./flow.ts";
import { LineRecords } from "./linerecords.ts";
import { PathTargets } from "./pathtargets.ts";
import { Rates } from "./rates.ts";
import type { Stream } from "./streams.ts";

/** What is written of one stream at one moment. */
type Lines = { readonly whole: Uint8Array; readonly count: number; readonly source: LineSource; readonly moment: LineMoment };

export class LineTargets implements Part {
  readonly flow: SinkFlow;
  readonly paths: PathTargets;
  readonly #runtime: Runtime;
  readonly #console: Console;
  readonly #records: LineRecords;
  readonly #rates = new Rates();
  /** Lines that did not reach a target, by its name. */
  readonly #dropped = new Map<string, number>();
  #hasLeft = false;
  #onRoom: (turn: Turn) => void = () => undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.flow = new SinkFlow(runtime, (turn) => {
      this.#console.drained(turn);
      this.#onRoom(turn);
    });
    this.paths = new PathTargets(runtime, this.flow);
    this.#console = new Console(runtime, this.flow, (turn) => this.#onRoom(turn));
    this.#records = new LineRecords(runtime, (target, lines) => this.#drop(target, lines));
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
    this.paths.restore(inheritance);
  }

  nextDeadlineMs(): number | null {
    return this.#rates.nextDeadlineMs();
  }

  /** What a rate has left out is told where it is missing. */
  timePassed(turn: Turn): void {
    for (const { stream, dropped } of this.#rates.due(this.#runtime.doors.clock.now().monoMs)) {
      const { lines } = stream.target;
      if (lines === null) continue;
      const text = `holdfast: ${dropped} lines of ${shownName(stream.ref)} dropped (more than ${lines.rate} a second)`;
      const source = { ...stream.ref, pid: this.#runtime.keeperPid, channel: stream.channel };
      this.#spread(turn, lines, { whole: Buffer.from(`${text}\n`), count: 1, source, moment: this.#moment() });
    }
  }

  /** Whether the next block of the stream waits: where one of its targets takes no more. `isCrowded`: many wait already. */
  mustWait({ target: { lines }, channel }: Stream, isCrowded: boolean): boolean {
    if (lines === null) return false;
    return lines.paths.some((path) => this.paths.isFull(path)) || (lines.console !== null && this.#console.holds(channel, isCrowded));
  }

  /** Whole lines that have come now, and what the log file gets of them. */
  write(turn: Turn, stream: Stream, whole: Uint8Array, toFile: Uint8Array, source: LineSource, moment: LineMoment): void {
    const { lines } = stream.target;
    if (lines === null) return;
    for (const path of lines.paths) this.paths.append(turn, absolute(path), toFile);
    if (whole.length === 0 || (lines.console === null && lines.syslog === null && !lines.journal)) return;
    const count = countLines(whole);
    if (lines.rate === 0) return this.#spread(turn, lines, { whole, count, source, moment });
    const passed = this.#rates.pass(stream, lines.rate, whole, count, this.#runtime.doors.clock.now().monoMs);
    if (passed.dropped > 0) this.#drop("rate", passed.dropped);
    return this.#spread(turn, lines, { whole: passed.whole, count: count - passed.dropped, source, moment });
  }

  trouble(turn: Turn, report: Extract<Report, { type: "io-error" | "io-resumed" }>): void {
    this.#console.trouble(turn, { type: report.type, sink: report.sink, errno: report.type === "io-error" ? report.errno : 0 });
  }

  /** (OBS-006) */
  droppedLines(): ReadonlyMap<string, number> {
    return this.#dropped;
  }

  #spread(turn: Turn, { console, syslog, journal, settings }: LinePlan, { whole, count, source, moment }: Lines): void {
    if (count === 0) return;
    if (console !== null) {
      const shown = console.format === "json" ? source : { ...source, process: shownName(source) };
      this.#drop("console", this.#console.write(turn, formatLines(whole, console, shown, moment), console, { source, lines: count }));
    }
    if (syslog === null && !journal) return;
    const lines = splitLines(whole);
    if (syslog !== null) this.#records.syslog(turn, syslog, settings, { lines, source, moment });
    if (journal) this.#records.journal(turn, settings, { lines, source, moment });
  }

  #moment(): LineMoment {
    const { clock } = this.#runtime.doors;
    const { wallMs } = clock.now();
    return { wallMs, offsetMinutes: clock.offsetMinutes(wallMs) };
  }

  #drop(target: string, lines: number): void {
    if (lines > 0) this.#dropped.set(target, (this.#dropped.get(target) ?? 0) + lines);
  }
}
