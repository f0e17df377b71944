/**
 * What to make of a listener's result. The original names a Python function in `result_handler`; ours are the two that people use, in one table, and what
 * plug-ins bring, which the daemon runs. A handler says how many bytes of a result it wants to see, so a listener cannot make the daemon keep more than that.
 */
import { isUtf8 } from "node:buffer";
import { DEFAULT_RESULT_HANDLER, STDOUT_RESULT_HANDLER } from "../config/pluginnames.ts";
import type { QueuedEvent } from "./queue.ts";

export type Outcome =
  | { readonly kind: "accepted"; readonly stdout: Uint8Array | null }
  | { readonly kind: "rejected" }
  /** The handler is broken: nobody knows what the listener meant. (EVT-108) */
  | { readonly kind: "failed"; readonly why: string };

/** The event that was answered; null when it was lost meanwhile. */
export type AnsweredEvent = Pick<QueuedEvent, "name" | "serial" | "poolSerial" | "payload">;

export type ResultHandler = {
  /** Bytes of the result that are kept for `judge`. */
  readonly keepBytes: number;
  /** `kept` is the beginning of the result, `length` what the listener announced. */
  judge(kept: Uint8Array, length: number, event: AnsweredEvent | null): Outcome;
};

/** The most that the relaying handler writes of one result; a listener's answer to the largest event fits. */
export const RESULT_BYTES_MAX = 1024 * 1024;

/** Exactly `OK` accepts, everything else rejects. (EVT-105) */
const defaultHandler: ResultHandler = {
  keepBytes: 2,
  judge: (kept, length) =>
    length === 2 && kept[0] === 0x4f && kept[1] === 0x4b ? { kind: "accepted", stdout: null } : { kind: "rejected" },
};

/**
 * The plug-in supervisor-stdout: the result is a payload of PROCESS_LOG that its listener hands back, and goes to the daemon's own stdout, each line
 * behind `NAME CHANNEL | `. A result of another form is written without a prefix; the plug-in raises an error there and its listener is lost.
 */
const stdoutHandler: ResultHandler = {
  keepBytes: RESULT_BYTES_MAX,
  judge: (kept) => ({ kind: "accepted", stdout: relayed(kept) }),
};

export const RESULT_HANDLERS = {
  [DEFAULT_RESULT_HANDLER]: defaultHandler,
  [STDOUT_RESULT_HANDLER]: stdoutHandler,
} as const satisfies Record<string, ResultHandler>;

/** null: it is none of ours, but a plug-in's. */
export function resultHandler(name: string): ResultHandler | null {
  return Object.hasOwn(RESULT_HANDLERS, name) ? RESULT_HANDLERS[name as keyof typeof RESULT_HANDLERS] : null;
}

const LF = 0x0a;

function relayed(result: Uint8Array): Uint8Array {
  const headEnd = result.indexOf(LF);
  const prefix = headEnd === -1 ? null : prefixOf(result.subarray(0, headEnd));
  const data = prefix === null ? result : result.subarray(headEnd + 1);
  return prefixed(new TextEncoder().encode(prefix ?? ""), data);
}

function prefixOf(head: Uint8Array): string | null {
  if (!isUtf8(head)) return null;
  const headers = new Map<string, string>();
  for (const item of new TextDecoder().decode(head).trim().split(/\s+/)) {
    const [name, value, more] = item.split(":");
    if (name === undefined || value === undefined || more !== undefined) return null;
    headers.set(name, value);
  }
  const process = headers.get("processname");
  const channel = headers.get("channel");
  return process === undefined || channel === undefined ? null : `${process} ${channel} | `;
}

/** Every line behind the prefix and ended by LF; a last LF makes no empty line. */
function prefixed(prefix: Uint8Array, data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < data.length; ) {
    const found = data.indexOf(LF, start);
    const end = found === -1 ? data.length : found;
    parts.push(prefix, data.subarray(start, end), NEWLINE);
    start = end + 1;
  }
  return Buffer.concat(parts);
}

const NEWLINE = new Uint8Array([LF]);
