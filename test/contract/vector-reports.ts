/** The reports that are recorded in `vectors/`; see vector-cases.ts. */
import type { Report } from "../../src/link/messages.ts";

export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const U32_MAX = 0xffff_ffff;
export const instant = { monoNs: 123_456_789_012_345n, wallNs: 1_764_000_000_123_456_789n };

export const reports: readonly (readonly [string, Report])[] = [
  ["spawned", { type: "spawned", report: 1n, child: 1, pid: 4711, ...instant }],
  ["spawn-failed-before", { type: "spawn-failed", report: 2n, child: 2, step: "log-stdout", errno: 13, pid: 0, ...instant }],
  ["spawn-failed-exec", { type: "spawn-failed", report: 3n, child: 3, step: "exec", errno: 2, pid: 4712, ...instant }],
  [
    "exited",
    {
      type: "exited",
      report: U64_MAX,
      child: 1,
      pid: 4711,
      waitStatus: 0x0100,
      ...instant,
      userUs: 1_000_000n,
      systemUs: 2n,
      maxRssKiB: U64_MAX,
    },
  ],
  ["block", { type: "block", report: 5n, stream: 8, block: 1n, bytes: Buffer.from("a line\nhalf a l") }],
  ["block-empty", { type: "block", report: 5n, stream: 8, block: 1n, bytes: Buffer.alloc(0) }],
  ["eof", { type: "eof", report: 6n, stream: 8, child: 1 }],
  ["limit", { type: "limit", report: 7n, sink: 3, size: 52_428_800n, device: 65_024n, inode: U64_MAX }],
  ["io-error", { type: "io-error", report: 8n, sink: 3, errno: 28, lostBytes: 65_536n }],
  ["io-resumed", { type: "io-resumed", report: 9n, sink: 3, lostBytes: 131_072n }],
  ["signal", { type: "signal", report: 10n, signal: 15 }],
  ["signal-failed", { type: "signal-failed", report: 0n, child: 1, signal: 64, errno: 22 }],
  ["stdin-failed", { type: "stdin-failed", report: 0n, child: 1, errno: 32, bytesNotTaken: U32_MAX }],
  ["orphan", { type: "orphan", report: 0n, pid: 99, waitStatus: 9 }],
  ["listened", { type: "listened", report: 0n, socket: 1, step: "done", errno: 0, descriptor: 4, port: 0 }],
  ["listened-in-use", { type: "listened", report: 0n, socket: 2, step: "in-use", errno: 98, descriptor: -1, port: 9001 }],
  ["sink-opened", { type: "sink-opened", report: 0n, sink: 3, errno: 0, size: 12n, regular: true }],
  ["sink-not-opened", { type: "sink-opened", report: 0n, sink: 3, errno: 40, size: 0n, regular: false }],
  ["daemonized", { type: "daemonized", report: 0n, pid: 4242 }],
  ["became", { type: "became", report: 0n, step: "done", errno: 0 }],
  ["became-not", { type: "became", report: 0n, step: "setuid", errno: 1 }],
  ["limited", { type: "limited", report: 0n, resource: "nofile", errno: 0, soft: 1024n, hard: U64_MAX }],
  ["refused", { type: "refused", report: 0n, batch: 12n, code: 2, text: "store full" }],
  ["unknown", { type: "unknown", report: 0n, batch: 12n, tag: 4711 }],
  ["echoed", { type: "echoed", report: 0n, token: U32_MAX }],
];

/** Of version 2. */
export const laterReports: readonly (readonly [string, Report])[] = [
  [
    "notified",
    { type: "notified", report: 11n, child: 1, pid: 4711, uid: U32_MAX, monoNs: U64_MAX, bytes: Buffer.from("READY=1\nSTATUS=ü") },
  ],
  ["notified-empty", { type: "notified", report: 12n, child: 1, pid: 0, uid: 0, monoNs: 0n, bytes: Buffer.alloc(0) }],
  ["ready-newline", { type: "ready", report: 13n, child: 1, how: "newline", monoNs: instant.monoNs }],
  ["ready-end", { type: "ready", report: 14n, child: U32_MAX, how: "end", monoNs: instant.monoNs }],
  ["spawn-failed-attribute", { type: "spawn-failed", report: 15n, child: 4, step: "attribute", errno: 95, pid: 0, ...instant }],
  ["spawn-failed-no-new-privs", { type: "spawn-failed", report: 16n, child: 5, step: "no-new-privs", errno: 22, pid: 4713, ...instant }],
  ["spawn-failed-nofile", { type: "spawn-failed", report: 17n, child: 6, step: "rlimit-nofile", errno: 1, pid: 4714, ...instant }],
  ["upgrading", { type: "upgrading", report: 0n, token: 7 }],
  ["upgrade-done", { type: "upgrade", report: 18n, token: 7, step: 0, errno: 0, text: "", tableWritten: 1 }],
  [
    "upgrade-failed",
    { type: "upgrade", report: 19n, token: U32_MAX, step: 5, errno: -1, text: "unknown record 99: ü", tableWritten: 0xffff },
  ],
  ["recalled", { type: "recalled", report: 0n, key: "process/web:web_0", value: Buffer.from([1, 0, 255]) }],
];
