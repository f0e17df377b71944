/** Every effect with its tag and its body. The tags are never reused. docs/keeper-protocol.md is the contract. */
import { assert } from "../result.ts";
import { attribute } from "./attributes.ts";
import {
  type Bodies,
  bool,
  bytes,
  choice,
  cstr,
  type Field,
  flagged,
  i32,
  i32OrNull,
  list,
  oneOf,
  optional,
  type Reader,
  record,
  size64,
  str,
  u8,
  u16,
  u32,
  u64,
  type ValueOf,
  type Writer,
} from "./wirefields.ts";

/** An effect of a later protocol, as the keeper sees it: skipped, and answered with `unknown`. */
export type UnknownEffect = { readonly type: "unknown"; readonly tag: number };

const SINK_FLAGS = { truncate: 1, regularOnly: 2 } as const;
/** Resources as numbered in a `limit`. */
export const resource = oneOf("nofile", "nproc");
export const family = oneOf("unix", "inet", "inet6");
export const streamMode = oneOf("plain", "asked");
const limit = record({ resource, soft: u64, hard: u64 });
const user = record({ uid: u32, gid: u32, groups: list(u32) });
const directory = flagged(cstr, "");

const sinkFlags: Field<Pick<SinkSpec, "truncate" | "regularOnly">> = {
  size: () => 1,
  write(to, value) {
    u8.write(to, (value.truncate ? SINK_FLAGS.truncate : 0) | (value.regularOnly ? SINK_FLAGS.regularOnly : 0));
  },
  read(from) {
    const flags = u8.read(from);
    if (flags > (SINK_FLAGS.truncate | SINK_FLAGS.regularOnly)) from.fail(`flags ${flags} of a sink`);
    return { truncate: (flags & SINK_FLAGS.truncate) !== 0, regularOnly: (flags & SINK_FLAGS.regularOnly) !== 0 };
  },
};

/** A log file as the keeper writes it: `limit` in bytes, 0 for none; `regularOnly`: it must be a regular file or not exist, and links are not followed. */
export type SinkSpec = {
  readonly path: string;
  readonly truncate: boolean;
  readonly regularOnly: boolean;
  readonly mode: number;
  readonly limit: number;
};

/** Two booleans of a spec share a byte, so it is no plain record. */
const sinkSpec: Field<SinkSpec> = {
  size: (value) => cstr.size(value.path) + 1 + 4 + 8,
  write(to, value) {
    cstr.write(to, value.path);
    sinkFlags.write(to, value);
    u32.write(to, value.mode);
    size64.write(to, value.limit);
  },
  read: (from) => ({ path: cstr.read(from), ...sinkFlags.read(from), mode: u32.read(from), limit: size64.read(from) }),
};

const streamSpec = record({
  /** 0: there is no such stream (for stderr: the same pipe as stdout). */
  stream: u32,
  mode: streamMode,
  /** 0: what comes is dropped. */
  sink: u32,
  /** The file to open as part of the spawn. */
  open: optional(sinkSpec),
});

/** What the keeper does to a child when no daemon can be had and the host asks it to end. */
const lastWill = record({ signal: i32, waitMs: u32, signalGroup: bool, killGroup: bool, rank: i32 });

/** `u8 kind`, `bytes`: the bytes are there in any case, and empty but for `replace`. */
const verdictKind = oneOf("as-is", "drop", "replace");
const NO_BYTES = new Uint8Array(0);
export type Verdict = { readonly kind: "as-is" } | { readonly kind: "drop" } | { readonly kind: "replace"; readonly bytes: Uint8Array };
const verdict: Field<Verdict> = {
  size: (value) => 1 + bytes.size(value.kind === "replace" ? value.bytes : NO_BYTES),
  write(to, value) {
    verdictKind.write(to, value.kind);
    bytes.write(to, value.kind === "replace" ? value.bytes : NO_BYTES);
  },
  read(from) {
    const kind = verdictKind.read(from);
    const replacement = bytes.read(from);
    if (kind === "replace") return { kind, bytes: replacement };
    if (replacement.length > 0) from.fail(`bytes in a verdict of kind ${kind}`);
    return { kind };
  },
};

const spawn = {
  child: u32,
  label: str,
  path: cstr,
  argv: list(cstr),
  environment: list(cstr),
  directory,
  umask: i32OrNull,
  user: flagged(user, { uid: 0, gid: 0, groups: [] }),
  limits: list(limit),
  /** 0: a pipe; otherwise the number of a listening socket. */
  stdin: u32,
  stdout: streamSpec,
  stderr: streamSpec,
  lastWill,
};

