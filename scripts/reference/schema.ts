/**
 * The JSON schema of a configuration as an object of sections, each an object of options, each a text: what an editor or a generator of
 * configurations can check before a file is written.
 */
import { aliasesOf } from "../../src/config/aliases.ts";
import { type Option, PROGRAM_DEFAULT, SECTIONS, type SectionKind } from "../../src/config/optiontable.ts";
import { typeWords } from "./typewords.ts";

export function configSchema(): string {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of supervisord",
    description: "Made from the option table by `npm run docs`.",
    type: "object",
    required: ["supervisord"],
    patternProperties: Object.fromEntries(SECTIONS.map((kind) => [headerPattern(kind), sectionSchema(kind)])),
    // Programs need a command of their own unless [program-default] has one.
    if: { properties: { [PROGRAM_DEFAULT]: { required: ["command"] } }, required: [PROGRAM_DEFAULT] },
    else: { patternProperties: Object.fromEntries(TAKE_DEFAULTS.map((header) => [`^${header}`, { required: ["command"] }])) },
  };
  return `${JSON.stringify(schema, null, 2).replace(LIST_OVER_LINES, (list) => list.replace(/\n\s*/g, " ").replace(/^\[ | \]$/g, (end) => end.trim()))}\n`;
}

/** Sections that have the options of [program-default] where they do not have their own. */
const TAKE_DEFAULTS = ["program:", "fcgi-program:"];

/** A list of names, which the formatter of the project puts on one line. */
const LIST_OVER_LINES = /\[\n\s+"[\w.-]+"(?:,\n\s+"[\w.-]+")*\n\s+\]/g;

function headerPattern({ header, isPrefix }: SectionKind): string {
  return isPrefix || header.endsWith(":") ? `^${header}` : `^${header}$`;
}

function sectionSchema({ header, brief, options, takesMore, isForOthers }: SectionKind): object {
  const isGiven = (name: string) => name === "command" && TAKE_DEFAULTS.includes(header);
  const required = Object.entries(options).flatMap(([name, { isRequired }]) =>
    isRequired && !isForOthers && !isGiven(name) ? [name] : [],
  );
  return {
    description: brief.en,
    type: "object",
    properties: Object.fromEntries(
      Object.entries(options).flatMap(([name, option]) => [name, ...aliasesOf(name)].map((one) => [one, optionSchema(option)])),
    ),
    ...(required.length > 0 && { required }),
    ...(takesMore ? { additionalProperties: { type: "string" } } : { additionalProperties: false }),
  };
}

/** A text with an expansion in it may become anything. */
function optionSchema(option: Option): object {
  const { pattern } = typeWords(option);
  return {
    description: option.brief.en,
    type: "string",
    ...(pattern !== null && { pattern: `^${pattern}$|%` }),
    ...(option.default !== null && { default: option.default }),
  };
}
