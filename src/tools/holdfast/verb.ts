/** What a verb of `holdfast` is: a row of the table in verbs.ts, with a file of its own. Help, completion and reading of the command line derive from it. */
import { type Flag, type GivenFlag, ourFlag, type Program, type ValueCheck } from "../../config/commandline.ts";

/** How a verb ends. */
export const EXIT = { SUCCESS: 0, FAILED: 1, WRONG_USE: 2 } as const;

export type Call = {
  readonly flags: ReadonlyMap<string, GivenFlag>;
  readonly words: readonly string[];
  /** The folder that has `dist/` and `bin/`, all links followed. */
  readonly root: string;
  /** The environment as the user gave it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly say: (text: string) => void;
  /** One sentence to standard error, in the name of the verb; returns EXIT.FAILED. */
  readonly fail: (sentence: string) => number;
};

export type Verb = {
  readonly name: string;
  /** One line of `holdfast --help`. */
  readonly what: string;
  /** Flags and words as the usage line shows them. */
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** How many words it takes at most. */
  readonly wordsMax: number;
  /** What its words may be, for completion; absent: anything. */
  readonly words?: readonly string[];
  readonly check?: ValueCheck;
  /** Resolves with the exit status. */
  readonly run: (call: Call) => Promise<number>;
};

export const HELP_FLAG: Flag = ourFlag("help", "print this text and exit", { short: "h", acts: true });

/** The command line of a verb, as it is read and as its help shows it. */
export function programOf({ name, what, usage, flags, wordsMax }: Verb): Program {
  return { summary: `holdfast ${name} -- ${what}.`, usage, flags: [...flags, HELP_FLAG], takesWords: wordsMax > 0 };
}
