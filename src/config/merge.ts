/**
 * The main file and what it includes as one set of sections (CONF-049, CONF-053, CONF-198): same names merge, later values win, [DEFAULT] stands
 * behind every section. And what `%(here)s` means where: with an [include] section, the folder of the file that a value stands in.
 */
import { DEFAULTS, type IniFile, type IniSection, type IniValue } from "./ini.ts";

export type Ini = {
  readonly sections: ReadonlyMap<string, IniSection>;
  readonly defaults: ReadonlyMap<string, IniValue>;
};

/** A file with its folder, absolute. */
export type PlacedFile = { readonly ini: IniFile; readonly folder: string };

const HERE = "%(here)s";

/** The files in the order of reading, the main file first. */
export function mergeIni(files: readonly PlacedFile[]): Ini {
  const sections = new Map<
    string,
    { readonly name: string; readonly file: string; readonly line: number; readonly options: Map<string, IniValue> }
  >();
  const defaults = new Map<string, IniValue>();
  const hasInclude = files[0]?.ini.sections.has("include") ?? false;
  for (const { ini, folder } of files) {
    for (const section of ini.sections.values()) {
      if (section.name === DEFAULTS) {
        for (const [name, value] of section.options) defaults.set(name, value);
        continue;
      }
      const merged = sections.get(section.name) ?? { ...section, options: new Map<string, IniValue>() };
      sections.set(section.name, merged);
      for (const [name, value] of section.options) merged.options.set(name, hasInclude ? placed(value, folder) : value);
    }
    if (!hasInclude) continue;
    // A default is fixed to the folder of the first file after which a section takes it, and then is the section's own (CONF-116).
    for (const [name, value] of defaults) {
      if (!value.text.includes(HERE)) continue;
      for (const { options } of sections.values()) if (!options.has(name)) options.set(name, placed(value, folder));
    }
  }
  return { sections, defaults };
}

function placed(value: IniValue, folder: string): IniValue {
  return value.text.includes(HERE) ? { ...value, here: folder } : value;
}
