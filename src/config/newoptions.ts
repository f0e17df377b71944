/**
 * Programs as they are stored: without the options of ours that have their defaults, so that what nobody uses takes no room there, and an earlier release reads
 * what it would have written itself. What is missing in a stored program has its default. (CMN-021)
 */
import type { DaemonConfig, ProcessConfig } from "./model.ts";
import { type Option, PROGRAM, SUPERVISORD } from "./optiontable.ts";
import { PROCESS_FIELDS } from "./programs.ts";
import { defaultOf } from "./reader.ts";

const ROWS: readonly Option[] = Object.values(PROGRAM);
/** By field: the default of each option that is one of the process itself. */
const DEFAULTS: Readonly<Record<string, unknown>> = Object.fromEntries(
  ROWS.flatMap((row) => (row.member === undefined || row.member.of !== undefined ? [] : [[row.member.field, defaultOf(row)]])),
);
const OURS: ReadonlySet<string> = new Set(
  ROWS.flatMap((row) => (row.isOurs === true && row.member !== undefined ? [row.member.field] : [])),
);

/** What is stored of a program. */
export function withoutNewDefaults(process: ProcessConfig): ProcessConfig {
  const isStored = ([field, value]: [string, unknown]): boolean => !OURS.has(field) || !isDefault(field, value);
  return Object.fromEntries(Object.entries(process).filter(isStored)) as ProcessConfig;
}

/** Whether a program has the default of an option of ours; one that was stored may have no value at all. */
export function isDefault(field: string, value: unknown): boolean {
  return value === DEFAULTS[field] || value === undefined || JSON.stringify(value) === JSON.stringify(DEFAULTS[field]);
}

/** With all options, in the order in which a program that is read has them: so the two can be compared. The same program when none is missing. */
export function completed(stored: ProcessConfig): ProcessConfig {
  if (PROCESS_FIELDS.every((field) => Object.hasOwn(stored, field))) return stored;
  const values: Readonly<Record<string, unknown>> = stored;
  const inOrder = PROCESS_FIELDS.map((field) => [field, Object.hasOwn(values, field) ? values[field] : DEFAULTS[field]] as const);
  return { ...(Object.fromEntries(inOrder) as ProcessConfig), ...stored };
}

/** Those of [supervisord] with a field of their own, but for the oldest of ours, which every release has stored. */
const DAEMON_DEFAULTS: Readonly<Record<string, unknown>> = Object.fromEntries(
  (Object.values(SUPERVISORD) as readonly Option[]).flatMap((row) =>
    row.isOurs === true && row.member !== undefined && row.member.field !== "updateMode" ? [[row.member.field, defaultOf(row)]] : [],
  ),
);

/** What is stored of the options of [supervisord]. */
export function storedDaemon(daemon: DaemonConfig): Partial<DaemonConfig> {
  const isStored = ([field, value]: [string, unknown]): boolean =>
    !Object.hasOwn(DAEMON_DEFAULTS, field) || value !== DAEMON_DEFAULTS[field];
  return Object.fromEntries(Object.entries(daemon).filter(isStored)) as Partial<DaemonConfig>;
}

/** With all of them. */
export function completedDaemon(stored: DaemonConfig): DaemonConfig {
  return { ...(DAEMON_DEFAULTS as Partial<DaemonConfig>), ...stored };
}
