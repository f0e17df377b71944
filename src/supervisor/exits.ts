/**
 * How the runs of a process ended, and how often it was started again since supervisord started: the record `history/GROUP:NAME`. There is none of a
 * process that has never ended. Nothing is decided by it: it is for people who look. (HIS-001)
 */
import { ok, type Result } from "../result.ts";
import { decodeRecord, encodeRecord } from "./records.ts";

/** Whether the kernel killed it for want of memory. (HIS-002) */
export type Oom = "yes" | "likely" | "no";

/** One run that has ended. */
export type End = {
  /** By the wall clock; `ranMs` is by the monotonic one. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ranMs: number;
  /** null: it was ended by a signal. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly core: boolean;
  /** Whether exitcodes names it, or the process had been told to stop. */
  readonly expected: boolean;
  /** Why it ended, in the words of HOLDFAST_REASON: `exit` by itself, or who ended it. */
  readonly reason: string;
  readonly oom: Oom;
  /** User and system time, with children that it has waited for. */
  readonly cpuMs: number;
  /** The most resident memory that it had, in bytes. */
  readonly memory: number;
  /** Processes of its process group that lived on at its end; null: not known. */
  readonly survivors: number | null;
};

type Counts = Readonly<Record<string, number>>;

export type ExitHistory = {
  /** Oldest first. */
  readonly ends: readonly End[];
  /** How often it was started again, by the reason of the start. */
  readonly restarts: Counts;
  /** Hooks that failed, by hook. */
  readonly failedHooks: Counts;
  readonly oomKills: number;
};

export const NO_HISTORY: ExitHistory = { ends: [], restarts: {}, failedHooks: {}, oomKills: 0 };

/** Ends that are kept of each process. */
export const ENDS_MAX = 20;
/** When the store is nearly full. (CMN-029) */
export const ENDS_WHEN_FULL = 5;
export const HISTORY_BYTES_MAX = 4096;

/** Restarts that somebody has ordered. */
const BY_OTHERS: ReadonlySet<string> = new Set(["update", "rolling"]);

export function withEnd(history: ExitHistory, end: End): ExitHistory {
  const oomKills = history.oomKills + (end.oom === "no" ? 0 : 1);
  return { ...history, oomKills, ends: [...history.ends, end].slice(-ENDS_MAX) };
}

export function withRestart(history: ExitHistory, reason: string): ExitHistory {
  return { ...history, restarts: oneMore(history.restarts, reason) };
}

export function withFailedHook(history: ExitHistory, hook: string): ExitHistory {
  return { ...history, failedHooks: oneMore(history.failedHooks, hook) };
}

/** What became known of the last end after it was told. */
export function withSurvivors(history: ExitHistory, endedAt: number, survivors: number): ExitHistory {
  return { ...history, ends: history.ends.map((end) => (end.endedAt === endedAt ? { ...end, survivors } : end)) };
}

/** How often it was started again by itself. */
export function restartsOf({ restarts }: ExitHistory): number {
  return Object.entries(restarts).reduce((sum, [reason, count]) => (BY_OTHERS.has(reason) ? sum : sum + count), 0);
}

export function cut(history: ExitHistory, most: number): ExitHistory {
  return history.ends.length <= most ? history : { ...history, ends: most === 0 ? [] : history.ends.slice(-most) };
}

/** The record, and the history as it is in it: older ends go until it fits. */
export function encodeHistory(history: ExitHistory): { readonly bytes: Uint8Array; readonly kept: ExitHistory } {
  for (let most = history.ends.length; ; most--) {
    const kept = cut(history, most);
    const bytes = encodeRecord(kept, "2");
    if (bytes.length <= HISTORY_BYTES_MAX || most === 0) return { bytes, kept };
  }
}

/** Refuses with what is wrong with it. Members that a later release has added are left alone. */
export function decodeHistory(bytes: Uint8Array): Result<ExitHistory, string> {
  const read = decodeRecord(bytes);
  return read.ok ? ok({ ...NO_HISTORY, ...(read.value as Partial<ExitHistory>) }) : read;
}

function oneMore(counts: Counts, name: string): Counts {
  return { ...counts, [name]: (counts[name] ?? 0) + 1 };
}
