/**
 * The lines of a log that are in memory: a window that moves with its end, however long the log is. Lines come in blocks that keep their identity, so
 * that only the last is drawn again.
 */
import type { LogPiece } from "../../src/api/types.ts";
import { colours, type Piece, PLAIN, type Style } from "./ansi.ts";

export const LINES_MAX = 4000;
const BLOCK_LINES = 100;
/** A line that is longer is cut in the page; the download has it whole. */
export const LINE_CHARS_MAX = 4000;

export type Line = { readonly text: string; readonly pieces: readonly Piece[]; readonly source: string };
export type Block = { readonly id: number; readonly lines: readonly Line[] };

export type LogLines = {
  readonly blocks: readonly Block[];
  readonly count: number;
  /** Per source: what came after the last line's end, and the colours there. */
  readonly rests: Readonly<Record<string, { readonly text: string; readonly style: Style }>>;
  /** Per source: the first byte that is in the window, for what is older. Null when the window is mixed. */
  readonly from: number | null;
  readonly nextId: number;
};

export const NO_LINES: LogLines = { blocks: [], count: 0, rests: {}, from: null, nextId: 0 };

/** A piece from the end. The part of a line before the first newline of a window that does not begin at 0 is half a line and dropped. */
export function appended(log: LogLines, source: string, piece: LogPiece): LogLines {
  const known = log.rests[source];
  let text = (known?.text ?? "") + piece.text;
  const drops = known === undefined && piece.from > 0 ? text.indexOf("\n") + 1 : 0;
  if (drops > 0) text = text.slice(drops);
  const lines = text.split("\n");
  const rest = (lines.pop() ?? "").slice(0, LINE_CHARS_MAX);
  let style = known?.style ?? PLAIN;
  const fresh = lines.slice(-LINES_MAX).map((line): Line => {
    const shown = line.slice(0, LINE_CHARS_MAX);
    const { pieces, end } = colours(shown, style);
    style = end;
    return { text: pieces.map((each) => each.text).join(""), pieces, source };
  });
  const from = log.from ?? piece.from + drops;
  return trimmed(withLines({ ...log, from, rests: { ...log.rests, [source]: { text: rest, style } } }, fresh));
}

/** What is older, put before. It may go over the limit by what was asked for: the reader is there, not at the end. */
export function prepended(log: LogLines, source: string, piece: LogPiece): LogLines {
  const drops = piece.from > 0 ? piece.text.indexOf("\n") + 1 : 0;
  const lines = piece.text.slice(drops).split("\n");
  if (lines.at(-1) === "") lines.pop();
  const fresh = lines.map((line): Line => {
    const { pieces } = colours(line.slice(0, LINE_CHARS_MAX), PLAIN);
    return { text: pieces.map((each) => each.text).join(""), pieces, source };
  });
  const blocks: Block[] = [];
  for (let at = 0; at < fresh.length; at += BLOCK_LINES)
    blocks.push({ id: log.nextId + blocks.length, lines: fresh.slice(at, at + BLOCK_LINES) });
  const dropped = new TextEncoder().encode(piece.text.slice(0, drops)).length;
  return {
    ...log,
    blocks: [...blocks, ...log.blocks],
    count: log.count + fresh.length,
    from: piece.from + dropped,
    nextId: log.nextId + blocks.length,
  };
}

/** A line of ours, such as that the file was rotated. */
export function noted(log: LogLines, text: string): LogLines {
  return trimmed(withLines(log, [{ text, pieces: [{ text, classes: "note" }], source: "" }]));
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
  let { from } = log;
  while (count > LINES_MAX) {
    const lines = log.blocks[drop]?.lines ?? [];
    count -= lines.length;
    // Bytes of the text without its colours: a little short, so that what is older overlaps rather than leaves a gap unseen.
    if (from !== null) from += lines.reduce((sum, line) => sum + new TextEncoder().encode(line.text).length + 1, 0);
    drop++;
  }
  return drop === 0 ? log : { ...log, blocks: log.blocks.slice(drop), count, from };
}

/** Positions of a text in the lines: the ids of their blocks and the numbers in them. Case is ignored. */
export function search(log: LogLines, text: string): readonly { readonly block: number; readonly line: number }[] {
  if (text === "") return [];
  const wanted = text.toLowerCase();
  return log.blocks.flatMap(({ id, lines }) =>
    lines.flatMap((line, at) => (line.text.toLowerCase().includes(wanted) ? [{ block: id, line: at }] : [])),
  );
}
