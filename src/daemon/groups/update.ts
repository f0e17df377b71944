/** What `update` would do, and an update of one group in place. The decisions are in `supervisor/update.ts`. */
import { differences } from "../../config/diff.ts";
import type { GroupConfig } from "../../config/model.ts";
import { faultText, warningsOf } from "../../config/report.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Preview, PreviewedGroup } from "../../rpc/control.ts";
import { type PlannedProcess, planUpdate, updateGroup } from "../../supervisor/update.ts";
import { addWaiter } from "../../supervisor/waiters.ts";
import type { World } from "../../supervisor/world.ts";
import type { Core } from "../core.ts";
import { groupsByName } from "./grouprecords.ts";
import { startAutostarts } from "./groups.ts";
import { activeGroups, planOf } from "./reread.ts";

/** Reads the file as reloadConfig does, and remembers nothing of it. */
export async function previewUpdate(core: Core): Promise<Result<Preview, string>> {
  const loaded = await core.load();
  if (!loaded.ok) return refuse(faultText(loaded.error));
  const { added, changed, removed } = planOf(core, loaded.value);
  const next = new Map(loaded.value.groups.map((group) => [group.name, group]));
  const active = new Map(activeGroups(core).map((group) => [group.name, group]));
  const row = (group: string, change: PreviewedGroup["change"]): PreviewedGroup => {
    const [from, to] = [active.get(group), next.get(group)];
    if (change !== "changed" || from === undefined || to === undefined) return { group, change, details: [], processes: null };
    const inPlace = loaded.value.daemon.updateMode === "minimal";
    return { group, change, details: differences(from, to), processes: inPlace ? planUpdate(from, to) : null };
  };
  const groups = [
    ...added.map((group) => row(group, "added")),
    ...changed.map((group) => row(group, "changed")),
    ...removed.map((group) => row(group, "removed")),
  ];
  return ok({ groups, warnings: warningsOf(loaded.value) });
}

/**
 * Changes an active group to what was read last, when the mode is minimal and the group can be changed in place: otherwise false, and nothing has been
 * done. Settles when what had to stop has stopped; starts go on behind it, as after addGroup.
 */
export async function applyUpdate(core: Core, name: string): Promise<Result<boolean, "bad-name">> {
  const config = groupsByName(core.available).get(name);
  if (config === undefined || !core.world.groups.has(name)) return refuse("bad-name");
  if (core.running.daemon.updateMode !== "minimal" || planFor(core.world, config) === null) return ok(false);
  const handler = await core.plugins.openHandler(config);
  if (!handler.ok) core.loop.post((turn) => core.activity.write(turn, "critical", handler.error));
  const autoLogs = await core.autoLogs.create(config);
  const allLogs = [...core.autoLogs.of(name), ...autoLogs];
  const prepared = await core.records.prepareGroup(core, config, allLogs);
  if (!prepared.ok) core.loop.post((turn) => core.activity.write(turn, "critical", `group ${name}: ${prepared.error}`));
  if (!prepared.ok) return ok(false);
  const done = await new Promise<boolean>((resolve) => {
    core.loop.post((turn) => {
      // Much may have happened while the files were made.
      if (core.world.mood !== "RUNNING" || planFor(core.world, config) === null) {
        core.records.sweep(core);
        return resolve(false);
      }
      core.autoLogs.remember(autoLogs);
      core.records.autoLogs.set(name, allLogs);
      core.step(turn, (step, now) => updateGroup(core.world, config, now, step));
      return resolve(true);
    });
  });
  if (!done) return ok(false);
  startAutostarts(core, name);
  await pendingOver(core, name);
  await core.loop.flushed();
  return ok(true);
}

function planFor(world: World, config: GroupConfig): readonly PlannedProcess[] | null {
  const active = world.groups.get(config.name);
  return active === undefined ? null : planUpdate(active.config, config);
}

/** Waits until nothing of the group is on its way out or to another configuration. */
async function pendingOver(core: Core, name: string): Promise<void> {
  const pending = [...(core.world.groups.get(name)?.members.values() ?? [])].filter((member) => member.pending !== null);
  const waits = pending.map(
    ({ ref }) =>
      new Promise((resolve) => {
        core.loop.post((turn) => {
          const id = core.nextWait++;
          core.waits.set(id, resolve);
          core.step(turn, (step, now) => addWaiter(core.world, { id, ref, until: "stopped" }, now, step));
        });
      }),
  );
  await Promise.all(waits);
}
