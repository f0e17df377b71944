/**
 * What the keeper stores for the daemon, as bytes: a version, a checksum, JSON. A record that is damaged or of another version is refused, never
 * half believed; the daemon then falls back on the configuration and the list of children.
 */
import type { GroupConfig } from "../config/model.ts";
import type { ProcessState } from "../process/machine.ts";
import type { Mood } from "../process/states.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { PendingRecord } from "./update.ts";
import { label, type Ref } from "./world.ts";

const VERSION = "1";

/** Where each kind of record lies in the store. */
export const recordKeys = {
  daemon: "daemon",
  /** The configuration in force, without its groups. */
  config: "config",
  /** Present after a reread: the configuration read last, without the groups that are active as they are. */
  available: "available",
  /** Present while a reload that was promised has not begun. */
  reload: "reload",
  numbers: "numbers",
  group: (name: string) => `group/${name}`,
  process: (ref: Ref) => `process/${label(ref)}`,
  stream: (stream: number) => `stream/${stream}`,
} as const;

export type DaemonRecord = {
  readonly mood: Mood;
  readonly goingDown: { readonly waiting: readonly string[]; readonly current: readonly string[] } | null;
};

/**
 * `sequence` is the group's order of arrival. `autoLogs`: the files drawn for AUTO, by process and channel. `pending`: processes with which an update in
 * place waits until they are down, as they are configured until then.
 */
export type GroupRecord = {
  readonly config: GroupConfig;
  readonly sequence: number;
  readonly autoLogs: readonly (readonly [string, string])[];
  readonly pending?: readonly PendingRecord[];
};

export type ProcessRecord = ProcessState;

export function encodeRecord(value: unknown): Uint8Array {
  const json = JSON.stringify(value);
  return new TextEncoder().encode(`${VERSION} ${checksum(json)} ${json}`);
}

/** Refuses with what is wrong: another version, a wrong checksum. */
export function decodeRecord(bytes: Uint8Array): Result<unknown, string> {
  const text = textOf(bytes);
  if (text === null) return refuse("it is not UTF-8");
  const [version, sum] = text.split(" ", 2);
  if (version !== VERSION) return refuse(`version ${version?.slice(0, 8)} is not ${VERSION}`);
  if (sum === undefined) return refuse("it is cut off");
  const json = text.slice(version.length + sum.length + 2);
  if (checksum(json) !== sum) return refuse("the checksum is wrong");
  try {
    return ok(JSON.parse(json));
  } catch {
    return refuse("it is not JSON");
  }
}

/** Every byte counts: what a lenient reader would repair or skip is damage. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** FNV-1a over the UTF-16 units: finds damage, keeps nobody out. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16);
}
