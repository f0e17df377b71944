/** `supervisord --check`: reads the configuration, says what is wrong or odd, starts nothing. */
import { findConfigFile, loadConfig } from "../config/load.ts";
import { renderErrors } from "../config/report.ts";
import type { SupervisordCommand } from "../config/supervisord.ts";
import type { Doors } from "../doors.ts";

export type Checked = { readonly code: number; readonly stdout: string; readonly stderr: string };

export async function checkConfig(
  doors: Omit<Doors, "keeper">,
  command: Extract<SupervisordCommand, { kind: "run" | "check" | "print-config" }>,
): Promise<Checked> {
  const { file } = await findConfigFile(doors, command.flags);
  const loaded = file.ok ? await loadConfig(doors, { file: file.value, flags: command.flags }) : file;
  if (!loaded.ok) return { code: 2, stdout: "", stderr: renderErrors(loaded.error, doors.birth.argv0) };
  const warnings = loaded.value.remarks.filter((remark) => remark.level === "warn").map((remark) => `warning: ${remark.text}\n`);
  return { code: 0, stdout: `${warnings.join("")}${loaded.value.file}: good, ${loaded.value.groups.length} groups\n`, stderr: "" };
}
