/** Random messages of the protocol, for property tests on either side of it. Every type of every union is drawn: the tables see to it. */
import fc, { type Arbitrary } from "fast-check";
import type { NumberedBatch } from "../../src/link/codec.ts";
import {
  type Attribute,
  type ChildEntry,
  type KeeperEffect,
  LISTEN_STEPS,
  type Report,
  type ReportType,
  type SinkEntry,
  type SinkSpec,
  type SocketEntry,
  SPAWN_STEPS,
  type StateChange,
  type StreamEntry,
  type StreamSpec,
  type Welcome,
} from "../../src/link/messages.ts";

type Fields<T> = { [K in keyof T]: Arbitrary<T[K]> };

export const u8 = fc.integer({ min: 0, max: 0xff });
export const u16 = fc.integer({ min: 0, max: 0xffff });
export const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
export const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
export const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const size = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const natural = fc.integer({ min: 0, max: 0x7fff_ffff });
export const text = fc.string({ unit: "grapheme", maxLength: 20 });
export const path = text.map((value) => value.replaceAll("\0", "0"));
export const bytes = fc.uint8Array({ maxLength: 40 });
const bool = fc.boolean();
const orNull = <T>(item: Arbitrary<T>): Arbitrary<T | null> => fc.option(item, { nil: null });
const few = <T>(item: Arbitrary<T>): Arbitrary<T[]> => fc.array(item, { maxLength: 4 });
const oneOf = <const T extends string>(...values: readonly T[]): Arbitrary<T> => fc.constantFrom(...values);
const record = <T>(fields: Fields<T>): Arbitrary<T> => fc.record(fields, { noNullPrototype: true }) as unknown as Arbitrary<T>;

const resource = oneOf("nofile", "nproc");
const mode = oneOf("plain", "asked");
const family = oneOf("unix", "inet", "inet6");
const user = record({ uid: u32, gid: u32, groups: few(u32) });
const spec: Arbitrary<SinkSpec> = record<SinkSpec>({ path, truncate: bool, regularOnly: bool, mode: u32, limit: size });
const streamSpec = record<StreamSpec>({ stream: u32, mode, sink: u32, open: orNull(spec) });
const verdict = fc.oneof(
  record({ kind: fc.constant("as-is" as const) }),
  record({ kind: fc.constant("drop" as const) }),
  record({ kind: fc.constant("replace" as const), bytes }),
);
const instant = { monoNs: u64, wallNs: u64 };

type Bodies<U extends { type: string }, Extra extends string = "type"> = { [T in U["type"]]: Fields<Omit<Extract<U, { type: T }>, Extra>> };

const spawn = {
  child: u32,
  label: text,
  path,
  argv: few(path),
  environment: few(path),
  directory: orNull(path),
  umask: orNull(natural),
  user: orNull(user),
  limits: few(record({ resource, soft: u64, hard: u64 })),
  stdin: u32,
  stdout: streamSpec,
  stderr: streamSpec,
  lastWill: record({ signal: i32, waitMs: u32, signalGroup: bool, killGroup: bool, rank: i32 }),
};
const somePath = path.map((value) => value || "/");
const kernelLimit = record({ resource: fc.integer({ min: 0, max: 15 }), soft: u64, hard: u64 });
const attribute: Arbitrary<Attribute> = fc.oneof(
  record({ kind: fc.constant("rlimits" as const), limits: few(kernelLimit) }),
  record({ kind: fc.constantFrom("session" as const, "no-new-privs" as const, "subreaper" as const) }),
  record({ kind: fc.constant("nice" as const), nice: fc.integer({ min: -20, max: 19 }) }),
  record({ kind: fc.constant("oom-score-adj" as const), score: fc.integer({ min: -1000, max: 1000 }) }),
  record({ kind: fc.constant("cgroup" as const), path: somePath }),
  record({ kind: fc.constant("ready-fd" as const), descriptor: fc.integer({ min: 3, max: 255 }) }),
  record({ kind: fc.constant("notify" as const), address: somePath }),
  record({ kind: fc.constant("unknown" as const), number: fc.integer({ min: 13, max: 0xffff }), value: bytes }),
  record({ kind: fc.constant("wrong" as const), number: fc.constant(3), value: fc.uint8Array({ maxLength: 3 }) }),
);

const EFFECTS: Bodies<KeeperEffect> = {
  spawn,
  "spawn-with": { ...spawn, with: few(attribute) },
  "signal-process": { pid: i32, startTicks: u64, signal: i32 },
  signal: { child: u32, signal: i32, to: oneOf("process", "group") },
  "sink-open": { sink: u32, spec },
  "sink-reopen": { sink: u32, spec },
  "sink-close": { sink: u32 },
  append: { sink: u32, bytes },
  stream: { stream: u32, mode, sink: u32 },
  verdict: { stream: u32, block: u64, verdict },
  stdin: { child: u32, bytes },
  "stdin-close": { child: u32 },
  listen: {
    socket: u32,
    family,
    serve: bool,
    address: path,
    port: u16,
    mode: orNull(natural),
    uid: orNull(natural),
    gid: orNull(natural),
    backlog: i32,
    stale: oneOf("error", "try-connect", "replace"),
  },
  unlisten: { socket: u32, unlink: bool },
  daemonize: { directory: orNull(path), umask: i32 },
  ready: {},
  "restart-daemon": {},
  exit: { code: i32 },
  become: { user },
  limit: { resource, soft: u64, hard: u64 },
  umask: { umask: u32 },
  "forget-child": { child: u32 },
  datagram: { path, bytes },
  echo: { token: u32 },
  written: { token: u32, sink: u32 },
  upgrade: { token: u32, keeper: path, argv: few(path), waitMs: u32 },
  recall: { token: u32 },
};

