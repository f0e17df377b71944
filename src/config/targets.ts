/**
 * What `depends_on` and `bind_to` name: TARGET or TARGET:CONDITION, with commas between. Here is how it is written; which processes are meant is known when
 * all groups are (`dependencies.ts`).
 */
import { ok, type Result, refuse } from "../result.ts";
import { nearest } from "./nearest.ts";
import { quoted } from "./quoting.ts";
import { trimmed } from "./whitespace.ts";

export const CONDITIONS = ["started", "running", "ready", "healthy", "exited_ok"] as const;
/** What must be so of each process of a target. */
export type Condition = (typeof CONDITIONS)[number];

export type WrittenTarget = {
  readonly name: string;
  /** null: `exited_ok` for a one-shot, `ready` for any other process. */
  readonly condition: Condition | null;
};

/** A name that stands for processes of several groups becomes several of these. */
export type Target = WrittenTarget & {
  readonly group: string;
  /** null: all of the group. */
  readonly processes: readonly string[] | null;
};

export const NO_TARGETS: readonly never[] = [];

/** The part behind the last colon is a condition when it is one of the words; of three parts it has to be. */
export function parseTargets(text: string): Result<readonly WrittenTarget[], string> {
  if (text === "") return ok(NO_TARGETS);
  const targets: WrittenTarget[] = [];
  for (const written of text.split(",")) {
    const parts = trimmed(written).split(":");
    const last = parts.at(-1) ?? "";
    const condition = parts.length > 1 ? (CONDITIONS.find((word) => word === last) ?? null) : null;
    if (condition === null && parts.length > 2) return refuse(`not a valid condition: ${quoted(last)} (${CONDITION_LIST})`);
    targets.push({ name: (condition === null ? parts : parts.slice(0, -1)).join(":"), condition });
  }
  return ok(targets);
}

const CONDITION_LIST = `${CONDITIONS.slice(0, -1).join(", ")} or ${CONDITIONS.at(-1)}`;

/** What to do about a text of which a condition is wrong. */
export function conditionRemedy(text: string): string | null {
  const words = text.split(",").map((written) => trimmed(written).split(":"));
  const wrong = words.find((parts) => parts.length > 2 && !CONDITIONS.some((word) => word === parts.at(-1)))?.at(-1) ?? "";
  const near = nearest(wrong, CONDITIONS);
  if (near !== null) return `did you mean ${near}?`;
  return wrong === "" ? null : "write NAME, GROUP:PROCESS or GROUP:*, and the condition behind another colon";
}

/** As they could stand in a file. */
export function targetText({ name, condition }: WrittenTarget): string {
  return condition === null ? name : `${name}:${condition}`;
}

/** As written, with what is meant where the name alone does not say it: a name may come to mean something else. */
export function meantTargets(targets: readonly Target[]): string {
  return targets.map((target) => `${targetText(target)}${meaning(target)}`).join(", ");
}

function meaning({ name, group, processes }: Target): string {
  if (processes === null || name.includes(":")) return "";
  const [first, last] = [processes[0], processes.at(-1)];
  return ` (${group}:${processes.length > 1 ? `${first} to ${last}, ${processes.length}` : (first ?? "none")})`;
}

/** One target in one text: equal ones mean the same, whoever has them. */
export function targetKey({ name, condition }: WrittenTarget): string {
  return `${name}\n${condition ?? ""}`;
}
