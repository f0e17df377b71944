/**
 * The options of one process as they are in force, with the place that each comes from. Only the file knows places, so it is read again when somebody
 * asks; where what runs differs from what the file says by now, the value in force is told, without a place.
 */
import type { OptionValue } from "../../api/types.ts";
import { type Difference, differences } from "../../config/diff.ts";
import { Effective, type EffectiveValue } from "../../config/effective.ts";
import { faultText } from "../../config/report.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { ProcessRef } from "../../rpc/control.ts";
import type { Scales } from "../groups/scales.ts";
import type { Runtime } from "../runtime.ts";

export async function optionsOf(runtime: Runtime, scales: Scales, ref: ProcessRef): Promise<Result<readonly OptionValue[], string>> {
  const effective = new Effective();
  const loaded = await runtime.load({ ...scales.reading().listening, trace: effective.trace });
  if (!loaded.ok) return refuse(faultText(loaded.error));
  const active = runtime.world.groups.get(ref.group)?.config;
  const next = loaded.value.groups.find(({ name }) => name === ref.group);
  const isIts = ({ process }: Difference) => process === null || process === ref.process;
  const changed = active === undefined || next === undefined ? [] : differences(active, next).filter(isIts);
  const inForce = new Map(changed.map(({ option, from }) => [option, from]));
  return ok(sectionsOf(effective.values(new Map()), ref).flatMap((value) => optionValue(value, inForce)));
}

/** The program's own section, then that of its group. */
export function sectionsOf(values: readonly EffectiveValue[], ref: ProcessRef): EffectiveValue[] {
  const named = values.filter(({ section, option, text }) => option === "process_name" && makes(section, text, ref));
  const ofGroup = `group:${ref.group}`;
  const programs = values.find(({ section, option }) => section === ofGroup && option === "programs")?.text.split(/[\s,]+/);
  const members = programs ?? [ref.group];
  const sections = new Set(named.map(({ section }) => section).filter((section) => members.includes(section.replace(/^[^:]*:/, ""))));
  return [...values.filter(({ section }) => sections.has(section)), ...values.filter(({ section }) => section === ofGroup)];
}

const PROGRAM = /^(?:program|eventlistener|fcgi-program):(.*)$/;

/** Whether the section's process_name, as it is written, can have become this name. */
function makes(section: string, template: string, { group, process }: ProcessRef): boolean {
  const program = PROGRAM.exec(section)?.[1];
  if (program === undefined) return false;
  const known = template.replaceAll("%(program_name)s", program).replaceAll("%(group_name)s", group);
  const pattern = known.split(/%\([^)]*\)[0-9.]*[a-z]/).map((part) => part.replace(/[^\w]/g, "\\$&"));
  return new RegExp(`^${pattern.join(".*")}$`).test(process);
}

function optionValue({ section, option, text, origin }: EffectiveValue, inForce: ReadonlyMap<string, string>): OptionValue[] {
  const value = inForce.get(option);
  if (value !== undefined) return [{ section, option, value, file: null, line: null }];
  const shown = option === "environment" ? withoutSecrets(text) : text;
  if (typeof origin === "string" || "flag" in origin) return [{ section, option, value: shown, file: null, line: null }];
  return [{ section, option, value: shown, file: origin.file, line: origin.line }];
}

/** Values of variables hold secrets: only the names are told, as everywhere. */
export function withoutSecrets(text: string): string {
  return text.replace(/=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,\n]*)/g, '="…"');
}
