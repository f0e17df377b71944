/** Every report with its tag, its body and whether the keeper keeps it until a batch acknowledges it. docs/keeper-protocol.md is the contract. */
import { assert } from "../result.ts";
import { becameStep, resource } from "./keepereffects.ts";
import { type Bodies, bool, bytes, choice, type Field, i32, oneOf, record, str, u8, u16, u32, u64, type ValueOf } from "./wirefields.ts";

const FIRST_STEPS = [
  "none",
  "log-stdout",
  "log-stderr",
  "pipes",
  "fork",
  "setpgid",
  "descriptors",
  "rlimit",
  "setgroups",
  "setgid",
  "setuid",
  "chdir",
  "umask",
  "exec",
  "attribute",
  "session",
  "cgroup",
  "scheduling",
  "oom",
  "capabilities",
  "no-new-privs",
] as const;
/** The resources of `setrlimit` by the kernel's numbers: the limits that can be set in a child, and the steps of a spawn that fail with them. */
export const RESOURCES = [
  "cpu",
  "fsize",
  "data",
  "stack",
  "core",
  "rss",
  "nproc",
  "nofile",
  "memlock",
  "as",
  "locks",
  "sigpending",
  "msgqueue",
  "nice",
  "rtprio",
  "rttime",
] as const;
export type Resource = (typeof RESOURCES)[number];
/** The step of the limit that could not be set: 32 and the number of its resource. */
const RLIMIT_FIRST = 32;
export type SpawnStep = (typeof FIRST_STEPS)[number] | `rlimit-${Resource}`;
const STEP_NUMBERS: ReadonlyMap<SpawnStep, number> = new Map([
  ...FIRST_STEPS.map((step, number): [SpawnStep, number] => [step, number]),
  ...RESOURCES.map((resource, number): [SpawnStep, number] => [`rlimit-${resource}`, RLIMIT_FIRST + number]),
]);
/** Steps of a spawn, numbered as in docs/keeper-protocol.md. */
export const SPAWN_STEPS: readonly SpawnStep[] = [...STEP_NUMBERS.keys()];

/** Steps of `listen`, numbered as in docs/keeper-protocol.md. */
export const LISTEN_STEPS = ["done", "socket", "in-use", "bind", "listen", "chmod", "chown", "link"] as const;
export type ListenStep = (typeof LISTEN_STEPS)[number];

/** Nanoseconds since boot and since 1970, as the keeper saw them. */
export const instant = { monoNs: u64, wallNs: u64 };

export const REPORTS = {
  spawned: { tag: 80, kept: true, body: record({ child: u32, pid: i32, ...instant }) },
  "spawn-failed": { tag: 81, kept: true, body: record({ child: u32, step: choice(STEP_NUMBERS), errno: i32, pid: i32, ...instant }) },
  exited: {
    tag: 82,
    kept: true,
    body: record({ child: u32, pid: i32, waitStatus: i32, ...instant, userUs: u64, systemUs: u64, maxRssKiB: u64 }),
  },
  block: { tag: 83, kept: true, body: record({ stream: u32, block: u64, bytes }) },
  eof: { tag: 84, kept: true, body: record({ stream: u32, child: u32 }) },
  limit: { tag: 85, kept: true, body: record({ sink: u32, size: u64, device: u64, inode: u64 }) },
  "io-error": { tag: 86, kept: true, body: record({ sink: u32, errno: i32, lostBytes: u64 }) },
  "io-resumed": { tag: 87, kept: true, body: record({ sink: u32, lostBytes: u64 }) },
  signal: { tag: 88, kept: true, body: record({ signal: i32 }) },
  "signal-failed": { tag: 89, kept: false, body: record({ child: u32, signal: i32, errno: i32 }) },
  "stdin-failed": { tag: 90, kept: false, body: record({ child: u32, errno: i32, bytesNotTaken: u32 }) },
  orphan: { tag: 91, kept: false, body: record({ pid: i32, waitStatus: i32 }) },
  listened: { tag: 92, kept: false, body: record({ socket: u32, step: oneOf(...LISTEN_STEPS), errno: i32, descriptor: i32, port: u16 }) },
  "sink-opened": { tag: 93, kept: false, body: record({ sink: u32, errno: i32, size: u64, regular: bool }) },
  daemonized: { tag: 94, kept: false, body: record({ pid: i32 }) },
  became: { tag: 95, kept: false, body: record({ step: becameStep, errno: i32 }) },
  limited: { tag: 96, kept: false, body: record({ resource, errno: i32, soft: u64, hard: u64 }) },
  refused: { tag: 97, kept: false, body: record({ batch: u64, code: u8, text: str }) },
  unknown: { tag: 98, kept: false, body: record({ batch: u64, tag: u16 }) },
  echoed: { tag: 99, kept: false, body: record({ token: u32 }) },
  /** A message to the notify socket of a child: who sent it is the kernel's word. From version 2 on. */
  notified: { tag: 100, kept: true, body: record({ child: u32, pid: i32, uid: u32, monoNs: u64, bytes }) },
  /** A newline in the ready pipe of a child, or its end without one. From version 2 on. */
  ready: { tag: 101, kept: true, body: record({ child: u32, how: oneOf("newline", "end"), monoNs: u64 }) },
  /** The keeper is about to be replaced: the daemon ends now. */
  upgrading: { tag: 110, kept: false, body: record({ token: u32 }) },
  /** What came of an upgrade: `step` 0: the new keeper runs. docs/keeper-protocol.md has the others. */
  upgrade: { tag: 111, kept: true, body: record({ token: u32, step: u8, errno: i32, text: str, tableWritten: u16 }) },
  recalled: { tag: 112, kept: false, body: record({ key: str, value: bytes }) },
} as const satisfies Bodies & Readonly<Record<string, { readonly kept: boolean }>>;

type Reports = typeof REPORTS;
export type ReportType = keyof Reports;
/** What the keeper tells. `report` is its number, 0n for reports that are not kept. */
export type Report = { [T in ReportType]: { readonly report: bigint; readonly type: T } & ValueOf<Reports[T]["body"]> }[ReportType];
type ReportOf<T extends ReportType> = Extract<Report, { type: T }>;

const NAMES: ReadonlyMap<number, ReportType> = new Map(Object.entries(REPORTS).map(([type, { tag }]) => [tag, type as ReportType]));
assert(NAMES.size === Object.keys(REPORTS).length, "two reports with one tag");

/** The type behind a tag; null when the tag is no report that we know. */
export function reportType(tag: number): ReportType | null {
  return NAMES.get(tag) ?? null;
}

/** The body of a report's frame: its number, then what it tells. */
export function reportBody<T extends ReportType>(type: T): Field<ReportOf<T>> {
  const body = REPORTS[type].body as unknown as Field<object>;
  return {
    size: (value) => 8 + body.size(value),
    write(to, value) {
      u64.write(to, value.report);
      body.write(to, value);
    },
    read: (from) => ({ report: u64.read(from), type, ...body.read(from) }) as unknown as ReportOf<T>,
  };
}
