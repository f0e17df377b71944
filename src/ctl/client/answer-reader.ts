/**
 * Reads one HTTP answer from the bytes of a connection as they come: the head, then the body by its length, in chunks, or up to the end of the
 * connection. Pure; the calls (`connection.ts`) and the log streams (`stream.ts`) share it. The body is handed on in the pieces in which it
 * arrives, never copied.
 */

/** A head longer than this is no answer of a supervisord. */
const HEAD_BYTES_MAX = 65_536;
/** The line with a chunk's size, its extensions and the lines behind the last chunk. */
const CHUNK_LINE_BYTES_MAX = 8_192;

export type AnswerHead = { readonly status: number; readonly reason: string; readonly headers: ReadonlyMap<string, string> };

export type AnswerSink = { head(head: AnswerHead): void; body(bytes: Buffer): void };

/** `malformed`: this is no HTTP answer; `line` of the reader shows what came instead. */
export type Reading = "more" | "done" | "malformed";

type Part = "head" | "length" | "to-end" | "chunk-size" | "chunk" | "chunk-end" | "trailer" | "done" | "malformed";

const NOTHING = Buffer.alloc(0);

export class AnswerReader {
  /** The first line of what came, for messages. */
  line = "";
  #part: Part = "head";
  /** Bytes of the body, or of the present chunk, that are still to come. */
  #left = 0;
  /** What came of a head or a line that is not complete yet. */
  #held: Buffer = NOTHING;
  readonly #sink: AnswerSink;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes. What follows a complete answer is left aside: this client never has two requests under way. */
  feed(bytes: Buffer): Reading {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, bytes]) : bytes;
    this.#held = NOTHING;
    while (rest.length > 0 || (this.#part === "length" && this.#left === 0)) {
      const taken = this.#take(rest);
      if (taken === null) {
        this.#held = rest;
        break;
      }
      rest = rest.subarray(taken);
      if (this.#part === "done" || this.#part === "malformed") break;
    }
    return this.#reading();
  }

  /** The connection has ended: whether the answer was complete. */
  ended(): boolean {
    if (this.#part === "to-end") this.#part = "done";
    return this.#part === "done";
  }

  /** Whether any of the answer has come. */
  get begun(): boolean {
    return this.#part !== "head" || this.#held.length > 0;
  }

  #reading(): Reading {
    return this.#part === "done" || this.#part === "malformed" ? this.#part : "more";
  }

  /** How many bytes of `bytes` were used; null when more must come first. */
  #take(bytes: Buffer): number | null {
    switch (this.#part) {
      case "head":
        return this.#takeHead(bytes);
      case "length":
      case "chunk":
        return this.#takeCounted(bytes);
      case "to-end":
        this.#sink.body(bytes);
        return bytes.length;
      case "chunk-size":
      case "chunk-end":
      case "trailer":
        return this.#takeLine(bytes);
      case "done":
      case "malformed":
        return bytes.length;
    }
  }

  #takeHead(bytes: Buffer): number | null {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0 && bytes.length <= HEAD_BYTES_MAX && mayBeAnswer(bytes)) return null;
    const [first = "", ...lines] = bytes.toString("latin1", 0, end < 0 ? HEAD_BYTES_MAX : end).split("\r\n");
    this.line = first;
    const status = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(first);
    if (end < 0 || status === null) return this.#malformed(bytes);
    const headers = new Map(lines.map(readHeader));
    this.#sink.head({ status: Number(status[1]), reason: status[2] ?? "", headers });
    const length = headers.get("content-length");
    if (headers.get("transfer-encoding")?.toLowerCase() === "chunked") this.#part = "chunk-size";
    else if (length === undefined) this.#part = "to-end";
    else if (/^\d{1,15}$/.test(length)) this.#count("length", Number(length));
    else return this.#malformed(bytes);
    return end + 4;
  }

  #takeCounted(bytes: Buffer): number {
    const piece = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    if (piece.length > 0) this.#sink.body(piece);
    this.#left -= piece.length;
    if (this.#left === 0) this.#part = this.#part === "chunk" ? "chunk-end" : "done";
    return piece.length;
  }

  #takeLine(bytes: Buffer): number | null {
    const end = bytes.indexOf("\n");
    if (end < 0) return bytes.length > CHUNK_LINE_BYTES_MAX ? this.#malformed(bytes) : null;
    const line = bytes.toString("latin1", 0, end).trim();
    if (this.#part === "trailer") {
      if (line === "") this.#part = "done";
    } else if (this.#part === "chunk-end") {
      if (line !== "") return this.#malformed(bytes);
      this.#part = "chunk-size";
    } else {
      const size = /^([0-9a-fA-F]{1,8})(?:\s*;.*)?$/.exec(line)?.[1];
      if (size === undefined) return this.#malformed(bytes);
      if (/^0+$/.test(size)) this.#part = "trailer";
      else this.#count("chunk", Number.parseInt(size, 16));
    }
    return end + 1;
  }

  #count(part: "length" | "chunk", bytes: number): void {
    this.#part = part;
    this.#left = bytes;
  }

  #malformed(bytes: Buffer): number {
    this.#part = "malformed";
    return bytes.length;
  }
}

/** Something that does not begin like HTTP is not waited for: an SSH or SMTP server greets, and then waits for us. */
function mayBeAnswer(bytes: Buffer): boolean {
  const start = "HTTP/";
  const length = Math.min(bytes.length, start.length);
  return bytes.toString("latin1", 0, length) === start.slice(0, length);
}

function readHeader(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, Math.max(0, colon)).toLowerCase(), line.slice(colon + 1).trim()];
}
