/**
 * Bytes as text and back without loss, whatever they are: a byte that is not UTF-8 becomes one character of U+DC80 to U+DCFF, halves of pairs that no
 * well-formed text holds (Python calls it surrogateescape, so this is what the original does). Paths, arguments and environments are such texts; only where
 * they come in and go out they are bytes. UTF-8 stays ordinary text.
 */
import { isUtf8 } from "node:buffer";

const ESCAPES = 0xdc00;
/** Half of a pair that has no other half. */
const LONE = /\p{Surrogate}/gu;

export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("utf8");
  // Without this character there was nothing that could not be read.
  return text.includes("\ufffd") ? escaped(buffer) : text;
}

export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  const parts: Buffer[] = [];
  let done = 0;
  for (const { index, 0: half } of text.matchAll(LONE)) {
    const byte = half.charCodeAt(0) - ESCAPES;
    if (byte < 0x80 || byte > 0xff) continue;
    parts.push(Buffer.from(text.slice(done, index)), Buffer.of(byte));
    done = index + 1;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(done))]);
}

/** As `bytesOf(text).length`, without making them. */
export function byteLength(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text) : bytesOf(text).length;
}

/** A path for node's functions: bytes only where a text would become other bytes. */
export function pathOf(path: string): string | Buffer {
  return path.isWellFormed() ? path : bytesOf(path);
}

/** As JSON.stringify, and valid for who reads it strictly: what is not UTF-8 is U+FFFD. */
export function jsonOf(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes("\\ud")) return text;
  return text.replaceAll(/\\(?:u(d[89a-f][0-9a-f]{2})|.)/g, (sign, half) => (half === undefined ? sign : "\ufffd"));
}

/** Bytes inside JSON. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function escaped(bytes: Buffer): string {
  let text = "";
  let good = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterAt(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += bytes.toString("utf8", good, at) + String.fromCharCode(ESCAPES + (bytes[at] ?? 0));
    at += 1;
    good = at;
  }
  return text + bytes.toString("utf8", good);
}

/** The length of the UTF-8 character that begins here, or 0. */
function characterAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const character = bytes.subarray(at, at + length);
  return character.length === length && isUtf8(character) ? length : 0;
}
