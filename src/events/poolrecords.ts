/**
 * A pool in the keeper's store: one small record for the pool, written after every step that changed it, and one for each event, written once (`keep`)
 * and deleted once (`forget`). The pool's record names the events in listeners' hands and those that pause; everything else about an event is in its own.
 */
import { fromBase64, toBase64 } from "../bytes.ts";
import { ok, type Result, refuse } from "../result.ts";
import { eventBytes, type Listener, type Pool, type PoolConfig } from "./buffer.ts";
import { EVENT_TYPES, type EventType } from "./eventtable.ts";
import { type Listening, PHASES, type Phase } from "./listener.ts";
import { eventMessages as say } from "./loglines.ts";
import { makeListener } from "./pool.ts";
import { makeQueue, type QueuedEvent } from "./queue.ts";
import { seal, sealJson, unseal, unsealJson } from "./record.ts";

const POOL_VERSION = 1;
const EVENT_VERSION = 1;

/** Where the type's name begins in an event's record. */
const NAME_AT = 17;

type ListenerRecord = {
  readonly process: string;
  readonly child: number;
  readonly running: boolean;
  readonly deaf: boolean;
  readonly phase: Phase;
  readonly line: string;
  readonly result: { readonly length: number; readonly received: number; readonly kept: string } | null;
  readonly event: number | null;
};

type PoolRecord = {
  readonly nextId: number;
  readonly nextPoolSerial: number;
  readonly discarded: number;
  readonly listeners: readonly ListenerRecord[];
  readonly pauses: readonly (readonly [id: number, count: number, untilMs: number])[];
};

export function poolRecord(pool: Pool): Uint8Array {
  const record: PoolRecord = {
    nextId: pool.nextId,
    nextPoolSerial: pool.nextPoolSerial,
    discarded: pool.discarded,
    listeners: pool.listeners.map(listenerRecord),
    pauses: [...pool.pauses].map(([id, { count, untilMs }]) => [id, count, untilMs]),
  };
  return sealJson(POOL_VERSION, record);
}

/** Serials as two doubles, the type's name with its length before it, the payload. */
export function eventRecord(event: QueuedEvent): Uint8Array {
  const name = new TextEncoder().encode(event.name);
  const content = new Uint8Array(NAME_AT + name.length + event.payload.length);
  const view = new DataView(content.buffer);
  view.setFloat64(0, event.serial);
  view.setFloat64(8, event.poolSerial);
  content[16] = name.length;
  content.set(name, NAME_AT);
  content.set(event.payload, NAME_AT + name.length);
  return seal(EVENT_VERSION, content);
}

/** `id` is in the key. Refuses with what is wrong. */
export function restoreEvent(id: number, record: Uint8Array): Result<QueuedEvent, string> {
  const content = unseal(EVENT_VERSION, record);
  if (!content.ok) return content;
  const bytes = content.value;
  const nameEnd = NAME_AT + (bytes[16] ?? 0);
  if (bytes.length < nameEnd || bytes.length < NAME_AT) return refuse("it is too short");
  const name = new TextDecoder().decode(bytes.subarray(NAME_AT, nameEnd));
  if (!isEventType(name)) return refuse(`there is no event type ${name.slice(0, 40)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return ok({ id, serial: view.getFloat64(0), poolSerial: view.getFloat64(8), name, payload: bytes.slice(nameEnd) });
}

/**
 * A predecessor's pool. `events` are the records of its events by id, in any order; those that cannot be read are left out and named in `lost`, for the
 * log. Listeners that the configuration has and the record has not are new ones.
 */
export function restorePool(
  config: PoolConfig,
  record: Uint8Array,
  events: ReadonlyMap<number, Uint8Array>,
): Result<{ pool: Pool; lost: readonly string[] }, string> {
  const opened = unsealJson(POOL_VERSION, record);
  if (!opened.ok) return opened;
  if (!isPoolRecord(opened.value)) return refuse("it is not a pool");
  const stored = opened.value;
  const lost: string[] = [];
  const left = new Map<number, QueuedEvent>();
  for (const [id, bytes] of events) {
    const event = restoreEvent(id, bytes);
    if (event.ok) left.set(id, event.value);
    else lost.push(say.recordLost(config.name, event.error));
  }
  const listeners = config.processes.map((process) => {
    const one = stored.listeners.find((listener) => listener.process === process);
    return one === undefined ? makeListener(process) : restoreListener(one, left);
  });
  return ok({ pool: assemble(config, stored, listeners, [...left.values()]), lost });
}

/** null: a daemon of this release can take it up. */
export function whyNoPool(record: Uint8Array): string | null {
  const opened = unsealJson(POOL_VERSION, record);
  if (!opened.ok) return opened.error;
  return isPoolRecord(opened.value) ? null : "it is not a pool";
}

function assemble(config: PoolConfig, stored: PoolRecord, listeners: readonly Listener[], waiting: readonly QueuedEvent[]): Pool {
  return {
    config,
    listeners,
    queue: makeQueue(waiting),
    pauses: new Map(stored.pauses.map(([id, count, untilMs]) => [id, { count, untilMs }])),
    nextId: waiting.reduce((next, event) => Math.max(next, event.id + 1), stored.nextId),
    nextPoolSerial: stored.nextPoolSerial,
    bytes: waiting.reduce((sum, event) => sum + eventBytes(event), 0),
    discarded: stored.discarded,
  };
}

function listenerRecord(listener: Listener): ListenerRecord {
  const { process, child, running, deaf, listening, event } = listener;
  const { phase, line, result } = listening;
  const kept = result === null ? null : { ...result, kept: toBase64(result.kept) };
  return { process, child, running, deaf, phase, line: toBase64(line), result: kept, event: event?.id ?? null };
}

/** Takes the listener's event out of `left`. */
function restoreListener(record: ListenerRecord, left: Map<number, QueuedEvent>): Listener {
  const { process, child, running, deaf, phase, result } = record;
  const listening: Listening = {
    phase,
    line: fromBase64(record.line),
    result: result === null ? null : { ...result, kept: fromBase64(result.kept) },
  };
  const event = record.event === null ? null : (left.get(record.event) ?? null);
  if (event !== null) left.delete(event.id);
  return { process, child, running, deaf, listening, event };
}

function isEventType(name: string): name is EventType {
  return Object.hasOwn(EVENT_TYPES, name);
}

/** The checksum says that we wrote it; this says that it is what we think. */
function isPoolRecord(value: unknown): value is PoolRecord {
  if (typeof value !== "object" || value === null) return false;
  const { nextId, nextPoolSerial, discarded, listeners, pauses } = value as Partial<PoolRecord>;
  return (
    [nextId, nextPoolSerial, discarded].every(Number.isFinite) &&
    Array.isArray(listeners) &&
    listeners.every(isListenerRecord) &&
    Array.isArray(pauses) &&
    pauses.every(isPause)
  );
}

function isListenerRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { process, child, running, deaf, phase, line, result, event } = value as Partial<ListenerRecord>;
  if (typeof process !== "string" || typeof running !== "boolean" || typeof deaf !== "boolean" || typeof line !== "string") return false;
  if (!Number.isFinite(child) || typeof phase !== "string" || !Object.hasOwn(PHASES, phase)) return false;
  return (event === null || Number.isFinite(event)) && (result === null || isPartialResult(result));
}

function isPartialResult(result: ListenerRecord["result"] | undefined): boolean {
  return (
    typeof result === "object" &&
    result !== null &&
    Number.isFinite(result.length) &&
    Number.isFinite(result.received) &&
    typeof result.kept === "string"
  );
}

function isPause(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}
