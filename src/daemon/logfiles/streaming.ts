/** Blocks of asked streams: what `logs/pipeline.ts` decides, carried out in the turn that answers the keeper. */
import type { Verdict } from "../../link/messages.ts";
import { formatLines } from "../../logs/lines.ts";
import { endStream, passBlock, type StreamOptions, type StreamStep, type Taken } from "../../logs/pipeline.ts";
import { stepMember } from "../../supervisor/step.ts";
import { findMember } from "../../supervisor/world.ts";
import type { Pools } from "../listeners/pools.ts";
import type { Turn } from "../loop/turn.ts";
import type { Runtime } from "../runtime.ts";
import type { LineTargets } from "./linetargets.ts";
import { writeStreamRecords } from "./streamrecords.ts";
import type { Stream } from "./streams.ts";

/** What is held back of lines of all streams; above it a line is as long as the other number says. */
const HELD_BYTES_MAX = 8 * 1024 * 1024;
const SHORT_LINE_MAX = 1024;

const NOTHING = new Uint8Array(0);

export class Streaming {
  readonly #runtime: Runtime;
  readonly #pools: Pools;
  readonly #targets: LineTargets;
  /** Bytes of lines that have not ended, of all streams: they lie in the store. */
  #heldBytes = 0;

  constructor(runtime: Runtime, pools: Pools, targets: LineTargets) {
    this.#runtime = runtime;
    this.#pools = pools;
    this.#targets = targets;
  }

  /** One block, or a part of it: its verdict, and everything that comes of it in the same turn. `taken`: how far that is in a block of which there is more. */
  block(turn: Turn, stream: Stream, bytes: Uint8Array, taken?: Taken): Verdict {
    const options = this.#options(stream);
    const step = takenTo(passBlock(stream.state, bytes, options), taken);
    this.#carryOut(turn, stream, step);
    if (step.lines.length > 0) this.#look(turn, stream, step.lines);
    if (stream.target.options.protocol) this.#pools.listenerOutput(turn, stream.ref, stream.child, bytes);
    return this.#withLines(turn, stream, step, { ...options, bytes });
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
    if (!stream.target.asked) return NOTHING;
    const options = this.#options(stream);
    const step = endStream(stream.state, options);
    this.#carryOut(turn, stream, step);
    const verdict = this.#withLines(turn, stream, step, { ...options, bytes: NOTHING });
    return verdict.kind === "replace" ? verdict.bytes : NOTHING;
  }

  /** Whole lines go where they are wanted; a log with a format gets these, instead of the bytes. (LOGX-005) */
  #withLines(turn: Turn, stream: Stream, { verdict, whole }: StreamStep, options: StreamOptions & { readonly bytes: Uint8Array }): Verdict {
    const { lines } = stream.target;
    if (lines === null) return verdict;
    const { clock } = this.#runtime.doors;
    const { wallMs } = clock.now();
    const moment = { wallMs, offsetMinutes: clock.offsetMinutes(wallMs) };
    const given: Verdict = lines.file === null ? verdict : { kind: "replace", bytes: formatLines(whole, lines.file, options, moment) };
    const toFile = given.kind === "replace" ? given.bytes : given.kind === "drop" ? NOTHING : options.bytes;
    this.#targets.write(turn, stream, whole, toFile, options, moment);
    return toFile.length === 0 ? { kind: "drop" } : given;
  }

  /** What a predecessor held back. */
  restored({ state }: Stream): void {
    this.#heldBytes += state.line?.length ?? 0;
  }

  #options(stream: Stream): StreamOptions {
    const state = findMember(this.#runtime.world, stream.ref)?.state;
    const { lineMax, ...options } = stream.target.options;
    const most = this.#heldBytes > HELD_BYTES_MAX ? Math.min(lineMax, SHORT_LINE_MAX) : lineMax;
    return { ...options, lineMax: most, pid: state?.child === stream.child ? state.pid : 0 };
  }

  #carryOut(turn: Turn, stream: Stream, step: StreamStep): void {
    this.#runtime.carryOut(turn, step.effects);
    writeStreamRecords(turn, stream, step);
    this.#heldBytes += (step.state.line?.length ?? 0) - (stream.state.line?.length ?? 0);
    stream.state = step.state;
  }
}

/** A state that says how much of a block has gone its way, or nothing of that when it is all of it. */
function takenTo(step: StreamStep, taken: Taken | undefined): StreamStep {
  if (step.state.taken === taken) return step;
  const { taken: _, ...state } = step.state;
  return { ...step, state: taken === undefined ? state : { ...state, taken } };
}
