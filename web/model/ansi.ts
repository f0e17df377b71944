/**
 * Colours of terminals in a line of a log. It gives pieces of plain text with classes and never markup: nothing that a program prints can become part of
 * the page, and the page's policy forbids the style attributes that libraries make. Other control sequences are dropped.
 */
export type Piece = { readonly text: string; readonly classes: string };
export type Style = { readonly fg: string; readonly bg: string; readonly marks: readonly string[] };

export const PLAIN: Style = { fg: "", bg: "", marks: [] };

const MARKS: Readonly<Record<number, string>> = { 1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "inverse", 9: "struck" };
/** CSI sequences, OSC sequences (titles, links), lone escapes. */
const SEQUENCE = /\x1b(?:\[([0-9;:?<=>!]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])?/g;
const OTHER_CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** The pieces of one line, and the style with which the next one begins. */
export function colours(line: string, begin: Style): { readonly pieces: readonly Piece[]; readonly end: Style } {
  if (!line.includes("\x1b")) return { pieces: piece(line, begin), end: begin };
  const pieces: Piece[] = [];
  let style = begin;
  let from = 0;
  for (const found of line.matchAll(SEQUENCE)) {
    pieces.push(...piece(line.slice(from, found.index), style));
    from = found.index + found[0].length;
    if (found[2] === "m") style = changed(style, (found[1] ?? "").split(/[;:]/).map(Number));
  }
  pieces.push(...piece(line.slice(from), style));
  return { pieces, end: style };
}

function piece(text: string, { fg, bg, marks }: Style): readonly Piece[] {
  const shown = text.replace(OTHER_CONTROLS, "");
  if (shown === "") return [];
  return [{ text: shown, classes: [fg && `fg-${fg}`, bg && `bg-${bg}`, ...marks].filter(Boolean).join(" ") }];
}

function changed(style: Style, codes: readonly number[]): Style {
  let { fg, bg, marks } = style;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    const mark = MARKS[code];
    if (code === 0) [fg, bg, marks] = ["", "", []];
    else if (mark !== undefined) marks = marks.includes(mark) ? marks : [...marks, mark];
    else if (code === 22) marks = marks.filter((each) => each !== "bold" && each !== "faint");
    else if (code > 22 && code < 30) marks = marks.filter((each) => each !== MARKS[code - 20]);
    else if (code >= 30 && code <= 37) fg = String(code - 30);
    else if (code >= 40 && code <= 47) bg = String(code - 40);
    else if (code >= 90 && code <= 97) fg = String(code - 82);
    else if (code >= 100 && code <= 107) bg = String(code - 92);
    else if (code === 39) fg = "";
    else if (code === 49) bg = "";
    else if (code === 38 || code === 48) {
      const { colour, used } = extended(codes.slice(at + 1));
      if (code === 38) fg = colour;
      else bg = colour;
      at += used;
    }
  }
  return { fg, bg, marks };
}

/** `5;n` and `2;r;g;b`, as the nearest of the sixteen. */
function extended([kind, ...rest]: readonly number[]): { readonly colour: string; readonly used: number } {
  if (kind === 5) return { colour: String(of256(rest[0] ?? 0)), used: 2 };
  const [r = 0, g = 0, b = 0] = rest;
  return kind === 2 ? { colour: String(nearest(r, g, b)), used: 4 } : { colour: "", used: 0 };
}

function of256(index: number): number {
  if (index < 16) return index;
  if (index >= 232) return index < 244 ? 8 : 7;
  const cube = index - 16;
  return nearest(Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51);
}

function nearest(r: number, g: number, b: number): number {
  const most = Math.max(r, g, b);
  if (most < 64) return 0;
  const half = most / 2;
  const base = (r > half ? 1 : 0) + (g > half ? 2 : 0) + (b > half ? 4 : 0);
  return most > 200 ? base + 8 : base;
}
