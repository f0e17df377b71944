/**
 * One order for many processes: which, in what order, and the rows that tell what came of it.
 *
 * The order of rows is part of what clients see (RPC-076): first what was decided at once, in the order of processing; then the others as they end.
 */
import { STATES, type State } from "../process/states.ts";
import type { Result } from "../result.ts";
import type { ResultRow } from "./answerrows.ts";
import type { GroupView, ProcessView } from "./control.ts";
import { FAULTS, type Fault, faultText, SUCCESS } from "./faults.ts";
import { makeNamespec, refOf } from "./namespec.ts";

export type Ordered = {
  readonly process: ProcessView;
  readonly outcome: Result<true, Fault> | Promise<Result<true, Fault>>;
  /** What else came of it when it was good. */
  readonly note?: string | undefined;
  /** Counts as decided at once, even if the keeper's word must be awaited. */
  readonly atOnce: boolean;
};

/** Groups by priority, in each the processes by priority; equal ones as they stand. (RPC-077, RPC-089) */
export function processesByPriority(groups: readonly GroupView[]): readonly ProcessView[] {
  return groups.flatMap((group) => [...group.processes].sort((a, b) => a.priority - b.priority));
}

/** Those in states of one kind. (RPC-075, RPC-089, RPC-103) */
export function inStates(processes: readonly ProcessView[], kind: keyof (typeof STATES)[State], value: boolean): readonly ProcessView[] {
  return processes.filter((process) => STATES[process.state][kind] === value);
}

/** Waits for all. One that fails never fails the others. (RPC-076, RPC-079) */
export async function rowsOf(ordered: readonly Ordered[]): Promise<readonly ResultRow[]> {
  const first = new Map<number, ResultRow>();
  const later: ResultRow[] = [];
  await Promise.all(
    ordered.map(async ({ process, outcome, note, atOnce }, index) => {
      const row = rowOf(process, await outcome, note);
      if (atOnce) first.set(index, row);
      else later.push(row);
    }),
  );
  return [...ordered.keys()].flatMap((index) => first.get(index) ?? []).concat(later);
}

/** The name by which a process is called in the texts of a row. */
export function rowName(process: ProcessView): string {
  return makeNamespec(refOf(process));
}

function rowOf(process: ProcessView, outcome: Result<true, Fault>, note = "OK"): ResultRow {
  const { name, group } = process;
  if (outcome.ok) return { name, group, status: SUCCESS, description: note };
  return { name, group, status: FAULTS[outcome.error.fault], description: faultText(outcome.error) };
}
