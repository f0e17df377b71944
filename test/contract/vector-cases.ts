/**
 * The frames that are recorded in `vectors/`: at least one for every tag, with the values at the edges. `record-vectors.ts` writes them down;
 * what is written down once never changes, since every later release must still read it. A new case goes to the end of its list.
 */

import { encodeBatch, encodeHello, type KeeperFrame } from "../../src/link/codec.ts";
import type { KeeperEffect, SinkSpec, Spawn } from "../../src/link/messages.ts";
import { encodeKeeperFrame } from "../sim/keeper/codec.ts";
import { instant, laterReports, reports, U32_MAX, U64_MAX } from "./vector-reports.ts";

export type Side = "daemon" | "keeper";
/** `refused`: the whole frame has no effect. `unknown`: skipped. The rest is good. */
export type VectorCase = {
  readonly name: string;
  readonly side: Side;
  readonly verdict: "good" | "refused" | "unknown";
  readonly bytes: Buffer;
};

const I32_MIN = -0x8000_0000;

const log: SinkSpec = { path: "/var/log/web/out.log", truncate: false, regularOnly: true, mode: 0o644, limit: 52_428_800 };
const small: Spawn = {
  type: "spawn",
  child: 1,
  label: "a:a",
  path: "/bin/true",
  argv: ["/bin/true"],
  environment: [],
  directory: null,
  umask: null,
  user: null,
  limits: [],
  stdin: 0,
  stdout: { stream: 1, mode: "plain", sink: 0, open: null },
  stderr: { stream: 0, mode: "plain", sink: 0, open: null },
  lastWill: { signal: 15, waitMs: 10_000, signalGroup: false, killGroup: false, rank: 999 },
};
const full: Spawn = {
  type: "spawn",
  child: U32_MAX,
  label: "groupe é:prozess ☃",
  path: "/usr/bin/env",
  argv: ["env", "", "a b", "ü"],
  environment: ["PATH=/bin", "EMPTY=", "N=ü"],
  directory: "/srv/web",
  umask: 0o022,
  user: { uid: 33, gid: 34, groups: [34, 4, U32_MAX] },
  limits: [
    { resource: "nofile", soft: 1024n, hard: U64_MAX },
    { resource: "nproc", soft: 0n, hard: 200n },
  ],
  stdin: 7,
  stdout: { stream: 8, mode: "asked", sink: 9, open: log },
  stderr: { stream: 10, mode: "plain", sink: 11, open: { ...log, path: "/dev/stderr", truncate: true, regularOnly: false, limit: 0 } },
  lastWill: { signal: 3, waitMs: U32_MAX, signalGroup: true, killGroup: true, rank: -5 },
};

