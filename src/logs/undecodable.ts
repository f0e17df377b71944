/**
 * Bytes of a child as text for the activity log. The form of bytes that are not UTF-8 is Python's, as everywhere in Supervisor; `events/undecodable.ts`
 * has the same for payloads, because neither room may know of the other.
 */
import { isUtf8 } from "node:buffer";
import { quoted } from "../config/quoting.ts";

/** The text, or `Undecodable: b'...'` when it is not UTF-8. (LOG-066) */
export function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes) ? decoder.decode(bytes) : `Undecodable: ${bytesRepr(bytes)}`;
}

/** `b'READY\\n'`: each byte is a character of Latin-1, and what is not ASCII is escaped. (LOG-068) */
export function bytesRepr(bytes: Uint8Array): string {
  const shown = quoted(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"));
  return `b${shown.replaceAll(/[\u0080-\u00ff]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`)}`;
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

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function characterLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
