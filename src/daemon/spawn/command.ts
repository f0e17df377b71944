/** Finding what a command line names, before anything is spawned; with the identity and the folder of the daemon. (PROC-062..071) */
import type { ProcessConfig } from "../../config/model.ts";
import { quoted } from "../../config/quoting.ts";
import { splitCommand } from "../../config/shellwords.ts";
import type { FileInfo, Files } from "../../doors.ts";
import { ok, type Result, refuse } from "../../result.ts";

const PATH_DEFAULT = ["/bin", "/usr/bin", "/usr/local/bin"];

export type Command = { readonly path: string; readonly argv: readonly string[] };
export type CommandProblem = { readonly kind: "no-file" | "not-executable"; readonly text: string };

/** The file to execute and its arguments; argv[0] stays the word as written. (PROC-071) */
export async function findCommand(
  files: Files,
  config: ProcessConfig,
  daemonPath: string | undefined,
): Promise<Result<Command, CommandProblem>> {
  const words = splitCommand(config.command);
  if (!words.ok) return refuse({ kind: "not-executable", text: `can't parse command ${quoted(config.command)}: ${words.error}` });
  const name = words.value[0];
  if (name === undefined) return refuse({ kind: "not-executable", text: "command is empty" });
  for (const path of candidates(name, config, daemonPath)) {
    // Both questions at once: a restart waits for the answers.
    const [found, mayExecute] = await Promise.all([files.stat(path), files.mayExecute(path)]);
    if (!found.ok) continue;
    const problem = examine(path, found.value, mayExecute);
    return problem === null ? ok({ path, argv: words.value }) : refuse({ kind: "not-executable", text: problem });
  }
  return refuse({ kind: "no-file", text: `can't find command ${quoted(name)}` });
}

/** The first place where the name exists counts, whatever stands there. (PROC-065, PROC-070, CONF-387) */
export function candidates(name: string, config: Pick<ProcessConfig, "environment">, daemonPath: string | undefined): readonly string[] {
  if (name.includes("/")) return [name];
  const configured = config.environment["PATH"];
  const folders =
    configured !== undefined ? configured.split(":") : daemonPath !== undefined && daemonPath !== "" ? daemonPath.split(":") : PATH_DEFAULT;
  return folders.map((folder) => (folder === "" || folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`));
}

/** What is wrong with the file, or null. (PROC-066..068) */
function examine(path: string, { kind, mode }: FileInfo, mayExecute: boolean): string | null {
  if (kind === "directory") return `command at ${quoted(path)} is a directory`;
  if ((mode & 0o111) === 0) return `command at ${quoted(path)} is not executable`;
  return mayExecute ? null : `no permission to run command ${quoted(path)}`;
}
