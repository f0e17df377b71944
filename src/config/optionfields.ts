/**
 * From rows of the table to fields of the model. An option without special behaviour is declared by its row alone: reading, the type of the model and
 * the differences between two configurations are derived from the row.
 */
import type { Channel, Option } from "./optiontable.ts";
import type { Values } from "./optiontypes.ts";

/** What an option reads to: null only where the table has no default. */
export type ValueOf<O extends Option> = ValueIn<O> | (O["default"] extends string ? never : null);

type ValueIn<O extends Option> = O extends { readonly choice: { readonly words: readonly (infer Word)[] } } ? Word : Values[O["type"]];

type Rows = Readonly<Record<string, Option>>;

/** The fields that the rows give to what they are options of, or to one of its channels. */
export type Fields<R extends Rows, C extends Channel | "itself" = "itself"> = {
  readonly [O in keyof R as OwnerOf<R[O]> extends C ? FieldOf<R[O]> : never]: ValueOf<R[O]>;
};

type OwnerOf<O extends Option> = O extends { readonly member: { readonly of: infer C } } ? C : "itself";
type FieldOf<O extends Option> = O extends { readonly member: { readonly field: infer F extends string } } ? F : never;

/** `T` with some fields of another type. */
export type Override<T, O> = Omit<T, keyof O> & O;

/** Rows with their names, in the order in which they are read. */
export type Ordered = readonly (readonly [name: string, row: Option])[];

/** The rows of `first`, then the others in their order in the table; of all only those that are wanted. */
export function ordered<R extends Rows>(rows: R, first: readonly (keyof R & string)[], isWanted: (row: Option) => boolean): Ordered {
  const names = new Set<string>([...first, ...Object.keys(rows)]);
  return [...names].flatMap((name) => {
    const row = rows[name];
    return row !== undefined && isWanted(row) ? [[name, row] as const] : [];
  });
}

/** The fields of what the rows are options of, or of one of its channels. */
export function fieldsIn(rows: Ordered, channel?: Channel): string[] {
  return rows.flatMap(([, { member }]) => (member !== undefined && member.of === channel ? [member.field] : []));
}

/**
 * An object with these fields, for copies to be filled. Each of many programs has a few such objects: one that gets its fields one after the other is
 * larger and slower than a copy of one that was made with all of them.
 */
export function blank(fields: readonly string[]): Record<string, unknown> {
  return JSON.parse(JSON.stringify(Object.fromEntries(fields.map((field) => [field, null])))) as Record<string, unknown>;
}

/** Sets, among values by the names of their options, those that are fields of what the rows are options of, or of one of its channels. */
export function fill(fields: Record<string, unknown>, rows: Ordered, values: Readonly<Record<string, unknown>>, channel?: Channel): void {
  for (const [name, { member }] of rows) if (member !== undefined && member.of === channel) fields[member.field] = values[name];
}
