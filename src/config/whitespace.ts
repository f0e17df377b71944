/**
 * White space as the original's reader understands it: Python's set, which holds the file separators 0x1c-0x1f and 0x85 and not the byte
 * order mark. JavaScript's own trim() and \s differ in exactly these, so nothing in this room uses them on a configuration's text. (CONF-020, CONF-039)
 */

const SPACES = "\\t\\n\\v\\f\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACE = new RegExp(`[${SPACES}]`);
const WORDS = new RegExp(`[^${SPACES}]+`, "g");

/** Whether one character is white space; false for the empty text. */
export function isSpace(character: string): boolean {
  const code = character.charCodeAt(0);
  if (code > 0x20 && code < 0x80) return false; // what nearly all characters are, without asking the expression
  return SPACE.test(character);
}

/** Walks from both ends: an expression anchored at the end would be quadratic on long runs of spaces. */
export function trimmed(text: string): string {
  const start = indentOf(text);
  return trimmedEnd(start === 0 ? text : text.slice(start));
}

export function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** How much white space a text starts with. */
export function indentOf(line: string): number {
  let indent = 0;
  while (indent < line.length && isSpace(line.charAt(indent))) indent++;
  return indent;
}

/** The pieces between runs of white space. */
export function words(text: string): readonly string[] {
  return text.match(WORDS) ?? [];
}
