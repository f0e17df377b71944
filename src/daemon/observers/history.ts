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

type Past = { readonly entries: TimelineEntry[]; restarts: number; lastExit: ExitReason | null; words: string; unspawned: string | null };

export class History {
  readonly #past = new WeakMap<Member, Past>();
  #isOrdered = false;

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

  /** The child has been reaped; the states that follow have this reason. */
  exited(member: Member, waitStatus: number, at: number): void {
    const { status, words } = decodeWaitStatus(waitStatus);
    const { signal, coreDumped } = endingSignal(waitStatus);
    const past = this.#of(member);
    past.lastExit = {
      at: Math.round(at),
      exitCode: status < 0 ? null : status,
      signal,
      expected: member.state.state === "STOPPING" || member.config.exitCodes.includes(status),
      coreDumped,
    };
    past.words = signal === null ? words.replace("exit status", "exit") : `${signal}${coreDumped ? " (core dumped)" : ""}`;
  }

  /** There was a start, but never a program: why not. Until the next start. */
  notSpawned(member: Member, why: string): void {
    this.#of(member).unspawned = why;
  }

  unspawned(member: Member): string | null {
    return this.#past.get(member)?.unspawned ?? null;
  }

  /** What starts within `act` was ordered by somebody: it is no restart. */
  ordered(act: () => void): void {
    this.#isOrdered = true;
    try {
      act();
    } finally {
      this.#isOrdered = false;
    }
  }

  /** A process has changed its state. */
  changed(member: Member, event: Extract<SupervisorEvent, { kind: "process-state" }>, at: number): void {
    const past = this.#of(member);
    const { state, from, pid } = event;
    if (state === "STARTING" && (from === "EXITED" || from === "BACKOFF") && !this.#isOrdered) past.restarts += 1;
    if (state === "STARTING") {
      past.words = "";
      past.unspawned = null;
    }
    past.entries.push({ at: Math.round(at), state, from, pid, reason: reasonOf(state, past.words, member.state.spawnError) });
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
