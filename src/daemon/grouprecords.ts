/** Groups in the keeper's store: written when one is added, and anew with every change that an update in place makes to one. */
import type { GroupConfig } from "../config/model.ts";
import { encodeRecord, type GroupRecord, recordKeys } from "../supervisor/records.ts";
import { pendingRecords } from "../supervisor/update.ts";
import type { Group } from "../supervisor/world.ts";
import { autoLogKeys } from "./autologs.ts";
import type { Core } from "./core.ts";
import type { Turn } from "./turn.ts";

export function storeGroup(core: Core, turn: Turn, name: string): void {
  const group = core.world.groups.get(name);
  if (group === undefined) return;
  const autoLogs = [...neededAutoLogs(group)].flatMap((key): [string, string][] => {
    const path = core.autoLogs.get(key);
    return path === undefined ? [] : [[key, path]];
  });
  const pending = pendingRecords(group);
  const record: GroupRecord = { config: group.config, sequence: group.sequence, autoLogs, ...(pending.length > 0 && { pending }) };
  turn.state(recordKeys.group(name), encodeRecord(record));
}

export type AvailableRecord = {
  /** Whether it was read after the start. */
  readonly reread: boolean;
  readonly fileOrder: readonly string[];
  readonly same: readonly string[];
  readonly groups: readonly GroupConfig[];
};

/**
 * What was read last, which may be more than what is active: after a reread, and after a group was taken out that can be added again. Only what
 * differs is written out: the rest is in the records of the groups.
 */
export function storeAvailable(core: Core, turn: Turn): void {
  const { groups, fileOrder } = core.available;
  const isActive = (group: GroupConfig) => JSON.stringify(core.world.groups.get(group.name)?.config) === JSON.stringify(group);
  const same = groups.filter(isActive).map((group) => group.name);
  const record: AvailableRecord = { reread: core.reread, fileOrder, same, groups: groups.filter((group) => !isActive(group)) };
  turn.state(recordKeys.available, encodeRecord(record));
}

/** Writes the records of all groups and processes anew. */
export function storeAllGroups(core: Core, turn: Turn): void {
  for (const group of core.world.groups.values()) {
    storeGroup(core, turn, group.config.name);
    for (const member of group.members.values()) turn.state(recordKeys.process(member.ref), encodeRecord(member.state));
  }
}

/** What follows from a change in place: the record, the pool, limits of logs that are open, AUTO files that nobody writes any more. */
export function groupChanged(core: Core, turn: Turn, name: string): void {
  const group = core.world.groups.get(name);
  if (group === undefined) return;
  core.events.groupChanged(core, turn, group);
  core.outputs.groupChanged(core, turn, group);
  const needed = neededAutoLogs(group);
  for (const key of core.autoLogs.keys()) if (key.startsWith(`${name}:`) && !needed.has(key)) core.autoLogs.delete(key);
  storeGroup(core, turn, name);
}

function neededAutoLogs(group: Group): Set<string> {
  const configs = [...group.members.values()].flatMap(({ config, pending }) => [config, ...(pending?.config ? [pending.config] : [])]);
  return autoLogKeys(group.config.name, configs);
}
