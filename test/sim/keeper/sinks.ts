/** The log files of the fake keeper: one queue per sink, written by a worker in order, paused at the limit while a daemon is connected. */

import type { SinkEntry, SinkSpec } from "../../../src/link/messages.ts";
import { ok, type Result, refuse } from "../../../src/result.ts";
import { append, DEVICE, errnoNumber, type Inode } from "../tree.ts";
import { type Host, later } from "./host.ts";
import type { Reports } from "./reports.ts";

const APPEND_MAX = 1024 * 1024;
const ENOBUFS = errnoNumber("ENOBUFS");

type Item =
  | { readonly kind: "write"; readonly bytes: Uint8Array; readonly appended: boolean; readonly done: () => void }
  | { readonly kind: "tell"; readonly done: () => void }
  | { readonly kind: "close" };

type Sink = {
  readonly sink: number;
  spec: SinkSpec;
  /** null while the first open is under way. */
  inode: Inode | null;
  readonly queue: Item[];
  appendBytes: number;
  busy: boolean;
  paused: boolean;
  closing: boolean;
  /** Files to open before anything else is written. */
  readonly reopen: SinkSpec[];
  limitReport: bigint | null;
  lost: bigint;
  burst: bigint;
};

export class Sinks {
  readonly #host: Host;
  readonly #reports: Reports;
  readonly #sinks = new Map<number, Sink>();
  readonly #ever = new Set<number>();
  /** While a daemon is connected the limits are hard. */
  hardLimits = false;

  constructor(host: Host, reports: Reports) {
    this.#host = host;
    this.#reports = reports;
  }

  /** A sink of that number is or was there, or a spawn that failed named it. */
  wasThere(sink: number): boolean {
    return this.#ever.has(sink);
  }

  /** A spawn will open it. */
  announce(sink: number): void {
    this.#ever.add(sink);
  }

