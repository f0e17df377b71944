/**
 * What the Tab key offers, in the shell of supervisorctl and, behind the flags, in bash, zsh and fish. Pure: which names are asked for is decided here,
 * the names come from outside. (CTL-059..CTL-065)
 */
import { SIGNALS } from "../../config/signalnames.ts";
import { STUBS } from "../completion/stubs.ts";
import type { CommandRow, Completes } from "../session.ts";

export type Named = { readonly group: string; readonly name: string };

export type Completion = {
  /** Whole words, each with a blank behind. */
  readonly words: readonly string[];
  /** The part of the line that they replace. */
  readonly word: string;
};

/** The same, with the names of processes asked for where they are needed. */
export async function completeLine(
  line: string,
  commands: readonly CommandRow[],
  processes: () => Promise<readonly Named[]>,
): Promise<Completion> {
  return complete(line, commands, needsProcesses(line, commands) ? await processes() : []);
}

/** Whether completing this line needs the names of processes. */
export function needsProcesses(line: string, commands: readonly CommandRow[]): boolean {
  const kind = kindOf(line, commands);
  return kind === "groups" || kind === "processes";
}

export function complete(line: string, commands: readonly CommandRow[], processes: readonly Named[]): Completion {
  const word = /\S*$/.exec(line)?.[0] ?? "";
  const row = rowOf(line, commands);
  const offered =
    word.startsWith("-") && row !== undefined ? optionWords(row) : candidates(kindOf(line, commands), commands, processes, word);
  return { words: offered.filter((each) => each.startsWith(word)).map((each) => `${each} `), word };
}

type Kind = Completes | "signals";

function kindOf(line: string, commands: readonly CommandRow[]): Kind {
  const words = line.trimStart().split(/\s+/);
  if (words.length <= 1) return "commands";
  if (words[0] === "help") return "commands";
  const kind = rowOf(line, commands)?.completes ?? "nothing";
  if (kind === "signal-processes") return words.length === 2 ? "signals" : "processes";
  return kind;
}

function rowOf(line: string, commands: readonly CommandRow[]): CommandRow | undefined {
  const [name, ...more] = line.trimStart().split(/\s+/);
  return more.length === 0 ? undefined : commands.find((command) => command.name === name);
}

function candidates(kind: Kind, commands: readonly CommandRow[], processes: readonly Named[], word: string): readonly string[] {
  switch (kind) {
    case "commands":
      return ["help", ...commands.map((command) => command.name)];
    case "groups":
      return [...new Set(processes.map((process) => process.group)), "all"];
    case "processes":
    case "signal-processes":
      return [...processNames(processes, word), "all"];
    case "signals":
      return Object.keys(SIGNALS).map((name) => name.slice("SIG".length)); // as users write them
    case "shells":
      return [...STUBS.keys()];
    case "nothing":
      return [];
  }
}

/** The plain name where it is the group's too and no colon was typed; else `group:name`, and `group:*` once. (CTL-062) */
export function processNames(processes: readonly Named[], word: string): readonly string[] {
  const names = new Set<string>();
  for (const { group, name } of processes) {
    if (name === group && !word.includes(":")) names.add(name);
    else names.add(`${group}:${name}`).add(`${group}:*`);
  }
  return [...names];
}

function optionWords({ options }: CommandRow): readonly string[] {
  return options.flatMap(({ name, short }) => (short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]));
}
