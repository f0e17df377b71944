/**
 * The way of one stream's blocks through everything that may be done with them: tokens of capture mode, ANSI stripping, log file, syslog, echo in the
 * activity log, events. Pure: a block and a state in, a verdict for the keeper and effects in order out, and the state that goes to the store in the same
 * batch. So log and events of a block are exact, whoever dies when.
 *
 * The order for a piece of output is the original's: strip, log file and syslog, echo, event (LOG-063); tokens are looked for before stripping (LOG-093).
 * What is left for the log file also comes as whole lines, where a target wants these. (LOGX-000)
 */
import { type Capture, type ChunkChange, collect, collected, discard, NO_CAPTURE } from "./capture.ts";
import { type Channel, commEventText, echoText, protocolEchoText } from "./echo.ts";
import { endLines, takeWholeLines } from "./lines.ts";
import { type MatchState, NEW_MATCH, takeMatchLines } from "./match.ts";
import { type StripState, strip, stripEnd } from "./strip.ts";
import { takeLines } from "./syslog.ts";
import { findTokens, NO_TOKEN, type TokenState } from "./tokens.ts";
import { cutCharacterLength } from "./undecodable.ts";

export type StreamOptions = {
  readonly group: string;
  readonly process: string;
  readonly pid: number;
  readonly channel: Channel;
  /** The stdout of an event listener: its protocol. No capture, no syslog, no events (LOG-054, LOG-094, EVT-034). */
  readonly protocol: boolean;
  /** A log file takes what comes. */
  readonly logged: boolean;
  readonly strip: boolean;
  /** 0: capture mode is off. */
  readonly captureMaxBytes: number;
  readonly events: boolean;
  readonly syslog: boolean;
  /** The activity log shows child output: its level is debug or below. */
  readonly echo: boolean;
  /** The lines are looked at, until one says that the program is ready. (RDY-006) */
  readonly match: boolean;
  /** Whole lines are wanted, of so many bytes at most; 0: they are not. */
  readonly lineMax: number;
};

export type StreamState = {
  readonly tokens: TokenState;
  readonly capture: Capture;
  readonly strip: StripState;
  /** The first bytes of a character, for those who get text. */
  readonly cutCharacter: Uint8Array;
  /** The beginning of a line, for syslog. */
  readonly heldLine: Uint8Array;
  /** Where the search for a line stands in the middle of one. */
  readonly match?: MatchState;
  /** The begin of a line, for those who get whole ones. */
  readonly line?: Uint8Array;
  /** How many bytes of a block whose verdict is still to come have gone their way. */
  readonly taken?: Taken;
};

export type Taken = { readonly block: bigint; readonly bytes: number };

/** A stream of which nothing has been read. (LOG-092, LOG-093) */
export const NEW_STREAM: StreamState = {
  tokens: NO_TOKEN,
  capture: NO_CAPTURE,
  strip: "text",
  cutCharacter: new Uint8Array(0),
  heldLine: new Uint8Array(0),
};

/** What the log file gets of a block. The same words as the keeper's verdict. */
export type LogVerdict = { readonly kind: "as-is" } | { readonly kind: "drop" } | { readonly kind: "replace"; readonly bytes: Uint8Array };

/** Two kinds of `SupervisorEvent`; this room need not know the others. */
export type OutputEvent = {
  readonly kind: "process-log" | "process-communication";
  readonly channel: Channel;
  readonly group: string;
  readonly process: string;
  readonly pid: number;
  readonly data: Uint8Array;
};

export type StreamEffect =
  | { readonly type: "log"; readonly level: "debug"; readonly text: string }
  | { readonly type: "event"; readonly event: OutputEvent }
  /** One line for `childRecords`. */
  | { readonly type: "syslog"; readonly process: string; readonly line: Uint8Array };

export type StreamStep = {
  readonly state: StreamState;
  readonly verdict: LogVerdict;
  readonly effects: readonly StreamEffect[];
  /** Chunks of the capture to be stored or deleted with the state. */
  readonly chunks: readonly ChunkChange[];
  /** The lines that have ended in the block, where they are looked at. */
  readonly lines: readonly string[];
  /** The lines that have ended, where whole ones are wanted, each with its LF: of what the log file would get as it is. */
  readonly whole: Uint8Array;
};

