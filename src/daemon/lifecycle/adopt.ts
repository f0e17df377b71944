/** The way up when the stored states cannot be used: the file and the keeper's list of children, nothing else. */

import type { Config } from "../../config/model.ts";
import { logText } from "../../config/report.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { encodeRecord, recordKeys } from "../../supervisor/records.ts";
import { allMembers, label, makeGroup } from "../../supervisor/world.ts";
import type { Core } from "../core.ts";
import { configRecord } from "../groups/daemonrecords.ts";
import { streamOwner } from "../loop/numbers.ts";
import type { Inheritance, LoadConfig } from "../runtime.ts";
import { serveWithPlugins } from "./bringup.ts";
import { tellDeaths } from "./deaths.ts";
import type { BootFailure } from "./start.ts";
import { adoptChildren, deleteKeys, readStoredConfig, type Stored } from "./takeover.ts";

/** What is handed in by who puts a daemon together. */
export type WaysUp = {
  readonly load: LoadConfig;
  readonly makeCore: (config: Config) => Core;
};

export async function startWithoutStates(
  { load, makeCore }: WaysUp,
  inheritance: Inheritance,
  why: string,
): Promise<Result<Core, BootFailure>> {
  const loaded = await load();
  // Somebody may be editing the file: what was in force is known, and not what daemons died of as a rule.
  const stored = loaded.ok ? null : readStoredConfig(inheritance);
  const config = loaded.ok ? loaded.value : stored?.ok === true ? stored.value.running : null;
  if (config === null) {
    const text = loaded.ok ? "" : logText(loaded.error);
    return refuse({ text: `${text} (and the stored states cannot be used: ${why})`, code: 2 });
  }
  const core = makeCore(config);
  if (stored?.ok === true) restoreRead(core, stored.value);
  for (const group of config.groups) {
    core.world.groups.set(group.name, makeGroup(group, core.world.nextSequence));
    core.world.nextSequence += 1;
  }
  adoptChildren(core.world, inheritance);
  for (const child of inheritance.children) core.numbers.skip(child.child);
  for (const socket of inheritance.sockets) core.numbers.skip(socket.socket);
  core.unowned.restore(inheritance);
  recallAutoLogs(core, inheritance);
  core.activity.configure(core.running.daemon);
  core.outputs.restore(inheritance);
  core.clearing.restore(inheritance);
  core.servers.inherit(core.running.servers, inheritance);
  deleteKeys(
    core,
    [...inheritance.store.keys()].filter((key) => stored === null || !IS_CONFIG.test(key)),
  );
  core.loop.post((turn) => {
    turn.effect({ type: "ready" });
    tellDeaths(core, turn, inheritance);
    if (!loaded.ok) core.activity.write(turn, "critical", `${logText(loaded.error)}; going on with the configuration that was in force`);
    core.activity.write(turn, "critical", `starting without stored states (${why}); adopting ${adoptedText(core, inheritance)}`);
    turn.state(recordKeys.config, encodeRecord(configRecord(core)));
    turn.state(recordKeys.daemon, encodeRecord({ mood: "RUNNING", goingDown: null }));
    for (const group of core.world.groups.values()) core.pools.groupAdded(turn, group.config);
  });
  void core.records.storeAll();
  core.groups.startAutostarts();
  restartListeners(core);
  void serveWithPlugins(core);
  return ok(core);
}

/** Records of the configuration: they stay when the file cannot be used. */
const IS_CONFIG = /^(?:config|template|available|(?:group|list|read)\/.*)$/s;

function restoreRead(core: Core, { available, reread, groups }: Omit<Stored, "daemon">): void {
  core.available = available;
  core.reread = reread;
  core.records.restore({ ...groups, read: groups.generation });
}

/** The files drawn for AUTO are known from what the keeper writes; a process that does not run gets a new one. */
function recallAutoLogs(core: Core, inheritance: Inheritance): void {
  const labels = new Map(inheritance.children.map((child) => [child.child, child.label]));
  const members = new Map([...allMembers(core.world)].map((member) => [label(member.ref), member]));
  for (const { sink, path } of inheritance.sinks) {
    const { child, channel } = streamOwner(sink);
    const member = members.get(labels.get(child) ?? "");
    if (member !== undefined) core.autoLogs.recall(member, channel, path);
  }
}

/** Nobody knows any more where a listener is in its protocol: one that waits for an event would wait for ever. */
function restartListeners(core: Core): void {
  for (const group of core.world.groups.values()) {
    if (group.config.kind !== "listeners") continue;
    for (const { ref, state } of group.members.values()) {
      if (state.pid !== 0) void core.orders.stop(ref, "stopped").then(() => core.orders.start(ref, "spawned"));
    }
  }
}

function adoptedText(core: Core, inheritance: Inheritance): string {
  const known = new Set([...core.world.groups.values()].flatMap((group) => [...group.members.values()].map((member) => label(member.ref))));
  const live = inheritance.children.filter((child) => child.state !== "exited");
  const strangers = live.filter((child) => !known.has(child.label)).map((child) => `${child.label} (pid ${child.pid})`);
  const own = live.length - strangers.length;
  return strangers.length === 0
    ? `${own} running processes`
    : `${own} running processes; no program of the configuration owns ${strangers.join(", ")}`;
}
