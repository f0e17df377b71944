/**
 * One rolling restart as a value: which processes are left, which are being restarted, and how each ended. A few at a time are stopped and started; when all of
 * them are good the next ones follow, and the first failure ends it. Pure: what is seen of a process comes in, whom to stop goes out. (ROLL)
 */
import type { State } from "../process/states.ts";
import { unreachable } from "../result.ts";

export type Operation = {
  readonly id: number;
  /** The client's own word for the order: given again, it is the same order. The empty text: none. */
  readonly token: string;
  /** How many at a time. */
  readonly atOnce: number;
  /** It goes on after a failure, and does not wait for health. (ROLL-002) */
  readonly each: boolean;
  /** Names `group:process`, in their order. */
  readonly left: readonly string[];
  readonly batch: readonly UnderWay[];
  /** In the order in which they ended. */
  readonly results: readonly OperationResult[];
  /** null: it goes on. */
  readonly ended: OperationEnd | null;
};

/** `update`: of one of its groups; `down`: supervisord goes down or reloads. (ROLL-004) */
export type OperationEnd = "done" | "failed" | "update" | "down";

type UnderWay = {
  readonly name: string;
  /** The number of the run that was there before. */
  readonly attempt: number;
  /** By when the new run has to be healthy, monotonic. */
  readonly untilMs?: number;
};

export type OperationResult = { readonly name: string; readonly result: "restarted" | "skipped" | "failed"; readonly text: string };

/** What is seen of a process. */
export type Seen = {
  readonly state: State;
  readonly attempt: number;
  /** It is down and starts by itself, now, later or when a condition holds. */
  readonly isStartDue: boolean;
  /** What it waits for will not come by itself: `db, which is FATAL`. */
  readonly hopeless: string | null;
  readonly hasSpawnError: boolean;
  /** null: it has no check. */
  readonly isHealthy: boolean | null;
  /** How long the new run may take to become healthy; null: for ever. */
  readonly healthyMs: number | null;
};

/** The most processes of one operation. */
export const OPERATION_MAX = 10_000;

/** null: there is no such process any more. */
export type Look = (name: string) => Seen | null;

/** The operation after a look at its processes, and the names of those that are to be stopped in order to be started again. */
export function advance(
  operation: Operation,
  look: Look,
  nowMs: number,
): { readonly operation: Operation; readonly stop: readonly string[] } {
  if (operation.ended !== null) return { operation, stop: [] };
  const looked = lookAtBatch(operation, look, nowMs);
  if (looked.batch.length > 0) return { operation: looked, stop: [] };
  // Those of a batch are told one after the other: a failure is one of the batch that has just ended.
  if (!looked.each && looked.results.some(({ result }) => result === "failed"))
    return { operation: { ...looked, ended: "failed" }, stop: [] };
  return nextBatch(looked, look);
}

/** Ends it as it stands: what is being restarted goes on by itself. */
export function endOperation(operation: Operation, ended: OperationEnd): Operation {
  return operation.ended === null ? { ...operation, ended } : operation;
}

/** When time may change something, monotonic; null: never. */
export function operationDeadlineMs({ ended, batch }: Operation): number | null {
  if (ended !== null) return null;
  const earliest = Math.min(...batch.map(({ untilMs }) => untilMs ?? Number.POSITIVE_INFINITY));
  return earliest === Number.POSITIVE_INFINITY ? null : earliest;
}

/** Those that it has not come to, or gave up: nobody tells what becomes of them. */
export function notRestarted({ left, batch }: Operation): readonly string[] {
  return [...batch.map(({ name }) => name), ...left];
}

function lookAtBatch(operation: Operation, look: Look, nowMs: number): Operation {
  const batch: UnderWay[] = [];
  const results: OperationResult[] = [];
  for (const one of operation.batch) {
    const seen = look(one.name);
    const result = seen === null ? failed(one, "removed") : verdict(operation, one, seen, nowMs);
    if (result !== null) results.push(result);
    else batch.push(seen === null ? one : timed(one, seen, nowMs));
  }
  const isSame = results.length === 0 && batch.every((one, at) => one === operation.batch[at]);
  return isSame ? operation : { ...operation, batch, results: [...operation.results, ...results] };
}

/** From the new run on there is a time by which it must be healthy. */
function timed(one: UnderWay, { attempt, healthyMs }: Seen, nowMs: number): UnderWay {
  return one.untilMs !== undefined || healthyMs === null || attempt <= one.attempt ? one : { ...one, untilMs: nowMs + healthyMs };
}

/** null: it is still on its way. */
function verdict(operation: Operation, one: UnderWay, seen: Seen, nowMs: number): OperationResult | null {
  const { state, attempt, isStartDue, hopeless, hasSpawnError, isHealthy } = seen;
  if (hopeless !== null) return failed(one, `waiting for ${hopeless}`);
  switch (state) {
    case "RUNNING":
      if (attempt > one.attempt && (operation.each || isHealthy !== false)) return { name: one.name, result: "restarted", text: "" };
      break;
    case "STARTING":
    case "STOPPING":
      break;
    case "STOPPED":
    case "EXITED":
      if (!isStartDue) return failed(one, state === "STOPPED" ? "stopped" : "exited");
      break;
    case "BACKOFF":
    case "FATAL":
      return failed(one, hasSpawnError ? "spawn error" : "abnormal termination");
    case "UNKNOWN":
      return failed(one, "in an unknown process state");
    default:
      return unreachable(state);
  }
  const isTimed = !operation.each && one.untilMs !== undefined;
  return isTimed && nowMs >= (one.untilMs ?? 0) ? failed(one, "not healthy") : null;
}

function failed({ name }: UnderWay, text: string): OperationResult {
  return { name, result: "failed", text };
}

/** The next that run, or are on their way to it; what does not is left out. */
function nextBatch(operation: Operation, look: Look): { readonly operation: Operation; readonly stop: readonly string[] } {
  const batch: UnderWay[] = [];
  const results: OperationResult[] = [];
  let at = 0;
  for (; at < operation.left.length && batch.length < operation.atOnce; at++) {
    const name = operation.left[at] ?? "";
    const seen = look(name);
    if (seen?.state === "RUNNING" || seen?.state === "STARTING") batch.push({ name, attempt: seen.attempt });
    else results.push({ name, result: "skipped", text: seen === null ? "removed" : seen.state });
  }
  const next = { ...operation, left: operation.left.slice(at), batch, results: [...operation.results, ...results] };
  if (batch.length > 0) return { operation: next, stop: batch.map(({ name }) => name) };
  return { operation: { ...next, ended: next.results.some(({ result }) => result === "failed") ? "failed" : "done" }, stop: [] };
}
