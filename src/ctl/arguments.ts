/**
 * The words behind a command's name: its options of ours, and the rest. Options are only what the command's row declares, and never abbreviated:
 * `tail --5 cat` has a meaning in the original, and so may any other word with dashes. (CTL-004, CTL-115)
 */

import { words as split } from "../config/whitespace.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { Arguments, CommandOption, CommandRow } from "./session.ts";

/** An error is the sentence for the user. After `--` every word is a name. */
export function readArguments(row: CommandRow, text: string): Result<Arguments, string> {
  const words: string[] = [];
  const options = new Map<string, string>();
  const all = split(text);
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? "";
    if (word === "--" && row.options.length > 0) {
      words.push(...all.slice(at + 1));
      break;
    }
    const found = findOption(row.options, word);
    if (found === null) {
      words.push(word);
      continue;
    }
    const { option, glued } = found;
    if (option.value === null) {
      if (glued !== null) return refuse(`Error: --${option.name} takes no value`);
      options.set(option.name, "");
      continue;
    }
    const value = glued ?? option.valueAlone ?? all[++at];
    if (value === undefined) return refuse(`Error: --${option.name} requires a value`);
    options.set(option.name, value);
  }
  return ok({ text, words, options, row });
}

function findOption(
  options: readonly CommandOption[],
  word: string,
): { readonly option: CommandOption; readonly glued: string | null } | null {
  for (const option of options) {
    if (word === `--${option.name}` || (option.short !== undefined && word === `-${option.short}`)) return { option, glued: null };
    if (word.startsWith(`--${option.name}=`)) return { option, glued: word.slice(option.name.length + 3) };
  }
  return null;
}
