/** The way up when the stored states cannot be used: the file and the keeper's list of children, nothing else. */

import type { Config } from "../../config/model.ts";
import { logText } from "../../config/report.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { encodeRecord, isKeptKey, recordKeys, scaledProgram } from "../../supervisor/records.ts";
import { allMembers, label, makeGroup, runOfLabel, type World } from "../../supervisor/world.ts";
import type { Configurations } from "../groups/configurations.ts";
import { configRecord } from "../groups/daemonrecords.ts";
import { dropInTurns, type GroupRecords } from "../groups/grouprecords.ts";
import type { Groups } from "../groups/groups.ts";
import type { Orders } from "../groups/orders.ts";
import type { AutoLogs } from "../logfiles/autologs.ts";
import { streamOwner } from "../loop/numbers.ts";
import type { BootFailure, Inheritance, LoadConfig, Runtime } from "../runtime.ts";
import type { BringUp } from "./bringup.ts";
import { tellDeaths } from "./deaths.ts";
import { adoptChildren, readStoredConfig, restoreConfig, type Stored } from "./takeover.ts";

type Parts = {
  readonly configurations: Configurations;
  readonly records: GroupRecords;
  readonly autoLogs: AutoLogs;
  readonly groups: Groups;
  readonly orders: Orders;
  readonly bringUp: BringUp;
};

/** The configuration to begin with. `stored` is what was in force, where the file cannot be used. */
export type Basis = { readonly config: Config; readonly stored: Omit<Stored, "daemon"> | null; readonly problem: string | null };

export async function findBasis(load: LoadConfig, inheritance: Inheritance, why: string): Promise<Result<Basis, BootFailure>> {
  const loaded = await load();
  if (loaded.ok) return ok({ config: loaded.value, stored: null, problem: null });
  // Somebody may be editing the file: what was in force is known, and not what daemons died of as a rule.
  const stored = readStoredConfig(inheritance);
  const problem = logText(loaded.error);
  if (stored.ok) return ok({ config: stored.value.running, stored: stored.value, problem });
  return refuse({ text: `${problem} (and the stored states cannot be used: ${why})`, code: 2 });
}

/** Fills the world from the configuration and the keeper's list of children. */
export function adoptWorld(runtime: Runtime, parts: Parts, inheritance: Inheritance, { config, stored }: Basis): void {
  const { world, numbers } = runtime;
  if (stored !== null) restoreConfig(parts, stored);
  for (const group of config.groups) {
    world.groups.set(group.name, makeGroup(group, world.nextSequence));
    world.nextSequence += 1;
  }
  adoptChildren(world, inheritance);
  for (const child of inheritance.children) numbers.skip(child.child);
  for (const socket of inheritance.sockets) numbers.skip(socket.socket);
  recallAutoLogs(world, parts.autoLogs, inheritance);
}

/** From here on it is like any daemon. */
export async function continueAdopted(
  runtime: Runtime,
  { records, groups, orders, bringUp }: Parts,
  inheritance: Inheritance,
  { stored, problem, why }: Basis & { readonly why: string },
): Promise<void> {
  const dropped = [...inheritance.store.keys()].filter(
    (key) => scaledProgram(key) === null && !isKeptKey(key) && (stored === null || !IS_CONFIG.test(key)),
  );
  dropInTurns(runtime, dropped, (turn, key) => turn.state(key, null));
  runtime.loop.post((turn) => {
    const { activity, world } = runtime;
    turn.effect({ type: "ready" });
    tellDeaths(runtime, turn, inheritance);
    if (problem !== null) activity.write(turn, "critical", `${problem}; going on with the configuration that was in force`);
    activity.write(turn, "critical", `starting without stored states (${why}); adopting ${adoptedText(world, inheritance)}`);
    turn.state(recordKeys.config, encodeRecord(configRecord(runtime)));
    turn.state(recordKeys.daemon, encodeRecord({ mood: "RUNNING", goingDown: null }));
    for (const group of world.groups.values()) runtime.carryOut(turn, [{ type: "group-changed", group, change: "added" }]);
  });
  void records.storeAll();
  groups.startAutostarts();
  restartListeners(runtime.world, orders);
  void bringUp.serve();
}

/** Records of the configuration: they stay when the file cannot be used. */
const IS_CONFIG = /^(?:config|template|available|(?:group|list|read)\/.*)$/s;

/** The files drawn for AUTO are known from what the keeper writes; a process that does not run gets a new one. */
function recallAutoLogs(world: World, autoLogs: AutoLogs, inheritance: Inheritance): void {
  const labels = new Map(inheritance.children.map((child) => [child.child, child.label]));
  const members = new Map([...allMembers(world)].map((member) => [label(member.ref), member]));
  for (const { sink, path } of inheritance.sinks) {
    const { child, channel } = streamOwner(sink);
    const member = members.get(labels.get(child) ?? "");
    if (member !== undefined) autoLogs.recall(member, channel, path);
  }
}

/** Nobody knows any more where a listener is in its protocol: one that waits for an event would wait for ever. */
function restartListeners(world: World, orders: Orders): void {
  for (const group of world.groups.values()) {
    if (group.config.kind !== "listeners") continue;
    for (const { ref, state } of group.members.values()) {
      if (state.pid !== 0) void orders.stop(ref, "stopped").then(() => orders.start(ref, "spawned"));
    }
  }
}

function adoptedText(world: World, inheritance: Inheritance): string {
  const known = new Set([...allMembers(world)].map((member) => label(member.ref)));
  const live = inheritance.children.filter((child) => child.state !== "exited" && runOfLabel(child.label) === null);
  const unowned = live.filter((child) => !known.has(child.label)).map((child) => `${child.label} (pid ${child.pid})`);
  const own = live.length - unowned.length;
  return unowned.length === 0
    ? `${own} running processes`
    : `${own} running processes; no program of the configuration owns ${unowned.join(", ")}`;
}
