/**
 * What options of a program are surely not meant as they stand, although they are right: told with the doubts of `checking.ts`. Who uses none of the options is
 * told nothing, so files that always worked have no new words about them. (CMN-001)
 */
import type { ProcessConfig } from "../../config/model.ts";
import { splitCommand } from "../../config/shellwords.ts";

/** They start what they run as a child, and a signal to them alone leaves that running. */
const WRAPPERS: ReadonlySet<string> = new Set(["sh", "bash", "npm", "yarn", "npx", "pnpm"]);

export type Advice = { readonly option: string; readonly text: string };

/** `knowsKilltree`: some program of the file has it. */
export function adviceOf(process: ProcessConfig, knowsKilltree: boolean): readonly Advice[] {
  const { maxMemoryRestart, memoryMax, killTree, killAsGroup } = process;
  const advice: Advice[] = [];
  if (maxMemoryRestart !== null && memoryMax !== null && maxMemoryRestart > memoryMax)
    advice.push({ option: "max_memory_restart", text: "max_memory_restart is above memory_max: the kernel kills it before that" });
  const wrapper = killTree || killAsGroup || !knowsKilltree ? null : wrapperIn(process.command);
  if (wrapper !== null)
    advice.push({ option: "command", text: `${wrapper} may leave running what it has started: set killtree=true, or killasgroup=true` });
  return advice;
}

function wrapperIn(command: string): string | null {
  const words = splitCommand(command);
  const name = words.ok ? (words.value[0] ?? "").split("/").at(-1) : undefined;
  return name !== undefined && WRAPPERS.has(name) ? name : null;
}
