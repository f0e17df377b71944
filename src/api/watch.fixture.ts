/** What the API knows of a daemon besides the RPC methods' view of it, made of plain values; and viewers that take what they are told to. */
import { ok, type Result, refuse } from "../result.ts";
import type { ProcessRef } from "../rpc/control.ts";
import { UNUSED } from "./life.ts";
import type { Outlet } from "./reply.ts";
import type { ExitRow, Life, OptionValue, SupervisorEvent, TimelineEntry } from "./types.ts";
import type { ProcessDetail, ProcessSample, QueueFacts, Sampled, Timers, Watch } from "./watch.ts";

export const LIFE: Life = { wanted: "up", wantedBy: "autostart", next: { what: "runs", at: null, text: "runs" }, ...UNUSED };

export const DETAIL: ProcessDetail = {
  startedAt: null,
  stoppedAt: null,
  restarts: 0,
  lastExit: null,
  retryAt: null,
  autostart: true,
  redirectsStderr: false,
  lostBytes: 0,
  life: LIFE,
  restartsByReason: {},
  failedHooks: {},
  oomKills: 0,
};

export class FakeWatch implements Watch {
  readonly details = new Map<string, Partial<ProcessDetail>>();
  readonly changeWatchers = new Set<() => void>();
  readonly eventWatchers = new Set<(event: SupervisorEvent) => void>();
  samples: Result<readonly ProcessSample[], string> = ok([]);
  pools: readonly QueueFacts[] = [];
  looks = 0;
  costMs = 1;

  daemon() {
    return { pid: 11015, daemonPid: 11016, startedAt: 1000, configFile: "/etc/supervisord.conf", hostName: "here", rotations: 3 };
  }

  detail(ref: ProcessRef): ProcessDetail {
    return { ...DETAIL, ...this.details.get(ref.process) };
  }

  timeline(): readonly TimelineEntry[] {
    return [];
  }

  exits(): readonly ExitRow[] {
    return [];
  }

  async options(): Promise<Result<readonly OptionValue[], string>> {
    return refuse("no file");
  }

  dropped = new Map<string, number>();

  droppedLines(): ReadonlyMap<string, number> {
    return this.dropped;
  }

  queues(): readonly QueueFacts[] {
    return this.pools;
  }

  onChange(changed: () => void): () => void {
    this.changeWatchers.add(changed);
    return () => void this.changeWatchers.delete(changed);
  }

  onEvent(heard: (event: SupervisorEvent) => void): () => void {
    this.eventWatchers.add(heard);
    return () => void this.eventWatchers.delete(heard);
  }

  async sample(): Promise<Result<Sampled, string>> {
    this.looks += 1;
    return this.samples.ok ? ok({ processes: this.samples.value, costMs: this.costMs }) : this.samples;
  }

  changed(): void {
    for (const changed of this.changeWatchers) changed();
  }

  happened(event: SupervisorEvent): void {
    for (const heard of this.eventWatchers) heard(event);
  }
}

/** Rings when the test says so, in the order of the times. */
export class FakeTimers implements Timers {
  readonly due: { readonly ms: number; readonly ring: () => void }[] = [];

  after(ms: number, ring: () => void): () => void {
    const one = { ms, ring };
    this.due.push(one);
    return () => {
      const index = this.due.indexOf(one);
      if (index >= 0) this.due.splice(index, 1);
    };
  }

  /** Rings all that wait now and are due within `ms`. */
  async ring(ms: number): Promise<void> {
    const due = this.due.filter((one) => one.ms <= ms).sort((a, b) => a.ms - b.ms);
    for (const one of due) this.due.splice(this.due.indexOf(one), 1);
    for (const { ring } of due) ring();
    await settled();
  }
}

/** What was begun has been done, as far as it waits for nothing but promises. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}

export class FakeOutlet implements Outlet {
  text = "";
  held = 0;
  /** It takes nothing. */
  isStuck = false;
  isGone = false;
  #taken: () => void = () => undefined;
  #gone: (() => void)[] = [];

  async write(piece: string): Promise<boolean> {
    this.text += piece;
    return !this.isGone;
  }

  offer(piece: Uint8Array, heldMax: number): boolean {
    if (this.held > heldMax) return false;
    if (this.isStuck) this.held += piece.length;
    this.text += Buffer.from(piece).toString("utf8");
    return true;
  }

  onTaken(taken: () => void): void {
    this.#taken = taken;
  }

  onGone(gone: () => void): void {
    this.#gone.push(gone);
  }

  take(): void {
    this.held = 0;
    this.isStuck = false;
    this.#taken();
  }

  leave(): void {
    this.isGone = true;
    for (const gone of this.#gone) gone();
  }

  /** The kinds of what came since the last call. */
  kinds(): readonly string[] {
    const kinds = [...this.text.matchAll(/^event: (\w+)$/gm)].map(([, kind = ""]) => kind);
    this.text = "";
    return kinds;
  }
}
