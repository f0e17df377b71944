/** The sample configuration of echo_supervisord_conf (cli.md, section 4), made from the option table: valid as it stands, with every option in it. */
import { type Option, SECTIONS, type SectionKind } from "./optiontable.ts";

const HEAD = `; Sample configuration of supervisord.
;
; A value may use %(ENV_HOME)s for an environment variable and %(here)s for the folder of this file; a literal % is written %%.
; There is no shell: neither ~ nor $HOME nor quotes mean anything but where it is said, and a comment starts at any " ;" or " #", even
; inside quotes. Lines that start with ; are examples: remove the ; to use them.
;
; Files are in /tmp here because it exists everywhere. Choose better places: what tidies /tmp would take the socket away with it.
`;

/** The column in which the remarks behind the values start. */
const REMARK_COLUMN = 34;

export function sampleConfig(): string {
  return (
    HEAD +
    SECTIONS.filter(({ sampleName }) => sampleName !== undefined)
      .map(sampleSection)
      .join("")
  );
}

function sampleSection(kind: SectionKind): string {
  const header = `${kind.isActiveInSample ? "" : ";"}[${kind.header}${kind.sampleName}]`;
  const lines = Object.entries(kind.options).flatMap(([name, option]) => sampleLines(name, option, kind));
  return `\n; ${kind.brief.en}.\n${[header, ...lines].join("\n")}\n`;
}

function sampleLines(name: string, option: Option, kind: SectionKind): string[] {
  if (option.sample === undefined) return [];
  const isActive = kind.isActiveInSample === true && option.isActiveInSample === true;
  const value = `${isActive ? "" : ";"}${name}=${option.sample}`;
  return [`${value.padEnd(REMARK_COLUMN - 1)} ; ${option.brief.en}${defaultRemark(option)}`];
}

function defaultRemark(option: Option): string {
  if (option.isRequired) return "";
  return ` (default: ${option.default === "" ? "none" : (option.default ?? option.unset?.en.replaceAll("`", "") ?? "none")})`;
}
