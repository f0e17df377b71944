/** What the files of this room share: one running daemon. It is made once, by boot or by recovery, and handed to every function that needs it. */
import type { Config } from "../config/model.ts";
import type { Now } from "../doors.ts";
import type { GroupRecords } from "./groups/grouprecords.ts";
import type { Groups } from "./groups/groups.ts";
import type { Orders } from "./groups/orders.ts";
import type { Unowned } from "./groups/unowned.ts";
import type { Updates } from "./groups/update.ts";
import type { Waits } from "./groups/waits.ts";
import type { Limbo } from "./lifecycle/firststarts.ts";
import type { Pools } from "./listeners/pools.ts";
import type { ChildStdin } from "./listeners/stdin.ts";
import type { AutoLogs } from "./logfiles/autologs.ts";
import type { Backlog } from "./logfiles/backlog.ts";
import type { Clearing } from "./logfiles/clearing.ts";
import type { Outputs } from "./logfiles/outputs.ts";
import type { Targets } from "./logfiles/targets.ts";
import type { Barrier } from "./loop/barrier.ts";
import type { History } from "./observers/history.ts";
import type { Watchers } from "./observers/watchers.ts";
import type { Runtime } from "./runtime.ts";
import type { PluginHost } from "./serving/pluginhost.ts";
import type { Servers } from "./serving/servers.ts";
import type { FastCgiSockets } from "./spawn/fastcgi.ts";
import type { Preparations } from "./spawn/preparations.ts";

export type Core = Runtime & {
  readonly barrier: Barrier;
  readonly pools: Pools;
  readonly stdin: ChildStdin;
  readonly outputs: Outputs;
  readonly backlog: Backlog;
  readonly history: History;
  readonly watchers: Watchers;
  readonly plugins: PluginHost;
  readonly preparations: Preparations;
  readonly limbo: Limbo;
  readonly servers: Servers;
  readonly records: GroupRecords;
  readonly autoLogs: AutoLogs;
  readonly targets: Targets;
  readonly clearing: Clearing;
  readonly fastCgi: FastCgiSockets;
  readonly waits: Waits;
  readonly groups: Groups;
  readonly orders: Orders;
  readonly updates: Updates;
  readonly unowned: Unowned;
  /** The configuration that a reload under way will build. */
  next: Config | null;
  /** Everything is down and what comes after has begun. */
  ending: boolean;
  /** Reloads that have still to read the file: those that are stored, and when all of them have read it. */
  readonly reloads: { stored: number; last: Promise<unknown> };
  /** Another reload was ordered meanwhile. */
  reloadAgain: boolean;
  /** What is done when everything is down. */
  onEnded: () => void;
};

/** The keeper's clock as ours. */
export function instantOf(at: { readonly monoNs: bigint; readonly wallNs: bigint }): Now {
  return { monoMs: Number(at.monoNs) / 1e6, wallMs: Number(at.wallNs) / 1e6 };
}
