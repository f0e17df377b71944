/** From two looks at the machine's processes to what each of ours, and its tree, uses. */

import type { ProcessView } from "../rpc/control.ts";
import { makeNamespec } from "../rpc/namespec.ts";
import type { ProcessUsage, Usage } from "./types.ts";
import type { ProcessSample } from "./watch.ts";

/** One look: when, by the monotonic clock, and what was seen, by pid. */
export type Look = { readonly monoMs: number; readonly processes: ReadonlyMap<number, ProcessSample> };

export function makeLook(samples: readonly ProcessSample[], monoMs: number): Look {
  return { monoMs, processes: new Map(samples.map((sample) => [sample.pid, sample])) };
}

/** Whose parent is whom. */
export type Children = ReadonlyMap<number, readonly ProcessSample[]>;

export function childrenIn({ processes }: Look): Children {
  const children = new Map<number, ProcessSample[]>();
  for (const sample of processes.values()) {
    const siblings = children.get(sample.parent);
    if (siblings === undefined) children.set(sample.parent, [sample]);
    else siblings.push(sample);
  }
  return children;
}

/** The process and all its descendants. The kernel has no circles; a pid that was reused while we looked could make one. */
export function treeOf(root: ProcessSample, children: Children): readonly ProcessSample[] {
  const tree = new Set([root]);
  for (const sample of tree) for (const child of children.get(sample.pid) ?? []) tree.add(child);
  return [...tree];
}

/** Only of what runs and was seen. */
export function usageOf(views: readonly ProcessView[], before: Look, now: Look): readonly ProcessUsage[] {
  const children = childrenIn(now);
  return views.flatMap((view) => {
    const root = view.pid === 0 ? undefined : now.processes.get(view.pid);
    if (root === undefined) return [];
    const tree = treeOf(root, children);
    const total = tree.map((sample) => usageBetween(sample, before, now));
    const sum = (of: (usage: Usage) => number) => total.reduce((all, usage) => all + of(usage), 0);
    const namespec = makeNamespec({ group: view.group, process: view.name });
    const own = usageBetween(root, before, now);
    return [
      {
        namespec,
        own: { cpu: rounded(own.cpu), memory: own.memory },
        tree: { cpu: rounded(sum(({ cpu }) => cpu)), memory: sum(({ memory }) => memory), processes: tree.length },
      },
    ];
  });
}

/** One that was not there before has used all that it used since. */
export function usageBetween(sample: ProcessSample, before: Look, now: Look): Usage {
  const known = before.processes.get(sample.pid);
  const isSame = known !== undefined && known.startTicks === sample.startTicks;
  const used = sample.cpuMs - (isSame ? known.cpuMs : 0);
  const passed = now.monoMs - before.monoMs;
  return { cpu: passed <= 0 ? 0 : Math.max(0, (used / passed) * 100), memory: sample.memory };
}

function rounded(percent: number): number {
  return Math.round(percent * 10) / 10;
}
