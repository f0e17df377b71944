/** Choices: options whose value is one word of a few, in any case of letters. */
import { ok, type Result, refuse } from "../result.ts";
import { quoted } from "./quoting.ts";

export type Choice = {
  /** What a message calls such a word. */
  readonly what: string;
  /** In lower case. */
  readonly words: readonly string[];
};

/** One of the words. */
export function parseChoice<const C extends Choice>(text: string, { what, words }: C): Result<C["words"][number], string> {
  const lower = text.toLowerCase();
  const word = words.find((one) => one === lower);
  return word === undefined ? refuse(`not a valid ${what}: ${quoted(text)} (${either(words)})`) : ok(word);
}

/** `a, b or c`. */
export function either(words: readonly string[], or = "or"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${or} ${words.at(-1)}`;
}

/** Whether programs get control groups. */
export const PERSIST_WHAT = { what: "persist_what", words: ["enable", "all"] } as const satisfies Choice;

/** Who enforces limits of memory, processes and processor. */
export const CGROUPS = { what: "use of control groups", words: ["auto", "off", "require"] } as const satisfies Choice;
export type CgroupsChoice = (typeof CGROUPS)["words"][number];

/** When supervisorctl colours what it prints: as grep and ls have it. */
export const COLOR = { what: "color", words: ["auto", "always", "never"] } as const satisfies Choice;
export type ColorChoice = (typeof COLOR)["words"][number];
