/** What the completion scripts know without asking: the flags and commands of the tables, as the words that a shell needs. */
import { SIGNALS } from "../../config/signals.ts";
import type { CommandRow, Completes } from "../command.ts";
import { SUPERVISORCTL_FLAGS } from "../flags.ts";

export type Vocabulary = {
  readonly flags: readonly FlagWord[];
  readonly commands: readonly CommandWord[];
  readonly signals: readonly string[];
  readonly shells: readonly string[];
};

export const SHELLS = ["bash", "zsh", "fish"] as const;
/** As users write them. */
export const SIGNAL_WORDS: readonly string[] = Object.keys(SIGNALS).map((name) => name.slice("SIG".length));

export type FlagWord = { readonly words: readonly string[]; readonly takesValue: boolean; readonly isFile: boolean; readonly help: string };
export type CommandWord = {
  readonly name: string;
  readonly help: string;
  readonly completes: Completes;
  readonly options: readonly string[];
};

export function vocabulary(commands: readonly CommandRow[]): Vocabulary {
  const flags = SUPERVISORCTL_FLAGS.filter((flag) => flag.hidden !== true).map(({ short, long, value, help }) => ({
    words: [...(short === null ? [] : [`-${short}`]), ...(long === null ? [] : [`--${long}`])],
    takesValue: value !== null,
    isFile: value === "FILENAME",
    help,
  }));
  const words = commands.map(({ name, usage, completes, options }) => ({
    name,
    help: summary(usage),
    completes,
    options: options.map((option) => `--${option.name}`),
  }));
  const help: CommandWord = { name: "help", help: "Print help", completes: "commands", options: [] };
  return { flags, commands: [...words, help], signals: SIGNAL_WORDS, shells: SHELLS };
}

/** The flags behind which a value, or the name of a file, must come. */
export function wordsTaking({ flags }: Vocabulary, what: "value" | "file"): readonly string[] {
  return flags.filter((flag) => (what === "file" ? flag.isFile : flag.takesValue)).flatMap((flag) => flag.words);
}

/** Commands by what is completed behind them. */
export function byKind({ commands }: Vocabulary): ReadonlyMap<Completes, readonly string[]> {
  const kinds = new Map<Completes, string[]>();
  for (const { name, completes } of commands) kinds.set(completes, [...(kinds.get(completes) ?? []), name]);
  return kinds;
}

/** The first usage line without the usage, and without what a shell would take for its own. */
function summary(usage: readonly string[]): string {
  const line = usage.find((each) => each.includes("\t")) ?? usage[0] ?? "";
  return line
    .replace(/^.*\t/, "")
    .replace(/['"`\\$:[\]]/g, "")
    .replace(/\.$/, "")
    .trim();
}
