/**
 * Options that are new since a release that may have stored a program: what is not stored has its default, so options of ours that have theirs are not
 * stored at all. What an earlier release has written, and what it can read, looks the same.
 */
import { isSame } from "./diff.ts";
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

/** Without the options of ours that have their defaults. */
export function withoutNewDefaults(process: ProcessConfig): Partial<ProcessConfig> {
  const left: Record<string, unknown> = { ...process };
  for (const [, row] of OPTIONS) {
    const field = row.member?.field;
    if (field !== undefined && row.isOurs === true && isSame(left[field], defaultOf(row))) delete left[field];
  }
  return left;
}
