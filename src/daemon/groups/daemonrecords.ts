/** What a successor needs to know of the daemon as a whole, as it lies in the keeper's store; groups and processes have records of their own. */
import type { Config, DaemonConfig } from "../../config/model.ts";
import { storedDaemon } from "../../config/newoptions.ts";
import type { DaemonRecord } from "../../supervisor/records.ts";
import type { Runtime } from "../runtime.ts";

export function configRecord({ running }: Runtime): Omit<Config, "daemon"> & { readonly daemon: Partial<DaemonConfig> } {
  return { ...running, daemon: storedDaemon(running.daemon), groups: [], remarks: [] };
}

export function daemonRecord(runtime: Runtime): DaemonRecord {
  const { mood, goingDown, exit, cutoff } = runtime.world;
  return {
    mood,
    goingDown: goingDown === null ? null : { waiting: goingDown.waiting, current: goingDown.current },
    ...(exit && { exit }),
    ...(cutoff && { cutoff }),
  };
}
