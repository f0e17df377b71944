/** What a process needs by its configuration alone, and the keys under which others are found that need it. */
import { isSame } from "../config/diff.ts";
import type { ProcessConfig } from "../config/model.ts";
import type { Target } from "../config/targets.ts";

type Named = { readonly group: string; readonly process: string };

export function hasDependencies({ dependsOn, bindTo }: ProcessConfig): boolean {
  return dependsOn.length > 0 || bindTo.length > 0;
}

/** What must hold before a start. (BND-001) */
export function targetsOf({ dependsOn, bindTo }: ProcessConfig): readonly Target[] {
  if (bindTo.length === 0) return dependsOn;
  // Many name what they are bound to in both.
  const more = bindTo.filter((target) => !dependsOn.some((one) => isSame(one, target)));
  return more.length === 0 ? dependsOn : [...dependsOn, ...more];
}

/** What runs to its end, jobs among it. */
export function isOneshot({ type }: ProcessConfig): boolean {
  return type === "oneshot";
}

/** Several processes of a group count as the whole group: looking once too often does no harm. */
export function keysOf(targets: readonly Target[]): readonly string[] {
  return targets.map(({ group, processes }) => `${group}:${processes?.length === 1 ? processes[0] : "*"}`);
}

export function keysFor({ group, process }: Named): readonly string[] {
  return [`${group}:*`, `${group}:${process}`];
}

/** What a process needs until it is down: all that it depends on, but for what only has to be done. Exact, since each of these makes others wait. */
export function needKeysOf(config: ProcessConfig): readonly string[] {
  return targetsOf(config).flatMap(({ group, processes, condition }) => {
    if (condition === "exited_ok") return [];
    // Without a condition it is not known here whether it is a one-shot that is meant.
    const kind = condition === null ? "?" : "";
    return (processes ?? ["*"]).map((process) => `${kind}${group}:${process}`);
  });
}

/** Under which keys others need this one. */
export function needKeysFor(ref: Named, config: ProcessConfig): readonly string[] {
  const keys = keysFor(ref);
  return isOneshot(config) ? keys : [...keys, ...keys.map((key) => `?${key}`)];
}
