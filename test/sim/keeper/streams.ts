/** The read ends of the fake keeper: plain streams go to their sink, asked ones wait for a verdict block by block. */
import type { StreamEntry, Verdict } from "../../../src/link/messages.ts";
import { type Host, later } from "./host.ts";
import type { Pipe } from "./pipe.ts";
import type { Reports } from "./reports.ts";
import type { Sinks } from "./sinks.ts";

const PLAIN_READ_MAX = 128 * 1024;
const BLOCK_MAX = 64 * 1024;
/** Blocks of all asked streams that wait for their verdicts. */
export const BLOCKS_MAX = 64;

type Asked = { readonly block: bigint; readonly report: bigint; readonly bytes: Uint8Array };

type Stream = {
  readonly stream: number;
  readonly child: number;
  mode: "plain" | "asked";
  sink: number;
  pipe: Pipe | null;
  /** A block is on its way: read, and neither written nor answered yet. */
  busy: boolean;
  asked: Asked | null;
  nextBlock: bigint;
  open: boolean;
  eofReport: bigint | null;
  readonly onEnd: () => void;
};

export class Streams {
  readonly #host: Host;
  readonly #reports: Reports;
  readonly #sinks: Sinks;
  readonly #streams = new Map<number, Stream>();
  readonly #ever = new Set<number>();
  #blocks = 0;
  /** Streams that have something to ask and no block free, in their order. */
  readonly #turns: Stream[] = [];

  constructor(host: Host, reports: Reports, sinks: Sinks) {
    this.#host = host;
    this.#reports = reports;
    this.#sinks = sinks;
  }

  /** A stream of that number is or was there. */
  wasThere(stream: number): boolean {
    return this.#ever.has(stream);
  }

  entries(): StreamEntry[] {
    return [...this.#streams.values()].map(({ stream, child, mode, sink, open }) => ({ stream, child, mode, sink, open }));
  }

  add(stream: number, child: number, mode: "plain" | "asked", sink: number, onEnd: () => void): void {
    if (this.#ever.has(stream)) this.#host.violation(`stream ${stream} was used twice`);
    this.#ever.add(stream);
    this.#streams.set(stream, {
      stream,
      child,
      mode,
      sink,
      pipe: null,
      busy: false,
      asked: null,
      nextBlock: 1n,
      open: true,
      eofReport: null,
      onEnd,
    });
  }

  /** The child exists: what it writes can be read. */
  attach(stream: number, pipe: Pipe): void {
    const found = this.#streams.get(stream);
    if (found === undefined) return;
    found.pipe = pipe;
    pipe.onReadable = () => later(this.#host, "pipe", () => this.#pump(found));
  }

  /** There never was a child, and nobody is told of the stream. */
  discard(stream: number): void {
    this.#streams.delete(stream);
  }

  /** Ends a stream that nothing can come from any more. */
  endNow(stream: number): void {
    const found = this.#streams.get(stream);
    if (found?.open) this.#end(found);
  }

  setMode(stream: number, mode: "plain" | "asked", sink: number): void {
    const found = this.#streams.get(stream);
    if (found === undefined) return;
    found.mode = mode;
    found.sink = sink;
    later(this.#host, "pipe", () => this.#pump(found));
  }

  verdict(stream: number, block: bigint, verdict: Verdict): void {
    const found = this.#streams.get(stream);
    const asked = found?.asked;
    if (found === undefined || !asked || asked.block !== block) return;
    found.asked = null;
    this.#reports.drop(asked.report);
    this.#release();
    const bytes = verdict.kind === "as-is" ? asked.bytes : verdict.kind === "replace" ? verdict.bytes : null;
    this.#write(found, bytes);
  }

  forgetChild(child: number): void {
    for (const stream of this.#streams.values()) {
      if (stream.child !== child || !stream.open) continue;
      stream.pipe?.closeReader();
      if (stream.asked !== null) {
        this.#reports.drop(stream.asked.report);
        stream.asked = null;
        this.#release();
      }
      this.#end(stream);
    }
  }

  acknowledged(number: bigint): void {
    for (const stream of this.#streams.values()) if (stream.eofReport === number) this.#streams.delete(stream.stream);
  }

  #pump(stream: Stream): void {
    const { pipe } = stream;
    if (stream.busy || !stream.open || pipe === null) return;
    if (pipe.size === 0) return pipe.atEnd ? this.#end(stream) : undefined;
    if (stream.mode === "asked") return this.#ask(stream, pipe);
    stream.busy = true;
    this.#write(stream, pipe.read(PLAIN_READ_MAX));
  }

  #ask(stream: Stream, pipe: Pipe): void {
    if (this.#blocks >= BLOCKS_MAX) {
      if (!this.#turns.includes(stream)) this.#turns.push(stream);
      return;
    }
    this.#blocks++;
    stream.busy = true;
    const bytes = pipe.read(BLOCK_MAX);
    const block = stream.nextBlock++;
    const report = this.#reports.keep({ type: "block", stream: stream.stream, block, bytes });
    stream.asked = { block, report, bytes };
  }

  #release(): void {
    this.#blocks--;
    const next = this.#turns.shift();
    if (next !== undefined) later(this.#host, "pipe", () => this.#pump(next));
  }

  /** null: dropped. */
  #write(stream: Stream, bytes: Uint8Array | null): void {
    const done = (): void => {
      stream.busy = false;
      later(this.#host, "pipe", () => this.#pump(stream));
    };
    if (bytes === null || bytes.length === 0 || stream.sink === 0) return done();
    this.#sinks.write(stream.sink, bytes, done);
  }

  #end(stream: Stream): void {
    stream.open = false;
    stream.eofReport = this.#reports.keep({ type: "eof", stream: stream.stream, child: stream.child });
    stream.onEnd();
  }
}
