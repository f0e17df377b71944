/**
 * Looks for a line in what a child writes, as `ready_when=log:REGEX` asks for it. The state goes from block to block: a line that comes in parts is one
 * line, and so is an escape sequence that is cut in two. (RDY-006)
 */
import { type StripState, strip } from "./strip.ts";

/** What is looked at of a line, in bytes. */
export const MATCHED_LINE_MAX = 8 * 1024;

export type MatchState = {
  readonly strip: StripState;
  /** The begin of a line whose end has not come. */
  readonly half: Uint8Array;
};

export const NEW_MATCH: MatchState = { strip: "text", half: new Uint8Array(0) };

/** The lines that end in this block, without escape sequences and without their ends, each as far as it is looked at; and what is left. */
export function takeMatchLines(state: MatchState, block: Uint8Array): { readonly state: MatchState; readonly lines: readonly string[] } {
  const stripped = strip(state.strip, block);
  const lines: string[] = [];
  let half = state.half;
  let from = 0;
  for (let end = stripped.bytes.indexOf(LF); end !== -1; end = stripped.bytes.indexOf(LF, from)) {
    lines.push(textOf(add(half, stripped.bytes.subarray(from, end))));
    half = NOTHING;
    from = end + 1;
  }
  return { state: { strip: stripped.state, half: new Uint8Array(add(half, stripped.bytes.subarray(from))) }, lines };
}

const LF = 0x0a;
const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function add(half: Uint8Array, more: Uint8Array): Uint8Array {
  const room = MATCHED_LINE_MAX - half.length;
  const part = more.length > room ? more.subarray(0, room) : more;
  return half.length === 0 ? part : Buffer.concat([half, part]);
}

/** As text; a line end of DOS is none of its characters. */
function textOf(line: Uint8Array): string {
  return decoder.decode(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
}
