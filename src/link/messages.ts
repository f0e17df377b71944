/**
 * The words of the keeper and the daemon as values. docs/keeper-protocol.md is the contract; `codec.ts` turns them into bytes and back.
 * Numbers that name things (child, stream, sink, socket) are chosen by the daemon and never used twice while the keeper lives.
 */

export const PROTOCOL_VERSION = 1;

/** Steps of a spawn, numbered as in docs/keeper-protocol.md. */
export const SPAWN_STEPS = [
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
] as const;
export type SpawnStep = (typeof SPAWN_STEPS)[number];

/** Steps of `listen`, numbered as in docs/keeper-protocol.md. */
export const LISTEN_STEPS = ["done", "socket", "in-use", "bind", "listen", "chmod", "chown", "link"] as const;
export type ListenStep = (typeof LISTEN_STEPS)[number];

export type Limit = { readonly resource: "nofile" | "nproc"; readonly soft: bigint; readonly hard: bigint };

/** A log file as the keeper writes it. `limit` in bytes, 0 for none. */
export type SinkSpec = {
  readonly path: string;
  readonly truncate: boolean;
  /** Must be a regular file or not exist; links are not followed. */
  readonly regularOnly: boolean;
  readonly mode: number;
  readonly limit: number;
};

export type StreamSpec = {
  /** 0: there is no such stream (for stderr: the same pipe as stdout). */
  readonly stream: number;
  readonly mode: "plain" | "asked";
  /** 0: what comes is dropped. */
  readonly sink: number;
  /** The file to open as part of the spawn. */
  readonly open: SinkSpec | null;
};

/** What the keeper does to a child when no daemon can be had and the host asks it to end. */
export type LastWill = {
  readonly signal: number;
  readonly waitMs: number;
  readonly signalGroup: boolean;
  readonly killGroup: boolean;
  readonly rank: number;
};

export type UserSpec = { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };

export type Spawn = {
  readonly type: "spawn";
  readonly child: number;
  readonly label: string;
  readonly path: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly directory: string | null;
  readonly umask: number | null;
  readonly user: UserSpec | null;
  readonly limits: readonly Limit[];
  /** 0: a pipe; otherwise the number of a listening socket. */
  readonly stdin: number;
  readonly stdout: StreamSpec;
  readonly stderr: StreamSpec;
  readonly lastWill: LastWill;
};

export type Verdict = { readonly kind: "as-is" } | { readonly kind: "drop" } | { readonly kind: "replace"; readonly bytes: Uint8Array };

export type Family = "unix" | "inet" | "inet6";

export type Listen = {
  readonly type: "listen";
  readonly socket: number;
  readonly family: Family;
  /** True: the daemon serves it. False: it is for children (FastCGI). */
  readonly serve: boolean;
  readonly address: string;
  readonly port: number;
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly backlog: number;
  readonly stale: "error" | "try-connect" | "replace";
};

/** What the daemon asks of the keeper; carried out in order, after the states of the same batch are stored. */
export type KeeperEffect =
  | Spawn
  | { readonly type: "signal"; readonly child: number; readonly signal: number; readonly to: "process" | "group" }
  | { readonly type: "sink-open"; readonly sink: number; readonly spec: SinkSpec }
  | { readonly type: "sink-reopen"; readonly sink: number; readonly spec: SinkSpec }
  | { readonly type: "sink-close"; readonly sink: number }
  | { readonly type: "append"; readonly sink: number; readonly bytes: Uint8Array }
  | { readonly type: "stream"; readonly stream: number; readonly mode: "plain" | "asked"; readonly sink: number }
  | { readonly type: "verdict"; readonly stream: number; readonly block: bigint; readonly verdict: Verdict }
  | { readonly type: "stdin"; readonly child: number; readonly bytes: Uint8Array }
  | { readonly type: "stdin-close"; readonly child: number }
  | Listen
  | { readonly type: "unlisten"; readonly socket: number; readonly unlink: boolean }
  | { readonly type: "daemonize"; readonly directory: string | null; readonly umask: number }
  | { readonly type: "ready" }
  | { readonly type: "restart-daemon" }
  | { readonly type: "exit"; readonly code: number }
  | { readonly type: "become"; readonly user: UserSpec }
  | ({ readonly type: "limit" } & Limit)
  | { readonly type: "umask"; readonly umask: number }
  | { readonly type: "forget-child"; readonly child: number }
  /** One datagram to a unix socket: /dev/log, systemd's notify socket. Sent without waiting or lost. */
  | { readonly type: "datagram"; readonly path: string; readonly bytes: Uint8Array }
  /** Answered with `echoed` when everything before it has been begun: no failure of an earlier stdin or signal is still to come. */
  | { readonly type: "echo"; readonly token: number }
  /** Answered with `echoed` when everything that waits in the sink now has been written, lost or opened anew; at once when it is not there. */
  | { readonly type: "written"; readonly token: number; readonly sink: number };

export type StateChange = { readonly key: string; readonly value: Uint8Array | null };

