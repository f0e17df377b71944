/**
 * Bytes of a child as text for listeners and for the lines about them. The form of bytes that are not UTF-8 is Python's, as everywhere in Supervisor.
 */
import { isUtf8 } from "node:buffer";
import { quoted } from "../config/quoting.ts";

/** The text, or `Undecodable: b'...'` when it is not UTF-8. (EVT-049, EVT-089) */
export function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes) ? decoder.decode(bytes) : undecodable(bytes);
}

/** The same as UTF-8 bytes; bytes that are valid come back as they are, not copied. (EVT-049) */
export function textBytesOf(bytes: Uint8Array): Uint8Array {
  return isUtf8(bytes) ? bytes : new TextEncoder().encode(undecodable(bytes));
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Each byte is a character of Latin-1, and what is not ASCII is escaped. */
function undecodable(bytes: Uint8Array): string {
  const shown = quoted(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"));
  return `Undecodable: b${shown.replaceAll(/[\u0080-\u00ff]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`)}`;
}
