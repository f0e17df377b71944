/**
 * Supervisord's own stdout and stderr as a place for the lines of programs. The keeper writes them; here is how much waits there, and what becomes of lines for
 * which there is no room: their programs wait, or the lines are dropped and counted. (LOGX-009..011)
 */

import { shownName } from "../../logs/lineplan.ts";
import { formatLines, type LineFormat, type LineSource } from "../../logs/lines.ts";
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import { errnoName } from "../loop/errno.ts";
import { SINK_CONSOLE, SINK_CONSOLE_ERR } from "../loop/numbers.ts";
import { sinkSpec } from "../loop/sinkspec.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Runtime } from "../runtime.ts";
import { APPENDED_MAX, type SinkFlow } from "./flow.ts";

type Channel = LineSource["channel"];
type Trouble = { readonly type: "io-error" | "io-resumed"; readonly sink: number; readonly errno: number };
/** A pipe, terminal or descriptor without an other end. */
const NOBODY_READS: ReadonlySet<string> = new Set(["EPIPE", "EIO", "EBADF", "ENXIO"]);
/** Lines for which there was no room, by process. */
type Dropped = { readonly channel: Channel; readonly format: LineFormat; lines: number };

export class Console {
  readonly #runtime: Runtime;
  readonly #flow: SinkFlow;
  readonly #dropped = new Map<string, Dropped>();
  /** Where lines of stderr go: to a sink of their own, unless stderr is the same as stdout. null: that is not known yet. */
  #errorSink: number | null = null;
  #isLooking = false;
  #isOff = false;
  #isUsed = false;
  /** Sinks whose last write failed, with the errno. */
  readonly #failing = new Map<number, string>();
  readonly #onKnown: (turn: Turn) => void;

  constructor(runtime: Runtime, flow: SinkFlow, onKnown: (turn: Turn) => void) {
    this.#runtime = runtime;
    this.#flow = flow;
    this.#onKnown = onKnown;
  }

  /** What waits there is not known: it counts as much until it is written. */
  restore({ store }: Inheritance): void {
    const record = store.get(recordKeys.console);
    const known = record === undefined ? null : decodeRecord(record);
    if (known?.ok !== true) return;
    const { error } = known.value as { readonly error: number };
    this.#errorSink = error;
    this.#isUsed = true;
    this.#runtime.loop.post((turn) => {
      for (const sink of new Set([SINK_CONSOLE, error])) this.#flow.unknown(turn, sink);
    });
  }

  /**
   * Whether a block waits that has lines for it; where many wait already none does for want of room. Nobody waits in a shutdown: what runs must be able to
   * end. (LOGX-010)
   */
  holds(channel: Channel, isCrowded: boolean): boolean {
    if (this.#isOff) return false;
    const sink = this.#sinkOf(channel);
    if (sink === null) return true;
    return !isCrowded && this.#flow.isFull(sink) && this.#runtime.running.daemon.consoleFull === "wait" && !this.#isLeaving;
  }

  write(
    turn: Turn,
    bytes: Uint8Array,
    format: LineFormat,
    { source, lines }: { readonly source: LineSource; readonly lines: number },
  ): number {
    if (this.#isOff) return 0;
    const sink = this.#sinkOf(source.channel) ?? SINK_CONSOLE;
    if (!this.#isUsed) this.#use(turn);
    const room = this.#isLeaving ? APPENDED_MAX - bytes.length : undefined;
    if (!this.#flow.isFull(sink, room)) {
      this.#flow.append(turn, sink, bytes);
      return 0;
    }
    const name = shownName(source);
    const dropped = this.#dropped.get(name) ?? { channel: source.channel, format, lines: 0 };
    dropped.lines += lines;
    this.#dropped.set(name, dropped);
    return lines;
  }

  /** There may be room again: what was dropped is told there. */
  drained(turn: Turn): void {
    for (const [name, { channel, format, lines }] of this.#dropped) {
      const sink = this.#sinkOf(channel);
      if (sink === null || this.#flow.isFull(sink)) continue;
      this.#dropped.delete(name);
      this.#flow.append(turn, sink, this.#marker(`${lines} lines of ${name} dropped (not read fast enough)`, channel, format));
    }
  }

  /** A console that nobody can read any more is off; one on a disk that is full for a while is told of like a log. (LOGX-011) */
  trouble(turn: Turn, { type, sink, errno }: Trouble): void {
    if (type === "io-resumed") return void this.#failing.delete(sink);
    this.#failing.set(sink, errnoName(errno));
    // The activity log's own lines may have found out first.
    if (this.#isUsed) this.#tell(turn);
  }

  #tell(turn: Turn): void {
    for (const [sink, why] of this.#failing) {
      if (this.#isOff) return;
      const name = `supervisord's ${sink === SINK_CONSOLE ? "stdout" : "stderr"}`;
      this.#isOff = NOBODY_READS.has(why);
      if (this.#isOff)
        this.#runtime.activity.write(turn, "warn", `nobody reads ${name} any more (${why}): lines of programs go to their logs alone`);
      else
        this.#runtime.activity.write(
          turn,
          "critical",
          `cannot write ${name}: ${why}; lines of programs are lost there until that works again`,
        );
    }
    if (this.#isOff) this.#onKnown(turn);
  }

  /** In the form that other lines have there. */
  #marker(text: string, channel: Channel, format: LineFormat): Uint8Array {
    if (format.format !== "json") return Buffer.from(`holdfast: ${text}\n`);
    const { clock } = this.#runtime.doors;
    const { wallMs } = clock.now();
    const source = { group: "holdfast", process: "holdfast", pid: this.#runtime.keeperPid, channel };
    return formatLines(Buffer.from(`${text}\n`), format, source, { wallMs, offsetMinutes: clock.offsetMinutes(wallMs) });
  }

  get #isLeaving(): boolean {
    return this.#runtime.world.mood === "SHUTDOWN";
  }

  /** From the first line on its state is in the store. */
  #use(turn: Turn): void {
    this.#isUsed = true;
    turn.state(recordKeys.console, encodeRecord({ error: this.#errorSink ?? SINK_CONSOLE }));
    this.#tell(turn);
  }

  #sinkOf(channel: Channel): number | null {
    if (channel === "stdout") return SINK_CONSOLE;
    if (this.#errorSink === null && !this.#isLooking) void this.#look();
    return this.#errorSink;
  }

  /** Where both are one pipe or terminal, one sink writes it: of two, each would write into the lines of the other. */
  async #look(): Promise<void> {
    this.#isLooking = true;
    const { files } = this.#runtime.doors;
    const [out, error] = await Promise.all([files.stat("/dev/stdout"), files.stat("/dev/stderr")]);
    const isSame = out.ok && error.ok && out.value.device === error.value.device && out.value.inode === error.value.inode;
    this.#runtime.loop.post((turn) => {
      this.#errorSink = isSame ? SINK_CONSOLE : SINK_CONSOLE_ERR;
      if (!isSame) turn.effect({ type: "sink-open", sink: SINK_CONSOLE_ERR, spec: sinkSpec("/dev/stderr", 0) });
      this.#use(turn);
      this.#onKnown(turn);
    });
  }
}
