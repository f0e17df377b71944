/**
 * The difference of two plain values as another plain value: thousands of processes of one program differ in a few fields only, and what the keeper stores
 * for them is that. `patched(base, delta(base, value))` is `value` again, to the order of its keys.
 */

/** What JSON can say. */
type Plain = unknown;
type PlainObject = Readonly<Record<string, Plain>>;

/** `[value]`: replaced by it; `[]`: the key is gone; an object: differs in these keys. */
export type Delta = readonly [] | readonly [Plain] | { readonly [key: string]: Delta };

/** null: they are alike. */
export function delta(base: Plain, value: Plain): Delta | null {
  if (base === value) return null;
  if (isObject(base) && isObject(value)) return objectDelta(base, value);
  return Array.isArray(base) && JSON.stringify(base) === JSON.stringify(value) ? null : [value];
}

/** Parts that are alike are those of `base` themselves. */
export function patched(base: Plain, change: Delta | null): Plain {
  if (change === null) return base;
  if (Array.isArray(change)) return change[0];
  const changes = change as { readonly [key: string]: Delta };
  const from = isObject(base) ? base : {};
  const kept = Object.entries(from).flatMap(([key, value]): [string, Plain][] => {
    if (!Object.hasOwn(changes, key)) return [[key, value]];
    const one = changes[key] ?? [];
    return Array.isArray(one) && one.length === 0 ? [] : [[key, patched(value, one)]];
  });
  const added = Object.entries(changes).filter(([key]) => !Object.hasOwn(from, key));
  return Object.fromEntries([...kept, ...added.map(([key, one]): [string, Plain] => [key, patched(undefined, one)])]);
}

function objectDelta(base: PlainObject, value: PlainObject): Delta | null {
  const [from, keys] = [Object.keys(base), Object.keys(value)];
  // Nearly always they have the same keys in the same order, and nothing is looked up.
  const hasAll = from.every((key, index) => keys[index] === key);
  const gone = hasAll ? [] : from.filter((key) => !Object.hasOwn(value, key));
  const kept = hasAll ? from : from.filter((key) => Object.hasOwn(value, key));
  // What is new comes last: any other order cannot be said as a difference.
  if (!hasAll && kept.some((key, index) => keys[index] !== key)) return [value];
  const changes: [string, Delta][] = [];
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? "";
    const one = value[key];
    if (at < kept.length && base[key] === one) continue;
    const change = at < kept.length ? delta(base[key], one) : ([one] as const);
    if (change !== null) changes.push([key, change]);
  }
  if (changes.length === 0 && gone.length === 0) return null;
  return Object.fromEntries([...changes, ...gone.map((key): [string, Delta] => [key, []])]);
}

function isObject(value: Plain): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