const REPORTS: Bodies<Report, "type" | "report"> = {
  spawned: { child: u32, pid: i32, ...instant },
  "spawn-failed": { child: u32, step: oneOf(...SPAWN_STEPS), errno: i32, pid: i32, ...instant },
  exited: { child: u32, pid: i32, waitStatus: i32, userUs: u64, systemUs: u64, maxRssKiB: u64, ...instant },
  block: { stream: u32, block: u64, bytes },
  eof: { stream: u32, child: u32 },
  limit: { sink: u32, size: u64, device: u64, inode: u64 },
  "io-error": { sink: u32, errno: i32, lostBytes: u64 },
  "io-resumed": { sink: u32, lostBytes: u64 },
  signal: { signal: i32 },
  "signal-failed": { child: u32, signal: i32, errno: i32 },
  "stdin-failed": { child: u32, errno: i32, bytesNotTaken: u32 },
  orphan: { pid: i32, waitStatus: i32 },
  listened: { socket: u32, step: oneOf(...LISTEN_STEPS), errno: i32, descriptor: i32, port: u16 },
  "sink-opened": { sink: u32, errno: i32, size: u64, regular: bool },
  daemonized: { pid: i32 },
  became: { step: oneOf("done", "setgroups", "setgid", "setuid"), errno: i32 },
  limited: { resource, errno: i32, soft: u64, hard: u64 },
  refused: { batch: u64, code: u8, text },
  unknown: { batch: u64, tag: u16 },
  echoed: { token: u32 },
  notified: { child: u32, pid: i32, uid: u32, monoNs: u64, bytes },
  ready: { child: u32, how: oneOf("newline", "end"), monoNs: u64 },
  upgrading: { token: u32 },
  upgrade: { token: u32, step: u8, errno: i32, text, tableWritten: u16 },
  recalled: { key: text, value: bytes },
};

export const EFFECT_TYPES = Object.keys(EFFECTS) as KeeperEffect["type"][];
export const REPORT_TYPES = Object.keys(REPORTS) as ReportType[];

export function effectOf(type: KeeperEffect["type"]): Arbitrary<KeeperEffect> {
  return fc.record({ type: fc.constant(type), ...EFFECTS[type] } as object, {
    noNullPrototype: true,
  }) as unknown as Arbitrary<KeeperEffect>;
}

export function reportOf(type: ReportType): Arbitrary<Report> {
  return fc.record({ type: fc.constant(type), report: u64, ...REPORTS[type] } as object, {
    noNullPrototype: true,
  }) as unknown as Arbitrary<Report>;
}

export const effect: Arbitrary<KeeperEffect> = fc.oneof(...EFFECT_TYPES.map(effectOf));
export const report: Arbitrary<Report> = fc.oneof(...REPORT_TYPES.map(reportOf));
export const state: Arbitrary<StateChange> = record<StateChange>({ key: text, value: orNull(bytes) });
export const batch: Arbitrary<NumberedBatch> = record<NumberedBatch>({
  batch: u64,
  acknowledged: few(u64),
  states: few(state),
  effects: few(effect),
});

const child = record<ChildEntry>({ child: u32, label: text, pid: i32, state: oneOf("spawning", "running", "exited"), ...instant });
const socket = record<SocketEntry>({ socket: u32, family, listening: bool, serve: bool, descriptor: i32, address: path, port: u16 });
const sink = record<SinkEntry>({ sink: u32, path, size: u64, limit: u64, regular: bool });
const stream = record<StreamEntry>({ stream: u32, child: u32, mode, sink: u32, open: bool });

/** With the names of the keeper, or of an earlier one, which says none. */
export const welcome: Arbitrary<Welcome> = fc
  .tuple(named(), fc.boolean())
  .map(([{ keeper, ...older }, isNamed]) => (isNamed ? { ...older, keeper } : older));

function named(): Arbitrary<Required<Omit<Welcome, "deaths">>> {
  return record<Required<Omit<Welcome, "deaths">>>({
    keeper: record({ version: text, build: text, table: u16 }),
    version: u16,
    keeperPid: i32,
    quickDeaths: u32,
    ready: bool,
    daemonized: bool,
    monoNs: u64,
    freeSockets: u32,
    children: few(child),
    sockets: few(socket),
    store: few(fc.tuple(text, bytes)).map((entries) => new Map(entries)),
    sinks: few(sink),
    streams: few(stream),
  });
}
