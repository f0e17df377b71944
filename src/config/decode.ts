/** A file's bytes as text: UTF-8, a byte order mark at the start is dropped (the original refuses it, CONF-018). */
import { ok, type Result, refuse } from "../result.ts";

const LINE_FEED = 0x0a;

export type BadText = { readonly message: string; readonly offset: number; readonly line: number };

/** Fails in the original's words, with the position in bytes from the start of the file, and the line. (CONF-017) */
export function decodeUtf8(bytes: Uint8Array): Result<string, BadText> {
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    const { start, length, why } = firstBadSequence(bytes);
    const shown =
      length === 1 ? `byte 0x${hex(bytes[start] ?? 0)} in position ${start}` : `bytes in position ${start}-${start + length - 1}`;
    const line = bytes.subarray(0, start).reduce((count, byte) => count + (byte === LINE_FEED ? 1 : 0), 1);
    return refuse({ message: `'utf-8' codec can't decode ${shown}: ${why}`, offset: start, line });
  }
}

type Bad = { readonly start: number; readonly length: number; readonly why: string };

function firstBadSequence(bytes: Uint8Array): Bad {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const size = sequenceLength(lead);
    if (size === 0) return { start: at, length: 1, why: "invalid start byte" };
    for (let index = 1; index < size; index++) {
      const next = bytes[at + index];
      if (next === undefined) return { start: at, length: index, why: "unexpected end of data" };
      if (!continues(lead, index, next)) return { start: at, length: index, why: "invalid continuation byte" };
    }
    at += size;
  }
  return { start: 0, length: 1, why: "invalid start byte" };
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/** The second byte of some leads has a narrower range: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
function continues(lead: number, index: number, byte: number): boolean {
  let low = 0x80;
  let high = 0xbf;
  if (index === 1) {
    if (lead === 0xe0) low = 0xa0;
    if (lead === 0xed) high = 0x9f;
    if (lead === 0xf0) low = 0x90;
    if (lead === 0xf4) high = 0x8f;
  }
  return byte >= low && byte <= high;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