/** Whether the daemon must see the blocks of a stream at all. If not, the keeper writes them on its own. */
export function needsAsking(options: StreamOptions): boolean {
  const { protocol, captureMaxBytes, events, syslog, echo, logged, match, lineMax } = options;
  return protocol || captureMaxBytes > 0 || events || syslog || echo || match || lineMax > 0 || (options.strip && logged);
}

/** A block that the keeper asks about. The state is the same object when nothing in it changed: then there is nothing to store. */
export function passBlock(state: StreamState, block: Uint8Array, options: StreamOptions): StreamStep {
  const work = begin(state);
  if (options.protocol) passProtocol(work, block, options);
  else if (options.captureMaxBytes > 0) passTokens(work, block, options);
  else passPiece(work, block, { ...options, captured: false });
  const step = finish(state, work, block, options);
  return options.match ? withLines(step, state, block) : step;
}

/** The lines as the program wrote them: a capture or a log that leaves something out changes nothing about its being ready. */
function withLines(step: StreamStep, before: StreamState, block: Uint8Array): StreamStep {
  const { state, lines } = takeMatchLines(before.match ?? NEW_MATCH, block);
  const { match: _, ...rest } = step.state;
  const isNew = state.half.length === 0 && state.strip === "text";
  return isNew && before.match === undefined ? { ...step, lines } : { ...step, state: isNew ? rest : { ...rest, match: state }, lines };
}

/**
 * The output has ended: what was held back comes out, an open capture is dropped (LOG-092). There is no block: the verdict says what is to be appended
 * to the log file. (LOG-084)
 */
export function endStream(state: StreamState, options: StreamOptions): StreamStep {
  const work = begin(state);
  const { held, capturing } = state.tokens;
  passPiece(work, held, { ...options, captured: capturing });
  work.tokens = NO_TOKEN;
  endPiece(work, { ...options, captured: capturing });
  if (work.heldLine.length > 0) work.effects.push({ type: "syslog", process: options.process, line: work.heldLine });
  work.heldLine = NOTHING;
  dropCapture(work);
  return withRest(finish(state, work, NOTHING, options));
}

/** What is held back of a line is one. */
function withRest(step: StreamStep): StreamStep {
  const { line, ...state } = step.state;
  return line === undefined ? step : { ...step, state, whole: Buffer.concat([step.whole, endLines(line)]) };
}

/** The logs are being cleared: a capture in progress goes as well. (LOG-041) */
export function clearCapture(state: StreamState): { readonly state: StreamState; readonly chunks: readonly ChunkChange[] } {
  const { capture, changes } = discard(state.capture);
  return { state: { ...state, capture }, chunks: changes };
}

const NOTHING = new Uint8Array(0);
const NO_LINES = { held: NOTHING, whole: NOTHING };

/** A step under way: a state of its own that changes, and what has come of it so far. */
type Work = { -readonly [Key in keyof StreamState]: StreamState[Key] } & {
  readonly logFile: Uint8Array[];
  readonly effects: StreamEffect[];
  readonly chunks: ChunkChange[];
};

/** `captured`: between the tokens. */
type PieceOptions = StreamOptions & { readonly captured: boolean };

function begin(state: StreamState): Work {
  return { ...state, logFile: [], effects: [], chunks: [] };
}

function finish(before: StreamState, work: Work, block: Uint8Array, { lineMax }: StreamOptions): StreamStep {
  const { tokens, capture, strip: stripState, cutCharacter, heldLine, effects, chunks, taken } = work;
  const logFile = joined(work.logFile);
  const { held, whole } = lineMax > 0 ? takeWholeLines(before.line ?? NOTHING, logFile, lineMax) : NO_LINES;
  const after: StreamState = {
    ...{ tokens, capture, strip: stripState, cutCharacter, heldLine },
    ...(held.length > 0 && { line: held }),
    ...(taken !== undefined && { taken }),
  };
  return { state: isSame(before, after) ? before : after, verdict: verdictOf(logFile, block), effects, chunks, lines: [], whole };
}

/** The log gets a stripped copy; what the protocol says is for `events/`. The echo comes before the log, as in the original. (LOG-068, LOG-075) */
function passProtocol(work: Work, block: Uint8Array, options: StreamOptions): void {
  if (options.echo) work.effects.push({ type: "log", level: "debug", text: protocolEchoText(options.process, options.channel, block) });
  work.logFile.push(options.strip ? stripPiece(work, block) : block);
}

