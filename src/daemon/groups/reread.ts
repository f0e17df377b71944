/**
 * reloadConfig: reads the file again and compares; nothing that runs is touched. What is doubtful in it is said in the activity log.
 * (RPC-147..154, CONF-397..416)
 */
import { diffGroups } from "../../config/diff.ts";
import type { Config, DaemonConfig, GroupConfig } from "../../config/model.ts";
import { faultText, rereadWarnings } from "../../config/report.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { ReloadPlan } from "../../rpc/control.ts";
import { encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Core } from "../core.ts";
import { configRecord } from "./daemonrecords.ts";

export async function reread(core: Core): Promise<Result<ReloadPlan, string>> {
  const loaded = await core.load();
  if (!loaded.ok) return refuse(faultText(loaded.error));
  const stored = await core.records.prepareRead(core, loaded.value);
  if (!stored.ok) return stored;
  core.loop.post((turn) => {
    for (const text of rereadWarnings(loaded.value)) core.activity.write(turn, "warn", text);
    core.available = loaded.value;
    core.reread = true;
    const { daemon, passedOver } = loaded.value;
    core.running = { ...core.running, daemon: refreshed(core.running.daemon, daemon), passedOver };
    stored.value(turn);
    turn.state(recordKeys.config, encodeRecord(configRecord(core)));
  });
  await core.loop.flushed();
  return ok(planOf(core, loaded.value));
}

/** The options of [supervisord] that a reread refreshes in the running daemon; everything else waits for a restart. (CONF-413..415) `updateMode` is ours. */
function refreshed(running: DaemonConfig, next: DaemonConfig): DaemonConfig {
  const { identifier, stripAnsi, minFds, childLogDir, nocleanup, updateMode } = next;
  return { ...running, identifier, stripAnsi, minFds, childLogDir, nocleanup, updateMode };
}

/** What `update` would do: added and changed by priority and name, removed in the order of the active ones. (CONF-398, RPC-148) */
export function planOf(core: Core, next: Config): ReloadPlan {
  return diffGroups(activeGroups(core), next);
}

export function activeGroups(core: Core): readonly GroupConfig[] {
  return [...core.world.groups.values()].map((group) => group.config);
}
