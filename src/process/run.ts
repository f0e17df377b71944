/** An auxiliary run as a value: what it is, how far it has come, and how it ended. `auxiliary.ts` says what happens to it. (CMN-022) */
import type { Reason } from "./causes.ts";

/** The third part of its label, and for hooks the name of the option. */
export type What = "pre_start" | "post_start" | "pre_stop" | "stop_command" | "post_stop" | "on_fatal" | "check" | "reload_command";

/** What hooks are told of the last run of the program. */
export type RunEnd = {
  /** null: it was ended by a signal. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly expected: boolean;
  readonly ranMs: number;
  readonly reason: Reason;
};

export type Run = {
  readonly what: What;
  /** Grows with every run of the process: by it a late result is known. */
  readonly number: number;
  /** It waits for others to end before it begins. */
  readonly isQueued?: true;
  /** The keeper's number, from the batch of its spawn on; 0 before. */
  readonly child: number;
  /** 0 until it is told. */
  readonly pid: number;
  /** Since its order, then since its spawn. */
  readonly sinceMs: number;
  readonly sinceWallMs: number;
  /** From its spawn on: what waits for a free place is not counted. */
  readonly timeoutMs: number;
  /** When it is ended, or ended harder; there is none before its spawn. */
  readonly untilMs?: number;
  /** It has had SIGTERM, SIGKILL, or even that has not ended it and nobody waits for it any more. Its result, if anybody awaited one, has been told. */
  readonly ending?: "asked" | "killed" | "left";
  /** What it is run for. (HOOK-009) */
  readonly reason?: Reason;
  readonly end?: RunEnd;
};

export type RunOutcome =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "timeout" }
  /** It could not be run, and why. */
  | { readonly kind: "not-run"; readonly text: string };