function passTokens(work: Work, block: Uint8Array, options: StreamOptions): void {
  const { state, pieces } = findTokens(work.tokens, block);
  let captured = work.tokens.capturing;
  work.tokens = state;
  for (const piece of pieces) {
    if (piece.type === "text") {
      passPiece(work, piece.bytes, { ...options, captured });
      continue;
    }
    endPiece(work, { ...options, captured });
    captured = piece.type === "begin";
    if (!captured) emitCommunication(work, options);
  }
}

function passPiece(work: Work, bytes: Uint8Array, options: PieceOptions): void {
  passStripped(work, options.strip ? stripPiece(work, bytes) : bytes, options);
}

/** A token or the end of output ends characters and sequences as well: what was held back of them comes out as it is. */
function endPiece(work: Work, options: PieceOptions): void {
  const left = stripEnd(work.strip);
  work.strip = "text";
  passStripped(work, left, options);
  const { cutCharacter } = work;
  work.cutCharacter = NOTHING;
  passText(work, cutCharacter, options);
}

function stripPiece(work: Work, bytes: Uint8Array): Uint8Array {
  const stripped = strip(work.strip, bytes);
  work.strip = stripped.state;
  return stripped.bytes;
}

/** Captured output goes neither to the log file nor to syslog, but is echoed and makes log events. (LOG-069, LOG-087, LOG-089) */
function passStripped(work: Work, bytes: Uint8Array, options: PieceOptions): void {
  if (bytes.length === 0) return;
  if (options.captured) collectPiece(work, bytes, options.captureMaxBytes);
  else {
    work.logFile.push(bytes);
    if (options.syslog) passLines(work, bytes, options.process);
  }
  if (!options.echo && !options.events) return;
  const text = work.cutCharacter.length === 0 ? bytes : Buffer.concat([work.cutCharacter, bytes]);
  const end = text.length - cutCharacterLength(text);
  work.cutCharacter = end === text.length ? NOTHING : new Uint8Array(text.subarray(end));
  passText(work, text.subarray(0, end), options);
}

function collectPiece(work: Work, bytes: Uint8Array, maxBytes: number): void {
  const { capture, changes } = collect(work.capture, bytes, maxBytes);
  work.capture = capture;
  work.chunks.push(...changes);
}

function passLines(work: Work, bytes: Uint8Array, process: string): void {
  const { held, lines } = takeLines(work.heldLine, bytes);
  work.heldLine = new Uint8Array(held);
  for (const line of lines) work.effects.push({ type: "syslog", process, line });
}

function passText(work: Work, data: Uint8Array, options: StreamOptions): void {
  if (data.length === 0) return;
  const { group, process, pid, channel } = options;
  if (options.echo) work.effects.push({ type: "log", level: "debug", text: echoText(process, channel, data) });
  if (options.events) work.effects.push({ type: "event", event: { kind: "process-log", channel, group, process, pid, data } });
}

/** END: the event, then its line, then an empty buffer. (LOG-086, LOG-091) */
function emitCommunication(work: Work, options: StreamOptions): void {
  const { group, process, pid, channel } = options;
  work.effects.push({
    type: "event",
    event: { kind: "process-communication", channel, group, process, pid, data: collected(work.capture) },
  });
  work.effects.push({ type: "log", level: "debug", text: commEventText(process, channel) });
  dropCapture(work);
}

function dropCapture(work: Work): void {
  const { capture, changes } = discard(work.capture);
  work.capture = capture;
  work.chunks.push(...changes);
}

/** `as-is` spares the keeper the bytes that it has already. */
function verdictOf(logFile: Uint8Array, block: Uint8Array): LogVerdict {
  if (logFile.length === 0) return { kind: "drop" };
  const isSameBytes = logFile === block || (logFile.length === block.length && Buffer.compare(logFile, block) === 0);
  return isSameBytes ? { kind: "as-is" } : { kind: "replace", bytes: logFile };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

function isSame(a: StreamState, b: StreamState): boolean {
  return a.capture === b.capture && a.strip === b.strip && a.tokens.capturing === b.tokens.capturing && [a, b].every(holdsNothing);
}

function holdsNothing(state: StreamState): boolean {
  const { tokens, cutCharacter, heldLine, line } = state;
  return tokens.held.length === 0 && cutCharacter.length === 0 && heldLine.length === 0 && line === undefined;
}