/** One transaction: states, acknowledgements, effects. A daemon that dies while it writes one has not sent it. */
export type Batch = {
  readonly acknowledged: readonly bigint[];
  readonly states: readonly StateChange[];
  readonly effects: readonly KeeperEffect[];
};

/** Nanoseconds since 1970 and since boot, as the keeper saw them. */
export type Instant = { readonly monoNs: bigint; readonly wallNs: bigint };

/** The keeper's nanoseconds as the milliseconds of `Now`, fractions kept: exact to a fraction of a microsecond. */
export function millisOf(ns: bigint): number {
  return Number(ns / 1_000_000n) + Number(ns % 1_000_000n) / 1e6;
}

/** What the keeper tells. `report` is its number, 0n for reports that are not kept. */
export type Report = { readonly report: bigint } & (
  | ({ readonly type: "spawned"; readonly child: number; readonly pid: number } & Instant)
  | ({
      readonly type: "spawn-failed";
      readonly child: number;
      readonly step: SpawnStep;
      readonly errno: number;
      readonly pid: number;
    } & Instant)
  | ({
      readonly type: "exited";
      readonly child: number;
      readonly pid: number;
      readonly waitStatus: number;
      readonly userUs: bigint;
      readonly systemUs: bigint;
      readonly maxRssKiB: bigint;
    } & Instant)
  | { readonly type: "block"; readonly stream: number; readonly block: bigint; readonly bytes: Uint8Array }
  | { readonly type: "eof"; readonly stream: number; readonly child: number }
  | { readonly type: "limit"; readonly sink: number; readonly size: bigint; readonly device: bigint; readonly inode: bigint }
  | { readonly type: "io-error"; readonly sink: number; readonly errno: number; readonly lostBytes: bigint }
  | { readonly type: "io-resumed"; readonly sink: number; readonly lostBytes: bigint }
  | { readonly type: "signal"; readonly signal: number }
  | { readonly type: "signal-failed"; readonly child: number; readonly signal: number; readonly errno: number }
  | { readonly type: "stdin-failed"; readonly child: number; readonly errno: number; readonly bytesNotTaken: number }
  | { readonly type: "orphan"; readonly pid: number; readonly waitStatus: number }
  | {
      readonly type: "listened";
      readonly socket: number;
      readonly step: ListenStep;
      readonly errno: number;
      readonly descriptor: number;
      readonly port: number;
    }
  | { readonly type: "sink-opened"; readonly sink: number; readonly errno: number; readonly size: bigint; readonly regular: boolean }
  | { readonly type: "daemonized"; readonly pid: number }
  | { readonly type: "became"; readonly step: "done" | "setgroups" | "setgid" | "setuid"; readonly errno: number }
  | {
      readonly type: "limited";
      readonly resource: "nofile" | "nproc";
      readonly errno: number;
      readonly soft: bigint;
      readonly hard: bigint;
    }
  | { readonly type: "refused"; readonly batch: bigint; readonly code: number; readonly text: string }
  | { readonly type: "unknown"; readonly batch: bigint; readonly tag: number }
  | { readonly type: "echoed"; readonly token: number }
);
export type ReportType = Report["type"];

export type ChildEntry = {
  readonly child: number;
  readonly label: string;
  readonly pid: number;
  readonly state: "spawning" | "running" | "exited";
} & Instant;
export type SocketEntry = {
  readonly socket: number;
  readonly family: Family;
  readonly listening: boolean;
  readonly serve: boolean;
  /** The descriptor in this daemon, -1 when it was not inherited. */
  readonly descriptor: number;
  readonly address: string;
  readonly port: number;
};
export type SinkEntry = {
  readonly sink: number;
  readonly path: string;
  readonly size: bigint;
  readonly limit: bigint;
  readonly regular: boolean;
};
export type StreamEntry = {
  readonly stream: number;
  readonly child: number;
  readonly mode: "plain" | "asked";
  readonly sink: number;
  readonly open: boolean;
};

/** How many daemons have ended unasked since the first was ready, and the wait status of the last of them; -1 where it is not known. */
export type Deaths = { readonly count: number; readonly waitStatus: number };

/** All that a new daemon is told before the reports that its predecessor did not acknowledge. */
export type Welcome = {
  readonly version: number;
  readonly keeperPid: number;
  /** Deaths in a row of daemons that had hardly begun. From three on, start without the stored states. */
  readonly quickDeaths: number;
  /** A daemon was ready before: this one is a successor. */
  readonly ready: boolean;
  readonly daemonized: boolean;
  readonly monoNs: bigint;
  /** Unbound sockets that this daemon was born with and can still `listen` on at once. */
  readonly freeSockets: number;
  /** The daemons that have ended unasked; absent when none has. */
  readonly deaths?: Deaths;
  readonly children: readonly ChildEntry[];
  readonly sockets: readonly SocketEntry[];
  readonly store: ReadonlyMap<string, Uint8Array>;
  readonly sinks: readonly SinkEntry[];
  readonly streams: readonly StreamEntry[];
};
