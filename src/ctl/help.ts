/** `help`: the list of commands, and the usage of one. (CTL-066..CTL-073, CTL-178) */
import { inColumns } from "./columns.ts";
import type { CommandRow } from "./session.ts";

const WIDTH = 79;

/**
 * Lines of `help`: a table for each source of commands, in the order in which the sources come. A command without any help works but is not
 * listed. (CTL-066, CTL-176, CTL-178)
 */
export function helpList(commands: readonly CommandRow[]): readonly string[] {
  const sources = [...new Set(commands.map((command) => command.source))];
  return sources.flatMap((source) => {
    const names = commands.filter((command) => command.source === source && command.usage.length > 0).map((command) => command.name);
    if (names.length === 0) return [""];
    const header = `${source} commands (type help <topic>):`;
    return ["", header, "=".repeat(header.length), ...inColumns(names.sort(), WIDTH), ""];
  });
}

/** Lines of `help NAME`; null when there is no such command. (CTL-069, CTL-070) */
export function helpOn(name: string, commands: readonly CommandRow[]): readonly string[] | null {
  if (name === "help") return ["help\t\tPrint a list of available actions", "help <action>\tPrint help for <action>"];
  const row = commands.find((command) => command.name === name);
  return row === undefined ? null : [...row.usage, ...row.more, ...optionLines(row)];
}

function optionLines({ options }: CommandRow): readonly string[] {
  return options.map(({ name, short, value, valueAlone, help }) => {
    const more = value === null ? "" : valueAlone === undefined ? ` ${value}` : `[=${value}]`;
    const spelling = `${short === undefined ? "" : `-${short}, `}--${name}${more}`;
    return `  ${spelling.padEnd(22)} ${help}`;
  });
}
