/**
 * Checks that are commands, as auxiliary runs: one is ordered, its end is a result like that of any check, and one of which nobody awaits the result any more
 * is ended. (RDY-005, HLT-005, HLT-011)
 */
import type { Now } from "../doors.ts";
import { callOffRuns, orderRun, outcomeWords, type RunTransition } from "./auxiliary.ts";
import type { Checked } from "./health.ts";
import { withLife } from "./life.ts";
import type { InputOf, ProcessState } from "./state.ts";

/** What a shell ends with when a command is not there or cannot be run: that says nothing about the program. (HLT-005) */
const COULD_NOT_BE_RUN: ReadonlySet<number> = new Set([126, 127]);
/** One that was ended so long after its time has been asleep with its host. (HLT-006) */
const SLEPT_MS = 2000;

type RunEnded = InputOf<"run-ended">;

/** The check is made by a command; its result is known by its number. */
export function orderCheck(process: ProcessState, timeoutMs: number, now: Now): RunTransition {
  const { process: ordered, effects } = orderRun(process, { what: "check", timeoutMs }, now);
  const { ready, health, lastRun: run = 0 } = ordered.life;
  const isOfHealth = process.state === "RUNNING";
  const life = withLife(ordered.life, {
    ready: ready === undefined || isOfHealth ? ready : { ...ready, run },
    health: health === undefined || !isOfHealth ? health : { ...health, run },
  });
  return { process: { ...ordered, life }, effects };
}

/** Whether this is the end of a check that is awaited. */
export function isAwaitedCheck(process: ProcessState, { what, number }: Pick<RunEnded, "what" | "number">): boolean {
  return what === "check" && number === awaitedRun(process);
}

function awaitedRun({ state, life }: ProcessState): number | undefined {
  if (state === "RUNNING") return life.health?.run;
  return state === "STARTING" ? life.ready?.run : undefined;
}

/** Checks of which nobody awaits the result are ended. (HLT-009) */
export function endLateChecks(process: ProcessState, startsNothing: boolean, now: Now): RunTransition {
  return callOffRuns(process, (run) => run.what === "check" && (startsNothing || !isAwaitedCheck(process, run)), now);
}

/** A check that could not be made is told apart from one that has failed. */
export function checkedBy({ outcome, output, ranMs = 0, timeoutMs = 0 }: RunEnded): Checked {
  const text = outcome.kind === "timeout" ? "timed out" : outcomeWords(outcome, timeoutMs);
  const found = (result: Checked["result"], words = text): Checked => ({ result, text: words, output, ms: ranMs });
  switch (outcome.kind) {
    case "exit":
      if (outcome.code === 0) return found("ok");
      return found(COULD_NOT_BE_RUN.has(outcome.code) ? "error" : "failed");
    case "signal":
      return found("failed");
    case "timeout":
      return ranMs > timeoutMs + SLEPT_MS ? found("error", "this host has slept") : found("failed");
    case "not-run":
      return found("error");
  }
}
