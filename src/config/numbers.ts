/**
 * Whole numbers as Python's int() reads them: white space around, a sign, `_` between digits, decimal digits of any script (CONF-067).
 * Numbers beyond 2^53 become the largest exact one: for sizes, seconds and counts they mean the same, "without end".
 */
import { ok, type Result, refuse } from "../result.ts";
import { quoted } from "./quoting.ts";
import { trimmed } from "./whitespace.ts";

/** Python refuses longer ones as well. */
const DIGITS_MAX = 4300;
/** The quoted value in a message is cut there. */
const QUOTED_MAX = 200;
/** How nearly everybody writes a number. */
const PLAIN = /^[0-9]{1,15}$/;
const SHAPE = /^([+-]?)(\p{Nd}+(?:_\p{Nd}+)*)$/u;
const OCTAL_SHAPE = /^([+-]?)(?:0[oO]_?)?(\p{Nd}+(?:_\p{Nd}+)*)$/u;
/** White space everywhere else, but not around a number. */
const FILE_SEPARATOR = /[\x1c-\x1f]/;

export function parseInteger(text: string): Result<number, string> {
  if (PLAIN.test(text)) return ok(Number(text));
  const match = FILE_SEPARATOR.test(text) ? null : SHAPE.exec(trimmed(text));
  const digits = match?.[2]?.replaceAll("_", "");
  if (digits === undefined || digits.length > DIGITS_MAX) return refuse(notAnInteger(text));
  return ok(bounded(match?.[1], Number(inAscii(digits))));
}

/** `022`, `22`, `0o22`, `-1`. (CONF-071) */
export function parseOctal(text: string): Result<number, string> {
  const match = FILE_SEPARATOR.test(text) ? null : OCTAL_SHAPE.exec(trimmed(text));
  const digits = match?.[2] === undefined ? "" : inAscii(match[2].replaceAll("_", ""));
  if (!/^[0-7]+$/.test(digits) || digits.length > DIGITS_MAX) return refuse(`${text} can not be converted to an octal type`);
  return ok(bounded(match?.[1], Number.parseInt(digits, 8)));
}

type Range = readonly [least: number, greatest: number];

/** A whole number within a range. */
export function parseIntegerIn(text: string, [least, greatest]: Range): Result<number, string> {
  const number = parseInteger(text);
  if (number.ok && number.value >= least && number.value <= greatest) return number;
  return refuse(`not a whole number from ${least} to ${greatest}: ${quoted(text)}`);
}

/** A decimal number within a range: `0.5`, `.5`, `2`. */
export function parseDecimalIn(text: string, [least, greatest]: Range): Result<number, string> {
  const number = /^([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= greatest ? ok(number) : refuse(`not a number from ${least} to ${greatest}: ${quoted(text)}`);
}

const SUFFIXES: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** A byte size: a whole number, perhaps with KB, MB or GB behind it. (CONF-070) */
export function parseByteSize(text: string): Result<number, string> {
  const lower = text.toLowerCase();
  const factor = SUFFIXES[lower.slice(-2)];
  const number = parseInteger(factor === undefined ? lower : lower.slice(0, -2));
  return number.ok ? ok(bounded("", number.value * (factor ?? 1))) : number;
}

export function notAnInteger(text: string): string {
  return `invalid literal for int() with base 10: ${[...quoted(text)].slice(0, QUOTED_MAX).join("")}`;
}

function bounded(sign: string | undefined, value: number): number {
  const limited = Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
  return sign === "-" && limited !== 0 ? -limited : limited;
}

/** Digits of other scripts stand in Unicode as rows of ten in order, so a digit's value is its place in its run of digits. */
function inAscii(digits: string): string {
  return digits.replace(/[^0-9]/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let start = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start--;
    return String((code - start) % 10);
  });
}
