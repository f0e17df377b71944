/** What a successor needs to know of the daemon as a whole, as it lies in the keeper's store; groups and processes have records of their own. */
import type { Config } from "../../config/model.ts";
import type { DaemonRecord } from "../../supervisor/records.ts";
import type { Runtime } from "../runtime.ts";

export function configRecord(runtime: Runtime): Config {
  return { ...runtime.running, groups: [], remarks: [] };
}

export function daemonRecord(runtime: Runtime): DaemonRecord {
  const { mood, goingDown } = runtime.world;
  return { mood, goingDown: goingDown === null ? null : { waiting: goingDown.waiting, current: goingDown.current } };
}
