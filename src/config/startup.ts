/**
 * What supervisord does before it starts anything: reads its command line, finds and reads the configuration, and answers --help, --version, --check and
 * --print-config. The caller writes the texts, and goes on only when there is a configuration to run.
 */
import { unreachable } from "../result.ts";
import type { Flags } from "./daemonsection.ts";
import { configAsJson, Effective, printConfig } from "./effective.ts";
import type { IniSection } from "./ini.ts";
import { findConfigFile, type LoadDoors, loadConfig } from "./load.ts";
import type { Config, ConfigError, ProcessConfig, Remark } from "./model.ts";
import type { CheckPlugin } from "./pluginnames.ts";
import type { Listening } from "./reader.ts";
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

/** Exit code of `--check --strict` when there are warnings and no errors. */
const STRICT = 1;

/** What only the daemon can tell of a configuration. */
export type Checks = {
  readonly checkPlugin?: CheckPlugin;
  /** What will surely not work, for `--check`. */
  readonly doubts?: (config: Config, sections: ReadonlyMap<ProcessConfig, IniSection>) => Promise<readonly string[]>;
};

export async function startUp(doors: LoadDoors, checks: Checks = {}): Promise<StartUp> {
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
      return readConfig(doors, command, checks);
    default:
      return unreachable(command);
  }
}

type Reading = Extract<SupervisordCommand, { readonly flags: Flags }>;

async function readConfig(doors: LoadDoors, command: Reading, { checkPlugin, doubts }: Checks): Promise<StartUp> {
  const { flags, kind } = command;
  const { argv0 } = doors.birth;
  const found = await findConfigFile(doors, flags);
  const notice = found.notice === null ? "" : `${found.notice}\n`;
  const effective = new Effective();
  const sections = new Map<ProcessConfig, IniSection>();
  const listening: Listening =
    kind === "print-config" ? { trace: effective.trace } : { onProcess: (process, section) => sections.set(process, section) };
  const loaded = found.file.ok
    ? await loadConfig(doors, {
        file: found.file.value,
        flags,
        ...(checkPlugin && { checkPlugin }),
        ...(kind !== "run" && { listening }),
      })
    : found.file;
  if (!loaded.ok) return kind === "check" && command.asJson ? checkedAsJson(loaded.error, [], notice) : failed(loaded.error, argv0, notice);
  const config = loaded.value;
  if (kind === "run") return { kind, config, file: config.file, flags, stderr: notice };
  if (kind === "print-config") return { kind: "done", stdout: printedText(effective, config, command), stderr: notice, exitCode: 0 };
  const texts = (await doubts?.(config, sections)) ?? [];
  return checked({ ...config, remarks: [...config.remarks, ...texts.map((text) => ({ level: "check", text }) as const)] }, command, notice);
}

/** A good configuration, and what is doubtful in it. */
function checked(config: Config, { flags, asJson }: Reading, notice: string): StartUp {
  const done = asJson ? checkedAsJson([], config.remarks, notice) : { kind: "done" as const, stdout: checkText(config), stderr: notice };
  return { ...done, exitCode: flags.has("strict") && warnings(config.remarks).length > 0 ? STRICT : 0 };
}

function printedText(effective: Effective, config: Config, { flags, asJson }: Reading): string {
  const values = effective.values(flags);
  return asJson ? configAsJson(values, config) : printConfig(values);
}

function failed(errors: readonly ConfigError[], argv0: string, notice: string): StartUp {
  return { kind: "done", stdout: "", stderr: notice + renderErrors(errors, argv0), exitCode: USAGE };
}

/** `--check --json`: the errors and remarks as they are, whatever the outcome. */
function checkedAsJson(errors: readonly ConfigError[], remarks: readonly Remark[], notice: string): Extract<StartUp, { kind: "done" }> {
  const stdout = `${JSON.stringify({ ok: errors.length === 0, errors, remarks: remarks.map(({ level, text }) => ({ level, text })) }, null, 2)}\n`;
  return { kind: "done", stdout, stderr: notice, exitCode: errors.length === 0 ? 0 : USAGE };
}

/** What concerns the file: that somebody is root is no fault of it. */
function warnings(remarks: readonly Remark[]): readonly Remark[] {
  return remarks.filter(({ level }) => level === "warn" || level === "check");
}

function checkText({ file, remarks }: Config): string {
  const found = warnings(remarks);
  const count = found.length === 0 ? "" : `, ${found.length} warning${found.length === 1 ? "" : "s"}`;
  return `${found.map(({ text }) => `Warning: ${text}\n`).join("")}${file}: the configuration is good${count}\n`;
}
