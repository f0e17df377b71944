/**
 * Texts as Python's repr() shows them. The original's messages quote the offending value this way (CONF-066), and people and tools compare
 * those messages, so every message that quotes uses this one function.
 */

const NAMED: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** What repr() writes as an escape: controls, format characters, surrogates, unassigned, every separator but the plain space. */
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]/u;

/** `'text'`, or `"text"` when the text holds a single quote and no double quote; backslashes and what cannot be printed escaped. (CONF-066) */
export function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let shown = "";
  for (const character of text) shown += shownCharacter(character, mark);
  return mark + shown + mark;
}

/** `['a', 'b']`: a list as Python shows it. (CLI-043) */
export function quotedList(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(", ")}]`;
}

function shownCharacter(character: string, mark: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  if (character === mark) return `\\${character}`;
  if (character === " " || !NOT_PRINTABLE.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
