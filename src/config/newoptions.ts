/**
 * Programs as they are stored: without the options of ours that have their defaults, so that what nobody uses takes no room there, and an earlier release reads
 * what it would have written itself. What is missing in a stored program has its default. (CMN-021)
 */
import type { ChannelConfig, DaemonConfig, ProcessConfig } from "./model.ts";
import { type Channel, type Option, PROGRAM, SUPERVISORD } from "./optiontable.ts";
import { CHANNEL_FIELDS, PROCESS_FIELDS } from "./programs.ts";
import { defaultOf } from "./reader.ts";

const ROWS: readonly Option[] = Object.values(PROGRAM);
/** By field: the default of each option that is one of the process itself, or of one of its channels, which have the same. */
const DEFAULTS = defaultsBy();
const CHANNEL_DEFAULTS = defaultsBy("stdout");
const OURS = oursOf();
const CHANNEL_OURS = oursOf("stdout");

type Values = Readonly<Record<string, unknown>>;

function defaultsBy(channel?: Channel): Values {
  return Object.fromEntries(
    ROWS.flatMap((row) => (row.member !== undefined && row.member.of === channel ? [[row.member.field, defaultOf(row)]] : [])),
  );
}

function oursOf(channel?: Channel): ReadonlySet<string> {
  return new Set(ROWS.flatMap(({ isOurs, member }) => (isOurs === true && member?.of === channel && member ? [member.field] : [])));
}

/** What is stored of a program. */
export function withoutNewDefaults(process: ProcessConfig): ProcessConfig {
  const { stdout, stderr } = process;
  const channels = { stdout: stored(stdout, CHANNEL_OURS, CHANNEL_DEFAULTS), stderr: stored(stderr, CHANNEL_OURS, CHANNEL_DEFAULTS) };
  return { ...stored(process, OURS, DEFAULTS), ...channels };
}

function stored<T extends object>(values: T, ours: ReadonlySet<string>, defaults: Values): T {
  const isStored = ([field, value]: [string, unknown]): boolean => !ours.has(field) || !isSameValue(value, defaults[field]);
  return Object.fromEntries(Object.entries(values).filter(isStored)) as T;
}

/** Whether a program, or one of its channels, has the default of an option of ours; one that was stored may have no value at all. */
export function isDefault(field: string, value: unknown, ofChannel = false): boolean {
  return isSameValue(value, (ofChannel ? CHANNEL_DEFAULTS : DEFAULTS)[field]);
}

function isSameValue(value: unknown, usual: unknown): boolean {
  return value === usual || value === undefined || JSON.stringify(value) === JSON.stringify(usual);
}

/** With all options, in the order in which a program that is read has them: so the two can be compared. The same program when none is missing. */
export function completed(stored: ProcessConfig): ProcessConfig {
  const whole = withAll(stored, PROCESS_FIELDS, DEFAULTS);
  const [stdout, stderr] = [completedChannel(whole.stdout), completedChannel(whole.stderr)];
  return stdout === whole.stdout && stderr === whole.stderr ? whole : { ...whole, stdout, stderr };
}

function completedChannel(stored: ChannelConfig): ChannelConfig {
  return withAll(stored, CHANNEL_FIELDS, CHANNEL_DEFAULTS);
}

function withAll<T extends object>(stored: T, fields: readonly string[], defaults: Values): T {
  if (fields.every((field) => Object.hasOwn(stored, field))) return stored;
  const values = stored as Values;
  const inOrder = fields.map((field) => [field, Object.hasOwn(values, field) ? values[field] : defaults[field]] as const);
  return { ...(Object.fromEntries(inOrder) as T), ...stored };
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
