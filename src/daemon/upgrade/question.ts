/**
 * What the daemon that is installed is asked before it takes over: the states that it will find, and the configuration that it would read. A line of JSON
 * that says how supervisord was started, a line for each state, and `end`; every later release reads this, so nothing of it changes its meaning. Pure.
 */
import { fromBase64, toBase64 } from "../../bytes.ts";
import type { Birth } from "../../doors.ts";
import { ok, type Result, refuse } from "../../result.ts";

export const CHECK_STATES = "--check-states";
const END = "end";

export type Question = {
  readonly birth: Pick<Birth, "argv0" | "args" | "cwd" | "environment">;
  readonly keeperPid: number;
  readonly store: ReadonlyMap<string, Uint8Array>;
};

export function writeQuestion({ birth, keeperPid, store }: Question): string {
  const { argv0, args, cwd, environment } = birth;
  const head = { format: 1, argv0, args, cwd, environment: Object.entries(environment), keeperPid };
  const states = [...store].map(([key, value]) => JSON.stringify([key, toBase64(value)]));
  return `${[JSON.stringify(head), ...states, END].join("\n")}\n`;
}

/** The error is a sentence. */
export function readQuestion(text: string): Result<Question, string> {
  const lines = text.split("\n");
  const [head = "", ...states] = lines.slice(0, lines.lastIndexOf(END));
  if (lines.at(-2) !== END) return refuse("the question is cut off");
  try {
    const { argv0, args, cwd, environment, keeperPid } = JSON.parse(head) as {
      readonly argv0: string;
      readonly args: readonly string[];
      readonly cwd: string;
      readonly environment: readonly (readonly [string, string])[];
      readonly keeperPid: number;
    };
    const variables: Record<string, string> = Object.assign(Object.create(null), Object.fromEntries(environment));
    const store = new Map(states.map((line) => JSON.parse(line) as [string, string]).map(([key, value]) => [key, fromBase64(value)]));
    return ok({ birth: { argv0, args, cwd, environment: variables }, keeperPid, store });
  } catch (error) {
    return refuse(`the question cannot be read: ${String(error)}`);
  }
}

/** What it answers with: `ok` and who it is, or a line for each thing that it cannot take. */
export function writeAnswer(problems: readonly string[], names: { readonly version: string; readonly node: string }): string {
  return problems.length > 0 ? `${problems.join("\n")}\n` : `ok\nversion ${names.version}\nnode ${names.node}\n`;
}

/** The version of node that it runs under; an error: its lines. */
export function readAnswer(output: string): Result<{ readonly node: string }, string> {
  const [first, ...more] = output.trimEnd().split("\n");
  if (first !== "ok") return refuse(output.trimEnd());
  const node = more.find((line) => line.startsWith("node "));
  return ok({ node: node?.slice("node ".length) ?? "" });
}
