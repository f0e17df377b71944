/**
 * Reads the options of one section by their rows of the table: finds the value, expands it, converts it, and turns whatever is wrong with it into an
 * error with file, line, text and remedy. A value that is wrong reads as the default, so that the rest can be checked as well.
 */
import type { Accounts } from "../doors.ts";
import { assert } from "../result.ts";
import { availableNames, type ExpansionFault, expand, type Names } from "./expand.ts";
import type { Findings } from "./findings.ts";
import { remedyFor, remedyForValue } from "./hints.ts";
import type { IniSection, IniValue } from "./ini.ts";
import type { Ini } from "./merge.ts";
import type { ConfigError, ProcessConfig } from "./model.ts";
import type { Ordered, ValueOf } from "./optionfields.ts";
import { type Option, PROGRAM_DEFAULT } from "./optiontable.ts";
import { type Judge, READERS } from "./optiontypes.ts";
import type { Homes } from "./pathnames.ts";
import { NO_SUCH_PLUGIN, parsePluginName, pluginRemedy, unresolved } from "./pluginnames.ts";
import { quoted } from "./quoting.ts";

/** Told of every value that is read, for `--print-config`. `value` is null for a default. */
export type Trace = (section: string, name: string, value: IniValue | null, text: string) => void;

/** Told of every process that is read, with the section that it comes of. */
export type OnProcess = (process: ProcessConfig, section: IniSection) => void;

/** Asked of each section how many processes it has; `isNumbered`: their names have their number in them. */
export type Numprocs = (section: string, written: number, isNumbered: boolean) => number;

/** Who listens while a configuration is read, and may have another word on how many processes there are. */
export type Listening = { readonly trace?: Trace; readonly onProcess?: OnProcess; readonly numprocs?: Numprocs };

export type TextWays = { readonly id?: string; readonly finish?: (text: string) => string };

/** What reading needs beside the text. */
export type Surroundings = {
  readonly accounts: Accounts;
  readonly homes: Homes;
  readonly findings: Findings;
  readonly listening: Listening;
  /** A line of a file, for excerpts. */
  lineText(file: string, line: number): string | null;
};

export class SectionReader {
  readonly section: IniSection;
  readonly #ini: Ini;
  readonly #around: Surroundings;
  readonly #isNamed: boolean;
  readonly #written = new Map<Ordered, Ordered>();

  /** `isNamed`: messages end with ` in section 'program:x' (file: '/etc/x.conf')`. (CONF-061, CONF-063) */
  constructor(ini: Ini, section: IniSection, around: Surroundings, { isNamed } = { isNamed: false }) {
    this.section = section;
    this.#ini = ini;
    this.#around = around;
    this.#isNamed = isNamed;
  }

