/**
 * Bytes for the keeper's store: a version, a checksum, the content. Whatever lies in the store, opening it gives the content or a refusal, never half
 * of something.
 */
import { ok, type Result, refuse } from "../result.ts";

const HEAD_BYTES = 5;

/** `version` is a number from 0 to 255 that the writer of the content chooses. */
export function seal(version: number, content: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEAD_BYTES + content.length);
  record.set(content, HEAD_BYTES);
  record[0] = version;
  viewOf(record).setUint32(1, checksum(content));
  return record;
}

/** Refuses with what is wrong. */
export function unseal(version: number, record: Uint8Array): Result<Uint8Array, string> {
  if (record.length < HEAD_BYTES) return refuse("it is too short");
  if (record[0] !== version) return refuse(`version ${record[0]} is not ${version}`);
  const content = record.subarray(HEAD_BYTES);
  return viewOf(record).getUint32(1) === checksum(content) ? ok(content) : refuse("the checksum is wrong");
}

export function sealJson(version: number, value: unknown): Uint8Array {
  return seal(version, new TextEncoder().encode(JSON.stringify(value)));
}

export function unsealJson(version: number, record: Uint8Array): Result<unknown, string> {
  const content = unseal(version, record);
  if (!content.ok) return content;
  try {
    return ok(JSON.parse(new TextDecoder().decode(content.value)));
  } catch {
    return refuse("it is not JSON");
  }
}

/** FNV-1a: finds damage, keeps nobody out. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
