/** Which rows are shown, and in what order. */

import { parseFilter } from "./filter.ts";
import type { Row } from "./flapping.ts";
import { byTrouble, isTrouble } from "./states.ts";
import type { World } from "./world.ts";

export const COLUMNS = ["name", "state", "uptime", "restarts", "cpu", "memory"] as const;
export type Column = (typeof COLUMNS)[number];
/** null: by group, as the configuration has it. */
export type Sort = { readonly column: Column; readonly descending: boolean } | null;

export type Section = { readonly group: string; readonly members: readonly string[]; readonly total: number };
/** A program of one process is its own group: a head would say the same twice. */
export function isAlone({ group, members, total }: Section): boolean {
  return total === 1 && members[0] === group;
}

export type Listing = { readonly trouble: readonly string[]; readonly sections: readonly Section[]; readonly shown: number };

/** A sorted list is one section without a group. */
export function listing(world: World, query: string, sort: Sort): Listing {
  const test = parseFilter(query);
  const good = (namespec: string): boolean => {
    const row = world.rows.get(namespec);
    return row !== undefined && test(row);
  };
  const all = world.groups.map(({ name, members }) => ({ group: name, members: members.filter(good), total: members.length }));
  const filled = all.filter(({ members }) => members.length > 0);
  const rows = filled.flatMap(({ members }) => members.flatMap((each) => world.rows.get(each) ?? []));
  const trouble = rows.filter(isTrouble).sort(byTrouble);
  const sections = sort === null ? filled : [{ group: "", members: sorted(world, rows, sort), total: world.rows.size }];
  return { trouble: trouble.map((row) => row.namespec), sections: rows.length === 0 ? [] : sections, shown: rows.length };
}

/** The next sort when a column's head is chosen: up, down, none; for figures the largest first. */
export function nextSort(sort: Sort, column: Column): Sort {
  const first = column !== "name" && column !== "state";
  if (sort?.column !== column) return { column, descending: first };
  return sort.descending === first ? { column, descending: !first } : null;
}

function sorted(world: World, rows: readonly Row[], sort: NonNullable<Sort>): readonly string[] {
  const sign = sort.descending ? -1 : 1;
  const compare = (a: Row, b: Row): number => sign * difference(world, a, b, sort.column) || (a.namespec < b.namespec ? -1 : 1);
  return [...rows].sort(compare).map((row) => row.namespec);
}

function difference(world: World, a: Row, b: Row, column: Column): number {
  switch (column) {
    case "name":
      return a.namespec.localeCompare(b.namespec, undefined, { numeric: true });
    case "state":
      return byTrouble(a, b);
    case "uptime":
      return (b.startedAt ?? Number.MAX_SAFE_INTEGER) - (a.startedAt ?? Number.MAX_SAFE_INTEGER);
    case "restarts":
      return a.restarts - b.restarts;
    case "cpu":
    case "memory":
      return (world.usage.get(a.namespec)?.now.tree[column] ?? -1) - (world.usage.get(b.namespec)?.now.tree[column] ?? -1);
  }
}
