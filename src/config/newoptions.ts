/** Programs as an earlier release has stored them: options that it did not know have their defaults. */
import type { ProcessConfig } from "./model.ts";
import { ordered } from "./optionfields.ts";
import { PROGRAM } from "./optiontable.ts";
import { defaultOf } from "./reader.ts";

const OPTIONS = ordered(PROGRAM, [], ({ member }) => member !== undefined && member.of === undefined);

/** `sample`: one of those that were stored together. null: nothing is new. */
export function newDefaults(sample: ProcessConfig): Partial<ProcessConfig> | null {
  const missing = OPTIONS.flatMap(([, row]) =>
    row.member === undefined || Object.hasOwn(sample, row.member.field) ? [] : [[row.member.field, defaultOf(row)] as const],
  );
  return missing.length === 0 ? null : (Object.fromEntries(missing) as Partial<ProcessConfig>);
}
