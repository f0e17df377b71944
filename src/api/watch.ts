/**
 * What the API needs of the daemon besides `SupervisorControl`: what happened, who wants to know of it, and figures. The daemon implements
 * it; tests use a plain object. Nothing in it costs anything while nobody asks.
 */
import type { Errno } from "../doors.ts";
import type { Result } from "../result.ts";
import type { ProcessRef } from "../rpc/control.ts";
import type { ExitReason, ExitRow, Life, OptionValue, SupervisorEvent, TimelineEntry } from "./types.ts";

/** What is known of a process besides its view. */
export type ProcessDetail = {
  readonly startedAt: number | null;
  readonly stoppedAt: number | null;
  readonly restarts: number;
  readonly lastExit: ExitReason | null;
  readonly retryAt: number | null;
  readonly autostart: boolean;
  readonly redirectsStderr: boolean;
  readonly lostBytes: number;
  readonly life: Life;
  /** Since supervisord began. */
  readonly restartsByReason: Readonly<Record<string, number>>;
  readonly failedHooks: Readonly<Record<string, number>>;
  readonly oomKills: number;
};

/** `pid`: what users call supervisord, the keeper's; `daemonPid`: of the head, which serves this. */
export type DaemonFacts = {
  readonly pid: number;
  readonly daemonPid: number;
  readonly startedAt: number;
  readonly configFile: string;
  readonly hostName: string;
  /** Logs that this daemon has rotated. */
  readonly rotations: number;
};

/** A listener pool's buffer. */
export type QueueFacts = { readonly pool: string; readonly length: number; readonly capacity: number };

/** One process of the machine, from /proc. */
export type ProcessSample = {
  readonly pid: number;
  readonly parent: number;
  /** User and system time since its start, in milliseconds. */
  readonly cpuMs: number;
  /** Resident bytes. */
  readonly memory: number;
  /** Clock ticks since boot at its start: with the pid it names a process for ever. */
  readonly startTicks: number;
};

/** `costMs`: the time that the loop stood still for it, all in all. */
export type Sampled = { readonly processes: readonly ProcessSample[]; readonly costMs: number };

export interface Watch {
  daemon(): DaemonFacts;
  detail(ref: ProcessRef): ProcessDetail | null;
  /** Oldest first; empty when nothing has happened since this daemon began. */
  timeline(ref: ProcessRef): readonly TimelineEntry[];
  /** Oldest first; empty when it has never ended. */
  exits(ref: ProcessRef): readonly ExitRow[];
  /** The options of a process as they are in force; an error is why the file cannot be read now. */
  options(ref: ProcessRef): Promise<Result<readonly OptionValue[], string>>;
  queues(): readonly QueueFacts[];
  /** Lines that did not reach a target, by its name (`console`), since this daemon began. */
  droppedLines(): ReadonlyMap<string, number>;
  /** Tells that something which is shown has changed. What it returns ends it. */
  onChange(changed: () => void): () => void;
  /** Tells of everything that a listener could get. What it returns ends it. */
  onEvent(heard: (event: SupervisorEvent) => void): () => void;
  /** All processes of the machine that can be seen. */
  sample(): Promise<Result<Sampled, Errno>>;
}

/** Timers as this room needs them. */
export interface Timers {
  /** Calls `ring` once after `ms`; what it returns cancels. */
  after(ms: number, ring: () => void): () => void;
}
