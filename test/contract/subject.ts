/**
 * A keeper under test, fake or real, and the daemon's end of its socket, which the test plays. Everything goes over the wire as bytes for both,
 * so the cases do not know which one they have; where time must pass they say so, and the fake lets it pass at once.
 */
import { decodeKeeperFrame, encodeBatch, encodeHello } from "../../src/link/codec.ts";
import { FrameReader } from "../../src/link/frames.ts";
import {
  type Batch,
  type KeeperEffect,
  PROTOCOL_OLDEST,
  PROTOCOL_VERSION,
  type Report,
  type ReportType,
  type Welcome,
} from "../../src/link/messages.ts";
import { WelcomeBuilder } from "../../src/link/welcome.ts";

/** Waits until the condition holds; throws with `what` after the patience of the subject. */
export type Until = (condition: () => boolean, what: string) => Promise<void>;

/** One daemon's socket, without any meaning. */
export interface Wire {
  readonly pid: number;
  /** Resolves when the keeper's side has the bytes. */
  write(bytes: Buffer): Promise<void>;
  onBytes: (bytes: Buffer) => void;
  /** The keeper closed it, or the daemon is dead. */
  readonly closed: boolean;
  /** SIGKILL. What was written before still counts. */
  kill(): Promise<void>;
  quit(code: number): Promise<void>;
}

export interface Keeper {
  readonly kind: "fake" | "real";
  /** An empty folder for files, absolute. */
  readonly folder: string;
  /** The program of the suite. */
  readonly actor: string;
  /** What this keeper is, and runs as its daemon: for an upgrade to the same. */
  readonly itself: { readonly keeper: string; readonly argv: readonly string[] };
  readonly until: Until;
  /** The keeper's own pid, which changes when it becomes a daemon. */
  readonly pid: number;
  /** Resolves with the wire of the next daemon that was started. */
  nextDaemon(): Promise<Wire>;
  /** kill(2) on the keeper. */
  signal(signal: number): void;
  /** The code with which the keeper has ended; null while it lives. */
  readonly exitCode: number | null;
  alive(pid: number): boolean;
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
  text(path: string): string;
  exists(path: string): boolean;
  write(path: string, text: string, mode?: number): void;
  link(path: string, target: string): void;
  rename(from: string, to: string): void;
  isSocket(path: string): boolean;
  /** Someone else listens on a unix socket. */
  listen(path: string): Promise<void>;
  /** Leaves a socket file behind at which nobody listens. */
  stale(path: string): Promise<void>;
  close(): Promise<void>;
}

export type ReportOf<T extends ReportType> = Extract<Report, { type: T }>;

/** The daemon that the test plays. */
export class Daemon {
  readonly #until: Until;
  readonly wire: Wire;
  readonly reports: Report[] = [];
  /** Every report that ever came, in order; `reports` loses those that were taken. */
  readonly history: Report[] = [];
  readonly unknownTags: number[] = [];
  #builder = new WelcomeBuilder();
  #welcome: Welcome | null = null;
  #failure: string | null = null;
  #batch = 0n;

  constructor(wire: Wire, until: Until) {
    this.wire = wire;
    this.#until = until;
    const reader = new FrameReader((tag, body) => this.#onFrame(tag, body));
    wire.onBytes = (bytes) => {
      const read = reader.push(bytes);
      if (!read.ok) this.#failure ??= read.error;
    };
  }

  async hello(versionMin = PROTOCOL_OLDEST, versionMax = PROTOCOL_VERSION): Promise<Welcome> {
    await this.wire.write(encodeHello({ versionMin, versionMax }));
    await this.#until(() => this.#welcome !== null || this.#failure !== null, "a welcome");
    if (this.#welcome === null) throw new Error(this.#failure ?? "no welcome");
    return this.#welcome;
  }

  /** Sends a batch; its number. */
  async send(batch: Partial<Batch>): Promise<bigint> {
    this.#batch += 1n;
    await this.wire.write(encodeBatch(this.#batch, { acknowledged: [], states: [], effects: [], ...batch }));
    return this.#batch;
  }

  /** Sends effects. */
  does(...effects: KeeperEffect[]): Promise<bigint> {
    return this.send({ effects });
  }

  acknowledge(...reports: readonly { readonly report: bigint }[]): Promise<bigint> {
    return this.send({ acknowledged: reports.map(({ report }) => report) });
  }

  /** Takes the first report of a type that matches, waiting for it. */
  async next<T extends ReportType>(type: T, match: (report: ReportOf<T>) => boolean = () => true): Promise<ReportOf<T>> {
    const find = (): number => this.reports.findIndex((report) => report.type === type && match(report as ReportOf<T>));
    await this.#until(
      () => find() >= 0 || this.#failure !== null,
      `a report '${type}' (there: ${this.reports.map((one) => one.type).join(", ") || "none"})`,
    );
    const [report] = this.reports.splice(find(), 1);
    if (report === undefined || this.#failure !== null) throw new Error(this.#failure ?? "no report");
    return report as ReportOf<T>;
  }

  waitFor(condition: () => boolean, what: string): Promise<void> {
    return this.#until(() => condition() || this.#failure !== null, what);
  }

  has(type: ReportType): boolean {
    return this.reports.some((report) => report.type === type);
  }

  /** A round trip: everything sent before has been carried out as far as it is carried out at once. */
  async round(): Promise<void> {
    await this.does({ type: "limit", resource: "nofile", soft: 256n, hard: 512n });
    await this.next("limited");
  }

  #onFrame(tag: number, body: Buffer): void {
    const frame = decodeKeeperFrame(tag, body);
    if (!frame.ok) {
      if (frame.error.kind === "unknown") this.unknownTags.push(tag);
      else this.#failure ??= frame.error.text;
      return;
    }
    if (frame.value.type === "report") {
      this.reports.push(frame.value.value);
      this.history.push(frame.value.value);
      return;
    }
    const built = this.#builder.add(frame.value);
    if (!built.ok) this.#failure ??= built.error;
    else if (built.value !== null) this.#welcome = built.value;
  }
}
