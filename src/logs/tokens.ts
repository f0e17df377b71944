/**
 * Finds the tokens of capture mode in a stream of blocks. Held back is only what may be the beginning of the token that is looked for, at most 23 bytes;
 * the original holds back every output that is shorter than a token, without limit in time, and loses it at the end (LOG-083, LOG-084).
 */

/** (LOG-082) */
export const BEGIN_TOKEN = new TextEncoder().encode("<!--XSUPERVISOR:BEGIN-->");
export const END_TOKEN = new TextEncoder().encode("<!--XSUPERVISOR:END-->");

export type TokenState = {
  /** BEGIN has been seen and END not. */
  readonly capturing: boolean;
  /** The possible beginning of a token. */
  readonly held: Uint8Array;
};

export const NO_TOKEN: TokenState = { capturing: false, held: new Uint8Array(0) };

/** In the order of the stream; `text` is never empty. */
export type TokenPiece =
  | { readonly type: "text"; readonly captured: boolean; readonly bytes: Uint8Array }
  | { readonly type: "begin" }
  | { readonly type: "end" };

/** Cuts a block at the tokens: BEGIN inside a capture and END outside of one are text. (LOG-085..088) */
export function findTokens(state: TokenState, block: Uint8Array): { readonly state: TokenState; readonly pieces: readonly TokenPiece[] } {
  const pieces: TokenPiece[] = [];
  const all = state.held.length === 0 ? Buffer.from(block.buffer, block.byteOffset, block.length) : Buffer.concat([state.held, block]);
  let capturing = state.capturing;
  let from = 0;
  const text = (end: number) => {
    if (end > from) pieces.push({ type: "text", captured: capturing, bytes: all.subarray(from, end) });
  };
  for (let found = all.indexOf(wanted(capturing), from); found !== -1; found = all.indexOf(wanted(capturing), from)) {
    text(found);
    from = found + wanted(capturing).length;
    pieces.push({ type: capturing ? "end" : "begin" });
    capturing = !capturing;
  }
  const heldFrom = all.length - prefixLength(all.subarray(from), wanted(capturing));
  text(heldFrom);
  return { state: { capturing, held: new Uint8Array(all.subarray(heldFrom)) }, pieces };
}

function wanted(capturing: boolean): Uint8Array {
  return capturing ? END_TOKEN : BEGIN_TOKEN;
}

/** How many bytes at the end are the beginning of the token. */
function prefixLength(bytes: Uint8Array, token: Uint8Array): number {
  for (let length = Math.min(token.length - 1, bytes.length); length > 0; length--) {
    if (Buffer.compare(bytes.subarray(bytes.length - length), token.subarray(0, length)) === 0) return length;
  }
  return 0;
}
