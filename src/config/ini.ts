/**
 * One file in the original's INI dialect, as sections and options with the line each came from. The dialect is that of Python's RawConfigParser,
 * not strict, with inline comments (config.md, section 2): the order of the tests below is what decides odd lines, so it follows the dialect's
 * definition step by step. Nothing is expanded or converted here, and a bad line never stops the reading: all of them are reported together.
 */
import type { ConfigError } from "./model.ts";
import { quoted } from "./quoting.ts";
import { indentOf, isSpace, trimmed, trimmedEnd } from "./whitespace.ts";

/** The section whose options are defaults for every other one. (CONF-053) */
export const DEFAULTS = "DEFAULT";

export type IniValue = {
  readonly text: string;
  readonly file: string;
  /** The line of the option's name, from 1. */
  readonly line: number;
  /** The line of each line of `text`; null when it stands on one. */
  readonly partLines: readonly number[] | null;
  /** What `%(here)s` means in this value; null: what it means in the option. (CONF-112..CONF-116) */
  readonly here: string | null;
};

export type IniSection = {
  readonly name: string;
  /** Where the section appeared first. */
  readonly file: string;
  readonly line: number;
  /** By name in lower case. */
  readonly options: ReadonlyMap<string, IniValue>;
};

/** An option that stands twice in a section of one file: legal, and seldom meant. */
export type Repetition = {
  readonly section: string;
  readonly name: string;
  readonly file: string;
  readonly firstLine: number;
  /** The one that counts. */
  readonly line: number;
};

/** A line that looks like the header of a section and is none: nobody means what it does. */
export type Headerlike = { readonly text: string; readonly file: string; readonly line: number; readonly why: "no-bracket" | "indented" };

export type IniFile = {
  readonly file: string;
  readonly lines: readonly string[];
  readonly sections: ReadonlyMap<string, IniSection>;
  readonly repetitions: readonly Repetition[];
  readonly headerlikes: readonly Headerlike[];
  readonly errors: readonly ConfigError[];
};

const KINDS =
  "(?:program|group|eventlistener|fcgi-program|rpcinterface|ctlplugin|include|supervisord|supervisorctl|unix_http_server|inet_http_server)";
/** `[program:x`, `program:x]`; an option's name may begin with a bracket, but nobody has one. */
const HALF_HEADER = new RegExp(`^(?:\\[[^\\]]*|${KINDS}(?::[^\\[\\]=]*)?\\])$`);
/** `[program:x]` behind white space, which makes it a part of the value above. */
const INDENTED_HEADER = new RegExp(`^\\[${KINDS}(?::[^\\]]*)?\\]$`);

/** Reads a whole file; `file` is its name as messages show it. */
export function readIni(file: string, text: string): IniFile {
  const lines = text.split(/\r\n|\r|\n/);
  const endsInNewline = lines.length > 1 && lines.at(-1) === "";
  if (endsInNewline) lines.pop();
  const reading = new Reading(file, lines, endsInNewline);
  for (let index = 0; index < lines.length; index++) reading.take(index);
  return reading.finish();
}

type OpenOption = { readonly name: string; readonly line: number; readonly parts: string[]; readonly partLines: number[] };
type OpenSection = { readonly name: string; readonly line: number; readonly options: Map<string, OpenOption> };

/** The state of reading one file, line after line. */
class Reading {
  readonly #file: string;
  readonly #lines: readonly string[];
  readonly #endsInNewline: boolean;
  readonly #sections = new Map<string, OpenSection>();
  readonly #repetitions: Repetition[] = [];
  readonly #headerlikes: Headerlike[] = [];
  readonly #badLines: number[] = [];
  #lineBeforeHeader: number | null = null;
  #section: OpenSection | null = null;
  /** The option that a line with more indent continues. */
  #option: OpenOption | null = null;
  #indent = 0;

  constructor(file: string, lines: readonly string[], endsInNewline: boolean) {
    this.#file = file;
    this.#lines = lines;
    this.#endsInNewline = endsInNewline;
  }

  take(index: number): void {
    const line = this.#lines[index] ?? "";
    const number = index + 1;
    const comment = commentStart(line);
    const value = trimmed(comment === null ? line : line.slice(0, comment));
    if (value === "") {
      if (comment === null) this.#continue("", number); // a blank line keeps the value open (CONF-045)
      return;
    }
    const indent = indentOf(line);
    if (this.#option !== null && indent > this.#indent) {
      if (INDENTED_HEADER.test(value)) this.#headerlike(value, number, "indented");
      this.#continue(value, number);
      return;
    }
    this.#indent = indent;
    const closing = value.lastIndexOf("]");
    if (value.startsWith("[") && closing > 1) this.#openSection(value.slice(1, closing), number);
    else if (this.#section === null) this.#lineBeforeHeader ??= number;
    else {
      if (HALF_HEADER.test(value)) this.#headerlike(value, number, "no-bracket");
      this.#openOption(this.#section, value, number);
    }
  }

  #headerlike(text: string, line: number, why: Headerlike["why"]): void {
    this.#headerlikes.push({ text, file: this.#file, line, why });
  }

