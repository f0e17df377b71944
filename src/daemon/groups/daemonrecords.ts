/** What a successor needs to know of the daemon as a whole, as it lies in the keeper's store; groups and processes have records of their own. */
import type { Config } from "../../config/model.ts";
import type { DaemonRecord } from "../../supervisor/records.ts";
import type { Core } from "../core.ts";

export function configRecord(core: Core): Config {
  return { ...core.running, groups: [], remarks: [] };
}

export function daemonRecord(core: Core): DaemonRecord {
  const { mood, goingDown } = core.world;
  return { mood, goingDown: goingDown === null ? null : { waiting: goingDown.waiting, current: goingDown.current } };
}
