/**
 * The command line of supervisord (cli.md, section 2). Flags that override an option of [supervisord] take type and words from the option table.
 */
import type { Result } from "../result.ts";
import { HOLDFAST_VERSION, SUPERVISOR_VERSION } from "../version.ts";
import { type Flag, helpText, mistake, ourFlag, type Program, readCommandLine } from "./commandline.ts";
import type { Flags } from "./daemonsection.ts";
import { EXIT_CODE_FROM } from "./exitcodefrom.ts";
import type { LoadDoors } from "./load.ts";
import type { ConfigError } from "./model.ts";
import { type Option, SUPERVISORD } from "./optiontable.ts";
import { type Judge, READERS } from "./optiontypes.ts";
import { joined } from "./pathnames.ts";

/** A flag that overrides an option: its help is the option's. `value` null for a switch, which can only turn on (CLI-040). */
function overriding(name: keyof typeof SUPERVISORD, short: string | null, value: string | null): Flag {
  return { name, short, long: name, value, help: SUPERVISORD[name].brief.en };
}

export const SUPERVISORD_PROGRAM: Program = {
  summary: "supervisord -- run a set of applications, start them again when they end, and let clients control them.",
  usage: "[options]",
  takesWords: false,
  flags: [
    {
      name: "configfile",
      short: "c",
      long: "configuration",
      value: "FILENAME",
      help: "the configuration file; without it the usual places are searched",
    },
    overriding("nodaemon", "n", null),
    overriding("silent", "s", null),
    { name: "help", short: "h", long: "help", value: null, help: "print this text and exit", acts: true },
    { name: "help", short: "?", long: null, value: null, help: "", acts: true, hidden: true },
    { name: "version", short: "v", long: "version", value: null, help: "print the version and exit", acts: true },
    overriding("user", "u", "USER"),
    overriding("umask", "m", "UMASK"),
    overriding("directory", "d", "DIRECTORY"),
    { ...overriding("logfile", "l", "FILENAME"), help: "use FILENAME as the activity log" },
    overriding("logfile_maxbytes", "y", "BYTES"),
    overriding("logfile_backups", "z", "NUM"),
    overriding("loglevel", "e", "LEVEL"),
    overriding("pidfile", "j", "FILENAME"),
    overriding("identifier", "i", "STR"),
    overriding("childlogdir", "q", "DIRECTORY"),
    overriding("nocleanup", "k", null),
    overriding("minfds", "a", "NUM"),
    overriding("strip_ansi", "t", null),
    overriding("minprocs", null, "NUM"),
    { name: "profile_options", short: null, long: "profile_options", value: "LIST", help: "accepted for compatibility, without effect" },
    ourFlag(EXIT_CODE_FROM, "end with the exit code of this program, or group:process, when it ends (exit_on=exit)", { value: "NAME" }),
    { ...ourFlag("systemd_notify", "tell systemd when supervisord is ready, reloads and stops (systemd_notify=true)"), long: "systemd" },
    ourFlag("console", SUPERVISORD.console.brief.en.replace(/:.*/, " (console=all)")),
    ourFlag("check", "check the configuration, show every error and warning, start nothing"),
    ourFlag("print-config", "print the configuration in effect and where each value comes from"),
    ourFlag("hash-password", "read a password from standard input, print what to write behind password= instead of it", { acts: true }),
    ourFlag("strict", "with --check: end with 1 when there are warnings, not with 0 (errors: 2)"),
    ourFlag("json", "with --check or --print-config: as JSON"),
  ],
};

export type SupervisordCommand =
  | { readonly kind: "help" | "version"; readonly text: string }
  | { readonly kind: "hash-password" }
  | { readonly kind: "wrong"; readonly errors: readonly ConfigError[] }
  | { readonly kind: "run" | "check" | "print-config"; readonly flags: Flags; readonly asJson: boolean };

const STRICT_ALONE = mistake("option --strict is for --check", "write --check --strict");

/** What only the world knows about the values of flags. */
export type FlagFacts = Omit<Judge, "demandFolder"> & { isFolder(path: string): boolean };

/** `--version` prints the Supervisor that we stand in for, as scripts compare it; ours is in the help text. (CLI-022) */
export function parseSupervisordArguments(args: readonly string[], argv0: string, facts: FlagFacts): SupervisordCommand {
  const line = readCommandLine(SUPERVISORD_PROGRAM, args, (flag, text) => checkValue(flag, text, facts));
  if (line.kind === "wrong") return line;
  if (line.kind === "act") {
    if (line.name === "version") return { kind: "version", text: `${SUPERVISOR_VERSION}\n` };
    if (line.name === "hash-password") return { kind: "hash-password" };
    return { kind: "help", text: helpText({ ...SUPERVISORD_PROGRAM, epilogue: `Holdfast ${HOLDFAST_VERSION}` }, argv0) };
  }
  if (line.flags.has("strict") && !line.flags.has("check")) return { kind: "wrong", errors: [STRICT_ALONE] };
  const kind = line.flags.has("check") ? "check" : line.flags.has("print-config") ? "print-config" : "run";
  return { kind, flags: line.flags, asJson: line.flags.has("json") };
}

/** As if every folder that a flag names were there: a successor must come up whatever has become of them, and is born in another folder. */
export function takeSupervisordArguments({ birth, accounts }: LoadDoors): SupervisordCommand {
  const homes = { uid: birth.uid, home: birth.environment["HOME"] };
  return parseSupervisordArguments(birth.args, birth.argv0, { accounts, homes, isFolder: () => true });
}

/** The same with the doors: asks which folders exist, then reads the line. */
export async function readSupervisordArguments(doors: LoadDoors): Promise<SupervisordCommand> {
  const { birth, accounts, files } = doors;
  const asked = new Map<string, boolean>();
  const facts: FlagFacts = {
    accounts,
    homes: { uid: birth.uid, home: birth.environment["HOME"] },
    isFolder: (path) => {
      if (!asked.has(path)) asked.set(path, true);
      return asked.get(path) ?? true;
    },
  };
  parseSupervisordArguments(birth.args, birth.argv0, facts);
  for (const path of asked.keys()) {
    const info = path === "" ? null : await files.stat(joined(birth.cwd, path));
    asked.set(path, info?.ok === true && info.value.kind === "directory");
  }
  return parseSupervisordArguments(birth.args, birth.argv0, facts);
}

/** What is wrong with a value, in the words of the option's type. The user is checked later, after the file. (CLI-013, CLI-023) */
function checkValue(flag: Flag, text: string, facts: FlagFacts): string | null {
  if (flag.name === "user" || !Object.hasOwn(SUPERVISORD, flag.name)) return null;
  if (text === "" && (flag.name === "logfile" || flag.name === "pidfile")) return null;
  const option: Option = SUPERVISORD[flag.name as keyof typeof SUPERVISORD];
  let missing: string | null = null;
  const demandFolder = (path: string, message: string): void => {
    if (!facts.isFolder(path)) missing = message;
  };
  const result: Result<unknown, string> = READERS[option.type](text, { ...facts, demandFolder }, option);
  return result.ok ? missing : result.error;
}
