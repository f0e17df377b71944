/** The [include] section (config.md, section 8): which patterns the main file names. Following them is the loader's business. */

import { type BaseNames, hostNames } from "./expansionnames.ts";
import { Findings } from "./findings.ts";
import { mergeIni, type PlacedFile } from "./merge.ts";
import { INCLUDE } from "./optiontable.ts";
import { joined } from "./pathnames.ts";
import { SectionReader, type Surroundings } from "./reader.ts";
import { words } from "./whitespace.ts";

/** Absolute patterns, in the order in which they are followed; findings hold what is wrong with the section. (CONF-186..CONF-189) */
export function includePatterns(
  main: PlacedFile,
  base: BaseNames,
  around: Omit<Surroundings, "findings">,
): { patterns: string[]; findings: Findings } {
  const findings = new Findings();
  const ini = mergeIni([main]);
  const section = ini.sections.get("include");
  if (section === undefined) return { patterns: [], findings };
  const reader = new SectionReader(ini, section, { ...around, findings });
  const files = reader.read("files", INCLUDE.files, hostNames(base));
  if (files === null && reader.written("files") === null) {
    reader.failMissing(
      "files",
      ".ini file has [include] section, but no files setting",
      "add a line files=conf.d/*.conf, or remove the section",
    );
  }
  return { patterns: words(files ?? "").map((pattern) => joined(main.folder, pattern)), findings };
}
