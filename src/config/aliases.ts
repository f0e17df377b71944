/**
 * Second names of options, those that the supervisord written in Go has for what ours do: they are read as if the first name stood there. And what to use
 * instead of its options that have no counterpart.
 */
import type { Findings } from "./findings.ts";
import type { IniSection, IniValue } from "./ini.ts";
import type { Ini } from "./merge.ts";
import { kindOf, SECTIONS } from "./optiontable.ts";
import { quoted } from "./quoting.ts";

/** As they are written there; names count in any case of letters. One whose option is not in the table of a section is no alias in it. */
const ALIASES: Readonly<Record<string, string>> = {
  restartpause: "restart_delay",
  envFiles: "envfile",
  pre_start_hook: "pre_start",
  pre_stop_hook: "pre_stop",
  liveness_check_script: "healthcheck",
  liveness_check_period: "healthcheck_interval",
  liveness_check_timeout: "healthcheck_timeout",
  liveness_check_initial_delay: "healthcheck_grace",
  liveness_check_failure_threshold: "healthcheck_failures",
  liveness_check_success_threshold: "healthcheck_successes",
  liveness_check_failure_action: "healthcheck_action",
};

const FIRST_NAMES: ReadonlyMap<string, string> = new Map(Object.entries(ALIASES).map(([alias, name]) => [alias.toLowerCase(), name]));

/** Where a value is written in another way under its second name. */
const REWRITTEN: Readonly<Record<string, (text: string) => string>> = {
  // A URL of HTTP or TCP, or else a script.
  liveness_check_script: (text) => {
    if (/^https?:\/\//i.test(text)) return text;
    return /^tcp:\/\//i.test(text) ? `tcp:${text.slice("tcp://".length)}` : `exec:${text}`;
  },
};

const NOT_WATCHED = "files are not watched: let what changes them run supervisorctl restart";
const INSTEAD: Readonly<Record<string, string>> = {
  restart_when_binary_changed: NOT_WATCHED,
  restart_cmd_when_binary_changed: NOT_WATCHED,
  restart_signal_when_binary_changed: NOT_WATCHED,
  restart_directory_monitor: NOT_WATCHED,
  restart_file_pattern: NOT_WATCHED,
  restart_cmd_when_file_changed: NOT_WATCHED,
  restart_signal_when_file_changed: NOT_WATCHED,
  killwaitsecs: "after SIGKILL nothing else can be done; stopwaitsecs is the wait before it",
  liveness_check_success_action: "no command is run for it: an event listener can do that",
};

/** What to use instead of an option of that program; null when it is not one of its. */
export function insteadOf(name: string): string | null {
  return Object.hasOwn(INSTEAD, name) ? (INSTEAD[name] ?? null) : null;
}

/** The second names of an option, as that program writes them. */
export function aliasesOf(name: string): readonly string[] {
  return Object.keys(ALIASES).filter((alias) => ALIASES[alias] === name);
}

/** Whether a name is a second one of an option in the table of some section. */
export function isAlias(name: string, isOption: (name: string) => boolean): boolean {
  const first = FIRST_NAMES.get(name);
  return first !== undefined && isOption(first);
}

/** The same with first names everywhere. Both names in one section are a mistake. */
export function withFirstNames(ini: Ini, lineText: (file: string, line: number) => string | null, findings: Findings): Ini {
  const renamed = (section: IniSection, options: Readonly<Record<string, unknown>>): IniSection["options"] =>
    renamedOptions(
      section.options,
      (name) => Object.hasOwn(options, name),
      (alias, first, value) => {
        const message = `${alias} and ${first} are the same option in section ${quoted(section.name)} (file: ${quoted(section.file)})`;
        const excerpt = lineText(value.file, value.line);
        const error = { message, file: value.file, line: value.line, excerpt, hint: "leave one of the two out" };
        findings.addError(`${section.name}\n${alias}`, error);
      },
    );
  const sections = new Map<string, IniSection>();
  for (const section of ini.sections.values()) {
    const options = renamed(section, kindOf(section.name)?.options ?? {});
    sections.set(section.name, options === section.options ? section : { ...section, options });
  }
  const all = Object.fromEntries(SECTIONS.flatMap(({ options }) => Object.entries(options)));
  const [place] = ini.defaults.values();
  const defaults =
    place === undefined ? ini.defaults : renamed({ name: "DEFAULT", file: place.file, line: place.line, options: ini.defaults }, all);
  return { ...ini, sections, defaults };
}

type Options = ReadonlyMap<string, IniValue>;

/** In their order; the map itself when there is nothing to rename. */
function renamedOptions(
  options: Options,
  isOption: (name: string) => boolean,
  onBoth: (alias: string, first: string, value: IniValue) => void,
): Options {
  if (![...options.keys()].some((name) => isAlias(name, isOption))) return options; // nearly always
  const renamed = new Map<string, IniValue>();
  for (const [name, value] of options) {
    const first = isAlias(name, isOption) ? FIRST_NAMES.get(name) : undefined;
    if (first === undefined) renamed.set(name, value);
    else if (options.has(first) || renamed.has(first)) onBoth(name, first, value);
    else renamed.set(first, { ...value, text: REWRITTEN[name]?.(value.text) ?? value.text });
  }
  return renamed;
}