const effects: readonly (readonly [string, KeeperEffect])[] = [
  ["spawn-small", small],
  ["spawn-full", full],
  ["signal-process", { type: "signal", child: 1, signal: 15, to: "process" }],
  ["signal-group", { type: "signal", child: 2, signal: 9, to: "group" }],
  ["sink-open", { type: "sink-open", sink: 3, spec: log }],
  ["sink-reopen", { type: "sink-reopen", sink: 3, spec: { ...log, truncate: true, limit: Number.MAX_SAFE_INTEGER } }],
  ["sink-close", { type: "sink-close", sink: 3 }],
  ["append", { type: "append", sink: 3, bytes: Buffer.from("2025-11-24 10:00:00,000 INFO spawned\n") }],
  ["append-empty", { type: "append", sink: 3, bytes: Buffer.alloc(0) }],
  ["stream-plain", { type: "stream", stream: 8, mode: "plain", sink: 0 }],
  ["stream-asked", { type: "stream", stream: 8, mode: "asked", sink: 9 }],
  ["verdict-as-is", { type: "verdict", stream: 8, block: 1n, verdict: { kind: "as-is" } }],
  ["verdict-drop", { type: "verdict", stream: 8, block: U64_MAX, verdict: { kind: "drop" } }],
  ["verdict-replace", { type: "verdict", stream: 8, block: 2n, verdict: { kind: "replace", bytes: Buffer.from([0, 1, 255]) } }],
  ["stdin", { type: "stdin", child: 1, bytes: Buffer.from("READY\n\0") }],
  ["stdin-close", { type: "stdin-close", child: 1 }],
  [
    "listen-unix",
    {
      type: "listen",
      socket: 1,
      family: "unix",
      serve: true,
      address: "/run/supervisor.sock",
      port: 0,
      mode: 0o700,
      uid: 0,
      gid: 33,
      backlog: 128,
      stale: "try-connect",
    },
  ],
  [
    "listen-inet",
    {
      type: "listen",
      socket: 2,
      family: "inet",
      serve: false,
      address: "127.0.0.1",
      port: 65_535,
      mode: null,
      uid: null,
      gid: null,
      backlog: -1,
      stale: "error",
    },
  ],
  [
    "listen-inet6",
    {
      type: "listen",
      socket: 3,
      family: "inet6",
      serve: true,
      address: "::1",
      port: 9001,
      mode: null,
      uid: null,
      gid: null,
      backlog: 1,
      stale: "replace",
    },
  ],
  ["unlisten", { type: "unlisten", socket: 1, unlink: true }],
  ["daemonize", { type: "daemonize", directory: "/", umask: 0o022 }],
  ["daemonize-here", { type: "daemonize", directory: null, umask: 0 }],
  ["ready", { type: "ready" }],
  ["restart-daemon", { type: "restart-daemon" }],
  ["exit", { type: "exit", code: I32_MIN }],
  ["become", { type: "become", user: { uid: 33, gid: 34, groups: [34, 4] } }],
  ["limit", { type: "limit", resource: "nproc", soft: 200n, hard: U64_MAX }],
  ["umask", { type: "umask", umask: 0o027 }],
  ["forget-child", { type: "forget-child", child: 1 }],
  ["datagram", { type: "datagram", path: "/dev/log", bytes: Buffer.from("<30>web: hello") }],
  ["echo", { type: "echo", token: U32_MAX }],
  ["written", { type: "written", token: U32_MAX, sink: 7 }],
];
/** Of version 2. */
const laterEffects: readonly (readonly [string, KeeperEffect])[] = [
  ["spawn-with-nothing", { ...small, type: "spawn-with", with: [] }],
  [
    "spawn-with-all",
    {
      ...full,
      type: "spawn-with",
      with: [
        {
          kind: "rlimits",
          limits: [
            { resource: 7, soft: 4096n, hard: U64_MAX },
            { resource: 0, soft: 0n, hard: 0n },
            { resource: 15, soft: U64_MAX, hard: U64_MAX },
          ],
        },
        { kind: "session" },
        { kind: "nice", nice: -20 },
        { kind: "oom-score-adj", score: -1000 },
        { kind: "no-new-privs" },
        { kind: "cgroup", path: "/sys/fs/cgroup/web:web_0/run" },
        { kind: "ready-fd", descriptor: 255 },
        { kind: "notify", address: "holdfast/1/ü" },
        { kind: "subreaper" },
      ],
    },
  ],
  [
    "spawn-with-what-fails",
    {
      ...small,
      type: "spawn-with",
      with: [
        { kind: "unknown", number: 4711, value: Buffer.from([1, 2, 3]) },
        { kind: "wrong", number: 3, value: Buffer.from([20, 0, 0, 0]) },
        { kind: "wrong", number: 10, value: Buffer.from([2]) },
        { kind: "wrong", number: 9, value: Buffer.alloc(0) },
        { kind: "wrong", number: 2, value: Buffer.alloc(1) },
        { kind: "nice", nice: 19 },
        { kind: "oom-score-adj", score: 1000 },
      ],
    },
  ],
  ["signal-any-process", { type: "signal-process", pid: 0x7fff_ffff, startTicks: U64_MAX, signal: 9 }],
  [
    "upgrade",
    {
      type: "upgrade",
      token: 7,
      keeper: "/opt/ü/dist/holdfast-keeper",
      argv: ["/usr/bin/node", "--expose-gc", "/opt/ü/d.cjs"],
      waitMs: 10_000,
    },
  ],
  ["recall", { type: "recall", token: U32_MAX }],
];

/** What `batch-of-many` was recorded with. */
const MANY = 30;

