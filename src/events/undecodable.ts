/**
 * Bytes of a child as text. Listeners and people know the original's form for bytes that are not UTF-8: the word `Undecodable: ` and the bytes as
 * Python's repr() shows them. Payloads, the echo in the activity log and the warning about a bad result line share this one place.
 */
import { isUtf8 } from "node:buffer";

/** The text, or `Undecodable: b'...'` when it is not UTF-8. (EVT-049, LOG-066) */
export function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes) ? decoder.decode(bytes) : undecodable(bytes);
}

/** The same as UTF-8 bytes; bytes that are valid come back as they are, not copied. (EVT-049) */
export function textBytesOf(bytes: Uint8Array): Uint8Array {
  return isUtf8(bytes) ? bytes : new TextEncoder().encode(undecodable(bytes));
}

/** `b'READY\n'` with the escapes of Python's repr(). (LOG-068) */
export function bytesRepr(bytes: Uint8Array): string {
  const mark = bytes.includes(QUOTE) && !bytes.includes(DOUBLE_QUOTE) ? '"' : "'";
  const shown: string[] = [];
  for (const byte of bytes) shown.push(byte === QUOTE && mark === "'" ? "\\'" : (SHOWN[byte] ?? ""));
  return `b${mark}${shown.join("")}${mark}`;
}

/** How many bytes at the end are the beginning of a UTF-8 character whose rest has not come: 0 to 3. */
export function cutCharacterLength(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc2 && byte <= 0xf4) return back < characterLength(byte) ? back : 0;
    if (byte < 0x80 || byte > 0xbf) return 0;
  }
  return 0;
}

const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const NAMED: Readonly<Record<number, string>> = { 0x5c: "\\\\", 0x09: "\\t", 0x0a: "\\n", 0x0d: "\\r" };
const SHOWN: readonly string[] = Array.from({ length: 256 }, (_, byte) => shownByte(byte));
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function undecodable(bytes: Uint8Array): string {
  return `Undecodable: ${bytesRepr(bytes)}`;
}

function shownByte(byte: number): string {
  const named = NAMED[byte];
  if (named !== undefined) return named;
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
}

function characterLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
