/** The parts of one running daemon. daemon.ts makes them, reports.ts and effects.ts hand them what happens; no room knows of this file. */

import type { Watch } from "../api/watch.ts";
import type { SupervisorControl } from "../rpc/control.ts";
import type { Configurations } from "./groups/configurations.ts";
import type { GroupRecords } from "./groups/grouprecords.ts";
import type { Groups } from "./groups/groups.ts";
import type { Jobs } from "./groups/jobs.ts";
import type { Operations } from "./groups/operations.ts";
import type { Orders } from "./groups/orders.ts";
import type { Unowned } from "./groups/unowned.ts";
import type { BringUp } from "./lifecycle/bringup.ts";
import type { FirstStarts } from "./lifecycle/firststarts.ts";
import type { Identity } from "./lifecycle/identity.ts";
import type { Lifecycle } from "./lifecycle/lifecycle.ts";
import type { Pools } from "./listeners/pools.ts";
import type { ChildStdin } from "./listeners/stdin.ts";
import type { AutoLogs } from "./logfiles/autologs.ts";
import type { Backlog } from "./logfiles/backlog.ts";
import type { Outputs } from "./logfiles/outputs.ts";
import type { Targets } from "./logfiles/targets.ts";
import type { History } from "./observers/history.ts";
import type { Watchers } from "./observers/watchers.ts";
import type { Probes } from "./probes/probes.ts";
import type { Cgroups } from "./runs/cgroups.ts";
import type { Sweeps } from "./runs/sweeps.ts";
import type { Part, Runtime } from "./runtime.ts";
import type { PluginHost } from "./serving/pluginhost.ts";
import type { AuxiliaryRuns } from "./spawn/auxiliary.ts";
import type { FastCgiSockets } from "./spawn/fastcgi.ts";
import type { Preparations } from "./spawn/preparations.ts";
import type { Readings } from "./spawn/readings.ts";

export type Daemon = {
  readonly runtime: Runtime;
  /** In the order in which they are restored, and hear of deadlines. */
  readonly parts: readonly Part[];
  readonly configurations: Configurations;
  readonly identity: Identity;
  readonly pools: Pools;
  readonly stdin: ChildStdin;
  readonly outputs: Outputs;
  readonly backlog: Backlog;
  readonly history: History;
  readonly watchers: Watchers;
  readonly plugins: PluginHost;
  readonly preparations: Preparations;
  readonly auxiliary: AuxiliaryRuns;
  readonly probes: Probes;
  readonly readings: Readings;
  readonly sweeps: Sweeps;
  readonly cgroups: Cgroups;
  readonly firstStarts: FirstStarts;
  readonly bringUp: BringUp;
  readonly lifecycle: Lifecycle;
  /** What clients see. */
  readonly control: SupervisorControl;
  readonly watch: Watch;
  readonly records: GroupRecords;
  readonly autoLogs: AutoLogs;
  readonly targets: Targets;
  readonly fastCgi: FastCgiSockets;
  readonly groups: Groups;
  readonly jobs: Jobs;
  readonly operations: Operations;
  readonly orders: Orders;
  readonly unowned: Unowned;
};
