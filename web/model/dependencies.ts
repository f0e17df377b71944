/** What a process needs and what needs it, directly or not, as trees: each part is unfolded once, where it is met first. */
import type { DependencyRow } from "../../src/api/types.ts";
import type { Row } from "./flapping.ts";

/** More would not be read; the configuration has them. */
const NODES_MAX = 100;

/** A condition that a process waits for; `needs`: what is behind it. */
export type Need = {
  /** As it is written. */
  readonly to: string;
  readonly condition: string;
  readonly holds: boolean;
  readonly processes: readonly string[];
  readonly needs: readonly Need[];
};

/** Processes of one group that need something for the same reason. */
export type Dependant = {
  readonly processes: readonly string[];
  readonly condition: string;
  readonly dependants: readonly Dependant[];
};

export function needsOf(edges: readonly DependencyRow[], namespec: string): readonly Need[] {
  const bySource = grouped(edges, ({ from }) => [from]);
  const seen = new Set<string>();
  const below = (sources: readonly string[]): readonly Need[] => {
    const found = grouped(
      sources.flatMap((each) => bySource.get(each) ?? []),
      ({ to, condition }) => [`${to}:${condition}`],
    );
    return [...found].flatMap(([key, same]): readonly Need[] => {
      const [first] = same;
      if (first === undefined || seen.size >= NODES_MAX) return [];
      const { to, condition } = first;
      const processes = [...new Set(same.flatMap((one) => one.processes))];
      const isNew = !seen.has(key);
      seen.add(key);
      return [{ to, condition, holds: same.every((one) => one.holds), processes, needs: isNew ? below(processes) : [] }];
    });
  };
  return below([namespec]);
}

export function dependantsOf(edges: readonly DependencyRow[], rows: ReadonlyMap<string, Row>, namespec: string): readonly Dependant[] {
  const byTarget = grouped(edges, ({ processes }) => processes);
  const seen = new Set([namespec]);
  const above = (targets: readonly string[]): readonly Dependant[] => {
    const found = grouped(
      targets.flatMap((each) => byTarget.get(each) ?? []),
      ({ from, condition }) => [`${rows.get(from)?.group ?? from}:${condition}`],
    );
    return [...found.values()].flatMap((same): readonly Dependant[] => {
      const [first] = same;
      if (first === undefined || seen.size >= NODES_MAX) return [];
      const processes = [...new Set(same.map(({ from }) => from))];
      const fresh = processes.filter((each) => !seen.has(each));
      for (const each of fresh) seen.add(each);
      return [{ processes, condition: first.condition, dependants: fresh.length === 0 ? [] : above(fresh) }];
    });
  };
  return above([namespec]);
}

/** Those that a stop of it and of all that need it stops before it: what only had to be done once may be gone. (DEP-020, DEP-022) */
export function stoppedWith(edges: readonly DependencyRow[], namespec: string): readonly string[] {
  const byTarget = grouped(
    edges.filter(({ condition }) => condition !== "exited_ok"),
    ({ processes }) => processes,
  );
  const all = new Set<string>();
  const queue = [namespec];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const { from } of byTarget.get(next) ?? []) {
      if (from === namespec || all.has(from)) continue;
      all.add(from);
      queue.push(from);
    }
  }
  return [...all];
}

/** All that stand in its two trees. */
export function related(edges: readonly DependencyRow[], rows: ReadonlyMap<string, Row>, namespec: string): ReadonlySet<string> {
  const all = new Set([namespec]);
  const addNeeds = (needs: readonly Need[]): void => {
    for (const need of needs) {
      for (const each of need.processes) all.add(each);
      addNeeds(need.needs);
    }
  };
  const addDependants = (dependants: readonly Dependant[]): void => {
    for (const one of dependants) {
      for (const each of one.processes) all.add(each);
      addDependants(one.dependants);
    }
  };
  addNeeds(needsOf(edges, namespec));
  addDependants(dependantsOf(edges, rows, namespec));
  return all;
}

function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const known = groups.get(key);
      if (known === undefined) groups.set(key, [item]);
      else known.push(item);
    }
  }
  return groups;
}
