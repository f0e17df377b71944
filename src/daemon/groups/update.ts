/** What `update` would do, and an update of one group in place. The decisions are in `supervisor/update.ts`. */
import { differences } from "../../config/diff.ts";
import type { GroupConfig } from "../../config/model.ts";
import { faultText, warningsOf } from "../../config/report.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Preview, PreviewedGroup } from "../../rpc/control.ts";
import { type PlannedProcess, planUpdate, updateGroup } from "../../supervisor/update.ts";
import type { World } from "../../supervisor/world.ts";
import type { AutoLogs } from "../logfiles/autologs.ts";
import { postLine } from "../loop/activitylog.ts";
import type { Runtime } from "../runtime.ts";
import type { PluginHost } from "../serving/pluginhost.ts";
import { type GroupRecords, groupsByName } from "./grouprecords.ts";
import type { Groups } from "./groups.ts";
import type { Orders } from "./orders.ts";
import { activeGroups, planOf } from "./reread.ts";
import type { ScaledReading, Scales } from "./scales.ts";

type Parts = {
  readonly groups: Groups;
  readonly plugins: PluginHost;
  readonly autoLogs: AutoLogs;
  readonly records: GroupRecords;
  readonly orders: Orders;
};

export class Updates {
  readonly #runtime: Runtime;
  readonly #parts: Parts;

  constructor(runtime: Runtime, parts: Parts) {
    this.#runtime = runtime;
    this.#parts = parts;
  }

  /**
   * Changes an active group to what was read last, when the mode is minimal and the group can be changed in place: otherwise false, and nothing has been
   * done. Settles when what had to stop has stopped; starts go on behind it, as after addGroup.
   */
  async apply(name: string): Promise<Result<boolean, "bad-name">> {
    const config = groupsByName(this.#runtime.available).get(name);
    if (config === undefined || !this.#runtime.world.groups.has(name)) return refuse("bad-name");
    if (this.#runtime.running.daemon.updateMode !== "minimal" || planFor(this.#runtime.world, config) === null) return ok(false);
    const handler = await this.#parts.plugins.openHandler(config);
    if (!handler.ok) postLine(this.#runtime, "critical", handler.error);
    const autoLogs = await this.#parts.autoLogs.create(config);
    const allLogs = [...this.#parts.autoLogs.of(name), ...autoLogs];
    const prepared = await this.#parts.records.prepareGroup(config, allLogs);
    if (!prepared.ok) postLine(this.#runtime, "critical", `group ${name}: ${prepared.error}`);
    if (!prepared.ok) return ok(false);
    const done = await new Promise<boolean>((resolve) => {
      this.#runtime.loop.post((turn) => {
        // Much may have happened while the files were made.
        if (this.#runtime.world.mood !== "RUNNING" || planFor(this.#runtime.world, config) === null) {
          this.#parts.records.sweep();
          return resolve(false);
        }
        this.#parts.autoLogs.remember(name, autoLogs);
        this.#parts.records.autoLogs.set(name, allLogs);
        this.#runtime.step(turn, (step, now) => updateGroup(this.#runtime.world, config, now, step));
        return resolve(true);
      });
    });
    if (!done) return ok(false);
    this.#parts.groups.startAutostarts(name);
    await this.#pendingOver(name);
    await this.#runtime.loop.flushed();
    return ok(true);
  }

  /** Waits until nothing of the group is on its way out or to another configuration. */
  async #pendingOver(name: string): Promise<void> {
    const pending = [...(this.#runtime.world.groups.get(name)?.members.values() ?? [])].filter((member) => member.pending !== null);
    await Promise.all(pending.map(({ ref }) => this.#parts.orders.wait(ref, "stopped")));
  }
}

/** Reads the file as reloadConfig does, and remembers nothing of it. */
export async function previewUpdate(runtime: Runtime, scales: Scales): Promise<Result<Preview, string>> {
  const reading = scales.reading();
  const loaded = await runtime.load(reading.listening);
  if (!loaded.ok) return refuse(faultText(loaded.error));
  const { added, changed, removed } = planOf(runtime, loaded.value);
  const next = new Map(loaded.value.groups.map((group) => [group.name, group]));
  const active = new Map(activeGroups(runtime).map((group) => [group.name, group]));
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
  return ok({ groups, warnings: [...warningsOf(loaded.value), ...droppedScales(scales, reading)] });
}

/** (SCL-003) */
function droppedScales(scales: Scales, reading: ScaledReading): string[] {
  return reading
    .dropped()
    .map((program) => `${program} was scaled to ${scales.of(program)?.numprocs}: the file says another numprocs and wins`);
}

function planFor(world: World, config: GroupConfig): readonly PlannedProcess[] | null {
  const active = world.groups.get(config.name);
  return active === undefined ? null : planUpdate(active.config, config);
}
