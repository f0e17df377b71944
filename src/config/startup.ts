/**
 * What supervisord does before it starts anything: reads its command line, finds and reads the configuration, and answers --help, --version, --check and
 * --print-config. The caller writes the texts, and goes on only when there is a configuration to run.
 */
import { unreachable } from "../result.ts";
import type { Flags } from "./daemonsection.ts";
import { configAsJson, Effective, printConfig } from "./effective.ts";
import { findConfigFile, type LoadDoors, loadConfig } from "./load.ts";
import type { Config, ConfigError, Remark } from "./model.ts";
import type { CheckPlugin } from "./plugins.ts";
import { renderErrors } from "./report.ts";
import { readSupervisordArguments, type SupervisordCommand } from "./supervisord.ts";

export type StartUp =
  /** Make a hash of the password on standard input. */
  | { readonly kind: "hash-password" }
  /** There is nothing to run: write the texts and end with the code. */
  | { readonly kind: "done"; readonly stdout: string; readonly stderr: string; readonly exitCode: number }
  /** Run this; `stderr` is written all the same. `file` and `flags` are for reading it again. */
  | { readonly kind: "run"; readonly config: Config; readonly file: string; readonly flags: Flags; readonly stderr: string };

/** Exit code of a usage error, which a wrong configuration is one of. (CLI-045) */
const USAGE = 2;

export async function startUp(doors: LoadDoors, checkPlugin?: CheckPlugin): Promise<StartUp> {
  const command = await readSupervisordArguments(doors);
  const { argv0 } = doors.birth;
  switch (command.kind) {
    case "help":
    case "version":
      return { kind: "done", stdout: command.text, stderr: "", exitCode: 0 };
    case "hash-password":
      return command;
    case "wrong":
      return failed(command.errors, argv0, "");
    case "run":
    case "check":
    case "print-config":
      return readConfig(doors, command, checkPlugin);
    default:
      return unreachable(command);
  }
}

type Reading = Extract<SupervisordCommand, { readonly flags: Flags }>;

async function readConfig(doors: LoadDoors, command: Reading, checkPlugin: CheckPlugin | undefined): Promise<StartUp> {
  const { flags, kind, asJson } = command;
  const { argv0 } = doors.birth;
  const found = await findConfigFile(doors, flags);
  const notice = found.notice === null ? "" : `${found.notice}\n`;
  const effective = new Effective();
  const wantsValues = kind === "print-config";
  const loaded = found.file.ok
    ? await loadConfig(doors, {
        file: found.file.value,
        flags,
        ...(checkPlugin && { checkPlugin }),
        ...(wantsValues && { trace: effective.trace }),
      })
    : found.file;
  const isCheckAsJson = kind === "check" && asJson;
  if (!loaded.ok) return isCheckAsJson ? checked(loaded.error, [], notice) : failed(loaded.error, argv0, notice);
  const config = loaded.value;
  if (kind === "run") return { kind, config, file: config.file, flags, stderr: notice };
  if (isCheckAsJson) return checked([], config.remarks, notice);
  const stdout = kind === "check" ? checkText(config) : printedText(effective, config, command);
  return { kind: "done", stdout, stderr: notice, exitCode: 0 };
}

function printedText(effective: Effective, config: Config, { flags, asJson }: Reading): string {
  const values = effective.values(flags);
  return asJson ? configAsJson(values, config) : printConfig(values);
}

function failed(errors: readonly ConfigError[], argv0: string, notice: string): StartUp {
  return { kind: "done", stdout: "", stderr: notice + renderErrors(errors, argv0), exitCode: USAGE };
}

/** `--check --json`: the errors and remarks as they are, whatever the outcome. */
function checked(errors: readonly ConfigError[], remarks: readonly Remark[], notice: string): StartUp {
  const stdout = `${JSON.stringify({ ok: errors.length === 0, errors, remarks }, null, 2)}\n`;
  return { kind: "done", stdout, stderr: notice, exitCode: errors.length === 0 ? 0 : USAGE };
}

function checkText({ file, remarks }: Config): string {
  const warnings = remarks.filter(({ level }) => level !== "info");
  const count = warnings.length === 0 ? "" : `, ${warnings.length} warning${warnings.length === 1 ? "" : "s"}`;
  return `${warnings.map(({ text }) => `Warning: ${text}\n`).join("")}${file}: the configuration is good${count}\n`;
}
