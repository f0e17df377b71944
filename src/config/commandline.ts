/**
 * Command lines as C's getopt reads them, for supervisord and supervisorctl alike (cli.md, section 1). A program declares its flags as a table;
 * reading, help text and messages derive from it. Reading is pure: values stay texts here and `check` says what is wrong with one.
 * Flags of ours are never abbreviated, so that every abbreviation which worked with the original still means the same.
 */
import type { ConfigError } from "./model.ts";
import { nearest } from "./nearest.ts";
import { quoted, quotedList } from "./quoting.ts";

export type Flag = {
  /** What the value is called in the result. Two rows of one name are two spellings of one flag. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short: string | null;
  /** Without the dashes. */
  readonly long: string | null;
  /** The word that stands for the value in the help text; null for a switch. */
  readonly value: string | null;
  /** The value of the flag alone: then another one stands behind `=` only. */
  readonly valueAlone?: string;
  readonly help: string;
  /** Acts at once when its turn comes, whatever follows: help, version. (CLI-009) */
  readonly acts?: true;
  /** Not in the original: takes no part in abbreviations. */
  readonly ours?: true;
  /** Read, but not shown in the help text. */
  readonly hidden?: true;
};

/** A long flag that is ours: a switch, unless `more` names a value. */
export function ourFlag(name: string, help: string, more: Partial<Flag> = {}): Flag {
  return { name, short: null, long: name, value: null, help, ours: true, ...more };
}

export type Program = {
  /** The first line of the help text. */
  readonly summary: string;
  /** What follows argv[0] in the usage line. */
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** Whether words that are no flags are allowed. */
  readonly takesWords: boolean;
  /** Further lines of the help text. */
  readonly epilogue?: string;
};

/** A flag as it was given: `spelling` is its full form, such as `-c` or `--configuration`; `text` is null for a switch. */
export type GivenFlag = { readonly name: string; readonly spelling: string; readonly text: string | null };

export type CommandLine =
  | { readonly kind: "run"; readonly flags: ReadonlyMap<string, GivenFlag>; readonly words: readonly string[] }
  | { readonly kind: "act"; readonly name: string }
  | { readonly kind: "wrong"; readonly errors: readonly ConfigError[] };

/** What is wrong with the value of a flag, in the words of its type; null when it is good. */
export type ValueCheck = (flag: Flag, text: string) => string | null;

/**
 * Reads the words after argv[0]. The whole line is parsed before any flag acts (CLI-008); then flags act in order (CLI-009).
 * The first error is the one that the original would report; bad values are all listed.
 */
export function readCommandLine(program: Program, args: readonly string[], check: ValueCheck): CommandLine {
  const split = splitFlags(program.flags, args);
  if (split.error !== null) return { kind: "wrong", errors: [split.error] };
  if (split.words.length > 0 && !program.takesWords) {
    return { kind: "wrong", errors: [mistake(`positional arguments are not supported: ${quotedList(split.words)}`)] };
  }
  const flags = new Map<string, GivenFlag>();
  const errors: ConfigError[] = [];
  for (const { flag, spelling, text } of split.given) {
    if (flag.acts) {
      if (errors.length === 0) return { kind: "act", name: flag.name };
      continue;
    }
    const fault = text === null ? null : check(flag, text);
    if (fault !== null) errors.push(mistake(`invalid value for ${spelling} ${quoted(text ?? "")}: ${fault}`));
    else if (flags.has(flag.name)) errors.push(mistake(`conflicting command line option ${quoted(spelling)}`, "give this flag once"));
    if (!flags.has(flag.name)) flags.set(flag.name, { name: flag.name, spelling, text });
  }
  return errors.length > 0 ? { kind: "wrong", errors } : { kind: "run", flags, words: split.words };
}

/** The text of `-h`, for stdout. (CLI-010, CLI-011) */
export function helpText(program: Program, argv0: string): string {
  const lines = program.flags.filter((flag) => !flag.hidden).map(helpLine);
  const epilogue = program.epilogue === undefined ? "" : `\n${program.epilogue}\n`;
  return `${program.summary}\n\nUsage: ${argv0} ${program.usage}\n\nOptions:\n${lines.join("\n")}\n${epilogue}\n`;
}

