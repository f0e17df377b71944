/** A process that takes more memory than it may: a restart is due. (LIM-006) */
import { withLife } from "./life.ts";
import { type Action, adding, log, unchanged } from "./state.ts";

/** Looks in a row at which it must be above its limit. */
export const LOOKS_IN_A_ROW = 3;
/** Time between two looks. */
export const LOOK_MS = 10_000;

/** Whatever it is due for already comes first. */
export const tooLarge: Action<"too-large"> = (config, process, _, { child, bytes }) => {
  const limit = config.maxMemoryRestart;
  if (limit === null || child !== process.child || process.life.due !== undefined) return unchanged(process);
  const text = `memory: ${config.name} takes ${inMegabytes(bytes)}, max_memory_restart is ${inMegabytes(limit)}`;
  return adding(unchanged({ ...process, life: withLife(process.life, { due: "memory" }) }), log("warn", text));
};

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)}MB`;
}
