/**
 * What one listener process writes to its stdout, understood byte by byte: `READY` LF, then for each event `RESULT n` LF and n bytes. How the bytes
 * are split over reads makes no difference, and no input makes this keep more than `RESULT_LINE_MAX` plus what the result handler wants.
 *
 * A listener that leaves the protocol is UNKNOWN until its process starts again. (EVT-081..098)
 */
import { unreachable } from "../result.ts";
import type { AnsweredEvent, Outcome, ResultHandler } from "./results.ts";

/** The phases with their numbers in Supervisor. (EVT-081) */
export const PHASES = { READY: 10, BUSY: 20, ACKNOWLEDGED: 30, UNKNOWN: 40 } as const;
export type Phase = keyof typeof PHASES;

/** A longer result line is none. The original collects without limit (EVT-098). */
export const RESULT_LINE_MAX = 1024;

export type Listening = {
  readonly phase: Phase;
  /** The beginning of a READY token or of a result line. */
  readonly line: Uint8Array;
  /** The result that is being read: announced and received bytes, and as many of the first as the handler wants. */
  readonly result: { readonly length: number; readonly received: number; readonly kept: Uint8Array } | null;
};

/** What became clear, in order. */
export type Heard =
  | { readonly type: "changed"; readonly from: Phase; readonly to: Phase }
  | { readonly type: "result"; readonly outcome: Outcome }
  | { readonly type: "bad-line"; readonly line: Uint8Array };

/** A process that has just been started. (EVT-081) */
export const STARTED: Listening = { phase: "ACKNOWLEDGED", line: new Uint8Array(0), result: null };

/** An event has been sent: what comes now is its result. (EVT-100) */
export const BUSY: Listening = { phase: "BUSY", line: new Uint8Array(0), result: null };

/** Takes what a listener wrote. `event` is the one in its hands. */
export function hear(
  listening: Listening,
  bytes: Uint8Array,
  handler: ResultHandler,
  event: AnsweredEvent | null = null,
): { readonly listening: Listening; readonly heard: readonly Heard[] } {
  const heard: Heard[] = [];
  const judge: Judge = { keepBytes: handler.keepBytes, judge: (kept, length) => handler.judge(kept, length, event) };
  let now = listening;
  let rest = bytes;
  while (rest.length > 0) {
    const step = hearSome(now, rest, judge, heard);
    if (step.listening.phase !== now.phase) heard.push({ type: "changed", from: now.phase, to: step.listening.phase });
    now = step.listening;
    rest = step.rest;
  }
  return { listening: now, heard };
}

const READY_TOKEN = new TextEncoder().encode("READY\n");
const RESULT_WORD_LENGTH = "RESULT ".length;
const LF = 0x0a;
const NOTHING = new Uint8Array(0);
const UNKNOWN: Listening = { phase: "UNKNOWN", line: NOTHING, result: null };
const READY: Listening = { phase: "READY", line: NOTHING, result: null };
const ACKNOWLEDGED: Listening = STARTED;

/** The handler, with the event that it is asked about. */
type Judge = { readonly keepBytes: number; judge(kept: Uint8Array, length: number): Outcome };

type Step = { readonly listening: Listening; readonly rest: Uint8Array };

function hearSome(listening: Listening, bytes: Uint8Array, judge: Judge, heard: Heard[]): Step {
  switch (listening.phase) {
    case "ACKNOWLEDGED":
      return hearReady(listening, bytes);
    case "READY":
      return { listening: UNKNOWN, rest: NOTHING };
    case "BUSY":
      return listening.result === null ? hearResultLine(listening, bytes, judge, heard) : hearResult(listening.result, bytes, judge, heard);
    case "UNKNOWN":
      return { listening, rest: NOTHING };
    default:
      return unreachable(listening.phase);
  }
}

/** Six bytes decide; a CR, a blank or an empty line before or in it is a violation. (EVT-083, EVT-084) */
function hearReady(listening: Listening, bytes: Uint8Array): Step {
  const missing = READY_TOKEN.length - listening.line.length;
  const line = joined(listening.line, bytes.subarray(0, missing));
  if (line.length < READY_TOKEN.length) return { listening: { ...ACKNOWLEDGED, line }, rest: NOTHING };
  return Buffer.compare(line, READY_TOKEN) === 0
    ? { listening: READY, rest: bytes.subarray(missing) }
    : { listening: UNKNOWN, rest: NOTHING };
}

/** (EVT-086..091) */
function hearResultLine(listening: Listening, bytes: Uint8Array, judge: Judge, heard: Heard[]): Step {
  const end = bytes.indexOf(LF);
  const line = joined(listening.line, bytes.subarray(0, end === -1 ? bytes.length : end));
  if (line.length <= RESULT_LINE_MAX && end === -1) return { listening: { ...listening, line }, rest: NOTHING };
  const length = line.length <= RESULT_LINE_MAX ? resultLength(line) : null;
  if (length === null) {
    heard.push({ type: "bad-line", line: line.subarray(0, RESULT_LINE_MAX) });
    return { listening: UNKNOWN, rest: NOTHING };
  }
  return hearResult({ length, received: 0, kept: NOTHING }, bytes.subarray(end + 1), judge, heard);
}

/** A result of length 0 is complete at once; the original waits for one byte more (EVT-090). */
function hearResult(result: NonNullable<Listening["result"]>, bytes: Uint8Array, judge: Judge, heard: Heard[]): Step {
  const part = bytes.subarray(0, result.length - result.received);
  const received = result.received + part.length;
  const kept = joined(result.kept, part.subarray(0, Math.max(0, judge.keepBytes - result.kept.length)));
  if (received < result.length) return { listening: { ...BUSY, result: { ...result, received, kept } }, rest: NOTHING };
  const outcome = judge.judge(kept, result.length);
  heard.push({ type: "result", outcome });
  if (outcome.kind === "failed") return { listening: UNKNOWN, rest: NOTHING };
  return { listening: ACKNOWLEDGED, rest: bytes.subarray(part.length) };
}

/**
 * The number behind the first seven bytes, whatever they are (EVT-087), in the forms of Python's int(): blanks around it, a sign, underscores
 * between digits (EVT-088). Below zero is no length: the original waits for ever (EVT-091).
 */
function resultLength(line: Uint8Array): number | null {
  const text = Buffer.from(line.subarray(RESULT_WORD_LENGTH)).toString("latin1");
  const number = /^[ \t\n\v\f\r]*([+-]?\d+(?:_\d+)*)[ \t\n\v\f\r]*$/.exec(text)?.[1];
  if (number === undefined) return null;
  const length = Number(number.replaceAll("_", ""));
  return length >= 0 && length <= Number.MAX_SAFE_INTEGER ? Math.abs(length) : null;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  return second.length === 0 ? first : Buffer.concat([first, second]);
}
