/**
 * A pool: the processes of one [eventlistener:x] and the events that wait for them. Deterministic and without I/O or a clock; a pool changes in place,
 * because its buffer may be long, and says as effects what is to be done. Only `stepPool`, `acceptEvent` and `changePool` change it.
 *
 * An event is sent as soon as a listener is RUNNING and READY, within the step that made it so, but after everything else of that step: an effect is
 * never carried out here, so nothing can come back in the middle. Every event is in the keeper's store from `keep` to `forget`, so a successor goes on
 * with the same events, serials and bytes.
 */
import { unreachable } from "../result.ts";
import {
  dispatch,
  envelopeOf,
  eventBytes,
  forget,
  giveBack,
  isReady,
  type Listener,
  log,
  makeRoom,
  type Pool,
  type PoolConfig,
  type PoolEffect,
  pause,
  rebuffering,
} from "./buffer.ts";
import { type Heard, hear, STARTED } from "./listener.ts";
import { eventMessages as say } from "./loglines.ts";
import { append, makeQueue, type QueuedEvent, queueHead, takeHead } from "./queue.ts";

/** Bytes of one payload that can be sent: less than what the keeper holds for a child's stdin. The original has no limit. */
export const PAYLOAD_BYTES_MAX = 1_000_000;

export type PoolInput =
  | { readonly type: "started"; readonly process: string; readonly child: number }
  | { readonly type: "running"; readonly process: string; readonly running: boolean }
  | { readonly type: "output"; readonly process: string; readonly child: number; readonly bytes: Uint8Array }
  | { readonly type: "ended"; readonly process: string }
  /** EPIPE: stdin is closed. Anything else: nothing was taken of that many bytes. */
  | {
      readonly type: "send-failed";
      readonly process: string;
      readonly child: number;
      readonly errno: string;
      readonly bytesNotTaken: number;
    }
  | { readonly type: "deadline" };

/** A new pool: no event, no listener started. */
export function makePool(config: PoolConfig): Pool {
  const listeners = config.processes.map(makeListener);
  return { config, listeners, queue: makeQueue(), pauses: new Map(), nextId: 0, nextPoolSerial: 0, bytes: 0, discarded: 0 };
}

export function makeListener(process: string): Listener {
  return { process, child: 0, running: false, deaf: false, listening: STARTED, event: null };
}

/** One thing that happened to a listener, or the passing of time, and what is sent because of it. `monoMs` is monotonic. */
export function stepPool(pool: Pool, input: PoolInput, monoMs: number): PoolEffect[] {
  const effects: PoolEffect[] = [];
  if (input.type !== "deadline") {
    const listener = pool.listeners.find((one) => one.process === input.process);
    if (listener !== undefined) stepListener(pool, listener, input, monoMs, effects);
  }
  dispatch(pool, monoMs, effects);
  return effects;
}

/** When `deadline` is due, monotonic; null: only a listener can change anything. */
export function nextDeadlineMs(pool: Pool): number | null {
  const head = queueHead(pool.queue);
  const pause = head === undefined ? undefined : pool.pauses.get(head.id);
  return pause !== undefined && pool.listeners.some(isReady) ? pause.untilMs : null;
}

/** Nothing is on its way to a listener that could hear it. */
export function isQuiet(pool: Pool): boolean {
  const able = pool.listeners.filter(({ running, deaf, listening }) => running && !deaf && listening.phase !== "UNKNOWN");
  return able.length === 0 || (queueHead(pool.queue) === undefined && able.every(({ event }) => event === null));
}

/** Another configuration for a pool that goes on with its events. A listener that is gone gives its event back; the others notice nothing. */
export function changePool(pool: Pool, config: PoolConfig): PoolEffect[] {
  const effects: PoolEffect[] = [];
  const before = new Map(pool.listeners.map((listener) => [listener.process, listener]));
  const staying = new Set(config.processes);
  pool.config = config;
  for (const listener of pool.listeners) if (!staying.has(listener.process)) giveBack(pool, listener, effects);
  pool.listeners = config.processes.map((process) => before.get(process) ?? makeListener(process));
  return effects;
}

/** A pool that is removed drops what it has. (EVT-079) */
export function dropPool(pool: Pool): PoolEffect[] {
  const held = pool.listeners.flatMap((listener) => listener.event ?? []);
  const effects: PoolEffect[] = held.map((event) => forget(pool, event));
  for (let event = takeHead(pool.queue); event !== undefined; event = takeHead(pool.queue)) effects.push(forget(pool, event));
  return effects;
}

/**
 * Buffers an event `times` times with the same serials (EVT-012), sends what can be sent. `bytesMax` is what this pool's waiting events may take up
 * in the store; over it, or over buffer_size, the oldest go (EVT-072).
 */
