/**
 * reloadConfig: reads the file again and compares; nothing that runs is touched. What is doubtful in it is said in the activity log.
 * (RPC-147..154, CONF-397..416)
 */
import { diffGroups } from "../../config/diff.ts";
import type { Config, GroupConfig } from "../../config/model.ts";
import { faultText, rereadWarnings } from "../../config/report.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { ReloadPlan } from "../../rpc/control.ts";
import { encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Runtime } from "../runtime.ts";
import type { Configurations } from "./configurations.ts";
import { configRecord } from "./daemonrecords.ts";
import type { GroupRecords } from "./grouprecords.ts";
import type { Scales } from "./scales.ts";

type Parts = { readonly configurations: Configurations; readonly records: GroupRecords; readonly scales: Scales };

export async function reread(runtime: Runtime, { configurations, records, scales }: Parts): Promise<Result<ReloadPlan, string>> {
  const reading = scales.reading();
  const loaded = await runtime.load(reading.listening);
  if (!loaded.ok) return refuse(faultText(loaded.error));
  const stored = await records.prepareRead(loaded.value);
  if (!stored.ok) return stored;
  runtime.loop.post((turn) => {
    for (const text of rereadWarnings(loaded.value)) runtime.activity.write(turn, "warn", text);
    configurations.readAgain(loaded.value);
    scales.drop(turn, reading.dropped());
    stored.value(turn);
    turn.state(recordKeys.config, encodeRecord(configRecord(runtime)));
  });
  await runtime.loop.flushed();
  return ok(planOf(runtime, loaded.value));
}

/** What `update` would do: added and changed by priority and name, removed in the order of the active ones. (CONF-398, RPC-148) */
export function planOf(runtime: Runtime, next: Config): ReloadPlan {
  return diffGroups(activeGroups(runtime), next);
}

export function activeGroups(runtime: Runtime): readonly GroupConfig[] {
  return [...runtime.world.groups.values()].map((group) => group.config);
}
