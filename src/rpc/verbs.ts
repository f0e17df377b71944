/** The three forms of an order: to one process, to a group, to everything. How the name is read and what it may mean is the same for every verb. */
import { groupName, namespec } from "./args.ts";
import type { ProcessView, SupervisorControl } from "./control.ts";
import { processesByPriority } from "./fanout.ts";
import type { Answer, Param, Returns } from "./method.ts";
import { findGroup, findGroupOrProcess, isGroup } from "./namespec.ts";
import type { RpcValue } from "./values.ts";

export const ONE = {
  name: "name",
  type: "string",
  help: "A process ('name', 'group:name') or a whole group ('group:*')",
} as const satisfies Param;
export const GROUP = { name: "name", type: "string", help: "A group" } as const satisfies Param;

/** Whether the answer waits for what was ordered; when left out it does. */
export function wait(help: string) {
  return { name: "wait", type: "boolean", help, optional: true } as const;
}

/** What a verb does; `argument` is what a call says besides the name, `called` the name as the client gave it. */
type Verb<A> = {
  readonly one: (control: SupervisorControl, process: ProcessView, argument: A, called: string) => Answer | Promise<Answer>;
  /** To each of them, in this order. */
  readonly each: (control: SupervisorControl, processes: readonly ProcessView[], argument: A) => Promise<Answer>;
};

/** What the methods of a verb run. */
export function orders<A extends RpcValue | undefined>({ one, each }: Verb<A>) {
  return {
    /** A group's name in the form `group:*` means each of its processes. */
    async one(control: SupervisorControl, name: RpcValue, argument: A): Promise<Answer> {
      const text = namespec(name);
      if (!text.ok) return text;
      const found = findGroupOrProcess(control, text.value);
      if (!found.ok) return found;
      if (isGroup(found.value)) return each(control, processesByPriority([found.value]), argument);
      return one(control, found.value, argument, text.value);
    },
    async group(control: SupervisorControl, name: RpcValue, argument: A): Promise<Answer> {
      const text = groupName(name);
      if (!text.ok) return text;
      const group = findGroup(control, text.value);
      return group.ok ? each(control, processesByPriority([group.value]), argument) : group;
    },
    all: (control: SupervisorControl, argument: A): Promise<Answer> => each(control, processesByPriority(control.groups()), argument),
  };
}

/** What the forms for many answer: a row per process, of those `which` tells. */
export function rows(which: string): Returns {
  return { type: "array", help: `A struct per process${which}: name, group, status (80 or a fault number), description` };
}
