/**
 * Lines from standard input, one at a time: what came too early waits here for whoever asks next, be it the shell, a question or `fg`. Nothing is
 * read while nobody asks, so a program that ends is not held up by its input.
 */
import { StringDecoder } from "node:string_decoder";

/** What may lie here unread; a pipe that brings more waits. */
const PENDING_LINES_MAX = 10_000;

export class Input {
  readonly #stream: NodeJS.ReadStream;
  readonly #decoder = new StringDecoder("utf8");
  readonly #pending: string[] = [];
  #rest = "";
  #isEnded = false;
  #isAttached = false;
  #waiting: ((line: string | null) => void) | null = null;

  constructor(stream: NodeJS.ReadStream) {
    this.#stream = stream;
  }

  /** The next line without its end; null at the end of the input, or when `signal` is aborted. One at a time. */
  next(signal?: AbortSignal): Promise<string | null> {
    const line = this.#pending.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (signal?.aborted) return Promise.resolve(null);
    if (this.#isEnded || this.#stream.readableEnded) return Promise.resolve(this.#takeRest());
    return new Promise((resolve) => {
      const onLeave = () => this.#answer(null);
      this.#waiting = (answer) => {
        signal?.removeEventListener("abort", onLeave);
        resolve(answer);
      };
      signal?.addEventListener("abort", onLeave);
      this.#attach();
      this.#stream.resume();
    });
  }

  /** A line that has come already; null when none has. */
  takePending(): string | null {
    return this.#pending.shift() ?? null;
  }

  /** Lines that somebody else has read and not used. */
  putBack(lines: readonly string[]): void {
    this.#pending.push(...lines);
  }

  /** Leaves the stream to somebody else, until the next line is asked for. */
  detach(): void {
    if (!this.#isAttached) return;
    this.#isAttached = false;
    this.#stream.off("data", this.#onData).off("end", this.#onEnd).off("error", this.#onEnd).pause();
  }

  #attach(): void {
    if (this.#isAttached) return;
    this.#isAttached = true;
    this.#stream.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onEnd);
  }

  readonly #onData = (data: Buffer): void => {
    const parts = (this.#rest + this.#decoder.write(data)).split("\n");
    this.#rest = parts.pop() ?? "";
    this.#pending.push(...parts);
    const line = this.#waiting === null ? undefined : this.#pending.shift();
    if (line !== undefined) this.#answer(line);
    else if (this.#pending.length > PENDING_LINES_MAX) this.#stream.pause();
  };

  readonly #onEnd = (): void => {
    this.#isEnded = true;
    this.#rest += this.#decoder.end();
    // While a command runs nobody waits: the last line stays here until it is asked for.
    if (this.#waiting !== null) this.#answer(this.#takeRest());
  };

  #answer(line: string | null): void {
    this.#stream.pause();
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(line);
  }

  /** A last line without an end is a line. */
  #takeRest(): string | null {
    if (this.#rest === "") return null;
    const rest = this.#rest;
    this.#rest = "";
    return rest;
  }
}
