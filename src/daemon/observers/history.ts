/**
 * What has happened to each process since this daemon began: a short list of state changes with their reasons, the last exit, how often it was
 * restarted. In memory alone, and made when the first thing happens: it is for people who look, nothing is decided by it.
 */
import type { ExitReason, TimelineEntry } from "../../api/types.ts";
import type { SupervisorEvent } from "../../events/types.ts";
import { decodeWaitStatus, endingSignal } from "../../process/waitstatus.ts";
import type { Member } from "../../supervisor/world.ts";

/** State changes that are kept of each process; some 10 kB when it is full. */
export const TIMELINE_MAX = 100;

type ProcessStateEvent = Extract<SupervisorEvent, { kind: "process-state" }>;
type Past = { readonly entries: TimelineEntry[]; restarts: number; lastExit: ExitReason | null; words: string; unspawned: string | null };

export class History {
  readonly #past = new WeakMap<Member, Past>();

  timeline(member: Member): readonly TimelineEntry[] {
    return this.#past.get(member)?.entries ?? [];
  }

  restarts(member: Member): number {
    return this.#past.get(member)?.restarts ?? 0;
  }

  /** What a predecessor saw is known from the process's record, without the signal. */
  lastExit(member: Member): ExitReason | null {
    const known = this.#past.get(member)?.lastExit;
    const { state, config } = member;
    if (known !== undefined && known !== null) return known;
    if (state.exitStatus === null) return null;
    const exitCode = state.exitStatus < 0 ? null : state.exitStatus;
    return {
      at: Math.round(state.stopWallMs),
      exitCode,
      signal: null,
      expected: config.exitCodes.includes(state.exitStatus),
      coreDumped: false,
    };
  }

  /** There was a start, but never a program: why not. Until the next start. */
  unspawned(member: Member): string | null {
    return this.#past.get(member)?.unspawned ?? null;
  }

  /** A process has changed its state. */
  changed(member: Member, event: ProcessStateEvent, at: number): void {
    const past = this.#of(member);
    const { state, from, pid, cause, spawnError } = event;
    if (state === "STARTING") {
      // A start that somebody ordered is no restart.
      if ((from === "EXITED" || from === "BACKOFF") && cause.type !== "start") past.restarts += 1;
      past.words = "";
      past.unspawned = null;
    }
    if (cause.type === "exited") {
      past.lastExit = exitReason(member, event, cause.waitStatus, Math.round(at));
      past.words = wordsOf(cause.waitStatus);
      past.unspawned = cause.notSpawned ?? null;
    }
    past.entries.push({ at: Math.round(at), state, from, pid, reason: reasonOf(state, past.words, spawnError) });
    if (past.entries.length > TIMELINE_MAX) past.entries.shift();
  }

  #of(member: Member): Past {
    const known = this.#past.get(member);
    if (known !== undefined) return known;
    const past: Past = { entries: [], restarts: 0, lastExit: null, words: "", unspawned: null };
    this.#past.set(member, past);
    return past;
  }
}

function exitReason({ config }: Member, { from }: ProcessStateEvent, waitStatus: number, at: number): ExitReason {
  const { status } = decodeWaitStatus(waitStatus);
  const expected = from === "STOPPING" || config.exitCodes.includes(status);
  return { at, exitCode: status < 0 ? null : status, ...endingSignal(waitStatus), expected };
}

function wordsOf(waitStatus: number): string {
  const { signal, coreDumped } = endingSignal(waitStatus);
  if (signal === null) return decodeWaitStatus(waitStatus).words.replace("exit status", "exit");
  return `${signal}${coreDumped ? " (core dumped)" : ""}`;
}

function reasonOf(state: TimelineEntry["state"], words: string, spawnError: string): string {
  switch (state) {
    case "STARTING":
    case "RUNNING":
    case "STOPPING":
      return "";
    case "STOPPED":
    case "EXITED":
      return words;
    case "BACKOFF":
    case "FATAL":
    case "UNKNOWN":
      return words !== "" || spawnError === "" ? words : `spawn error: ${spawnError}`;
  }
}