/** What the daemon asks of the keeper; carried out in order, after the states of the same batch are stored. */
export const EFFECTS = {
  spawn: {
    tag: 1,
    body: record(spawn),
  },
  signal: { tag: 2, body: record({ child: u32, signal: i32, to: oneOf("process", "group") }) },
  "sink-open": { tag: 3, body: record({ sink: u32, spec: sinkSpec }) },
  "sink-reopen": { tag: 4, body: record({ sink: u32, spec: sinkSpec }) },
  "sink-close": { tag: 5, body: record({ sink: u32 }) },
  append: { tag: 6, body: record({ sink: u32, bytes }) },
  stream: { tag: 7, body: record({ stream: u32, mode: streamMode, sink: u32 }) },
  verdict: { tag: 8, body: record({ stream: u32, block: u64, verdict }) },
  stdin: { tag: 9, body: record({ child: u32, bytes }) },
  listen: {
    tag: 10,
    body: record({
      socket: u32,
      family,
      /** True: the daemon serves it. False: it is for children (FastCGI). */
      serve: bool,
      address: cstr,
      port: u16,
      mode: i32OrNull,
      uid: i32OrNull,
      gid: i32OrNull,
      backlog: i32,
      stale: oneOf("error", "try-connect", "replace"),
    }),
  },
  unlisten: { tag: 11, body: record({ socket: u32, unlink: bool }) },
  daemonize: { tag: 12, body: record({ directory, umask: i32 }) },
  ready: { tag: 13, body: record({}) },
  "restart-daemon": { tag: 14, body: record({}) },
  exit: { tag: 15, body: record({ code: i32 }) },
  become: { tag: 16, body: record({ user }) },
  limit: { tag: 17, body: limit },
  umask: { tag: 18, body: record({ umask: u32 }) },
  "forget-child": { tag: 19, body: record({ child: u32 }) },
  /** Another keeper takes over in place, and starts the daemon with these words; its path is absolute. The daemon ends at `upgrading`. */
  upgrade: { tag: 20, body: record({ token: u32, keeper: cstr, argv: list(cstr), waitMs: u32 }) },
  "stdin-close": { tag: 21, body: record({ child: u32 }) },
  /** One datagram to a unix socket: /dev/log, systemd's notify socket. Sent without waiting or lost. */
  datagram: { tag: 22, body: record({ path: cstr, bytes }) },
  /** Answered with `echoed` when everything before it has been begun: no failure of an earlier stdin or signal is still to come. */
  echo: { tag: 23, body: record({ token: u32 }) },
  /** Answered with `echoed` when everything that waits in the sink now has been written, lost or opened anew; at once when it is not there. */
  written: { tag: 24, body: record({ token: u32, sink: u32 }) },
  /** A spawn with attributes. From version 2 on. */
  "spawn-with": { tag: 25, body: record({ ...spawn, with: list(attribute) }) },
  /** A signal to a process that is no child, if it is still the one that was started then (clock ticks since boot). From version 2 on. */
  "signal-process": { tag: 26, body: record({ pid: i32, startTicks: u64, signal: i32 }) },
  /** Every state that is stored is told as `recalled`, then `echoed`. */
  recall: { tag: 40, body: record({ token: u32 }) },
} as const satisfies Bodies;

type Effects = typeof EFFECTS;
export type KeeperEffect = { [T in keyof Effects]: { readonly type: T } & ValueOf<Effects[T]["body"]> }[keyof Effects];

const NAMES: ReadonlyMap<number, KeeperEffect["type"]> = new Map(
  Object.entries(EFFECTS).map(([type, { tag }]) => [tag, type as KeeperEffect["type"]]),
);
assert(NAMES.size === Object.keys(EFFECTS).length, "two effects with one tag");

/** Tag and length of an effect inside a batch. */
const EFFECT_HEAD_BYTES = 6;

/** One effect inside a batch: tag, length, body. */
export const effect: Field<KeeperEffect | UnknownEffect> = {
  size: (value) => EFFECT_HEAD_BYTES + (value.type === "unknown" ? 0 : bodyOf(value.type).size(value)),
  write(to: Writer, value) {
    if (value.type === "unknown") {
      u16.write(to, value.tag);
      u32.write(to, 0);
      return;
    }
    const body = bodyOf(value.type);
    u16.write(to, EFFECTS[value.type].tag);
    u32.write(to, body.size(value));
    body.write(to, value);
  },
  read(from: Reader) {
    const tag = u16.read(from);
    const part = from.part(u32.read(from));
    const type = NAMES.get(tag);
    if (type === undefined) return { type: "unknown", tag };
    const value = { type, ...bodyOf(type).read(part) } as KeeperEffect;
    part.finish();
    if (part.failure !== null) from.fail(`${type}: ${part.failure}`);
    return value;
  },
};

/** The table pairs each type with its own body; TypeScript cannot follow the pairing through a variable. */
function bodyOf(type: KeeperEffect["type"]): Field<object> {
  return EFFECTS[type].body as Field<object>;
}

/** Steps of `become`: those of a spawn that change who we are. */
export const becameStep = choice(
  new Map<"done" | "setgroups" | "setgid" | "setuid", number>([
    ["done", 0],
    ["setgroups", 8],
    ["setgid", 9],
    ["setuid", 10],
  ]),
);