  /** The same section, with messages that name it. (CONF-061, CONF-062) */
  naming(): SectionReader {
    return new SectionReader(this.#ini, this.section, this.#around, { isNamed: true });
  }

  /** The value as it stands in the file, [DEFAULT] included. */
  written(name: string): IniValue | null {
    return this.section.options.get(name) ?? this.#ini.defaults.get(name) ?? null;
  }

  /** The names of all options of the section, with those of [DEFAULT] behind. */
  names(): string[] {
    return [...new Set([...this.section.options.keys(), ...this.#ini.defaults.keys()])];
  }

  /** The converted value of an option. `reword` replaces the words of its type when the value is wrong. */
  read<const O extends Option>(name: string, option: O, names: Names, reword?: (text: string) => string): ValueOf<O> {
    if (this.written(name) === null) {
      if (option.default !== null) this.#around.listening.trace?.(this.section.name, name, null, option.default);
      return defaultOf(option) as ValueOf<O>;
    }
    const text = this.text(name, option, names);
    return this.convert(name, option, text, reword) as ValueOf<O>;
  }

  /** The converted values of several options, by their names. Of what is not written nothing is done but for who listens: these are most of many. */
  readAll(rows: Ordered, names: Names): Readonly<Record<string, unknown>> {
    const values: Record<string, unknown> = { ...defaultsOf(rows) };
    const read = this.#around.listening.trace === undefined ? this.writtenOf(rows) : rows;
    for (const [name, option] of read) values[name] = this.read(name, option, names);
    return values;
  }

  /** Those of the rows whose options are written, in their order. */
  writtenOf(rows: Ordered): Ordered {
    let written = this.#written.get(rows);
    if (written === undefined) {
      written = rows.filter(([name]) => this.section.options.has(name) || this.#ini.defaults.has(name));
      this.#written.set(rows, written);
    }
    return written;
  }

  /**
   * The expanded text of an option; null when it is not set and has no default. `id` is its name in messages; `finish` is what becomes of the text before
   * it counts as the value.
   */
  text(name: string, option: Option, names: Names, { id, finish }: TextWays = {}): string | null {
    const value = this.written(name);
    if (value === null) {
      if (option.default !== null) this.#around.listening.trace?.(this.section.name, name, null, option.default);
      return option.default;
    }
    const expanded = this.expanded(name, value, value.text, names, id ?? `${this.section.name}.${name}`);
    if (expanded === null) return option.default;
    const text = finish?.(expanded) ?? expanded;
    if (!this.#isWhole(name, text)) return option.default;
    this.#around.listening.trace?.(this.section.name, name, value, text);
    return text;
  }

  /** Expands a value that was checked as written before; its name in messages is the bare option. (CONF-091, CONF-213) */
  expandLater(name: string, option: Option, written: string, names: Names): string | null {
    const value = this.written(name);
    if (value === null) {
      const expanded = expand(written, names);
      this.#around.listening.trace?.(this.section.name, name, null, option.default ?? "");
      return expanded.ok ? expanded.value.text : null;
    }
    const text = this.expanded(name, value, written, names, name);
    if (text !== null && !this.#isWhole(name, text)) return null;
    if (text !== null) this.#around.listening.trace?.(this.section.name, name, value, text);
    return text;
  }

  /** A text with a NUL is cut there by everything that it would be handed to: paths, arguments, environments. */
  #isWhole(name: string, text: string): boolean {
    if (!text.includes("\0")) return true;
    this.fail(name, `${this.section.name}.${name} holds a NUL character`, NUL_REMEDY);
    return false;
  }

  /** One pass of expansion over a text that came from `value`; null when it fails. */
  expanded(name: string, value: IniValue, text: string, names: Names, id: string): string | null {
    const usable = value.here === null ? names : [...names, new Map([["here", value.here]])];
    const result = expand(text, usable);
    if (!result.ok) {
      this.#addExpansionError(name, value, text, usable, id, result.error);
      return null;
    }
    if (result.value.hasBare) {
      const remedy = "which inserts every known name; write %% for a literal %";
      this.#around.findings.remarkOnce("warn", `${id} holds a % conversion without a name, ${remedy} (${value.file}:${value.line})`);
    }
    for (const { written, shown } of result.value.odd) {
      const key = written.slice(0, written.indexOf(")") + 1);
      const became = `${written} in ${id} is a conversion of its own and becomes ${quoted(shown)}`;
      const where = `${value.file}:${value.line}`;
      this.#around.findings.remarkOnce("check", `${became}; write ${key}s for the name alone (${where})`, `${id} ${written}`);
    }
    return result.value.text;
  }

  /** Converts a text of an option by its type; null stays null. */
  convert(name: string, option: Option, text: string | null, reword?: (text: string) => string): unknown {
    if (text === null) return null;
    const result = READERS[option.type](text, this.#judge(name), option);
    if (result.ok) return result.value;
    if (takesBack(option, text)) return defaultOf(option);
    this.fail(name, reword?.(text) ?? result.error, remedyForValue(option, text));
    return defaultOf(option);
  }

  /** Records that an option is wrong. */
  fail(name: string, message: string, hint: string | null = null): void {
    this.#around.findings.addError(this.#placeOf(name, message), this.#error(name, message, hint));
  }

  /** Records that an option is wrong unless the plug-in that it names is built in or can be loaded. */
  demandPlugin(name: string, text: string, builtIn: ReadonlySet<string>): void {
    if (builtIn.has(text)) return;
    const { name: section } = this.section;
    const error = (why: string): ConfigError => this.#error(name, unresolved(text, section, why), pluginRemedy(builtIn));
    const plugin = parsePluginName(text);
    if (plugin === null) this.#around.findings.addError(this.#placeOf(name, text), error(NO_SUCH_PLUGIN));
    else this.#around.findings.demand(this.#placeOf(name, text), { kind: "plugin", plugin }, error);
  }

  /** Records that an option is missing; the section's header is the place. */
  failMissing(name: string, message: string, hint: string | null = null): void {
    this.#around.findings.addError(this.#placeOf(name, message), this.#error(name, message, hint), { isAbsence: true });
  }

  /** Records that the section itself is wrong. */
  failSection(message: string, hint: string | null = null): void {
    const { name, file, line } = this.section;
    const error = { message: this.#named(message), file, line, excerpt: this.#around.lineText(file, line), hint };
    this.#around.findings.addError(`[${name}]`, error);
  }

  /** A process of this section has been read. */
  tell(process: ProcessConfig): void {
    this.#around.listening.onProcess?.(process, this.section);
  }

  /** How many processes the section has, for a daemon that has been told to have more or fewer. (SCL-003) */
  numprocs(written: number, isNumbered: boolean): number {
    return this.#around.listening.numprocs?.(this.section.name, written, isNumbered) ?? written;
  }

  warn(text: string): void {
    this.#around.findings.remark("warn", text);
  }

  #judge(name: string): Judge {
    const { accounts, homes, findings } = this.#around;
    const demandFolder = (path: string, message: string): void =>
      findings.demand(this.#placeOf(name, message), { kind: "folder", path }, () => this.#error(name, message, remedyFor("folder", path)));
    return { accounts, homes, demandFolder };
  }

  #addExpansionError(name: string, value: IniValue, text: string, names: Names, id: string, fault: ExpansionFault): void {
    const start = `Format string ${quoted(text)} for ${quoted(id)}`;
    const message =
      fault.kind === "unknown-name"
        ? `${start} contains names (${fault.text}) which cannot be expanded. Available names: ${availableNames(names).join(", ")}`
        : `${start} is badly formatted: ${fault.text}`;
    const place = text === value.text ? this.#placeIn(value, fault.offset) : null;
    const hint = expansionHint(fault, text, names, place?.column ?? null);
    const error = this.#error(name, message, hint);
    this.#around.findings.addError(
      this.#placeOf(name, message),
      place === null ? error : { ...error, line: place.line, excerpt: place.text },
    );
  }

  /** The line and the column, from 1, of an offset in a value. */
  #placeIn(value: IniValue, offset: number): { line: number; column: number; text: string } | null {
    const before = value.text.slice(0, offset).split("\n");
    const part = before.length - 1;
    const line = value.partLines?.[part] ?? value.line;
    const text = this.#around.lineText(value.file, line);
    if (text === null) return null;
    const partText = value.text.split("\n")[part] ?? "";
    const start = text.indexOf(partText, part === 0 ? text.search(/[=:]/) + 1 : 0);
    return { line, column: start + (before[part]?.length ?? 0) + 1, text };
  }

  #error(name: string, message: string, hint: string | null): ConfigError {
    const value = this.written(name);
    const { file, line } = value ?? this.section;
    const section = this.#shared(name) ?? this.section;
    return { message: this.#named(message, section), file, line, excerpt: this.#around.lineText(file, line), hint };
  }

  #named(message: string, { name, file }: IniSection = this.section): string {
    return this.#isNamed ? `${message} in section ${quoted(name)} (file: ${quoted(file)})` : message;
  }

  /** What is wrong with a value of [program-default] is wrong for every program that has it, and is said once. */
  #placeOf(name: string, message: string): string {
    return this.#shared(name) === null ? `${this.section.name}\n${name}` : `${PROGRAM_DEFAULT}\n${name}\n${message}`;
  }

  /** [program-default], when the section has the option's value from there. */
  #shared(name: string): IniSection | null {
    const shared = this.#ini.sections.get(PROGRAM_DEFAULT);
    const value = shared?.options.get(name);
    return shared !== undefined && value !== undefined && value === this.section.options.get(name) ? shared : null;
  }
}

/**
 * Whether a text, which is no value of the option, takes back what [program-default] or [DEFAULT] gives: nothing at all, or `none` where it is unset by
 * default. Those of Supervisor refuse both, as they always have.
 */
export function takesBack(option: Option, text: string): boolean {
  if (option.isOurs !== true) return false;
  const word = text.trim().toLowerCase();
  return word === "" || (word === "none" && option.default === null);
}

const NUL_REMEDY = "remove it; the conversion c makes one of the number 0, as in %(process_num)c";

function expansionHint(fault: ExpansionFault, text: string, names: Names, column: number | null): string {
  const where = column === null ? "" : ` in column ${column}`;
  if (fault.kind === "badly-formatted") return `write %% for a literal %, or %(name)s${where}`;
  return remedyFor("name", text.slice(fault.offset), availableNames(names)) ?? `write %% for a literal %${where}`;
}

/** Defaults depend on nothing, and most options of most programs are defaults: each is converted once. */
const DEFAULT_VALUES = new WeakMap<Option, unknown>();

/** The value of an option that is not written; null where there is none. */
export function defaultOf(option: Option): unknown {
  if (option.default === null) return null;
  if (!DEFAULT_VALUES.has(option)) DEFAULT_VALUES.set(option, converted(option, option.default));
  return DEFAULT_VALUES.get(option);
}

const DEFAULTS = new WeakMap<Ordered, Readonly<Record<string, unknown>>>();

/** The values of options of which none is written, by their names. */
export function defaultsOf(rows: Ordered): Readonly<Record<string, unknown>> {
  const known = DEFAULTS.get(rows) ?? Object.fromEntries(rows.map(([name, option]) => [name, defaultOf(option)]));
  DEFAULTS.set(rows, known);
  return known;
}

const NOBODY: Accounts = { byName: () => null, byUid: () => null, groupByName: () => null, groupById: () => false };

function converted(option: Option, text: string): unknown {
  const result = READERS[option.type](
    text,
    { accounts: NOBODY, homes: { uid: 0, home: undefined }, demandFolder: () => undefined },
    option,
  );
  assert(result.ok, `the default ${text} of an option is a good value`);
  return result.value;
}
