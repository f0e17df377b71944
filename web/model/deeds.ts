/**
 * Which calls a deed on some processes takes. Where these are all of a group, or of everything, to which it applies, one call does it: the daemon keeps
 * the order of priorities then, and goes on when the page is closed.
 */
import type { Row } from "./flapping.ts";
import type { Verb } from "./texts.ts";
import { applies } from "./verbs.ts";
import type { World } from "./world.ts";

export type Call = {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Namespecs. */
  readonly targets: readonly string[];
};

/** `one` and `group` are called with the name. null: there is none. */
const METHODS: Readonly<Record<Verb, { readonly one: string; readonly group: string | null; readonly all: string | null }>> = {
  start: { one: "supervisor.startProcess", group: "supervisor.startProcessGroup", all: "supervisor.startAllProcesses" },
  stop: { one: "supervisor.stopProcess", group: "supervisor.stopProcessGroup", all: "supervisor.stopAllProcesses" },
  restart: { one: "holdfast.restartProcess", group: "holdfast.restartProcess", all: "holdfast.restartAllProcesses" },
  signal: { one: "supervisor.signalProcess", group: "supervisor.signalProcessGroup", all: "supervisor.signalAllProcesses" },
  clear: { one: "supervisor.clearProcessLogs", group: null, all: "supervisor.clearAllProcessLogs" },
  run: { one: "supervisor.startProcess", group: null, all: null },
  pause: { one: "holdfast.pauseJob", group: null, all: null },
  resume: { one: "holdfast.resumeJob", group: null, all: null },
  alone: { one: "holdfast.startProcess", group: null, all: null },
  reload: { one: "holdfast.reloadProcess", group: null, all: null },
  rolling: { one: "holdfast.rollingRestart", group: null, all: null },
  dependants: { one: "holdfast.stopWithDependants", group: null, all: null },
};

export function callsOf(verb: Verb, targets: readonly string[], { groups, rows }: World, signal = "HUP"): readonly Call[] {
  const wanted = new Set(targets);
  const more = extras(verb, signal);
  const covers = (members: readonly string[]): boolean =>
    members.length > 1 && members.every((each) => wanted.has(each) || !fits(verb, rows.get(each)));
  const { one, group, all } = METHODS[verb];
  // One call, which finds what needs it by itself: the last target is the one that was named.
  if (verb === "dependants") return [{ method: one, params: { name: targets.at(-1) }, targets }];
  if (all !== null && targets.length > 1 && covers([...rows.keys()])) return [{ method: all, params: more, targets }];
  return groups.flatMap(({ name, members }): readonly Call[] => {
    const mine = members.filter((each) => wanted.has(each));
    if (group !== null && mine.length > 1 && covers(members))
      return [{ method: group, params: { name: verb === "restart" ? `${name}:*` : name, ...more }, targets: mine }];
    const ordered = [...mine].sort((a, b) => (rows.get(a)?.priority ?? 0) - (rows.get(b)?.priority ?? 0));
    return ordered.map((each) =>
      // As with `start` of all: no job runs because others are started.
      verb === "start" && rows.get(each)?.life.job != null
        ? { method: METHODS.resume.one, params: { name: each }, targets: [each] }
        : { method: one, params: { name: each, ...more }, targets: [each] },
    );
  });
}

function extras(verb: Verb, signal: string): Call["params"] {
  switch (verb) {
    case "signal":
      return { signal };
    case "alone":
      return { options: { deps: false, wait: false } };
    case "start":
    case "stop":
    case "restart":
    case "run":
      return { wait: false };
    default:
      return {};
  }
}

function fits(verb: Verb, row: Row | undefined): boolean {
  return row !== undefined && applies(verb, row);
}

/** A row of the answer of a group's or everything's method. */
type Told = { readonly name: string; readonly group: string; readonly status: number; readonly description: string };
const SUCCESS = 80;

/** Why it failed, by namespec: those that are not in it have been ordered, or had nothing to be done. */
export function failuresOf(answer: unknown): ReadonlyMap<string, string> {
  if (!Array.isArray(answer)) return new Map();
  return new Map(
    (answer as readonly Told[])
      .filter(({ status }) => status !== SUCCESS)
      .map(({ name, group, description }) => [name === group ? name : `${group}:${name}`, reasonIn(description)]),
  );
}

/** The reason in the text of a fault; that it has failed is said before it, as by supervisorctl. */
export function reasonIn(text: string): string {
  return text.replace(/^FAILED: /, "");
}
