/**
 * Files of variables, as `envfile` names them: NAME=value on each line, values in quotes where they hold what a line cannot. Nothing is ever expanded. What
 * is wrong is said without a word of the file, which may be a secret.
 */
import { ok, type Result, refuse } from "../result.ts";

export type Variables = Readonly<Record<string, string>>;

/** `line` from 1. */
export type EnvFileFault = { readonly line: number; readonly why: string };

const BYTE_ORDER_MARK = /^\ufeff/;
const LINE_START = /^[ \t]*(?:export[ \t]+)?/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
/** In double quotes, behind a backslash. */
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"', $: "$" };

/** The last of equal names counts. */
export function parseEnvFile(text: string): Result<Variables, EnvFileFault> {
  const lines = text.replace(BYTE_ORDER_MARK, "").replaceAll("\r\n", "\n").split("\n");
  const variables = new Map<string, string>();
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (/^[ \t]*(?:#|$)/.test(line)) continue;
    const start = readStart(line);
    if (!start.ok) return wrong(at, start.error);
    const { name, rest } = start.value;
    const mark = rest.charAt(0);
    const value = mark === "'" || mark === '"' ? readQuoted(lines, at, rest, mark) : readPlain(rest, at);
    if (!value.ok) return value;
    if (value.value.text.includes("\0")) return wrong(at, "a NUL character");
    variables.set(name, value.value.text);
    at = value.value.last;
  }
  return ok(Object.fromEntries(variables));
}

function wrong(index: number, why: string): Result<never, EnvFileFault> {
  return refuse({ line: index + 1, why });
}

function readStart(line: string): Result<{ readonly name: string; readonly rest: string }, string> {
  const unexported = line.replace(LINE_START, "");
  // A line `export=1` sets a variable of that name.
  const text = unexported.startsWith("=") ? line.replace(/^[ \t]*/, "") : unexported;
  const name = NAME.exec(text)?.[0];
  const behind = text.slice(name?.length ?? 0);
  if (name !== undefined && behind.startsWith("=")) return ok({ name, rest: behind.slice(1) });
  if (name === undefined || /^[^ \t]/.test(behind)) return refuse(NO_NAME);
  return refuse(/^[ \t]+=/.test(behind) ? BLANK : NO_EQUALS);
}

const NO_NAME = "no name before =";
const NO_EQUALS = "no = behind NAME";
const BLANK = "a blank beside =";

/** The last line of the value, as an index. */
type Value = { readonly text: string; readonly last: number };

function readPlain(rest: string, at: number): Result<Value, EnvFileFault> {
  const text = rest.replace(/[ \t]#.*$/s, "").replace(/[ \t]+$/, "");
  return /^[ \t]/.test(text) ? wrong(at, BLANK) : ok({ text, last: at });
}

/** A value in quotes may go over lines; behind it only blanks or a comment may stand. */
function readQuoted(lines: readonly string[], first: number, rest: string, mark: string): Result<Value, EnvFileFault> {
  const pieces: string[] = [];
  let line = rest;
  let from = 1;
  for (let at = first; ; at++) {
    const end = closingQuote(line, from, mark);
    pieces.push(line.slice(from, end ?? line.length));
    if (end !== null) {
      if (!/^[ \t]*(?:#|$)/.test(line.slice(end + 1))) return wrong(at, "text behind the closing quote");
      const text = pieces.join("\n");
      return ok({ text: mark === '"' ? unescaped(text) : text, last: at });
    }
    // Behind the end of the last line there is none.
    if (at + 1 >= lines.length) return wrong(line === "" && at > first ? at - 1 : at, `the quote of line ${first + 1} is not closed`);
    line = lines[at + 1] ?? "";
    from = 0;
  }
}

/** Where it stands in the line. A backslash in double quotes never takes the end of a line with it. */
function closingQuote(line: string, from: number, mark: string): number | null {
  for (let at = from; at < line.length; at++) {
    if (line[at] === mark) return at;
    if (mark === '"' && line[at] === "\\") at++;
  }
  return null;
}

/** Any other backslash is a backslash. */
function unescaped(text: string): string {
  return text.replace(/\\([ntr\\"$])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

/** A file that `envfile` names; one that may be missing has `-` in front. */
export type EnvFileName = { readonly path: string; readonly mayBeMissing: boolean };

/** A comma separated list; nothing is no file. */
export function parseEnvFileNames(text: string, home: (path: string) => string): Result<readonly EnvFileName[], string> {
  if (text.trim() === "") return ok([]);
  const names = text.split(",").map((part) => {
    const name = part.trim();
    const mayBeMissing = name.startsWith("-");
    return { path: home(name.slice(mayBeMissing ? 1 : 0).trim()), mayBeMissing };
  });
  return names.some(({ path }) => path === "") ? refuse("a name of a file is missing") : ok(names);
}

/** As it would stand in a configuration. */
export function envFileNamesText(names: readonly EnvFileName[]): string {
  return names.map(({ path, mayBeMissing }) => `${mayBeMissing ? "-" : ""}${path}`).join(",");
}
