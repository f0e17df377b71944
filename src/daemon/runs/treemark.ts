/**
 * The variable in the environment of a run of which nothing is to survive, and by which what it has started is known after it has left its parents, group and
 * session: keeper, its start, number of the child. It is never used twice. (KILL-003)
 */
import type { Runtime } from "../runtime.ts";

export const TREE_VARIABLE = "HOLDFAST_TREE";

export function treeMark({ keeperPid, doors }: Pick<Runtime, "keeperPid" | "doors">, child: number): string {
  return `${keeperPid}-${doors.processes.one(keeperPid)?.startTicks ?? 0}-${child}`;
}

/** Beside the marks of a run that this supervisord is a part of itself: that one knows us by them. */
export function markWithin(inherited: string | undefined, mark: string): string {
  return inherited === undefined || inherited === "" ? mark : `${inherited} ${mark}`;
}

export function hasMark(value: string | null, mark: string): boolean {
  return value?.split(" ").includes(mark) === true;
}
