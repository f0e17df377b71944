/**
 * Base64 as Python's decoder takes it, for values of requests (RPC-229) and credentials (HTTP-102): characters outside the alphabet are
 * skipped, and the padding must be right. Node's own decoder takes any padding.
 */

const ALPHABET = /[^A-Za-z0-9+/=]/g;

/** null: the padding is wrong. */
export function decodeBase64(text: string): Uint8Array | null {
  const kept = text.replace(ALPHABET, "");
  const end = endOfData(kept);
  if (end === null) return null;
  return Buffer.from(kept.slice(0, end).replaceAll("=", ""), "base64");
}

/** The data ends at the padding that completes a group of four; earlier `=` are skipped. null: the last group is not complete. */
function endOfData(text: string): number | null {
  let inGroup = 0;
  let padding = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "=") {
      inGroup = (inGroup + 1) % 4;
      padding = 0;
    } else if (inGroup >= 2) {
      padding += 1;
      if (inGroup + padding >= 4) return at;
    }
  }
  return inGroup === 0 ? text.length : null;
}
