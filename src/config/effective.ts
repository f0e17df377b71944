/**
 * The configuration in effect, value by value with its origin, for `supervisord --print-config`: as a configuration file that reads to the same thing,
 * defaults filled in, and as JSON. It listens while the configuration is read (`Trace`), so it shows what was really used.
 */
import type { Flags } from "./daemonsection.ts";
import { type IniValue, readIni } from "./ini.ts";
import type { Config } from "./model.ts";
import { kindOf, SUPERVISORD } from "./optiontable.ts";
import { parseName } from "./optiontypes.ts";
import type { Trace } from "./reader.ts";

/** Where a value comes from: a line of a file, the table's default, or a flag as it was spelled. */
export type Origin = { readonly file: string; readonly line: number } | "default" | { readonly flag: string };

export type EffectiveValue = {
  readonly section: string;
  readonly option: string;
  /** The expanded text; where it differs from process to process, the text as written. */
  readonly text: string;
  /** The text can stand in a file with each `%` doubled; else it is the text as written and may hold expansions. */
  readonly isExpanded: boolean;
  /** The default of a pool and that of its processes differ (CONF-271): written out it would count for both, so it is printed as a comment. */
  readonly isSplitDefault: boolean;
  readonly origin: Origin;
};

type Seen = { readonly value: IniValue | null; readonly texts: Set<string>; readonly first: string };

/** Collects what is read; `values` afterwards. */
export class Effective {
  readonly #sections = new Map<string, Map<string, Seen>>();

  readonly trace: Trace = (section, name, value, text) => {
    const options = this.#sections.get(section) ?? new Map<string, Seen>();
    this.#sections.set(section, options);
    const seen = options.get(name);
    if (seen === undefined) options.set(name, { value, texts: new Set([text]), first: text });
    else seen.texts.add(text);
  };

  values(flags: Flags): EffectiveValue[] {
    return [...this.#sections].flatMap(([section, options]) =>
      inTableOrder(section, options).map(([option, seen]) => effectiveValue(section, option, seen, flags)),
    );
  }
}

/** Options stand in the order of the table, those of plug-ins behind. */
function inTableOrder(section: string, options: ReadonlyMap<string, Seen>): [string, Seen][] {
  const known = Object.keys(kindOf(section)?.options ?? {}).flatMap((name): [string, Seen][] => {
    const seen = options.get(name);
    return seen === undefined ? [] : [[name, seen]];
  });
  return [...known, ...[...options].filter(([name]) => !known.some(([one]) => one === name))];
}

function effectiveValue(section: string, option: string, seen: Seen, flags: Flags): EffectiveValue {
  const { value, texts, first } = seen;
  const common = { section, option, isSplitDefault: value === null && texts.size > 1 };
  const flag = section === "supervisord" && Object.hasOwn(SUPERVISORD, option) ? flags.get(option) : undefined;
  if (flag !== undefined) return { ...common, text: flag.text ?? "true", isExpanded: true, origin: { flag: flag.spelling } };
  if (value === null) return { ...common, text: first, isExpanded: false, origin: "default" };
  const origin: Origin = { file: value.file, line: value.line };
  const isExpanded = texts.size === 1 && isWritable(option, first);
  return { ...common, text: isExpanded ? first : placedHere(value), isExpanded, origin };
}

/** Some texts come out of an expansion only and cannot stand in a file, such as one with ` ;` in it. */
function isWritable(option: string, text: string): boolean {
  if (option === "process_name" && !parseName(text).ok) return false;
  const read = readIni("", `[x]\n${line("o", text)}\n`);
  return read.errors.length === 0 && read.sections.get("x")?.options.get("o")?.text === text;
}

/** `%(here)s` of an included file means nothing in one file with all the others. */
function placedHere({ text, here }: IniValue): string {
  return here === null ? text : text.replaceAll("%(here)s", here.replaceAll("%", "%%"));
}

/** As a configuration file, with the origin of each value behind it. */
export function printConfig(values: readonly EffectiveValue[]): string {
  const lines: string[] = [];
  let section: string | null = null;
  for (const value of values) {
    if (value.section !== section) lines.push(...(section === null ? [] : [""]), `[${value.section}]`);
    section = value.section;
    lines.push(...printed(value));
  }
  return `${lines.join("\n")}\n`;
}

const ORIGIN_COLUMN = 48;

function printed({ option, text, isExpanded, isSplitDefault, origin }: EffectiveValue): string[] {
  // Log names are expanded twice (CONF-110).
  const percent = /^std(?:out|err)_logfile$/.test(option) ? "%%%%" : "%%";
  const shown = (isSplitDefault ? ";" : "") + line(option, isExpanded ? text.replaceAll("%", percent) : text);
  const remark = `; ${originText(origin)}`;
  return shown.includes("\n") ? [remark, shown] : [`${shown.padEnd(ORIGIN_COLUMN - 1)} ${remark}`];
}

function line(name: string, text: string): string {
  const [first, ...more] = text.split("\n");
  return [`${name}=${first}`, ...more.map((part) => (part === "" ? "" : `  ${part}`))].join("\n");
}

export function originText(origin: Origin): string {
  if (origin === "default") return origin;
  return "flag" in origin ? `flag ${origin.flag}` : `${origin.file}:${origin.line}`;
}

/** Everything for programs: the values with their origins, and the whole configuration as the daemon uses it. */
export function configAsJson(values: readonly EffectiveValue[], config: Config): string {
  const sections: Record<string, Record<string, { readonly value: string; readonly origin: Origin }>> = {};
  for (const { section, option, text, origin } of values) {
    sections[section] = { ...sections[section], [option]: { value: text, origin } };
  }
  return `${JSON.stringify({ file: config.file, sections, config }, null, 2)}\n`;
}
