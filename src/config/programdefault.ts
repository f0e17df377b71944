/**
 * What stands in the file and is not read as it stands: options that belong to other tools though they have the name of one of ours, and
 * [program-default], whose options every program has that does not have them itself.
 */
import { isAlias } from "./aliases.ts";
import type { Findings } from "./findings.ts";
import { matchesGlob } from "./glob.ts";
import type { IniSection, IniValue } from "./ini.ts";
import type { Ini } from "./merge.ts";
import { kindOf, type Option, PROGRAM, PROGRAM_DEFAULT, SECTIONS } from "./optiontable.ts";

type Options = ReadonlyMap<string, IniValue>;
type Rows = Readonly<Record<string, Option>>;

/**
 * Without the options that `extra_options` gives to other tools, though we have one of that name. Supervisor's own cannot be given away, nor can everything:
 * `*` alone is about unknown options.
 */
export function withoutOthers(ini: Ini, extraOptions: readonly string[]): Ini {
  const patterns = extraOptions.map((pattern) => pattern.toLowerCase()).filter((pattern) => /[^*]/.test(pattern));
  if (patterns.length === 0) return ini;
  const isOthers = (name: string, rows: Rows): boolean =>
    name !== "extra_options" &&
    patterns.some((pattern) => matchesGlob(name, pattern)) &&
    (rows[name]?.isOurs === true || isAlias(name, (first) => Object.hasOwn(rows, first)));
  const kept = (options: Options, rows: Rows): Options =>
    [...options.keys()].some((name) => isOthers(name, rows)) ? new Map([...options].filter(([name]) => !isOthers(name, rows))) : options;
  const sections = new Map<string, IniSection>();
  for (const section of ini.sections.values()) {
    const options = kept(section.options, kindOf(section.name)?.options ?? {});
    sections.set(section.name, options === section.options ? section : { ...section, options });
  }
  const defaults = SECTIONS.reduce((options, kind) => kept(options, kind.options), ini.defaults);
  return { ...ini, sections, defaults };
}

/** Whether a value stands in [DEFAULT]: one that was fixed to a folder is in the section too. (CONF-116) */
export function isFromDefaults(ini: Ini, name: string, value: IniValue): boolean {
  const from = ini.defaults.get(name);
  return from !== undefined && from.file === value.file && from.line === value.line;
}

/** With the options of [program-default] in each [program:x] and [fcgi-program:x] that does not have them; they are nearer than those of [DEFAULT]. */
export function withProgramDefaults(ini: Ini): Ini {
  const given = [...(ini.sections.get(PROGRAM_DEFAULT)?.options ?? [])].filter(
    ([name, value]) => Object.hasOwn(PROGRAM, name) && !isFromDefaults(ini, name, value),
  );
  if (given.length === 0) return ini;
  const sections = new Map<string, IniSection>();
  for (const section of ini.sections.values())
    sections.set(section.name, takesDefaults(section) ? withOptions(ini, section, given) : section);
  return { ...ini, sections };
}

function takesDefaults({ name }: IniSection): boolean {
  return name.startsWith("program:") || name.startsWith("fcgi-program:");
}

function withOptions(ini: Ini, section: IniSection, given: readonly (readonly [string, IniValue])[]): IniSection {
  const options = new Map(section.options);
  for (const [name, value] of given) {
    const own = options.get(name);
    if (own === undefined || isFromDefaults(ini, name, own)) options.set(name, value);
  }
  return { ...section, options };
}

/** A file that Supervisor refuses, where programs have no command of their own. */
export function remarkSharedCommand(ini: Ini, findings: Findings): void {
  const command = ini.sections.get(PROGRAM_DEFAULT)?.options.get("command");
  if (command === undefined || isFromDefaults(ini, "command", command)) return;
  const text = `command stands in [${PROGRAM_DEFAULT}], a section that Supervisor ignores: it refuses programs that have none of their own`;
  findings.remark("check", `${text} (${command.file}:${command.line})`);
}
