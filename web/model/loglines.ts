/**
 * The lines of a log that are in memory: a window that moves with its end, however long the log is. Each line knows at which byte of the file it begins,
 * so that what is older goes before it without a gap. Lines come in blocks that keep their identity, so that only the last is drawn again.
 */
import type { LogPiece } from "../../src/api/types.ts";
import { colours, type Piece, PLAIN, type Style } from "./ansi.ts";

export const LINES_MAX = 4000;
const BLOCK_LINES = 100;
/** A line that is longer is cut in the page; the download has it whole. */
export const LINE_CHARS_MAX = 4000;

/** `at`: its first byte in the file; null for a line of ours. */
export type Line = { readonly text: string; readonly pieces: readonly Piece[]; readonly source: string; readonly at: number | null };
export type Block = { readonly id: number; readonly lines: readonly Line[] };

/** What came after the last line's end, where that begins, the colours there, and the byte that comes next. */
type Rest = { readonly text: string; readonly at: number; readonly style: Style; readonly next: number };

export type LogLines = {
  readonly blocks: readonly Block[];
  readonly count: number;
  /** Per source. */
  readonly rests: Readonly<Record<string, Rest>>;
  readonly nextId: number;
};

export const NO_LINES: LogLines = { blocks: [], count: 0, rests: {}, nextId: 0 };

/**
 * A piece from the end. The part of a line before the first newline of a window that does not begin at 0 is half a line and dropped. `leftOut`: what to
 * say where the piece does not follow on what is known.
 */
export function appended(log: LogLines, source: string, piece: LogPiece, leftOut: (bytes: number) => string): LogLines {
  const known = log.rests[source];
  if (known === undefined) return joined(log, source, piece, null);
  if (piece.from === known.next) return joined(log, source, piece, known);
  // It has been begun anew, and nobody has said so.
  if (piece.from < known.next) return appended(restarted(log, source), source, piece, leftOut);
  const unfinished = known.text === "" ? [] : linesOf([known.text], [known.at], source, known.style).lines;
  const skipped = piece.from - known.next + byteCounter(piece)(firstHalf(piece));
  return joined(withLines(log, [...unfinished, ours(leftOut(skipped))]), source, piece, null);
}

/** `known` null: nothing that it goes on from. */
function joined(log: LogLines, source: string, piece: LogPiece, known: Rest | null): LogLines {
  const fresh = piece.text.slice(known === null ? firstHalf(piece).length : 0);
  const texts = ((known?.text ?? "") + fresh).split("\n");
  const ends = texts.length - 1;
  // Backwards from its end, and only as far as lines are kept.
  const bytesIn = byteCounter(piece);
  const ats: number[] = [];
  let end = piece.next;
  for (let each = ends; each >= Math.max(0, ends - LINES_MAX); each--) {
    end -= bytesIn(texts[each] ?? "");
    ats.unshift(each === 0 && known !== null ? known.at : end);
    end--;
  }
  const kept = texts.slice(-ats.length);
  const { lines, style } = linesOf(kept.slice(0, -1), ats, source, known?.style ?? PLAIN);
  const rest = { text: (kept.at(-1) ?? "").slice(0, LINE_CHARS_MAX), at: ats.at(-1) ?? piece.next, style, next: piece.next };
  return trimmed(withLines({ ...log, rests: { ...log.rests, [source]: rest } }, lines));
}

/** What is older, put before. It may go over the limit by what was asked for: the reader is there, not at the end. */
export function prepended(log: LogLines, source: string, piece: LogPiece): LogLines {
  const texts = piece.text.slice(firstHalf(piece).length).split("\n");
  if (texts.at(-1) === "") texts.pop();
  const bytesIn = byteCounter(piece);
  const ats: number[] = [];
  let end = piece.next;
  for (const text of [...texts].reverse()) {
    end -= bytesIn(text) + 1;
    ats.unshift(end);
  }
  const { lines } = linesOf(texts, ats, source, PLAIN);
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at += BLOCK_LINES)
    blocks.push({ id: log.nextId + blocks.length, lines: lines.slice(at, at + BLOCK_LINES) });
  return { ...log, blocks: [...blocks, ...log.blocks], count: log.count + lines.length, nextId: log.nextId + blocks.length };
}

