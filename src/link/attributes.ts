/**
 * What `spawn-with` adds to a spawn: a list of kinds with their values (protocol 2). A kind that the reader does not know, or a value that cannot
 * be, makes the spawn fail and nothing else, so both are read as what they are. docs/keeper-protocol.md is the contract.
 */
import { assert } from "../result.ts";
import { bytes, cstr, type Field, i32, list, Reader, record, u8, u16, u64, type ValueOf, type Writer } from "./wirefields.ts";

/** The highest resource that the kernel has a number for. */
const RESOURCE_MAX = 15;

function within(item: Field<number>, least: number, most: number): Field<number> {
  return {
    size: item.size,
    write(to, value) {
      assert(value >= least && value <= most, `${value} is not from ${least} to ${most}`);
      item.write(to, value);
    },
    read(from) {
      const value = item.read(from);
      if (value < least || value > most) from.fail(`${value} is not from ${least} to ${most}`);
      return value;
    },
  };
}

const someText: Field<string> = {
  size: cstr.size,
  write(to, value) {
    assert(value !== "", "an empty path or address");
    cstr.write(to, value);
  },
  read(from) {
    const value = cstr.read(from);
    if (value === "") from.fail("an empty path or address");
    return value;
  },
};

/** A limit by the kernel's own number of its resource; 2^64-1 is unlimited. */
const kernelLimit = record({ resource: within(u8, 0, RESOURCE_MAX), soft: u64, hard: u64 });
export type KernelLimit = ValueOf<typeof kernelLimit>;

/** Kinds 6 to 8 are not given yet. */
const KINDS = {
  rlimits: { number: 1, value: record({ limits: list(kernelLimit) }) },
  session: { number: 2, value: record({}) },
  nice: { number: 3, value: record({ nice: within(i32, -20, 19) }) },
  "oom-score-adj": { number: 4, value: record({ score: within(i32, -1000, 1000) }) },
  "no-new-privs": { number: 5, value: record({}) },
  /** The folder of a cgroup, version 2, that the child joins. */
  cgroup: { number: 9, value: record({ path: someText }) },
  /** The write end of a pipe as this descriptor. */
  "ready-fd": { number: 10, value: record({ descriptor: within(u8, 3, 255) }) },
  /** An abstract unix socket for datagrams, by its name without the NUL in front. */
  notify: { number: 11, value: record({ address: someText }) },
  /** The keeper becomes the parent of orphans. */
  subreaper: { number: 12, value: record({}) },
} as const satisfies Readonly<Record<string, { readonly number: number; readonly value: Field<object> }>>;

type Kinds = typeof KINDS;
export type KnownAttribute = { [K in keyof Kinds]: { readonly kind: K } & ValueOf<Kinds[K]["value"]> }[keyof Kinds];
/** As the keeper sees them: `unknown` is a kind of a later version, `wrong` a value that cannot be. */
export type Attribute = KnownAttribute | { readonly kind: "unknown" | "wrong"; readonly number: number; readonly value: Uint8Array };

const NAMES: ReadonlyMap<number, KnownAttribute["kind"]> = new Map(
  Object.entries(KINDS).map(([kind, { number }]) => [number, kind as KnownAttribute["kind"]]),
);

function bodyOf(kind: KnownAttribute["kind"]): Field<object> {
  return KINDS[kind].value as Field<object>;
}

function encoded(attribute: Attribute): { readonly number: number; readonly value: Uint8Array } {
  if (attribute.kind === "unknown" || attribute.kind === "wrong") return attribute;
  const field = bodyOf(attribute.kind);
  const to: Writer = { buffer: Buffer.alloc(field.size(attribute)), offset: 0 };
  field.write(to, attribute);
  return { number: KINDS[attribute.kind].number, value: to.buffer };
}

export const attribute: Field<Attribute> = {
  size: (one) => 2 + bytes.size(encoded(one).value),
  write(to, one) {
    const { number, value } = encoded(one);
    u16.write(to, number);
    bytes.write(to, value);
  },
  read(from) {
    const number = u16.read(from);
    const value = bytes.read(from);
    const kind = NAMES.get(number);
    if (kind === undefined) return { kind: "unknown", number, value };
    const reader = new Reader(Buffer.from(value));
    const known = { kind, ...bodyOf(kind).read(reader) } as KnownAttribute;
    reader.finish();
    return reader.failure === null ? known : { kind: "wrong", number, value };
  },
};
