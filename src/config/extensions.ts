/** Which options of programs that Supervisor does not have are in use, and by whom: one line for the activity log. (CMN-003) */
import type { GroupConfig, ProcessConfig } from "./model.ts";
import { isDefault } from "./newoptions.ts";
import { type Channel, type Option, PROGRAM } from "./optiontable.ts";

/** Of one option; the rest is counted. */
const NAMES_TOLD = 10;

/** In the order of the table. */
const OURS: readonly Ours[] = Object.entries<Option>(PROGRAM).flatMap(([option, { isOurs, member }]) =>
  isOurs === true && member !== undefined ? [{ option, field: member.field, of: member.of }] : [],
);
type Ours = { readonly option: string; readonly field: string; readonly of: Channel | undefined };

/** `depends_on (web, api), cron (backup)`; null: nothing. A group of one program is told by its name, members of others by theirs. */
export function extensionsInUse(groups: Iterable<GroupConfig>): string | null {
  const users = new Map<string, Set<string>>();
  for (const { name, processes } of groups) {
    const isOneProgram = processes.every((process) => process.name.startsWith(name));
    for (const process of processes) {
      for (const option of usedBy(process)) {
        const names = users.get(option) ?? new Set();
        users.set(option, names.add(isOneProgram ? name : process.name));
      }
    }
  }
  const told = OURS.flatMap(({ option }) => {
    const names = [...(users.get(option) ?? [])];
    const rest = names.length - NAMES_TOLD;
    return names.length === 0 ? [] : [`${option} (${names.slice(0, NAMES_TOLD).join(", ")}${rest > 0 ? ` and ${rest} more` : ""})`];
  });
  return told.length === 0 ? null : told.join(", ");
}

export function extensionsLine(inUse: string | null): string {
  return `extensions in use: ${inUse ?? "none"}`;
}

/** A job is of type oneshot because it has a schedule: that one tells of it. */
function usedBy(process: ProcessConfig): string[] {
  const used: string[] = [];
  for (const { option, field, of } of OURS) {
    const values: Readonly<Record<string, unknown>> = of === undefined ? process : process[of];
    if (!isDefault(field, values[field], of !== undefined) && (field !== "type" || process.cron === null)) used.push(option);
  }
  return used;
}
