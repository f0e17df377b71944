/** The three forms of an order: to one process, to a group, to everything. How the name is read and what it may mean is the same for every verb. */
import { groupName, namespec } from "./args.ts";
import { processesByPriority } from "./fanout.ts";
import type { Answer, Param, Returns } from "./method.ts";
import { findGroup, findGroupOrProcess, isGroup } from "./names.ts";
import type { ProcessView, SupervisorPort } from "./port.ts";
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
  readonly one: (port: SupervisorPort, process: ProcessView, argument: A, called: string) => Answer | Promise<Answer>;
  /** To each of them, in this order. */
  readonly each: (port: SupervisorPort, processes: readonly ProcessView[], argument: A) => Promise<Answer>;
};

/** What the methods of a verb run. */
export function orders<A extends RpcValue | undefined>({ one, each }: Verb<A>) {
  return {
    /** A group's name in the form `group:*` means each of its processes. */
    async one(port: SupervisorPort, name: RpcValue, argument: A): Promise<Answer> {
      const text = namespec(name);
      if (!text.ok) return text;
      const found = findGroupOrProcess(port, text.value);
      if (!found.ok) return found;
      if (isGroup(found.value)) return each(port, processesByPriority([found.value]), argument);
      return one(port, found.value, argument, text.value);
    },
    async group(port: SupervisorPort, name: RpcValue, argument: A): Promise<Answer> {
      const text = groupName(name);
      if (!text.ok) return text;
      const group = findGroup(port, text.value);
      return group.ok ? each(port, processesByPriority([group.value]), argument) : group;
    },
    all: (port: SupervisorPort, argument: A): Promise<Answer> => each(port, processesByPriority(port.groups()), argument),
  };
}

/** What the forms for many answer: a row per process, of those `which` tells. */
export function rows(which: string): Returns {
  return { type: "array", help: `A struct per process${which}: name, group, status (80 or a fault number), description` };
}
