/**
 * The building blocks of the wire: a field knows its size, how it is written and how it is read. Every frame, effect and report is declared
 * once out of these (keepereffects.ts, keeperreports.ts, welcome.ts), so the two directions cannot drift apart. docs/keeper-protocol.md is the contract.
 *
 * Reading never throws and never reads past its end: the first thing wrong is kept in `Reader.failure`, and all that is read after it is
 * empty. Writing throws on a value that does not fit: that is our bug. What is read never shares memory with the buffer it came from.
 */
import { byteLength, bytesOf, textOf } from "../bytes.ts";
import { assert } from "../result.ts";

export type Field<T> = {
  size(value: T): number;
  write(to: Writer, value: T): void;
  read(from: Reader): T;
};

/** A position in a buffer that was allocated to fit exactly. */
export type Writer = { readonly buffer: Buffer; offset: number };

export class Reader {
  readonly #buffer: Buffer;
  #offset: number;
  readonly #end: number;
  /** The first thing that was wrong, or null. */
  failure: string | null = null;

  constructor(buffer: Buffer, offset = 0, end = buffer.length) {
    this.#buffer = buffer;
    this.#offset = offset;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#offset;
  }

  fail(text: string): void {
    this.failure ??= text;
    this.#offset = this.#end;
  }

  /** Where the next `length` bytes begin, which are passed over; -1 when there are fewer. */
  take(length: number): number {
    if (this.failure !== null || length > this.left) {
      this.fail("too short");
      return -1;
    }
    const start = this.#offset;
    this.#offset += length;
    return start;
  }

