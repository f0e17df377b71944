/**
 * What is typed, handed on key by key where that matters: a completion asks the server and takes a moment, and readline would handle the keys behind
 * Tab before it is there. Here a Tab ends its piece, and readline, which pauses its input while it completes, gets the next piece afterwards.
 */
import { PassThrough } from "node:stream";

const TAB = "\t".charCodeAt(0);

export class Keys extends PassThrough {
  readonly #terminal: NodeJS.ReadStream;
  readonly #onData = (typed: Buffer): void => {
    for (const piece of piecesOf(typed)) this.write(piece);
  };
  readonly #onEnd = (): void => void this.end();

  constructor(terminal: NodeJS.ReadStream) {
    super({ readableObjectMode: false });
    this.#terminal = terminal;
  }

  /** From now on what is typed comes here. */
  attach(): void {
    this.#terminal.on("data", this.#onData).on("end", this.#onEnd).resume();
  }

  /** Leaves the terminal to somebody else; what lies here is for the next line. */
  detach(): void {
    this.#terminal.off("data", this.#onData).off("end", this.#onEnd).pause();
  }

  /** readline asks for it. */
  setRawMode(isRaw: boolean): this {
    if (this.#terminal.isTTY) this.#terminal.setRawMode(isRaw);
    return this;
  }
}

/** Cut behind each Tab. */
export function piecesOf(typed: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let from = 0;
  for (let at = typed.indexOf(TAB); at >= 0; at = typed.indexOf(TAB, from)) {
    pieces.push(typed.subarray(from, at + 1));
    from = at + 1;
  }
  return from < typed.length ? [...pieces, typed.subarray(from)] : pieces;
}
