/** Blocks of asked streams: what `logs/pipeline.ts` decides, carried out in the turn that answers the keeper. */
import type { Verdict } from "../../link/messages.ts";
import { endStream, passBlock, type StreamOptions, type StreamStep } from "../../logs/pipeline.ts";
import { stepMember } from "../../supervisor/step.ts";
import { findMember } from "../../supervisor/world.ts";
import type { Pools } from "../listeners/pools.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import { writeStreamRecords } from "./streamrecords.ts";
import type { Stream } from "./streams.ts";

export class Streaming {
  readonly #runtime: Runtime;
  readonly #pools: Pools;

  constructor(runtime: Runtime, pools: Pools) {
    this.#runtime = runtime;
    this.#pools = pools;
  }

  /** One block: its verdict, and everything that comes of it in the same turn. */
  block(turn: Turn, stream: Stream, bytes: Uint8Array): Verdict {
    const step = passBlock(stream.state, bytes, this.#options(stream));
    this.#carryOut(turn, stream, step);
    if (step.lines.length > 0) this.#look(turn, stream, step.lines);
    if (stream.target.options.protocol) this.#pools.listenerOutput(turn, stream.ref, stream.child, bytes);
    return step.verdict;
  }

  /** Whether one of these lines says that the program is ready: the verdict of the block and the new state are one batch. (RDY-006) */
  #look(turn: Turn, stream: Stream, lines: readonly string[]): void {
    const member = findMember(this.#runtime.world, stream.ref);
    if (member === undefined || member.state.child !== stream.child || member.config.readyWhen.kind !== "log") return;
    if (this.#runtime.doors.firstMatch(member.config.readyWhen.pattern, lines) === null) return;
    this.#runtime.step(turn, (step, now) => stepMember(this.#runtime.world, member, { type: "ready", child: stream.child }, now, step));
  }

  /** The end of a stream: what was held back is appended to its log. */
  end(turn: Turn, stream: Stream): Uint8Array {
    if (!stream.target.asked) return new Uint8Array(0);
    const step = endStream(stream.state, this.#options(stream));
    this.#carryOut(turn, stream, step);
    return step.verdict.kind === "replace" ? step.verdict.bytes : new Uint8Array(0);
  }

  #options(stream: Stream): StreamOptions {
    const state = findMember(this.#runtime.world, stream.ref)?.state;
    return { ...stream.target.options, pid: state?.child === stream.child ? state.pid : 0 };
  }

  #carryOut(turn: Turn, stream: Stream, step: StreamStep): void {
    this.#runtime.carryOut(turn, step.effects);
    writeStreamRecords(turn, stream, step);
    stream.state = step.state;
  }
}
