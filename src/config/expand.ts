/**
 * `%(name)s` expansion: Python's `text % table`, which is what the original's options go through (config.md, section 4). All its conversions are
 * legal in a configuration, so all are here; faults come back in Python's words with the place of the `%` that caused them.
 */
import { ok, type Result, refuse } from "../result.ts";
import { type Conversion, formatNumber } from "./numberformat.ts";
import { quoted } from "./quoting.ts";

/** Layers of names; a later layer hides an earlier one. Layers are shared between options, so they are never changed after they were handed on. */
export type Names = readonly ReadonlyMap<string, string | number>[];

export type ExpansionFault = {
  /** The original's words, without the option's id. */
  readonly kind: "unknown-name" | "badly-formatted";
  readonly text: string;
  /** Where the faulty `%` stands in the text. */
  readonly offset: number;
};

export type Expanded = {
  readonly text: string;
  /** A conversion without a name, such as the `%s` of `date +%s`: legal, and puts the whole table of names there (CONF-092). */
  readonly hasBare: boolean;
  /** Conversions that hardly anybody means, such as the `%(process_num).lo` of `%(process_num).log`: as they stand, and what became of them. */
  readonly odd: readonly { readonly written: string; readonly shown: string }[];
};

/** One pass; what is inserted is not expanded again. (CONF-085..CONF-095) */
export function expand(text: string, names: Names): Result<Expanded, ExpansionFault> {
  if (!text.includes("%")) return ok({ text, hasBare: false, odd: [] });
  const pieces: string[] = [];
  const odd: { readonly written: string; readonly shown: string }[] = [];
  let hasBare = false;
  let bareIsLeft = true;
  let at = 0;
  for (let percent = text.indexOf("%"); percent >= 0; percent = text.indexOf("%", at)) {
    pieces.push(text.slice(at, percent));
    at = percent + 2;
    if (text[percent + 1] === "%") {
      pieces.push("%");
      continue;
    }
    const named = readKey(text, percent + 1);
    if (named === null) return badly("incomplete format key", percent);
    const value = named.key === null ? { table: names } : lookUp(names, named.key);
    if (value === undefined) return refuse({ kind: "unknown-name", text: quoted(named.key ?? ""), offset: percent });
    if (named.key !== null && text[named.end] === "s") {
      pieces.push(asText(value)); // nearly every conversion is this one
      at = named.end + 1;
      bareIsLeft = false;
      continue;
    }
    const left = named.key === null && !bareIsLeft ? null : value;
    const conversion = readConversion(text, named.end, left);
    const shown = conversion.ok ? convert(conversion.value, left, text) : conversion;
    if (!conversion.ok || !shown.ok) return badly(shown.ok ? "" : shown.error, percent);
    pieces.push(shown.value);
    at = conversion.value.end;
    if (named.key !== null && isOdd(conversion.value)) odd.push({ written: text.slice(percent, at), shown: shown.value });
    hasBare ||= named.key === null;
    bareIsLeft = false;
  }
  pieces.push(text.slice(at));
  return ok({ text: pieces.join(""), hasBare, odd });
}

/** Names are texts and whole numbers: another conversion, or a precision, is mostly a dot or letters that were to follow `%(name)s`. */
function isOdd({ letter, precision }: Conversion): boolean {
  return precision !== null || !"sdiu".includes(letter);
}

/** Every name, sorted by code point, as the message about an unknown one lists them. (CONF-087, CONF-088) */
export function availableNames(names: Names): string[] {
  return [...new Set(names.flatMap((layer) => [...layer.keys()]))].sort(byCodePoint);
}

/** The order of Python's strings: by code point, where JavaScript's `<` compares halves of surrogate pairs. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a.charCodeAt(at) !== b.charCodeAt(at)) return (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0);
  }
  return a.length - b.length;
}

const NOTHING_LEFT = "not enough arguments for format string";

type Inserted = string | number | { readonly table: Names };

/** Nothing in a configuration is padded further than this; a mistyped width must not take the memory. */
const WIDTH_MAX = 1_000_000;

/** The name in parentheses, if there is one; null when it does not end. Parentheses inside a name must balance. */
function readKey(text: string, start: number): { readonly key: string | null; readonly end: number } | null {
  if (text[start] !== "(") return { key: null, end: start };
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return { key: text.slice(start + 1, at), end: at + 1 };
  }
  return null;
}