const welcome: readonly (readonly [string, KeeperFrame])[] = [
  [
    "welcome",
    {
      type: "welcome",
      value: { version: 1, keeperPid: 1, quickDeaths: 3, ready: true, daemonized: false, monoNs: instant.monoNs, freeSockets: 10 },
    },
  ],
  ["child-spawning", { type: "child", value: { child: 1, label: "web:web_0", pid: 0, state: "spawning", monoNs: 0n, wallNs: 0n } }],
  ["child-running", { type: "child", value: { child: 2, label: "web:web_1", pid: 4711, state: "running", ...instant } }],
  ["child-exited", { type: "child", value: { child: 3, label: "web:web_2", pid: 4712, state: "exited", ...instant } }],
  [
    "socket-unbound",
    { type: "socket", value: { socket: 0, family: "inet6", listening: false, serve: false, descriptor: 9, address: "", port: 0 } },
  ],
  [
    "socket-listening",
    {
      type: "socket",
      value: { socket: 1, family: "unix", listening: true, serve: true, descriptor: 4, address: "/run/supervisor.sock", port: 0 },
    },
  ],
  ["stored", { type: "stored", value: { key: "process/web:web_0", value: Buffer.from([1, 0, 255]) } }],
  ["sink", { type: "sink", value: { sink: 3, path: log.path, size: 12n, limit: 52_428_800n, regular: true } }],
  ["stream", { type: "stream", value: { stream: 8, child: 1, mode: "asked", sink: 3, open: true } }],
  ["welcome-end", { type: "welcome-end", value: {} }],
  ["deaths", { type: "deaths", value: { count: 12, waitStatus: 9 } }],
  ["deaths-unknown", { type: "deaths", value: { count: 1, waitStatus: -1 } }],
  ["keeper", { type: "keeper", value: { version: "0.2.0", build: "d9595e3f2f8d", table: 1 } }],
];

const EMPTY = { acknowledged: [], states: [], effects: [] };
const one = (effect: KeeperEffect): Buffer => encodeBatch(1n, { ...EMPTY, effects: [effect] });

/** Writes over bytes of a frame, counted from its end where `at` is negative, and keeps its length. */
function spoiled(frame: Buffer, at: number, ...values: number[]): Buffer {
  const copy = Buffer.from(frame);
  copy.set(values, at < 0 ? copy.length + at : at);
  return copy;
}

/** Adds or takes bytes at the end of the body and puts the frame's length right. */
function resized(frame: Buffer, change: number): Buffer {
  const copy = change < 0 ? Buffer.from(frame.subarray(0, frame.length + change)) : Buffer.concat([frame, Buffer.alloc(change)]);
  copy.writeUInt32LE(copy.length - 4, 0);
  return copy;
}

const put = encodeBatch(1n, { ...EMPTY, states: [{ key: "k", value: Buffer.from("v") }] });
const unlisten = one({ type: "unlisten", socket: 1, unlink: true });

/** Head 6, batch 8, three counts of 4 around the lists: where the first state's key length stands when nothing is acknowledged. */
const STATE_AT = 6 + 8 + 4 + 4;

const refused: readonly (readonly [string, Buffer])[] = [
  ["batch-cut-in-its-number", resized(encodeBatch(1n, EMPTY), -14)],
  ["batch-without-its-last-byte", resized(unlisten, -1)],
  ["batch-with-a-byte-left-over", resized(unlisten, 1)],
  ["effect-shorter-than-its-body", spoiled(resized(unlisten, -1), -8, 4)],
  ["effect-longer-than-its-body", spoiled(resized(unlisten, 1), -10, 6)],
  ["effect-longer-than-its-batch", spoiled(unlisten, -9, 255)],
  ["a-count-of-four-billion", spoiled(put, STATE_AT - 4, 255, 255, 255, 255)],
  ["a-key-length-of-four-billion", spoiled(put, STATE_AT, 255, 255, 255, 255)],
  ["a-bool-of-2", spoiled(unlisten, -1, 2)],
  ["a-target-of-2", spoiled(one({ type: "signal", child: 1, signal: 15, to: "group" }), -1, 2)],
  ["a-verdict-of-kind-3", spoiled(one({ type: "verdict", stream: 1, block: 1n, verdict: { kind: "drop" } }), -5, 3)],
  [
    "bytes-in-a-verdict-of-kind-1",
    spoiled(one({ type: "verdict", stream: 1, block: 1n, verdict: { kind: "replace", bytes: Buffer.alloc(1) } }), -6, 1),
  ],
  [
    "a-family-of-3",
    spoiled(
      one({
        type: "listen",
        socket: 1,
        family: "inet6",
        serve: true,
        address: "",
        port: 0,
        mode: null,
        uid: null,
        gid: null,
        backlog: 1,
        stale: "error",
      }),
      -25,
      3,
    ),
  ],
  ["a-resource-of-2", spoiled(one({ type: "limit", resource: "nofile", soft: 1n, hard: 1n }), -17, 2)],
  ["a-state-op-of-2", spoiled(put, STATE_AT + 5, 2)],
  ["a-deleted-state-with-a-value", spoiled(put, STATE_AT + 5, 1)],
  ["a-key-of-513-bytes", longKey()],
  ["a-sink-flag-of-4", spoiled(one({ type: "sink-open", sink: 1, spec: log }), -13, 4)],
  ["a-nul-in-a-path", spoiled(one({ type: "sink-open", sink: 1, spec: log }), -15, 0)],
  ["a-nul-in-an-argument", nulInSpawn("ARGUMENT")],
  ["a-nul-in-an-environment-entry", nulInSpawn("ENTRY=1")],
  [
    "a-good-effect-before-a-bad-one",
    spoiled(encodeBatch(1n, { ...EMPTY, effects: [{ type: "ready" }, { type: "unlisten", socket: 1, unlink: true }] }), -1, 2),
  ],
  ["an-attribute-longer-than-its-list", spoiled(one({ ...small, type: "spawn-with", with: [{ kind: "session" }] }), -4, 1)],
  ["hello-too-short", resized(encodeHello({ versionMin: 1, versionMax: 1 }), -1)],
];

