/** From a configuration to a running whole: the part that a fresh start and a reload share. (PROC-214, PROC-170..172) */

import type { Config } from "../../config/model.ts";
import { announceServer } from "../../http/announcements.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Core } from "../core.ts";
import { configRecord, daemonRecord } from "../groups/daemonrecords.ts";
import { writePidfile } from "../serving/pidfile.ts";

/** Clients wait so long for the first processes to have pids: whoever finds one STARTING expects that. */
const FIRST_STARTS_MS = 200;

/** Opens the activity log and writes what the reader of the configuration had to say. */
export function openActivity(core: Core): void {
  const { running } = core;
  core.activity.configure(running.daemon);
  core.loop.post((turn) => {
    core.outputs.openActivity(turn, running.daemon);
    for (const level of ["critical", "warn", "info"] as const) {
      for (const remark of running.remarks) if (remark.level === level) core.activity.write(turn, level, remark.text);
    }
  });
}

/**
 * Binds the servers first, so that a second supervisord by mistake ends here and has destroyed nothing (CONF-354); then groups. A
 * start ends at the first thing that cannot be had; a reload goes on with the rest and says what is missing, since nothing would run otherwise.
 */
export async function bringUpGroups(
  core: Core,
  options: { fresh: boolean },
): Promise<Result<{ needsSuccessor: boolean }, { text: string; code: number }>> {
  const { running } = core;
  const servers = await core.servers.bind(running.servers);
  if (!servers.ok && options.fresh) {
    sayMissing(core, servers.error.replaceAll("\n", " "));
    return giveUp(core, servers.error, 2);
  }
  if (!servers.ok) sayMissing(core, servers.error);
  await core.autoLogs.sweep();
  for (const group of running.groups) {
    if (core.world.groups.has(group.name)) continue;
    const activated = await core.groups.activate(group);
    if (!activated.ok && options.fresh) return giveUp(core, activated.error, 1);
    if (!activated.ok) sayMissing(core, activated.error);
  }
  sayServers(core, running);
  return ok(servers.ok ? servers.value : { needsSuccessor: false });
}

/** What was opened already is closed, and its file removed: the original leaves it behind. (HTTP-027) */
async function giveUp(core: Core, text: string, code: number): Promise<Result<never, { text: string; code: number }>> {
  core.servers.stop();
  await core.loop.flushed();
  return refuse({ text, code });
}

function sayMissing(core: Core, text: string): void {
  core.loop.post((turn) => core.activity.write(turn, "critical", text));
}

/** Says who it is, tells the listeners, starts what starts by itself. */
export async function beginToRun(core: Core, options: { fresh: boolean }): Promise<void> {
  core.loop.post((turn) => {
    // From `ready` on a successor takes over instead of beginning anew, so what it needs goes into the same batch.
    if (options.fresh) turn.effect({ type: "ready" });
    if (core.world.mood === "RESTARTING") core.world.mood = "RUNNING";
    turn.state(recordKeys.config, encodeRecord(configRecord(core)));
    turn.state(recordKeys.daemon, encodeRecord(daemonRecord(core)));
    turn.state(recordKeys.beginning, encodeRecord(true));
  });
  await announce(core);
  core.groups.startAutostarts();
  await core.loop.flushed();
  await core.limbo.empty(core, FIRST_STARTS_MS);
  core.servers.serve();
}

/** Pid file and listeners learn that supervisord runs; a successor does it when its predecessor did not come so far. */
export async function announce(core: Core): Promise<void> {
  await writePidfile(core);
  core.loop.post((turn) => {
    turn.state(recordKeys.beginning, null);
    core.pools.emit(turn, { kind: "supervisor-state", state: "RUNNING" }, core.doors.clock.now());
  });
}

/**
 * A successor answers clients when its plug-ins are there, so that they find its methods. One that cannot be loaded any more is no reason to keep the others
 * waiting.
 */
export async function serveWithPlugins(core: Core): Promise<void> {
  const opened = await core.plugins.begin();
  if (!opened.ok) core.loop.post((turn) => core.activity.write(turn, "critical", opened.error));
  for (const group of core.world.groups.values()) void core.plugins.openHandler(group.config);
  core.servers.serve();
}

/** The next daemon gets what this one was not born with: the descriptors of further sockets. */
export function restartDaemon(core: Core): void {
  core.loop.post((turn) => {
    turn.effect({ type: "restart-daemon" });
    turn.after.push(() => core.doors.self.exit(0));
  });
}

/** (LOG-108, LOG-129, LOG-148) */
function sayServers(core: Core, running: Config): void {
  const namespaces = running.rpcInterfaces.map((plugin) => plugin.name);
  core.loop.post((turn) => {
    for (const server of running.servers) {
      for (const { level, text } of announceServer(server, namespaces, core.doors.clock)) core.activity.write(turn, level, text);
    }
  });
}
