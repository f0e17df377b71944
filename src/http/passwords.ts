/**
 * Passwords as they stand in the configuration: plain, `{SHA}` and the SHA-1 in lower-case hex (HTTP-101), or ours, `{SCRYPT}ln$r$p$salt$hash`:
 * log2 of the cost, block size, parallelism, and salt and hash in base64. Whatever the form, the time that a comparison takes tells nothing.
 */
import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { bytesOf } from "../bytes.ts";
import { ok, type Result, refuse } from "../result.ts";

const SCRYPT = /^\{SCRYPT\}(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9+/]{8,172}={0,2})\$([A-Za-z0-9+/]{22,172}={0,2})$/;

export type ScryptPassword = {
  readonly costLog2: number;
  readonly blockSize: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
};

/** What `holdfast` itself makes: some 50 ms and 32 MiB for each check. */
export const SCRYPT_DEFAULT = { costLog2: 15, blockSize: 8, parallelism: 1 } as const;
const HASH_BYTES = 32;
/** Of a configured password: more would let a typo hold up the daemon. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;
const PARALLELISM_MAX = 16;

/** Compares without telling by its time how much of it was right. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

/** A plain or `{SHA}` password. (HTTP-101) */
export function matchesFast(configured: string, given: string): boolean {
  if (!configured.startsWith("{SHA}")) return sameText(configured, given);
  return sameText(configured.slice(5), createHash("sha1").update(given).digest("hex"));
}

/** null: not of this form. */
export function parseScrypt(configured: string): Result<ScryptPassword, string> | null {
  if (!configured.startsWith("{SCRYPT}")) return null;
  const match = SCRYPT.exec(configured);
  if (match === null) return refuse("a {SCRYPT} password has the form {SCRYPT}15$8$1$salt$hash, salt and hash in base64");
  const [costLog2 = 0, blockSize = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  const memory = 128 * 2 ** costLog2 * blockSize;
  if (costLog2 < 1 || blockSize < 1 || parallelism < 1 || parallelism > PARALLELISM_MAX || memory > MEMORY_BYTES_MAX) {
    return refuse("a {SCRYPT} password whose numbers are out of bounds: at most 256 MiB (128 * 2^cost * blocks) and 16 in parallel");
  }
  const [salt = "", hash = ""] = match.slice(4);
  return ok({ costLog2, blockSize, parallelism, salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") });
}

/** In a thread of its own; the loop goes on. */
export async function matchesScrypt(password: ScryptPassword, given: string): Promise<boolean> {
  const derived = await derive(password, given, password.hash.length);
  return timingSafeEqual(derived, password.hash);
}

/** The text for the configuration. `salt`: 16 random bytes. */
export async function makeScrypt(password: string, salt: Buffer): Promise<string> {
  const { costLog2, blockSize, parallelism } = SCRYPT_DEFAULT;
  const hash = await derive({ ...SCRYPT_DEFAULT, salt }, password, HASH_BYTES);
  return `{SCRYPT}${costLog2}$${blockSize}$${parallelism}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

/** Of the same length. */
export function sameBytes(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(a, b);
}

/** A digest under a key that nobody ever learns: what it makes of a password cannot be compared with anything that was made elsewhere. */
export function keyedDigest(): (text: string) => Buffer {
  const key = randomBytes(HASH_BYTES);
  return (text) => createHmac("sha256", key).update(text).digest();
}

/** Of the bytes: two passwords that are not UTF-8 must not become the same text, which anybody could send. */
function sha256(text: string): Buffer {
  return createHash("sha256").update(bytesOf(text)).digest();
}

type Parameters = Omit<ScryptPassword, "hash">;

function derive({ costLog2, blockSize, parallelism, salt }: Parameters, password: string, length: number): Promise<Buffer> {
  const options = { N: 2 ** costLog2, r: blockSize, p: parallelism, maxmem: 2 * MEMORY_BYTES_MAX };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
