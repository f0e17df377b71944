/** One line of the shell, or the words of a one-shot command, taken apart as the original does it. (CTL-012..CTL-015) */
import { trimmed } from "../config/whitespace.ts";

export type CommandLine =
  /** Nothing to do. */
  | { readonly kind: "empty" }
  /** No command's name at the start; `line` is what the message shows. */
  | { readonly kind: "unknown"; readonly line: string }
  | { readonly kind: "command"; readonly name: string; readonly argument: string; readonly line: string };

const NAME = /^[A-Za-z0-9_]+/;

/** A name ends at the first character that cannot be in one: `status-cat` is `status` of `-cat`. `?` stands for `help`. */
export function parseCommandLine(text: string): CommandLine {
  const trimmedText = trimmed(text);
  if (trimmedText === "") return { kind: "empty" };
  const line = trimmedText.startsWith("?") ? `help ${trimmedText.slice(1)}` : trimmedText;
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return { kind: "unknown", line };
  return { kind: "command", name, argument: trimmed(line.slice(name.length)), line };
}
