/**
 * The main file and what it includes as one set of sections (CONF-049, CONF-053, CONF-198): same names merge, later values win, [DEFAULT] stands
 * behind every section. And what `%(here)s` means where: with an [include] section, the folder of the file that a value stands in.
 */
import { DEFAULTS, type Headerlike, type IniFile, type IniSection, type IniValue, type Repetition } from "./ini.ts";

export type Ini = {
  readonly sections: ReadonlyMap<string, IniSection>;
  readonly defaults: ReadonlyMap<string, IniValue>;
  readonly repetitions: readonly Repetition[];
  readonly headerlikes: readonly Headerlike[];
};

/** A file with its folder, absolute. */
export type PlacedFile = { readonly ini: IniFile; readonly folder: string };

const HERE = "%(here)s";

/** The files in the order of reading, the main file first. */
export function mergeIni(files: readonly PlacedFile[]): Ini {
  const sections = new Map<string, IniSection>();
  const defaults = new Map<string, IniValue>();
  const hasInclude = files[0]?.ini.sections.has("include") ?? false;
  for (const { ini, folder } of files) {
    for (const section of ini.sections.values()) {
      if (section.name === DEFAULTS) for (const [name, value] of section.options) defaults.set(name, value);
      else sections.set(section.name, joinedSection(sections.get(section.name), hasInclude ? placedSection(section, folder) : section));
    }
    if (hasInclude) fixDefaults(sections, defaults, folder);
  }
  return {
    sections,
    defaults,
    repetitions: files.flatMap(({ ini }) => ini.repetitions),
    headerlikes: files.flatMap(({ ini }) => ini.headerlikes),
  };
}

/** The place of the first appearance, the values of both, the later ones over the earlier. */
function joinedSection(first: IniSection | undefined, second: IniSection): IniSection {
  return first === undefined ? second : { ...first, options: new Map([...first.options, ...second.options]) };
}

function placedSection(section: IniSection, folder: string): IniSection {
  const usesHere = [...section.options.values()].some(({ text }) => text.includes(HERE));
  if (!usesHere) return section; // nearly always: then nothing is copied
  return { ...section, options: new Map([...section.options].map(([name, value]) => [name, placed(value, folder)])) };
}

/** A default is fixed to the folder of the first file after which a section takes it, and then is the section's own. (CONF-116) */
function fixDefaults(sections: Map<string, IniSection>, defaults: ReadonlyMap<string, IniValue>, folder: string): void {
  for (const [name, value] of defaults) {
    if (!value.text.includes(HERE)) continue;
    for (const section of sections.values()) {
      if (section.options.has(name)) continue;
      sections.set(section.name, { ...section, options: new Map([...section.options, [name, placed(value, folder)]]) });
    }
  }
}

function placed(value: IniValue, folder: string): IniValue {
  return value.text.includes(HERE) ? { ...value, here: folder } : value;
}