  /** A reader of the next `length` bytes alone. */
  part(length: number): Reader {
    const start = this.take(length);
    if (start >= 0) return new Reader(this.#buffer, start, start + length);
    const empty = new Reader(this.#buffer, 0, 0);
    empty.fail("too short");
    return empty;
  }

  /** Bytes left over are as wrong as bytes that lack. */
  finish(): void {
    if (this.failure === null && this.left > 0) this.fail(`${this.left} bytes left over`);
  }

  get buffer(): Buffer {
    return this.#buffer;
  }
}

/** A number of so many bytes, by the methods that a buffer has for it. */
function fixed<T>(
  length: number,
  write: (this: Buffer, value: T, at: number) => unknown,
  read: (this: Buffer, at: number) => T,
  empty: T,
): Field<T> {
  return {
    size: () => length,
    write(to, value) {
      write.call(to.buffer, value, to.offset);
      to.offset += length;
    },
    read(from) {
      const at = from.take(length);
      return at < 0 ? empty : read.call(from.buffer, at);
    },
  };
}

const { prototype: of } = Buffer;
export const u8 = fixed<number>(1, of.writeUInt8, of.readUInt8, 0);
export const u16 = fixed<number>(2, of.writeUInt16LE, of.readUInt16LE, 0);
export const u32 = fixed<number>(4, of.writeUInt32LE, of.readUInt32LE, 0);
export const i32 = fixed<number>(4, of.writeInt32LE, of.readInt32LE, 0);
export const u64 = fixed<bigint>(8, of.writeBigUInt64LE, of.readBigUInt64LE, 0n);

/** A u64 that is a whole number in JavaScript: sizes of files, below 2^53. */
export const size64: Field<number> = {
  size: () => 8,
  write(to, value) {
    assert(Number.isSafeInteger(value) && value >= 0, `a size of ${value}`);
    u64.write(to, BigInt(value));
  },
  read(from) {
    const value = u64.read(from);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) from.fail("a size above 2^53");
    return from.failure === null ? Number(value) : 0;
  },
};

export const bytes: Field<Uint8Array> = {
  size: (value) => 4 + value.length,
  write(to, value) {
    u32.write(to, value.length);
    to.buffer.set(value, to.offset);
    to.offset += value.length;
  },
  read(from) {
    const length = u32.read(from);
    const at = from.take(length);
    return at < 0 ? new Uint8Array(0) : new Uint8Array(from.buffer.subarray(at, at + length));
  },
};

/** Bytes that are UTF-8 as a rule; others come back as they were. */
export const str: Field<string> = {
  size: (value) => 4 + byteLength(value),
  write(to, value) {
    const raw = value.isWellFormed() ? null : bytesOf(value);
    const written = raw === null ? to.buffer.write(value, to.offset + 4) : raw.copy(to.buffer, to.offset + 4);
    u32.write(to, written);
    to.offset += written;
  },
  read(from) {
    const length = u32.read(from);
    const at = from.take(length);
    return at < 0 ? "" : textOf(from.buffer.subarray(at, at + length));
  },
};

/** A text that becomes a C string: a path, an argument, an environment entry. It holds no NUL. */
export const cstr: Field<string> = {
  size: str.size,
  write(to, value) {
    assert(!value.includes("\0"), "a NUL in a path, an argument or an environment entry");
    str.write(to, value);
  },
  read(from) {
    const value = str.read(from);
    if (value.includes("\0")) from.fail("a NUL in a text");
    return from.failure === null ? value : "";
  },
};

/** A numbered choice in one byte. Any other number makes the frame invalid. */
export function choice<T extends string | boolean>(numbers: ReadonlyMap<T, number>): Field<T> {
  const names = new Map([...numbers].map(([name, number]) => [number, name]));
  const [first] = numbers.keys();
  assert(first !== undefined && names.size === numbers.size, "a choice without names, or two with one number");
  return {
    size: () => 1,
    write(to, value) {
      const number = numbers.get(value);
      assert(number !== undefined, `no number for ${String(value)}`);
      u8.write(to, number);
    },
    read(from) {
      const number = u8.read(from);
      const name = names.get(number);
      if (name === undefined) from.fail(`${number} is none of the choices`);
      return name ?? first;
    },
  };
}

/** A choice whose numbers are the places in the list. */
export function oneOf<const T extends string>(...names: readonly T[]): Field<T> {
  return choice(new Map(names.map((name, number) => [name, number])));
}

export const bool: Field<boolean> = choice(
  new Map([
    [false, 0],
    [true, 1],
  ]),
);

/** -1 for null; any number below 0 is read as null. */
export const i32OrNull: Field<number | null> = {
  size: () => 4,
  write(to, value) {
    assert(value === null || value >= 0, `${value} would be read as none`);
    i32.write(to, value ?? -1);
  },
  read(from) {
    const value = i32.read(from);
    return value < 0 ? null : value;
  },
};

/** `bool`, then the item only when it is there. */
export function optional<T>(item: Field<T>): Field<T | null> {
  return {
    size: (value) => 1 + (value === null ? 0 : item.size(value)),
    write(to, value) {
      bool.write(to, value !== null);
      if (value !== null) item.write(to, value);
    },
    read: (from) => (bool.read(from) ? item.read(from) : null),
  };
}

/** `bool`, then the item in any case; `blank` stands in for none and is not looked at. */
export function flagged<T>(item: Field<T>, blank: T): Field<T | null> {
  return {
    size: (value) => 1 + item.size(value ?? blank),
    write(to, value) {
      bool.write(to, value !== null);
      item.write(to, value ?? blank);
    },
    read(from) {
      const there = bool.read(from);
      const value = item.read(from);
      return there ? value : null;
    },
  };
}

/** Every item takes at least one byte, so a count can never make us allocate more than the frame holds. */
export function list<T>(item: Field<T>): Field<readonly T[]> {
  return {
    size: (values) => values.reduce((sum, value) => sum + item.size(value), 4),
    write(to, values) {
      u32.write(to, values.length);
      for (const value of values) item.write(to, value);
    },
    read(from) {
      const count = u32.read(from);
      const values: T[] = [];
      while (values.length < count && from.failure === null) {
        if (from.left === 0) from.fail("a list longer than its frame");
        else values.push(item.read(from));
      }
      return from.failure === null ? values : [];
    },
  };
}

/** What a field holds: the types of the protocol are those of its fields. */
export type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The bodies that carry a tag: of the frames, of the effects in a batch. */
export type Bodies = Readonly<Record<string, { readonly tag: number; readonly body: Field<object> }>>;

/** The fields of a record in the order in which they stand on the wire, which is the order in which they are written down here. */
export function record<const F extends Readonly<Record<string, Field<unknown>>>>(
  fields: F,
): Field<{ readonly [K in keyof F]: ValueOf<F[K]> }> {
  type T = { readonly [K in keyof F]: ValueOf<F[K]> };
  const entries = Object.entries(fields) as [keyof T, Field<T[keyof T]>][];
  return {
    size: (value) => entries.reduce((sum, [name, field]) => sum + field.size(value[name]), 0),
    write(to, value) {
      for (const [name, field] of entries) field.write(to, value[name]);
    },
    read(from) {
      const value: Partial<T> = {};
      for (const [name, field] of entries) value[name] = field.read(from);
      return value as T;
    },
  };
}