export function acceptEvent(
  pool: Pool,
  event: Omit<QueuedEvent, "id" | "poolSerial">,
  times: number,
  limits: { bytesMax: number; monoMs: number },
): PoolEffect[] {
  const effects: PoolEffect[] = [];
  const poolSerial = pool.nextPoolSerial;
  pool.nextPoolSerial = nextSerial(poolSerial);
  if (event.payload.length > PAYLOAD_BYTES_MAX) {
    pool.discarded += 1;
    return [log("error", say.tooLarge(pool.config.name, event.serial, event.payload.length))];
  }
  for (let time = 0; time < times; time++) {
    const queued: QueuedEvent = { ...event, id: pool.nextId, poolSerial };
    pool.nextId += 1;
    if (time > 0) effects.push(rebuffering(pool, queued));
    makeRoom(pool, limits.bytesMax - eventBytes(queued), effects);
    append(pool.queue, queued);
    pool.bytes += eventBytes(queued);
    effects.push({ type: "keep", pool: pool.config.name, event: queued });
  }
  dispatch(pool, limits.monoMs, effects);
  return effects;
}

/** Serials start again at 0 after the largest whole number we count to; the original's is 2^63-1. (EVT-065) */
export function nextSerial(serial: number): number {
  return serial >= Number.MAX_SAFE_INTEGER ? 0 : serial + 1;
}

function stepListener(
  pool: Pool,
  listener: Listener,
  input: Exclude<PoolInput, { type: "deadline" }>,
  monoMs: number,
  effects: PoolEffect[],
): void {
  switch (input.type) {
    case "started":
      giveBack(pool, listener, effects);
      Object.assign(listener, makeListener(listener.process), { child: input.child });
      return;
    case "running":
      listener.running = input.running;
      return;
    case "output":
      if (input.child === listener.child) hearListener(pool, listener, input.bytes, monoMs, effects);
      return;
    case "ended":
      giveBack(pool, listener, effects);
      listener.child = 0;
      listener.running = false;
      return;
    case "send-failed":
      sendFailed(pool, listener, input, monoMs, effects);
      return;
    default:
      unreachable(input);
  }
}

function hearListener(pool: Pool, listener: Listener, bytes: Uint8Array, monoMs: number, effects: PoolEffect[]): void {
  const { listening, heard } = hear(listener.listening, bytes, pool.config.resultHandler, listener.event);
  for (const one of heard) onHeard(pool, listener, one, monoMs, effects);
  listener.listening = listening;
}

/** The lines come in the original's order: what became of the event, the change of state, the event's way back. (EVT-082, EVT-106, EVT-107) */
function onHeard(pool: Pool, listener: Listener, heard: Heard, monoMs: number, effects: PoolEffect[]): void {
  switch (heard.type) {
    case "result":
      onResult(pool, listener, heard.outcome, monoMs, effects);
      return;
    case "bad-line":
      effects.push(log("warn", say.badResultLine(listener.process, heard.line)));
      return;
    case "changed":
      effects.push(log("debug", say.changed(listener.process, heard.from, heard.to)));
      if (heard.to === "UNKNOWN") effects.push(log("warn", say.unknown(listener.process)));
      if (heard.from === "BUSY") giveBack(pool, listener, effects);
      return;
    default:
      unreachable(heard);
  }
}

function onResult(
  pool: Pool,
  listener: Listener,
  outcome: Extract<Heard, { type: "result" }>["outcome"],
  monoMs: number,
  effects: PoolEffect[],
): void {
  const { event } = listener;
  switch (outcome.kind) {
    case "accepted":
      if (outcome.stdout !== null && outcome.stdout.length > 0) effects.push({ type: "stdout", bytes: outcome.stdout });
      effects.push(log("debug", say.processed(listener.process)));
      if (event !== null) effects.push(forget(pool, event));
      listener.event = null;
      return;
    case "rejected":
      effects.push(log("warn", say.rejected(listener.process)));
      if (event !== null) pause(pool, event, monoMs);
      return;
    case "failed":
      effects.push(log("warn", say.causedError(listener.process)), log("error", say.handlerFailed(listener.process, outcome.why)));
      return;
    default:
      unreachable(outcome);
  }
}

/** Where stdin is closed the next listener gets the event; a listener that reads nothing gets it again after a pause. (EVT-101) */
function sendFailed(
  pool: Pool,
  listener: Listener,
  input: Extract<PoolInput, { type: "send-failed" }>,
  monoMs: number,
  effects: PoolEffect[],
): void {
  if (input.child !== listener.child) return;
  const closed = input.errno === "EPIPE";
  if (closed) listener.deaf = true;
  const { event, listening } = listener;
  if (event === null || listening.phase !== "BUSY") return;
  if (!closed && input.bytesNotTaken !== envelopeOf(pool, event).length) return;
  effects.push(
    log(
      closed ? "debug" : "warn",
      closed ? say.brokenPipe(event.serial, listener.process) : say.notReading(listener.process, event.serial),
    ),
  );
  if (!closed) pause(pool, event, monoMs);
  listener.listening = { ...listening, phase: "READY" };
  giveBack(pool, listener, effects);
}
