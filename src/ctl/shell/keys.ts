/**
 * What is typed, handed on key by key where that matters: a completion asks the server and takes a moment, and readline would handle the keys behind
 * Tab before it is there. Here a Tab ends its piece, and readline, which pauses its input while it completes, gets the next piece afterwards.
 */
import { PassThrough } from "node:stream";

/** A key as node:readline takes it out of what is typed. */
type Key = { readonly name?: string };

const TAB = "\t".charCodeAt(0);

export class Keys extends PassThrough {
  /** Sees each key before readline does; true keeps it from readline. */
  intercept: (key: Key) => boolean = () => false;
  readonly #terminal: NodeJS.ReadStream;
  readonly #onData = (typed: Buffer): void => {
    for (const piece of piecesOf(typed)) this.write(piece);
  };
  readonly #onEnd = (): void => void this.end();

  constructor(terminal: NodeJS.ReadStream) {
    super({ readableObjectMode: false });
    this.#terminal = terminal;
  }

  /** node:readline takes the keys out of what is typed, emits each of them on this stream, and listens here itself. */
  override emit(event: string | symbol, ...told: readonly unknown[]): boolean {
    return (event === "keypress" && this.intercept(told[1] as Key)) || super.emit(event, ...told);
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
