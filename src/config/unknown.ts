/**
 * Warnings about lines that do nothing: options and sections that nothing reads, options that are set again further down. The original says nothing
 * (CONF-052, CONF-056, CONF-057), and a misspelt name then does nothing for years; but it is no error, for other tools keep their own options in this
 * file. `extra_options` names those.
 */

import { insteadOf } from "./aliases.ts";
import type { Findings } from "./findings.ts";
import { matchesGlob } from "./glob.ts";
import type { IniValue } from "./ini.ts";
import type { Ini } from "./merge.ts";
import { nearest } from "./nearest.ts";
import { kindOf, PROGRAM_DEFAULT, SECTIONS, type SectionKind } from "./optiontable.ts";
import { isFromDefaults } from "./programdefault.ts";

export function remarkUnknown(ini: Ini, extraOptions: readonly string[], findings: Findings): void {
  for (const { text, file, line, why } of ini.headerlikes) {
    const wrong = why === "indented" ? "the blanks in front make it a part of the value above" : "a bracket is missing";
    findings.warn(`${text} is no section: ${wrong} (${file}:${line})`);
  }
  for (const section of ini.sections.values()) {
    const kind = kindOf(section.name);
    if (kind === null) {
      findings.warn(`Unknown section [${section.name}] is ignored (${section.file}:${section.line})${sectionHint(section.name)}`);
      continue;
    }
    if (kind.takesMore) continue;
    for (const [name, value] of section.options) {
      // A default that was fixed to a folder stands in the section too (CONF-116).
      if (Object.hasOwn(kind.options, name) || isFromDefaults(ini, name, value) || isExtra(name, extraOptions)) continue;
      if (isHeaderlike(ini, value)) continue;
      findings.warn(`Unknown option ${name} in [${section.name}] is ignored (${value.file}:${value.line})${optionHint(name, kind)}`);
    }
  }
  remarkRepeated(ini, findings);
  for (const [name, value] of ini.defaults) {
    if (SECTIONS.some(({ options }) => Object.hasOwn(options, name)) || isExtra(name, extraOptions)) continue;
    findings.warn(`Unknown option ${name} in [DEFAULT] is ignored (${value.file}:${value.line})`);
  }
}

/** Within one file only: files that are included override on purpose. Tools that write files append, too: only `--check` tells. */
function remarkRepeated({ repetitions, headerlikes }: Ini, findings: Findings): void {
  for (const { section, name, file, line, firstLine } of repetitions) {
    // What follows the header that is none was to stand in a section of its own.
    if (headerlikes.some((one) => one.file === file && one.line > firstLine && one.line < line)) continue;
    findings.remark(
      "check",
      `Option ${name} of [${section}] is set twice in ${file}, in lines ${firstLine} and ${line}; the last one counts`,
    );
  }
}

/** Such a line has been told of already. */
function isHeaderlike({ headerlikes }: Ini, value: IniValue): boolean {
  return headerlikes.some(({ file, line }) => file === value.file && line === value.line);
}

function isExtra(name: string, extraOptions: readonly string[]): boolean {
  return extraOptions.some((pattern) => matchesGlob(name, pattern.toLowerCase()));
}

/** Misspelt, or in the wrong section. */
function optionHint(name: string, kind: SectionKind): string {
  const instead = Object.hasOwn(kind.options, "command") ? insteadOf(name) : null;
  if (instead !== null) return `; ${instead}`;
  const near = nearest(name, Object.keys(kind.options));
  if (near !== null) return `; did you mean ${near}?`;
  const homes = SECTIONS.filter(({ options, isForOthers }) => isForOthers !== true && Object.hasOwn(options, name)).map(
    ({ header }) => `[${header.endsWith(":") ? `${header}x` : header}]`,
  );
  return homes.length > 0 ? `; it belongs to ${homes.join(", ")}` : "";
}

function sectionHint(name: string): string {
  if (name === "default:program") return `; did you mean [${PROGRAM_DEFAULT}]?`; // of the supervisord written in Go
  const colon = name.indexOf(":");
  const start = (colon < 0 ? name : name.slice(0, colon + 1)).replaceAll(/\s/g, "");
  const known = SECTIONS.map(({ header }) => header);
  const near = nearest(colon < 0 && known.includes(`${start}:`) ? `${start}:` : start, known);
  if (near === null) return "";
  return `; did you mean [${near.endsWith(":") ? near + (colon < 0 ? "x" : name.slice(colon + 1).trim()) : near}]?`;
}