/** Flags, width, precision and letter; `value` is what a `*` may take, null when nothing is left. */
function readConversion(text: string, start: number, value: Inserted | null): Result<Conversion, string> {
  let at = start;
  const flags = new Set<string>();
  for (; at < text.length && "-+ #0".includes(text.charAt(at)); at++) flags.add(text.charAt(at));
  const width = readSize(text, at, value);
  if (!width.ok) return refuse(width.error);
  at = width.value.end;
  let precision: Size | null = null;
  if (text[at] === ".") {
    const size = readSize(text, at + 1, width.value.star ? null : value);
    if (!size.ok) return refuse(size.error === TOO_BIG ? "precision too big" : size.error);
    precision = size.value;
    at = precision.end;
  }
  if (at < text.length && "hlL".includes(text.charAt(at))) at++;
  if (at >= text.length) return refuse("incomplete format");
  const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return ok({
    flags,
    width: width.value.size ?? 0,
    precision: precision === null ? null : (precision.size ?? 0),
    letter,
    hasStar: width.value.star || (precision?.star ?? false),
    end: at + letter.length,
  });
}

type Size = { readonly size: number | null; readonly star: boolean; readonly end: number };
const TOO_BIG = "width too big";

function readSize(text: string, start: number, value: Inserted | null): Result<Size, string> {
  if (text[start] === "*") {
    if (value === null) return refuse(NOTHING_LEFT);
    return typeof value === "number" ? ok({ size: value, star: true, end: start + 1 }) : refuse("* wants int");
  }
  let end = start;
  while (/[0-9]/.test(text.charAt(end))) end++;
  const size = end > start ? Number(text.slice(start, end)) : null;
  return size !== null && size > WIDTH_MAX ? refuse(TOO_BIG) : ok({ size, star: false, end });
}

function lookUp(names: Names, key: string): string | number | undefined {
  for (let index = names.length - 1; index >= 0; index--) {
    const value = names[index]?.get(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

function convert(conversion: Conversion, value: Inserted | null, text: string): Result<string, string> {
  const { letter } = conversion;
  if (value === null || conversion.hasStar) return refuse(NOTHING_LEFT);
  switch (letter) {
    case "s":
      return ok(padded(conversion, cut(conversion, asText(value))));
    case "r":
      return ok(padded(conversion, cut(conversion, asShown(value))));
    case "a":
      return ok(padded(conversion, cut(conversion, inAscii(asShown(value)))));
    case "c":
      return asCharacter(conversion, value);
    case "d":
    case "i":
    case "u":
    case "o":
    case "x":
    case "X":
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G":
      if (typeof value === "number") return ok(formatNumber(conversion, value));
      return refuse(notANumber(letter, typeof value === "string" ? "str" : "dict"));
    default:
      return refuse(unsupported(letter, [...text.slice(0, conversion.end)].length - 1));
  }
}

function notANumber(letter: string, type: string): string {
  if ("eEfFgG".includes(letter)) return `must be real number, not ${type}`;
  return `%${letter} format: ${"oxX".includes(letter) ? "an integer" : "a real number"} is required, not ${type}`;
}

function asCharacter(conversion: Conversion, value: Inserted): Result<string, string> {
  if (typeof value === "string" && [...value].length === 1) return ok(padded(conversion, value));
  if (typeof value !== "number") return refuse("%c requires int or char");
  if (value < 0 || value > 0x10ffff) return refuse("%c arg not in range(0x110000)");
  return ok(padded(conversion, String.fromCodePoint(value)));
}

function asText(value: Inserted): string {
  return typeof value === "string" ? value : asShown(value);
}

function asShown(value: Inserted): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return String(value);
  const merged = new Map(value.table.flatMap((layer) => [...layer]));
  return `{${[...merged].map(([name, inserted]) => `${quoted(name)}: ${asShown(inserted)}`).join(", ")}}`;
}

function inAscii(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code < 0x100) return `\\x${hex}`;
    return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
  });
}

function cut(conversion: Conversion, text: string): string {
  return conversion.precision === null ? text : [...text].slice(0, conversion.precision).join("");
}

function padded(conversion: Conversion, text: string): string {
  const fill = " ".repeat(Math.max(0, conversion.width - [...text].length));
  return conversion.flags.has("-") ? text + fill : fill + text;
}

/** `index` in code points. */
function unsupported(letter: string, index: number): string {
  const code = letter.codePointAt(0) ?? 0;
  return `unsupported format character '${code >= 31 && code <= 126 ? letter : "?"}' (0x${code.toString(16)}) at index ${index}`;
}

function badly(text: string, offset: number): Result<never, ExpansionFault> {
  return refuse({ kind: "badly-formatted", text, offset });
}
