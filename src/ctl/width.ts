/**
 * How many cells of a terminal a text takes: two for each Chinese, Japanese or Korean character and each emoji, none for what is put on top of another.
 * By Unicode's own tables, which Node has; scripts get columns counted in characters, as ever.
 */

const HALF = /^[\uff61-\uffdc\uffe8-\uffee]/;
const NONE = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;

/** What is only needed where a text is more than ASCII: to make the pattern takes a fiftieth of the time of a whole `status`. */
function makeTables() {
  const wide = new RegExp(
    "^(?:\\p{sc=Han}|\\p{sc=Hiragana}|\\p{sc=Katakana}|\\p{sc=Hangul}|\\p{sc=Bopomofo}|\\p{sc=Yi}|\\p{Emoji_Presentation}|" +
      "[\\u3000-\\u303e\\u30fb-\\u30fe\\uff01-\\uff60\\uffe0-\\uffe6])",
    "u",
  );
  return { segmenter: new Intl.Segmenter("en", { granularity: "grapheme" }), wide };
}
let tables: ReturnType<typeof makeTables> | null = null;

/** In cells. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  tables ??= makeTables();
  let width = 0;
  for (const { segment } of tables.segmenter.segment(text)) {
    width += HALF.test(segment) ? 1 : tables.wide.test(segment) ? 2 : NONE.test(segment) ? 0 : 1;
  }
  return width;
}

/** In characters, as Python counts them. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Blanks behind a text up to a width; none when it is wider. */
export function padded(text: string, width: number, measure: (text: string) => number): string {
  return text + " ".repeat(Math.max(0, width - measure(text)));
}
