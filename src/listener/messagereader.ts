/**
 * Takes messages out of the bytes of stdin. A header line ends with LF; the payload behind it is as many *characters* as `len` says, not bytes: an `é` is
 * one character and two bytes, an emoji one and four, while a JavaScript string counts it as two. (EVT-058, EVT-059)
 */
import { type Headers, parseHeaders } from "./headers.ts";

export type Message = { readonly headers: Headers; readonly payload: Uint8Array };

/** A header line that goes on for longer is none. */
const HEADER_BYTES_MAX = 64 * 1024;
const LF = 0x0a;

export class Messages {
  #waiting: Uint8Array = new Uint8Array(0);

  push(bytes: Uint8Array): void {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
  }

  /** The next message, null while it is not complete. Throws when this cannot be a supervisord. */
  take(): Message | null {
    const lineEnd = this.#waiting.indexOf(LF);
    if (lineEnd < 0) {
      if (this.#waiting.length > HEADER_BYTES_MAX) throw new Error(`no header line within ${HEADER_BYTES_MAX} bytes on stdin`);
      return null;
    }
    const line = Buffer.from(this.#waiting.subarray(0, lineEnd)).toString("utf8");
    const headers = parseHeaders(line);
    const length = headers["len"];
    if (length === undefined || !/^\d{1,15}$/.test(length)) throw new Error(`no header line of an event on stdin: ${line.slice(0, 200)}`);
    const end = endOfCharacters(this.#waiting, lineEnd + 1, Number(length));
    if (end === null) return null;
    const payload = this.#waiting.slice(lineEnd + 1, end);
    this.#waiting = this.#waiting.subarray(end);
    return { headers, payload };
  }
}

/** Where so many characters of UTF-8 end; null when some of their bytes are still to come. */
function endOfCharacters(bytes: Uint8Array, start: number, count: number): number | null {
  let at = start;
  for (let left = count; left > 0; left--) {
    const first = bytes[at];
    if (first === undefined) return null;
    at += first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  }
  return at <= bytes.length ? at : null;
}
