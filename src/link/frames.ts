/**
 * Cuts a stream of bytes into frames. Chunks come as the socket gives them; a frame that lies whole in a chunk is handed on without a copy,
 * one that does not is put together in a buffer of just its size. So memory is bounded by FRAME_MAX and every byte is copied at most once.
 */
import { ok, type Result, refuse } from "../result.ts";

/** The longest frame, counted as its length field counts: tag and body. */
export const FRAME_MAX = 4 * 1024 * 1024;

/** The shortest: a tag and no body. */
const FRAME_MIN = 2;
const LENGTH_BYTES = 4;
const TAG_BYTES = 2;

/** `body` is only good during the call: it lies in the chunk, whose memory the socket uses again. */
export type OnFrame = (tag: number, body: Buffer) => void;

export class FrameReader {
  readonly #onFrame: OnFrame;
  readonly #length = Buffer.alloc(LENGTH_BYTES);
  #lengthHave = 0;
  /** The frame that is being put together; null between frames and while its length is not known. */
  #frame: Buffer | null = null;
  #frameHave = 0;
  #broken: string | null = null;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Calls for every frame that is complete now. A length that cannot be ends the stream for good: there is no way to find the next frame. */
  push(chunk: Buffer): Result<true, string> {
    let at = 0;
    while (at < chunk.length && this.#broken === null)
      at = this.#frame === null ? this.#begin(chunk, at) : this.#fill(this.#frame, chunk, at);
    return this.#broken === null ? ok(true) : refuse(this.#broken);
  }

  /** True between two frames: an end of the stream here cuts nothing. */
  get idle(): boolean {
    return this.#frame === null && this.#lengthHave === 0;
  }

  /** Reads a length, and the frame as well when all of it is here. */
  #begin(chunk: Buffer, start: number): number {
    const take = Math.min(LENGTH_BYTES - this.#lengthHave, chunk.length - start);
    chunk.copy(this.#length, this.#lengthHave, start, start + take);
    this.#lengthHave += take;
    const at = start + take;
    if (this.#lengthHave < LENGTH_BYTES) return at;
    this.#lengthHave = 0;
    const length = this.#length.readUInt32LE(0);
    if (length < FRAME_MIN || length > FRAME_MAX) {
      this.#broken = `a frame of ${length} bytes`;
      return at;
    }
    if (length > chunk.length - at) {
      this.#frame = Buffer.allocUnsafe(length);
      this.#frameHave = 0;
      return at;
    }
    this.#emit(chunk.subarray(at, at + length));
    return at + length;
  }

  #fill(frame: Buffer, chunk: Buffer, start: number): number {
    const take = Math.min(frame.length - this.#frameHave, chunk.length - start);
    chunk.copy(frame, this.#frameHave, start, start + take);
    this.#frameHave += take;
    if (this.#frameHave === frame.length) {
      this.#frame = null;
      this.#emit(frame);
    }
    return start + take;
  }

  #emit(frame: Buffer): void {
    this.#onFrame(frame.readUInt16LE(0), frame.subarray(TAG_BYTES));
  }
}