function helpLine(flag: Flag): string {
  const names = [flag.short === null ? null : `-${flag.short}`, flag.long === null ? null : `--${flag.long}`];
  const value = flag.value === null ? "" : flag.valueAlone === undefined ? ` ${flag.value}` : `[=${flag.value}]`;
  return `${names.filter((name) => name !== null).join("/")}${value} -- ${flag.help}`;
}

type Given = { readonly flag: Flag; readonly spelling: string; readonly text: string | null };
type Split = { readonly given: readonly Given[]; readonly words: readonly string[]; readonly error: ConfigError | null };

/** Takes flags off the front; the first word that is none, or what follows `--`, is left. (CLI-001, CLI-002) */
function splitFlags(flags: readonly Flag[], args: readonly string[]): Split {
  const given: Given[] = [];
  let next = 0;
  const failed = (error: ConfigError): Split => ({ given, words: [], error });
  while (next < args.length) {
    const word = args[next] ?? "";
    if (!word.startsWith("-") || word === "-") break;
    next++;
    if (word === "--") break;
    const taken = word.startsWith("--") ? takeLong(flags, word.slice(2), args[next]) : takeShorts(flags, word.slice(1), args[next]);
    if ("error" in taken) return failed(taken.error);
    given.push(...taken.given);
    if (taken.usedNext) next++;
  }
  return { given, words: args.slice(next), error: null };
}

type Taken = { readonly given: readonly Given[]; readonly usedNext: boolean } | { readonly error: ConfigError };

/** `--name`, `--name=value` or `--name value`; the name may be any unique beginning. (CLI-003..CLI-007) */
function takeLong(flags: readonly Flag[], text: string, following: string | undefined): Taken {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? null : text.slice(equals + 1);
  const exact = flags.find((flag) => flag.long === name);
  const possible = exact ? [exact] : flags.filter((flag) => !flag.ours && flag.long?.startsWith(name));
  const [flag] = possible;
  if (flag === undefined) return { error: mistake(`option --${name} not recognized`, suggestedFlag(flags, name)) };
  if (possible.length > 1) {
    return { error: mistake(`option --${name} not a unique prefix`, `could be ${possible.map((one) => `--${one.long}`).join(", ")}`) };
  }
  const spelling = `--${flag.long}`;
  if (flag.value === null) {
    if (value !== null) return { error: mistake(`option ${spelling} must not have an argument`) };
    return { given: [{ flag, spelling, text: null }], usedNext: false };
  }
  const given = value ?? flag.valueAlone;
  if (given !== undefined) return { given: [{ flag, spelling, text: given }], usedNext: false };
  if (following === undefined) return { error: mistake(`option ${spelling} requires argument`) };
  return { given: [{ flag, spelling, text: following }], usedNext: true };
}

/** `-nts`, `-cFILE`, `-c FILE`. (CLI-001, CLI-005, CLI-006) */
function takeShorts(flags: readonly Flag[], letters: string, following: string | undefined): Taken {
  const given: Given[] = [];
  for (let at = 0; at < letters.length; ) {
    const letter = String.fromCodePoint(letters.codePointAt(at) ?? 0);
    const spelling = `-${letter}`;
    const flag = flags.find((one) => one.short === letter);
    if (flag === undefined) return { error: mistake(`option ${spelling} not recognized`) };
    at += letter.length;
    if (flag.value === null) {
      given.push({ flag, spelling, text: null });
      continue;
    }
    const glued = letters.slice(at);
    if (glued !== "") return { given: [...given, { flag, spelling, text: glued }], usedNext: false };
    if (following === undefined) return { error: mistake(`option ${spelling} requires argument`) };
    return { given: [...given, { flag, spelling, text: following }], usedNext: true };
  }
  return { given, usedNext: false };
}

function suggestedFlag(flags: readonly Flag[], name: string): string | null {
  const near = nearest(
    name,
    flags.map((flag) => flag.long).filter((long) => long !== null),
  );
  return near === null ? null : `did you mean --${near}?`;
}

/** A mistake on a command line: it stands in no file. */
export function mistake(message: string, hint: string | null = null): ConfigError {
  return { message, file: null, line: null, excerpt: null, hint };
}
