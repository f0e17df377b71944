/**
 * Blocks whose events would wait behind many others are looked at a few milliseconds later. Meanwhile the pipe gathers what the program writes, so that
 * one event tells of several lines: a listener takes one event at a time, and with an event for each line it would fall behind for good.
 */
import type { Now } from "../../doors.ts";
import type { Channel } from "../../events/types.ts";
import type { Report } from "../../link/messages.ts";
import type { Pools } from "../listeners/pools.ts";
import type { Runtime } from "../runtime.ts";
import type { Outputs } from "./outputs.ts";
import type { Stream } from "./streams.ts";

/** A pool that has more events than this to hand out is behind. */
const BEHIND_EVENTS = 16;
/** How long a block is put off: far less than what it would wait for in the queue of a pool that is behind. */
const PUT_OFF_MS = 10;
/** Of the keeper's 64 blocks of all streams (BLOCKS_MAX), so that the answers of listeners always find room. */
const PUT_OFF_MAX = 32;

type Block = Extract<Report, { type: "block" }>;

export class Backlog {
  readonly #runtime: Runtime;
  readonly #pools: Pools;
  readonly #outputs: Outputs;
  #blocks: Block[] = [];
  #untilMs: number | null = null;

  constructor(runtime: Runtime, pools: Pools, outputs: Outputs) {
    this.#runtime = runtime;
    this.#pools = pools;
    this.#outputs = outputs;
  }

  /** Whether the block is put off; `deadlinePassed` hands it to `Outputs.block` then. A stream has one block under way, so nothing overtakes. */
  putsOff(stream: Stream | undefined, block: Block): boolean {
    if (stream?.target.options.events !== true || this.#blocks.length >= PUT_OFF_MAX) return false;
    if (this.#pools.mostWaiting(logEventType(stream.channel)) <= BEHIND_EVENTS) return false;
    this.#blocks.push(block);
    this.#untilMs ??= this.#runtime.doors.clock.now().monoMs + PUT_OFF_MS;
    return true;
  }

  /** Monotonic; null when nothing is put off. */
  nextDeadlineMs(): number | null {
    return this.#untilMs;
  }

  /** Posts what was put off long enough. */
  deadlinePassed(now: Now): void {
    if (this.#untilMs === null || this.#untilMs > now.monoMs) return;
    this.#untilMs = null;
    for (const block of this.#blocks.splice(0)) this.#runtime.loop.post((turn) => this.#outputs.block(turn, block));
  }
}

function logEventType(channel: Channel): "PROCESS_LOG_STDOUT" | "PROCESS_LOG_STDERR" {
  return channel === "stdout" ? "PROCESS_LOG_STDOUT" : "PROCESS_LOG_STDERR";
}
