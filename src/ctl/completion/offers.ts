/**
 * What bash, zsh and fish offer: their stubs hand over the words of the command line up to the cursor, and get a line for each offer, with a tab and a
 * description behind it where there is one. Behind the flags it is what the Tab key offers in the shell of supervisorctl. Pure.
 */
import type { Flag } from "../../config/commandline.ts";
import { SUPERVISORCTL_FLAGS } from "../flags.ts";
import type { CommandRow } from "../session.ts";
import { completeLine, type Named } from "../shell/completer.ts";

/** Instead of offers: the shell should offer names of files, which it can do better. */
const FILES = ":files";

/** The last of the words is the one that is being typed, and may be empty. */
export type Typed = {
  /** The whole flags in front of the action. */
  readonly flags: readonly string[];
  /** The flag whose value is being typed. */
  readonly flag: Flag | null;
  /** The action and what stands behind it. */
  readonly words: readonly string[];
};

export function splitTyped(words: readonly string[]): Typed {
  const last = words.length - 1;
  let at = 0;
  for (; at < last && words[at]?.startsWith("-"); at++) {
    const flag = SUPERVISORCTL_FLAGS.find((each) => spellings(each).includes(words[at] ?? ""));
    if (flag === undefined || flag.value === null || flag.valueAlone !== undefined) continue;
    if (++at === last) return { flags: words.slice(0, last - 1), flag, words: [] };
  }
  return { flags: words.slice(0, at), flag: null, words: words.slice(at) };
}

export async function offers(
  { flag, words }: Typed,
  commands: readonly CommandRow[],
  processes: () => Promise<readonly Named[]>,
): Promise<readonly string[]> {
  if (flag !== null) return flag.value === "FILENAME" ? [FILES] : [];
  const [first = "", ...more] = words;
  if (more.length === 0 && first.startsWith("-")) return flagOffers(first);
  const found = await completeLine(words.join(" "), commands, processes);
  const help = more.length === 0 || first === "help" ? commandHelp(commands) : optionHelp(commands, first);
  // A control character would be typed by the shell.
  const plain = found.words.map((word) => word.trimEnd()).filter((word) => !/\p{Cc}/u.test(word));
  return plain.map((word) => described(word, help.get(word)));
}

function spellings({ short, long }: Flag): readonly string[] {
  return [...(short === null ? [] : [`-${short}`]), ...(long === null ? [] : [`--${long}`])];
}

function flagOffers(begun: string): readonly string[] {
  const shown = SUPERVISORCTL_FLAGS.filter((flag) => flag.hidden !== true);
  return shown.flatMap((flag) =>
    spellings(flag)
      .filter((word) => word.startsWith(begun))
      .map((word) => described(word, flag.help)),
  );
}

/** The first line of its usage that has a description. */
function commandHelp(commands: readonly CommandRow[]): ReadonlyMap<string, string> {
  const help = commands.map(({ name, usage }) => [name, (usage.find((line) => line.includes("\t")) ?? "").replace(/^.*\t/, "")] as const);
  return new Map([...help, ["help", "Print help"]]);
}

function optionHelp(commands: readonly CommandRow[], name: string): ReadonlyMap<string, string> {
  const options = commands.find((command) => command.name === name)?.options ?? [];
  return new Map(options.flatMap(({ name: long, short, help }) => [`--${long}`, `-${short}`].map((word) => [word, help] as const)));
}

function described(word: string, help = ""): string {
  return help === "" ? word : `${word}\t${help}`;
}
