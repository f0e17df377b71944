/** Errors as people and tools see them: on stderr with file, line, text and remedy, and as the one text of an XML-RPC fault. */
import type { ConfigError } from "./model.ts";

/** Longer lines are cut in messages. */
const EXCERPT_MAX = 200;
/** With more errors the first one, which may be the cause of others, has left the screen: it is told again at the end. */
const ERRORS_ON_A_SCREEN = 8;

/**
 * What goes to stderr; the exit code is 2. `Error: ` and the original's text come first, so that what looks for them still finds them. (CONF-059, CLI-016)
 */
export function renderErrors(errors: readonly ConfigError[], argv0: string): string {
  return `${errors.map(renderError).join("")}${closing(errors)}For help, use ${argv0} -h\n`;
}

function closing(errors: readonly ConfigError[]): string {
  return errors.length <= ERRORS_ON_A_SCREEN ? "" : `These are ${errors.length} errors; the first one is: ${errors[0]?.message}\n`;
}

function renderError({ message, file, line, excerpt, hint }: ConfigError): string {
  const lines = [`Error: ${message}`];
  if (line !== null && file !== null) lines.push(`  at ${file}:${line}${excerpt === null ? "" : `: ${cut(excerpt.trim())}`}`);
  if (hint !== null) lines.push(`  hint: ${hint}`);
  return `${lines.join("\n")}\n`;
}

/**
 * The text behind `CANT_REREAD: `, which is all that a log or a client gets: the original's for the first error, its place unless the text names the
 * file, and how many more there are. (CONF-064, CONF-416)
 */
export function faultText(errors: readonly ConfigError[]): string {
  const [first, ...more] = errors;
  const text = first === undefined ? "" : `${first.message}${placeOf(first)}`;
  return more.length === 0 ? text : `${text} (and ${more.length} more; supervisord --check shows all)`;
}

function placeOf({ message, file, line }: ConfigError): string {
  return file === null || line === null || message.includes(file) ? "" : ` (${file}:${line})`;
}

function cut(text: string): string {
  return text.length <= EXCERPT_MAX ? text : `${text.slice(0, EXCERPT_MAX)}…`;
}
