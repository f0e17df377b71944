/**
 * Who belongs to a run of a program, as one look at the processes of the machine shows it: what is left of it when its main process has ended. A pure decision:
 * who looks, and who kills, is elsewhere. (KILL-003, KILL-005)
 */
import type { KernelProcess } from "../doors.ts";

export type Seen = Omit<KernelProcess, "name">;
export type Table = ReadonlyMap<number, Seen>;

/** Processes by pid, with their start. */
export type Known = ReadonlyMap<number, number>;

export type Run = {
  /** Of the main process, which has been reaped. */
  readonly pid: number;
  /** Nothing older belongs to the run. */
  readonly sinceTicks: number;
  /** Whether the variable in its environment says that it is of this run. */
  readonly isMarked: (seen: Seen) => boolean;
  /** Who was found at earlier looks, or below the main process while that lived. */
  readonly known: Known;
};

/** Who is never touched: the keeper, the daemon, and the main processes of all other runs, with everything below them. */
export type Spared = { readonly keeper: number; readonly others: ReadonlySet<number> };

/** The processes of the run that live. What they were at earlier looks counts, so that who was left by its parent is known still. */
export function membersOf(run: Run, table: Table, spared: Spared): Map<number, Seen> {
  const members = new Map<number, Seen>();
  const isOurs = (seen: Seen): boolean => seen.startTicks >= run.sinceTicks && !isSpared(seen, table, spared);
  const mayBe = [...table.values()].filter(isOurs);
  const leads = (id: number): boolean => (id === run.pid ? !table.has(id) : isMember(id, members, run.known, table));
  const isFound = (seen: Seen): boolean => {
    if (run.known.get(seen.pid) === seen.startTicks) return true;
    return leads(seen.group) || leads(seen.session) || members.has(seen.parent) || run.isMarked(seen);
  };
  for (let left = mayBe, before = -1; left.length !== before; ) {
    before = left.length;
    left = left.filter((seen) => {
      const found = isFound(seen);
      if (found) members.set(seen.pid, seen);
      return !found;
    });
  }
  for (const [pid, { state }] of members) if (isDead(state)) members.delete(pid);
  return members;
}

/** It has ended and nobody has reaped it: it cannot be killed, and is nobody's survivor. */
export function isDead(state: string): boolean {
  return state === "Z" || state === "X";
}

/** A group or a session keeps the pid of its leader from everybody else: if somebody else has it, there is no such group any more. */
function isMember(id: number, members: ReadonlyMap<number, Seen>, known: Known, table: Table): boolean {
  if (members.has(id)) return true;
  const startTicks = known.get(id);
  const now = table.get(id);
  return startTicks !== undefined && (now === undefined || now.startTicks === startTicks);
}

/** It is one of those, or below one of them. The kernel has no circles; a pid that was reused while we looked could make one. */
function isSpared(seen: Seen, table: Table, { keeper, others }: Spared): boolean {
  const passed = new Set<number>();
  for (let at: Seen | undefined = seen; at !== undefined && !passed.has(at.pid); at = table.get(at.parent)) {
    if (at.pid === keeper) return at === seen;
    if (others.has(at.pid)) return true;
    passed.add(at.pid);
  }
  return false;
}
