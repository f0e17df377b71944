/**
 * `strip_ansi`: takes terminal control sequences (ESC `[` to their final byte) out of what a child writes. The state goes from block to block, so a
 * sequence that is split is gone as a whole, and text is never lost to one that has no end (the original does both, LOG-072, LOG-073).
 *
 * A sequence is ESC `[`, parameter and intermediate bytes (0x20-0x3F) and one final byte (0x40-0x7E), as ECMA-48 has it. For every complete sequence
 * whose final byte the original knows (`HfABCDRsuJKhlpm`) the result is the original's. Other escapes (OSC, ESC M) stay (LOG-074).
 */

/** `text`; `escape`: an ESC is held back, it may begin a sequence; `sequence`: within one. */
export type StripState = "text" | "escape" | "sequence";

export type Stripped = { readonly state: StripState; readonly bytes: Uint8Array };

const ESC = 0x1b;
const BRACKET = 0x5b;

/** What is left of a block. It is the block itself when there is nothing to take out. (LOG-070, LOG-071) */
export function strip(state: StripState, block: Uint8Array): Stripped {
  if (state === "text" && !block.includes(ESC)) return { state, bytes: block };
  const kept: Uint8Array[] = [];
  let now = state;
  let from = 0;
  while (from < block.length) {
    if (now === "text") {
      const found = block.indexOf(ESC, from);
      const end = found === -1 ? block.length : found;
      kept.push(block.subarray(from, end));
      if (found === -1) break;
      now = "escape";
      from = end + 1;
    } else if (now === "escape") {
      now = block[from] === BRACKET ? "sequence" : "text";
      if (now === "sequence") from += 1;
      else kept.push(LONE_ESCAPE);
    } else {
      from = sequenceEnd(block, from);
      if (from < block.length) now = "text";
      if (isFinal(block[from])) from += 1;
    }
  }
  return { state: now, bytes: kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept) };
}

/** What is still held back when nothing more comes. An unfinished sequence is dropped. */
export function stripEnd(state: StripState): Uint8Array {
  return state === "escape" ? LONE_ESCAPE : NOTHING;
}

const LONE_ESCAPE = new Uint8Array([ESC]);
const NOTHING = new Uint8Array(0);

/** The first byte from `from` on that no longer belongs to the parameters: the final byte, or one that breaks the sequence off. */
function sequenceEnd(block: Uint8Array, from: number): number {
  for (let at = from; at < block.length; at++) {
    const byte = block[at] ?? 0;
    if (byte < 0x20 || byte > 0x3f) return at;
  }
  return block.length;
}

function isFinal(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x40 && byte <= 0x7e;
}