  #continue(part: string, line: number): void {
    this.#option?.parts.push(part);
    this.#option?.partLines.push(line);
  }

  /** The same section twice is one section, at the place of its first appearance. (CONF-049) */
  #openSection(name: string, line: number): void {
    const known = this.#sections.get(name);
    this.#section = known ?? { name, line, options: new Map() };
    this.#sections.set(name, this.#section);
    this.#option = null;
  }

  #openOption(section: OpenSection, value: string, line: number): void {
    const delimiter = value.search(/[=:]/);
    const name = trimmedEnd(value.slice(0, Math.max(0, delimiter))).toLowerCase();
    if (name === "") {
      this.#badLines.push(line);
      if (delimiter === 0) this.#option = null;
      return;
    }
    const known = section.options.get(name);
    if (known !== undefined) this.#repetitions.push({ section: section.name, name, file: this.#file, line, firstLine: known.line });
    this.#option = { name, line, parts: [trimmed(value.slice(delimiter + 1))], partLines: [line] };
    section.options.set(name, this.#option);
  }

  finish(): IniFile {
    const sections = new Map<string, IniSection>();
    for (const { name, line, options } of this.#sections.values()) {
      const values = new Map<string, IniValue>();
      for (const option of options.values()) values.set(option.name, this.#closed(option));
      sections.set(name, { name, file: this.#file, line, options: values });
    }
    return {
      file: this.#file,
      lines: this.#lines,
      sections,
      repetitions: this.#repetitions,
      headerlikes: this.#headerlikes,
      errors: this.#errors(),
    };
  }

  #closed(option: OpenOption): IniValue {
    const text = option.parts.length === 1 ? (option.parts[0] ?? "") : trimmedEnd(option.parts.join("\n"));
    return { text, file: this.#file, line: option.line, partLines: option.partLines.length > 1 ? option.partLines : null, here: null };
  }

  #errors(): ConfigError[] {
    const errors: ConfigError[] = [];
    if (this.#lineBeforeHeader !== null) errors.push(this.#noHeader(this.#lineBeforeHeader));
    const [first] = this.#badLines;
    if (first !== undefined) errors.push(this.#parsingErrors(first));
    return errors;
  }

  /** (CONF-023, CONF-033) */
  #noHeader(line: number): ConfigError {
    const message = `File contains no section headers.\nfile: ${quoted(this.#file)}, line: ${line}\n${this.#shown(line)}`;
    const text = this.#lines[line - 1] ?? "";
    const hint = text.trimStart().startsWith("[")
      ? "close the section's header with ]"
      : "a file starts with a [section]; put ; before a line that is a comment";
    return { message, file: this.#file, line, excerpt: text, hint };
  }

  /** All lines that are neither header, option nor comment, in one message. (CONF-032) */
  #parsingErrors(first: number): ConfigError {
    const listed = this.#badLines.map((line) => `\n\t[line ${String(line).padStart(2)}]: ${this.#shown(line)}`);
    return {
      message: `Source contains parsing errors: ${quoted(this.#file)}${listed.join("")}`,
      file: this.#file,
      line: first,
      excerpt: this.#lines[first - 1] ?? "",
      hint: "an option is written name=value; put ; before a line that is a comment, and indent a line that continues the value above",
    };
  }

  #shown(line: number): string {
    const last = line === this.#lines.length && !this.#endsInNewline;
    return quoted((this.#lines[line - 1] ?? "") + (last ? "" : "\n"));
  }
}

/**
 * Where a line's comment starts: at column 0 for a comment line, else at a `;` or `#` behind white space; null without one. (CONF-034..CONF-040)
 *
 * The two marks are looked for in step, the nth `;` together with the nth `#`, and the first round that finds a comment decides:
 * in `a;b ;c #d` that is the `#`. So does the dialect, and a value that went through it may depend on it.
 */
function commentStart(line: string): number | null {
  let semicolon = line.indexOf(";");
  let hash = line.indexOf("#");
  if (semicolon < 0 && hash < 0) return null;
  const firstCharacter = line.charAt(indentOf(line));
  if (firstCharacter === ";" || firstCharacter === "#") return 0;
  while (semicolon >= 0 || hash >= 0) {
    const found = [semicolon, hash].filter((index) => index === 0 || (index > 0 && isSpace(line.charAt(index - 1))));
    if (found.length > 0) return Math.min(...found);
    if (semicolon >= 0) semicolon = line.indexOf(";", semicolon + 1);
    if (hash >= 0) hash = line.indexOf("#", hash + 1);
  }
  return null;
}