  entries(): SinkEntry[] {
    return [...this.#sinks.values()]
      .filter((one) => one.inode !== null)
      .map(({ sink, spec, inode }) => ({
        sink,
        path: spec.path,
        size: BigInt(inode?.size ?? 0),
        limit: BigInt(spec.limit),
        regular: inode?.kind === "file",
      }));
  }

  /** The files that are open, by their paths. */
  get written(): readonly { readonly path: string; readonly inode: Inode }[] {
    return [...this.#sinks.values()].flatMap(({ spec, inode }) => (inode === null ? [] : [{ path: spec.path, inode }]));
  }

  /** Opens at once, as the worker that spawns does. A number is the errno. */
  openNow(sink: number, spec: SinkSpec): Result<true, number> {
    const inode = this.#open(spec);
    if (!inode.ok) return inode;
    if (this.#sinks.has(sink)) this.#host.violation(`sink ${sink} was opened twice`);
    this.#sinks.set(sink, this.#make(sink, spec, inode.value));
    return ok(true);
  }

  open(sink: number, spec: SinkSpec): void {
    if (this.#sinks.has(sink)) return this.#host.violation(`sink ${sink} was opened twice`);
    const made = this.#make(sink, spec, null);
    this.#sinks.set(sink, made);
    later(this.#host, "worker", () => {
      const inode = this.#open(spec);
      this.#reports.tell({
        type: "sink-opened",
        sink,
        errno: inode.ok ? 0 : inode.error,
        size: BigInt(inode.ok ? inode.value.size : 0),
        regular: inode.ok && inode.value.kind === "file",
      });
      if (!inode.ok) return this.#forget(made);
      made.inode = inode.value;
      this.#kick(made);
    });
  }

  reopen(sink: number, spec: SinkSpec): void {
    const found = this.#sinks.get(sink);
    if (found === undefined) return;
    found.reopen.push(spec);
    this.#kick(found);
  }

  close(sink: number): void {
    const found = this.#sinks.get(sink);
    if (found === undefined || found.closing) return;
    found.closing = true;
    found.queue.push({ kind: "close" });
    this.#kick(found);
  }

  /** Takes back what a spawn that failed before its child had opened. */
  discard(sink: number): void {
    this.#sinks.delete(sink);
  }

  append(sink: number, bytes: Uint8Array): void {
    const found = this.#sinks.get(sink);
    if (found === undefined || found.closing) return;
    if (found.appendBytes + bytes.length > APPEND_MAX) return this.#lose(found, bytes.length, ENOBUFS);
    found.appendBytes += bytes.length;
    found.queue.push({ kind: "write", bytes, appended: true, done: () => {} });
    this.#kick(found);
  }

  /** `done` when all that waits now has been written or opened, at once when the sink is not there. */
  tell(sink: number, done: () => void): void {
    const found = this.#sinks.get(sink);
    if (found === undefined || found.closing) return done();
    found.queue.push({ kind: "tell", done });
    this.#kick(found);
  }

  /** A block of a stream; `done` when it has been written or lost. */
  write(sink: number, bytes: Uint8Array, done: () => void): void {
    const found = this.#sinks.get(sink);
    if (found === undefined) return done();
    found.queue.push({ kind: "write", bytes, appended: false, done });
    this.#kick(found);
  }

  /** A daemon has come or gone. */
  setHardLimits(hard: boolean): void {
    this.hardLimits = hard;
    if (hard) return;
    for (const sink of this.#sinks.values()) {
      sink.paused = false;
      this.#kick(sink);
    }
  }

  /** A `limit` report was acknowledged: the next one may be sent. */
  acknowledged(number: bigint): void {
    for (const sink of this.#sinks.values()) if (sink.limitReport === number) sink.limitReport = null;
  }

  /** Whether everything that was queued has been written. */
  get quiet(): boolean {
    return [...this.#sinks.values()].every((sink) => sink.queue.length === 0 && !sink.busy);
  }

  #make(sink: number, spec: SinkSpec, inode: Inode | null): Sink {
    this.#ever.add(sink);
    return {
      sink,
      spec,
      inode,
      queue: [],
      appendBytes: 0,
      busy: false,
      paused: false,
      closing: false,
      reopen: [],
      limitReport: null,
      lost: 0n,
      burst: 0n,
    };
  }

  #open(spec: SinkSpec): Result<Inode, number> {
    if (spec.path === "") return refuse(errnoNumber("ENOENT"));
    const opened = this.#host.tree.open(spec.path, {
      truncate: spec.truncate,
      noFollow: spec.regularOnly,
      exclusive: false,
      mode: spec.mode,
    });
    if (!opened.ok) return refuse(errnoNumber(opened.error));
    if (spec.regularOnly && opened.value.kind !== "file") return refuse(errnoNumber("EINVAL"));
    return opened;
  }

  #kick(sink: Sink): void {
    if (sink.busy || sink.inode === null) return;
    const next = sink.reopen.shift();
    if (next !== undefined) return this.#work(sink, () => this.#reopened(sink, next));
    const item = sink.queue[0];
    if (item === undefined || (item.kind === "write" && sink.paused && !sink.closing)) return;
    this.#work(sink, () => {
      sink.queue.shift();
      if (item.kind === "close") return this.#forget(sink);
      if (item.kind === "tell") return item.done();
      if (item.appended) sink.appendBytes -= item.bytes.length;
      this.#put(sink, item.bytes);
      item.done();
    });
  }

  #work(sink: Sink, act: () => void): void {
    sink.busy = true;
    later(this.#host, "worker", () => {
      act();
      sink.busy = false;
      this.#kick(sink);
    });
  }

  #reopened(sink: Sink, spec: SinkSpec): void {
    const inode = this.#open(spec);
    if (inode.ok) {
      sink.inode = inode.value;
      sink.spec = spec;
      sink.paused = false;
    }
    const size = BigInt(sink.inode?.size ?? 0);
    this.#reports.tell({
      type: "sink-opened",
      sink: sink.sink,
      errno: inode.ok ? 0 : inode.error,
      size,
      regular: sink.inode?.kind === "file",
    });
  }

  #put(sink: Sink, bytes: Uint8Array): void {
    const { inode, spec } = sink;
    if (inode === null) return;
    const errno = inode.kind === "file" ? this.#host.faults.write(spec.path) : 0;
    if (errno !== 0) return this.#lose(sink, bytes.length, errno);
    append(inode, bytes);
    if (sink.burst > 0n) this.#reports.keep({ type: "io-resumed", sink: sink.sink, lostBytes: sink.burst });
    sink.burst = 0n;
    if (spec.limit === 0 || inode.kind !== "file" || inode.size < spec.limit) return;
    if (this.hardLimits) sink.paused = true;
    sink.limitReport ??= this.#reports.keep({
      type: "limit",
      sink: sink.sink,
      size: BigInt(inode.size),
      device: DEVICE,
      inode: inode.number,
    });
  }

  #lose(sink: Sink, length: number, errno: number): void {
    if (length === 0) return;
    const first = sink.burst === 0n;
    sink.lost += BigInt(length);
    sink.burst += BigInt(length);
    if (first) this.#reports.keep({ type: "io-error", sink: sink.sink, errno, lostBytes: sink.lost });
  }

  /** Blocks that wait for a sink that is gone are dropped, so that their streams go on. */
  #forget(sink: Sink): void {
    this.#sinks.delete(sink.sink);
    if (sink.limitReport !== null) this.#reports.drop(sink.limitReport);
    for (const item of sink.queue.splice(0)) if (item.kind !== "close") item.done();
  }
}