/** A batch with one key of 513 bytes, which the encoder would not write. */
function longKey(): Buffer {
  const state = Buffer.alloc(4 + 513 + 1 + 4, "k");
  state.writeUInt32LE(513, 0);
  state.writeUInt8(0, 4 + 513);
  state.writeUInt32LE(0, 4 + 513 + 1);
  const counts = Buffer.alloc(8 + 4 + 4);
  counts.writeBigUInt64LE(1n, 0);
  counts.writeUInt32LE(1, 12);
  const head = Buffer.from([0, 0, 0, 0, 2, 0]);
  return resized(Buffer.concat([head, counts, state, Buffer.alloc(4)]), 0);
}

function nulInSpawn(text: string): Buffer {
  const frame = one({ ...small, argv: ["/bin/true", "ARGUMENT"], environment: ["ENTRY=1"] });
  return spoiled(frame, frame.indexOf(text) + 1, 0);
}

const laterEffect = Buffer.concat([encodeBatch(1n, { ...EMPTY, effects: [{ type: "unknown", tag: 4711 }, { type: "ready" }] })]);

export const VECTOR_CASES: readonly VectorCase[] = [
  good("daemon", "hello", encodeHello({ versionMin: 1, versionMax: 1 })),
  good("daemon", "hello-range", encodeHello({ versionMin: 1, versionMax: 0xffff })),
  good("daemon", "batch-empty", encodeBatch(0n, EMPTY)),
  good(
    "daemon",
    "batch-states-and-acknowledgements",
    encodeBatch(U64_MAX, {
      acknowledged: [1n, 2n, U64_MAX],
      states: [
        { key: "process/ü", value: Buffer.from([0, 1]) },
        { key: "", value: Buffer.alloc(0) },
        { key: "k".repeat(512), value: null },
      ],
      effects: [],
    }),
  ),
  ...effects.map(([name, effect]) => good("daemon", `effect-${name}`, one(effect))),
  good(
    "daemon",
    "batch-of-many",
    encodeBatch(2n, {
      acknowledged: [5n],
      states: [{ key: "k", value: null }],
      effects: effects.slice(0, MANY).map(([, effect]) => effect),
    }),
  ),
  good("daemon", "effect-of-a-later-version", laterEffect),
  ...laterEffects.map(([name, effect]) => good("daemon", `effect-${name}`, one(effect))),
  ...refused.map(([name, bytes]) => ({ name, side: "daemon", verdict: "refused", bytes }) as const),
  { name: "frame-of-a-later-version", side: "daemon", verdict: "unknown", bytes: Buffer.from([5, 0, 0, 0, 0x67, 0x12, 1, 2, 3]) },
  ...welcome.map(([name, frame]) => good("keeper", name, encodeKeeperFrame(frame))),
  ...[...reports, ...laterReports].map(([name, value]) => good("keeper", `report-${name}`, encodeKeeperFrame({ type: "report", value }))),
  {
    name: "report-without-its-last-byte",
    side: "keeper",
    verdict: "refused",
    bytes: resized(encodeKeeperFrame({ type: "report", value: { type: "signal", report: 1n, signal: 15 } }), -1),
  },
  { name: "report-of-a-later-version", side: "keeper", verdict: "unknown", bytes: Buffer.from([5, 0, 0, 0, 0x67, 0x12, 1, 2, 3]) },
];

function good(side: Side, name: string, bytes: Buffer): VectorCase {
  return { name, side, verdict: "good", bytes };
}
