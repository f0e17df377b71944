/**
 * White space as the original's reader understands it: Python's set, which holds the file separators 0x1c-0x1f and 0x85 and not the byte
 * order mark. JavaScript's own trim() and \s differ in exactly these, so nothing in this room uses them on a configuration's text. (CONF-020, CONF-039)
 */

const SPACES = "\\t\\n\\v\\f\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LEADING = new RegExp(`^[${SPACES}]+`);
const TRAILING_ONE = new RegExp(`[${SPACES}]`);
const NON_SPACE = new RegExp(`[^${SPACES}]`);
const WORDS = new RegExp(`[^${SPACES}]+`, "g");

/** Whether one character is white space; false for the empty text. */
export function isSpace(character: string): boolean {
  return TRAILING_ONE.test(character);
}

export function trimmed(text: string): string {
  return trimmedEnd(text.replace(LEADING, ""));
}

/** Walks from the end: a regular expression anchored there would be quadratic on long runs of spaces. */
export function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** The position of the first character that is no white space; 0 when there is none. */
export function indentOf(line: string): number {
  return Math.max(0, line.search(NON_SPACE));
}

/** The pieces between runs of white space. */
export function words(text: string): readonly string[] {
  return text.match(WORDS) ?? [];
}
