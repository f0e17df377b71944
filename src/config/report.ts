/** Errors as people and tools see them: on stderr with file, line, text and remedy, and as the one text of an XML-RPC fault. */
import type { Config, ConfigError, Remark } from "./model.ts";

/** Longer lines are cut in messages. */
const EXCERPT_MAX = 200;
/** With more errors the first one, which may be the cause of others, has left the screen: it is told again at the end. */
const ERRORS_ON_A_SCREEN = 8;
/** Further ones are counted where all must stand on one line. */
const ERRORS_ON_A_LINE = 10;
const WARNINGS_MAX = 100;
/** Names and values are repeated in messages; longer ones than these are cut there, and so is a message of many words. */
const WORD_MAX = 1000;
const WORD_START = 200;
const MESSAGE_MAX = 8000;
const MESSAGE_START = 4000;
const MESSAGE_END = 1000;

/**
 * What goes to stderr; the exit code is 2. `Error: ` and the original's text come first, so that what looks for them still finds them. (CONF-059, CLI-016)
 */
export function renderErrors(errors: readonly ConfigError[], argv0: string): string {
  return `${errors.map(renderError).join("")}${closing(errors)}For help, use ${argv0} -h\n`;
}

function closing(errors: readonly ConfigError[]): string {
  return errors.length <= ERRORS_ON_A_SCREEN ? "" : `These are ${errors.length} errors; the first one is: ${errors[0]?.message}\n`;
}

/** One error as `--check` shows it, with a line end. */
export function renderError({ message, file, line, excerpt, hint }: ConfigError): string {
  const lines = [`Error: ${message}`];
  if (line !== null && file !== null) lines.push(`  at ${file}:${line}${excerpt === null ? "" : `: ${cut(excerpt.trim())}`}`);
  if (hint !== null) lines.push(`  hint: ${hint}`);
  return `${lines.join("\n")}\n`;
}

/**
 * The text behind `CANT_REREAD: `, which is all that clients of Supervisor get. A single error whose text names the file is the original's to the byte,
 * since programs compare it; otherwise its place stands behind it, and every further error with its place. (CONF-064, CONF-416)
 */
export function faultText(errors: readonly ConfigError[]): string {
  const [only] = errors;
  if (only !== undefined && errors.length === 1 && only.file !== null && only.message.includes(only.file)) return only.message;
  return summary(errors);
}

/** All errors on one line of a log, each with its place. */
export function logText(errors: readonly ConfigError[]): string {
  return summary(errors).replaceAll(/\n\s*/g, " ");
}

/** Texts for people who change the file: what may well be meant otherwise. Bounded, for every line of a file may be worth one. */
export function warningsOf({ remarks }: Pick<Config, "remarks">, levels: readonly Remark["level"][] = ["warn"]): readonly string[] {
  const texts = remarks.filter(({ level }) => levels.includes(level)).map(({ text }) => text);
  if (texts.length <= WARNINGS_MAX) return texts;
  return [...texts.slice(0, WARNINGS_MAX), `There are ${texts.length - WARNINGS_MAX} more warnings; supervisord --check shows all`];
}

/** What a reread writes to the activity log. */
export function rereadWarnings({ remarks }: Pick<Config, "remarks">): readonly string[] {
  return warningsOf({ remarks: remarks.filter(({ isOurs }) => isOurs === true) });
}

function summary(errors: readonly ConfigError[]): string {
  const told = errors.slice(0, ERRORS_ON_A_LINE).map((error) => `${error.message}${placeOf(error)}`);
  const rest = errors.length - told.length;
  return `${told.join("; also: ")}${rest === 0 ? "" : `; and ${rest} more (supervisord --check shows all)`}`;
}

function placeOf({ file, line }: ConfigError): string {
  return file === null || line === null ? "" : ` (${file}:${line})`;
}

function cut(text: string): string {
  return text.length <= EXCERPT_MAX ? text : `${text.slice(0, EXCERPT_MAX)}…`;
}

/** A message in which a name of any length is cut; every message of a reading goes through here. */
export function shortened(text: string): string {
  if (text.length <= WORD_MAX) return text;
  const words = text.replaceAll(/\S+/g, (word) => (word.length <= WORD_MAX ? word : cutMiddle(word, WORD_START, 1)));
  return words.length <= MESSAGE_MAX ? words : cutMiddle(words, MESSAGE_START, MESSAGE_END);
}

/** The start and the end; a character of two code units is never cut in half. */
function cutMiddle(text: string, start: number, end: number): string {
  return `${text.slice(0, start).replace(/[\uD800-\uDBFF]$/, "")}…${text.slice(-end).replace(/^[\uDC00-\uDFFF]/, "")}`;
}

export function shortenedError(error: ConfigError): ConfigError {
  return { ...error, message: shortened(error.message), hint: error.hint === null ? null : shortened(error.hint) };
}