/** The first byte of the file that is in the window; null: nothing is. Of use where there is one source. */
export function firstByte({ blocks, rests }: LogLines): number | null {
  for (const { lines } of blocks) {
    const first = lines.find(({ at }) => at !== null);
    if (first !== undefined) return first.at;
  }
  return Object.values(rests)[0]?.at ?? null;
}

/** Another file has taken its place. What is shown stays, and there is nothing older that belongs to it. */
export function restarted(log: LogLines, source: string): LogLines {
  const known = log.rests[source];
  const blocks = log.blocks.map(({ id, lines }) => ({ id, lines: lines.map((line) => (line.at === null ? line : { ...line, at: 0 })) }));
  const last = known === undefined || known.text === "" ? [] : linesOf([known.text], [0], source, known.style).lines;
  return withLines({ ...log, blocks, rests: { ...log.rests, [source]: { text: "", at: 0, style: PLAIN, next: 0 } } }, last);
}

/** A line of ours, such as that the file was rotated. */
export function noted(log: LogLines, text: string): LogLines {
  return trimmed(withLines(log, [ours(text)]));
}

function ours(text: string): Line {
  return { text, pieces: [{ text, classes: "note" }], source: "", at: null };
}

/** What a window that begins within a line has of it. */
function firstHalf(piece: LogPiece): string {
  return piece.from > 0 ? piece.text.slice(0, piece.text.indexOf("\n") + 1) : "";
}

function linesOf(
  texts: readonly string[],
  ats: readonly number[],
  source: string,
  begin: Style,
): { readonly lines: Line[]; readonly style: Style } {
  let style = begin;
  const lines = texts.map((text, index): Line => {
    const { pieces, end } = colours(text.slice(0, LINE_CHARS_MAX), style);
    style = end;
    return { text: pieces.map((each) => each.text).join(""), pieces, source, at: ats[index] ?? null };
  });
  return { lines, style };
}

const encoder = new TextEncoder();
const REPLACED = "\ufffd";

/** How many bytes of the file a text of the piece was: what was no UTF-8 is shown by characters of three, which stood for one mostly. */
function byteCounter(piece: LogPiece): (text: string) => number {
  const all = countOf(piece.text);
  const each = all === 0 ? 0 : (encoder.encode(piece.text).length - (piece.next - piece.from)) / all;
  return (text) => encoder.encode(text).length - (all === 0 ? 0 : Math.round(countOf(text) * each));
}

function countOf(text: string): number {
  return text.includes(REPLACED) ? text.split(REPLACED).length - 1 : 0;
}

function withLines(log: LogLines, fresh: readonly Line[]): LogLines {
  if (fresh.length === 0) return log;
  const blocks = [...log.blocks];
  let { nextId } = log;
  let left = fresh;
  const last = blocks.at(-1);
  if (last !== undefined && last.lines.length < BLOCK_LINES) {
    const room = BLOCK_LINES - last.lines.length;
    blocks[blocks.length - 1] = { id: last.id, lines: [...last.lines, ...left.slice(0, room)] };
    left = left.slice(room);
  }
  while (left.length > 0) {
    blocks.push({ id: nextId++, lines: left.slice(0, BLOCK_LINES) });
    left = left.slice(BLOCK_LINES);
  }
  return { ...log, blocks, nextId, count: log.count + fresh.length };
}

function trimmed(log: LogLines): LogLines {
  let { count } = log;
  let drop = 0;
  while (count > LINES_MAX) count -= log.blocks[drop++]?.lines.length ?? count;
  return drop === 0 ? log : { ...log, blocks: log.blocks.slice(drop), count };
}

/** Positions of a text in the lines: the ids of their blocks and the numbers in them. Case is ignored. */
export function search(log: LogLines, text: string): readonly { readonly block: number; readonly line: number }[] {
  if (text === "") return [];
  const wanted = text.toLowerCase();
  return log.blocks.flatMap(({ id, lines }) =>
    lines.flatMap((line, at) => (line.text.toLowerCase().includes(wanted) ? [{ block: id, line: at }] : [])),
  );
}
