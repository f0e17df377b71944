/**
 * Blocks that the keeper asks about, from the question to the verdict. Where whole lines go somewhere, what is made of many short ones is much longer than they
 * are, so such a block is taken in parts, each no more than its targets have room for. How far it has been taken is stored with each part: a successor, who is
 * shown the block again, goes on there. (LOGX-003)
 */
import type { Report, Verdict } from "../../link/messages.ts";
import { addedPerLine } from "../../logs/lineplan.ts";
import { endOfLines } from "../../logs/lines.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import type { LineTargets } from "./linetargets.ts";
import type { Streaming } from "./streaming.ts";
import { lastOf, type Stream } from "./streams.ts";

/** What is added to the lines of one part at most. */
const ADDED_MAX = 384 * 1024;

/** Blocks that wait for others than their own log: of the keeper's 64 of all streams, so that the answers of listeners always find room. */
const HELD_MAX = 24;

type Block = Extract<Report, { type: "block" }>;
type Held = { readonly stream: Stream; readonly block: Block };

export class Blocks {
  readonly #runtime: Runtime;
  readonly #streaming: Streaming;
  readonly #targets: LineTargets;
  readonly #isLogged: (stream: Stream) => boolean;
  /** Blocks that wait for room, by stream. */
  readonly #held = new Map<number, Held>();

  /** `isLogged`: whether the stream has a log file. */
  constructor(runtime: Runtime, streaming: Streaming, targets: LineTargets, isLogged: (stream: Stream) => boolean) {
    this.#runtime = runtime;
    this.#streaming = streaming;
    this.#isLogged = isLogged;
    this.#targets = targets;
    targets.onRoom((turn) => this.goOn(turn));
  }

  block(turn: Turn, stream: Stream, block: Block): void {
    if (stream.captured !== undefined) {
      stream.captured = lastOf(stream.captured, block.bytes);
      return verdict(turn, block, { kind: "drop" });
    }
    if (stream.target.lines === null) return verdict(turn, block, this.#streaming.block(turn, stream, block.bytes));
    return this.#inParts(turn, stream, block);
  }

  #inParts(turn: Turn, stream: Stream, block: Block): void {
    if (this.#mustWait(stream)) return void this.#held.set(stream.stream, { stream, block });
    const { taken } = stream.state;
    const from = taken?.block === block.block ? taken.bytes : 0;
    const end = endOfLines(block.bytes, from, linesAtOnce(stream));
    const part = block.bytes.subarray(from, end);
    if (end < block.bytes.length) return this.#part(turn, { stream, block }, part, end);
    const last = this.#streaming.block(turn, stream, part);
    verdict(turn, block, from === 0 ? last : ofPart(last, part));
  }

  /** Whether any wait for room. */
  get holdsSome(): boolean {
    return this.#held.size > 0;
  }

  /** The stream is gone, and what was asked about it. */
  gone(stream: Stream): void {
    this.#held.delete(stream.stream);
  }

  /** More wait for room in their own log alone. */
  #mustWait(stream: Stream): boolean {
    if (this.#targets.flow.isFull(stream.stream)) return true;
    return this.#targets.mustWait(stream, this.#held.size >= HELD_MAX);
  }

  #part(turn: Turn, { stream, block }: Held, part: Uint8Array, end: number): void {
    const toFile = ofPart(this.#streaming.block(turn, stream, part, { block: block.block, bytes: end }), part);
    if (toFile.kind === "replace" && this.#isLogged(stream)) this.#targets.flow.append(turn, stream.stream, toFile.bytes);
    this.#held.set(stream.stream, { stream, block });
    this.#runtime.loop.post((next) => this.#goOnWith(next, stream.stream));
  }

  /** Those that wait go on, in the order in which they came, as far as there is room. */
  goOn(turn: Turn): void {
    for (const number of [...this.#held.keys()]) this.#goOnWith(turn, number);
  }

  #goOnWith(turn: Turn, number: number): void {
    const held = this.#held.get(number);
    this.#held.delete(number);
    if (held !== undefined) this.#inParts(turn, held.stream, held.block);
  }
}

function verdict(turn: Turn, { stream, block }: Block, given: Verdict): void {
  turn.effect({ type: "verdict", stream, block, verdict: given });
}

/** A part of a block cannot be written as the block is. */
function ofPart(verdict: Verdict, part: Uint8Array): Verdict {
  return verdict.kind === "as-is" ? { kind: "replace", bytes: part } : verdict;
}

function linesAtOnce({ target }: Stream): number {
  return target.lines === null ? Number.MAX_SAFE_INTEGER : Math.max(1, Math.floor(ADDED_MAX / addedPerLine(target.lines, target.options)));
}
