/** How many processes programs were told to have, where that is not what the file says: kept over rereads and successors, forgotten by a reload. (SCL-003) */
import { NUMPROCS_MAX } from "../../config/numprocs.ts";
import type { Listening } from "../../config/reader.ts";
import { ok, type Result } from "../../result.ts";
import { decodeRecord, encodeRecord, recordKeys, scaledProgram } from "../../supervisor/records.ts";
import type { ScaleOrder, ScaleRecord } from "../../supervisor/scale.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part, Runtime } from "../runtime.ts";

/** A reading of the file with these numbers. */
export type ScaledReading = {
  readonly listening: Listening;
  /** When all is read: the programs whose file says another number by now, or that are not there any more. */
  dropped(): readonly string[];
};

/** Numbers by program. */
type Records = ReadonlyMap<string, ScaleRecord>;

/** So many orders are remembered: a client comes back within seconds. */
const ORDERS_MAX = 8;
/** One that concerns more processes than this is not. */
const ORDER_NAMES_MAX = 2000;

export class Scales implements Part {
  readonly #runtime: Runtime;
  #records: Records = new Map();
  #orders: readonly ScaleOrder[] = [];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  restore({ store }: Inheritance): void {
    this.#records = storedScales(store);
    const bytes = store.get(recordKeys.scaleOrders);
    const decoded = bytes === undefined ? null : decodeRecord(bytes);
    if (decoded?.ok === true && Array.isArray(decoded.value)) this.#orders = decoded.value as readonly ScaleOrder[];
  }

  /** A fresh start and a reload go by the file. */
  async begin(): Promise<Result<true, never>> {
    const programs = [...this.#records.keys()];
    if (programs.length > 0) this.#runtime.loop.post((turn) => this.drop(turn, programs));
    if (this.#orders.length > 0) this.#runtime.loop.post((turn) => this.#keep(turn, []));
    return await Promise.resolve(ok(true));
  }

  of(program: string): ScaleRecord | null {
    return this.#records.get(program) ?? null;
  }

  set(turn: Turn, program: string, record: ScaleRecord): void {
    this.#records = new Map([...this.#records, [program, record]]);
    turn.state(recordKeys.scale(program), encodeRecord(record));
  }

  drop(turn: Turn, programs: readonly string[]): void {
    for (const program of programs) if (this.#records.has(program)) turn.state(recordKeys.scale(program), null);
    this.#records = new Map([...this.#records].filter(([program]) => !programs.includes(program)));
  }

  /** The same word of a client is the same order; it may have lost the answer with a daemon. */
  ordered(token: string): ScaleOrder | null {
    return token === "" ? null : (this.#orders.find((order) => order.token === token) ?? null);
  }

  /** In the batch that carries it out. */
  remember(turn: Turn, order: ScaleOrder): void {
    if (order.token === "" || order.added.length + order.removed.length > ORDER_NAMES_MAX) return;
    this.#keep(turn, [...this.#orders, order].slice(-ORDERS_MAX));
  }

  #keep(turn: Turn, orders: readonly ScaleOrder[]): void {
    this.#orders = orders;
    turn.state(recordKeys.scaleOrders, orders.length === 0 ? null : encodeRecord(orders));
  }

  reading(): ScaledReading {
    return readingWith(this.#records);
  }
}

/** What a daemon finds that its predecessors were told. One that cannot be read is none. */
export function storedScales(store: ReadonlyMap<string, Uint8Array>): Records {
  const records = new Map<string, ScaleRecord>();
  for (const [key, bytes] of store) {
    const program = scaledProgram(key);
    const decoded = program === null ? null : decodeRecord(bytes);
    if (program !== null && decoded?.ok === true && isScale(decoded.value)) records.set(program, decoded.value);
  }
  return records;
}

export function readingWith(records: Records): ScaledReading {
  const left = new Map(records);
  if (left.size === 0) return { listening: {}, dropped: () => [] };
  const bySection = new Map([...records].map(([program, record]) => [record.section, { program, ...record }]));
  const numprocs = (section: string, written: number, isNumbered: boolean): number => {
    const record = bySection.get(section);
    if (record === undefined || !isNumbered || record.from !== written) return written;
    left.delete(record.program);
    return record.numprocs;
  };
  return { listening: { numprocs }, dropped: () => [...left.keys()] };
}

function isScale(value: unknown): value is ScaleRecord {
  if (typeof value !== "object" || value === null) return false;
  const { section, from, numprocs } = value as Partial<ScaleRecord>;
  return typeof section === "string" && isCount(from) && isCount(numprocs);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= NUMPROCS_MAX;
}
