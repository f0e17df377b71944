/** Colours. Whether there are any is the screen's to know; this only knows how. */
import type { State } from "../process/states.ts";

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2, bold: 1, inverse: 7 } as const;
export type Style = keyof typeof CODES;

export function paint(style: Style, text: string): string {
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}

/** How states are shown. */
export const STATE_STYLES: ReadonlyMap<string, Style> = new Map<State, Style>([
  ["RUNNING", "green"],
  ["STARTING", "yellow"],
  ["BACKOFF", "yellow"],
  ["STOPPING", "yellow"],
  ["STOPPED", "dim"],
  ["EXITED", "dim"],
  ["FATAL", "red"],
  ["UNKNOWN", "red"],
]);

/** For telling processes apart, given out in turn. */
export const NAME_STYLES: readonly Style[] = ["cyan", "magenta", "green", "blue", "yellow"];
