/**
 * The entry point of supervisorctl: flags, settings, then one action or the shell. What a plain `status` does not need is loaded when it is needed,
 * for this program starts more often than anything else here does.
 */
import { realpathSync } from "node:fs";
import { forgetOurs, readBirth as readWords, type Words } from "../birth.ts";
import { textOf } from "../bytes.ts";
import { helpText, readCommandLine } from "../config/commandline.ts";
import type { ConfigError } from "../config/model.ts";
import { renderErrors } from "../config/report.ts";
import { HOLDFAST_VERSION } from "../version.ts";
import { COMMANDS } from "./commandtable.ts";
import { COMPLETE } from "./completion/stubs.ts";
import { connectTo } from "./connector.ts";
import { EXIT } from "./exit.ts";
import { checkFlag, SUPERVISORCTL } from "./flags.ts";
import { ACCOUNTS } from "./home.ts";
import { Input } from "./input.ts";
import { runLine } from "./run.ts";
import { Session } from "./session.ts";
import { type Birth, readSettings, type Settings } from "./settings.ts";
import { openTty, type Tty } from "./tty.ts";

/** How long Tab may take. */
const COMPLETION_MS = 2_000;

// What was said last may still be on its way to a slow reader.
void main().then((exit) => process.stdout.write("", () => process.exit(exit)));

/** Resolves with the exit status. */
async function main(): Promise<number> {
  const words = readWords(process.env, process.argv);
  forgetOurs(process.env);
  const birth = birthOf(words);
  const [first, ...typed] = words.args;
  if (first === COMPLETE) return complete(birth, typed);
  const line = readCommandLine(SUPERVISORCTL, words.args, checkFlag);
  if (line.kind === "act") {
    process.stdout.write(line.name === "version" ? `${HOLDFAST_VERSION}\n` : helpText(SUPERVISORCTL, birth.argv0));
    return EXIT.SUCCESS;
  }
  if (line.kind === "wrong") return usage(line.errors.slice(0, 1), birth);
  const settings = readSettings(birth, line.flags);
  if (!settings.ok) return usage(settings.error, birth);
  const isShell = line.words.length === 0;
  return run(birth, settings.value, { words: line.words, isShell, isInteractive: isShell || line.flags.has("interactive") });
}

type Wish = { readonly words: readonly string[]; readonly isShell: boolean; readonly isInteractive: boolean };

async function run(birth: Birth, settings: Settings, { words, isShell, isInteractive }: Wish): Promise<number> {
  let input: Input | null = null;
  const openInput = () => (input ??= new Input(process.stdin));
  const terminal = openTty(openInput);
  const session = openSession(birth, settings, terminal, isInteractive);
  const plugins = await addPlugins(session, birth);
  if (plugins !== null) return usage([plugins], birth);
  if (!isShell) {
    await runLine(session, words.join(" "));
    return session.exit;
  }
  const { runShell } = await import("./shell/shell.ts");
  await runShell(session, terminal, openInput(), process.stdin.isTTY === true && process.stdout.isTTY === true);
  return EXIT.SUCCESS;
}

function openSession({ argv0 }: Birth, settings: Settings, terminal: Tty, isInteractive: boolean): Session {
  return new Session({ settings, terminal, connectTo: connectTo(terminal.clock), commands: COMMANDS, isInteractive, argv0 });
}

/** null: all is well. */
async function addPlugins(session: Session, { cwd }: Birth): Promise<ConfigError | null> {
  if (session.settings.plugins.length === 0) return null;
  const plugins = await import("./plugins.ts");
  const added = await plugins.addPlugins(session, cwd);
  return added.ok ? null : added.error;
}

/** What the stubs for bash, zsh and fish call: no questions, no errors, and an answer while somebody who has pressed Tab still waits for it. */
async function complete(birth: Birth, words: readonly string[]): Promise<number> {
  const terminal = openTty(() => new Input(process.stdin));
  const found = await Promise.race([findOffers(birth, words, terminal), terminal.clock.sleep(COMPLETION_MS).then(() => [])]);
  for (const offer of found) terminal.screen.write(`${offer}\n`);
  return EXIT.SUCCESS;
}

/** What needs no server is offered also where the flags or the configuration are wrong. */
async function findOffers(birth: Birth, words: readonly string[], terminal: Tty): Promise<readonly string[]> {
  const { offers, splitTyped } = await import("./completion/offers.ts");
  const typed = splitTyped(words);
  // A shell hands over what was typed, and expands it only when the line is run.
  const flags = typed.flags.map((word) => word.replace(/^~(?=\/)/, birth.environment["HOME"] ?? "~"));
  const line = readCommandLine(SUPERVISORCTL, flags, checkFlag);
  const settings = line.kind === "run" ? readSettings(birth, line.flags) : null;
  if (settings?.ok !== true) return offers(typed, COMMANDS, async () => []);
  const session = openSession(birth, settings.value, terminal, false);
  await addPlugins(session, birth);
  const { NameCache } = await import("./shell/namecache.ts");
  return offers(typed, session.commands, () => new NameCache(() => session.connector).get());
}

/** Mistakes in flags and the configuration are the only thing that goes to standard error by itself. (CLI-076) */
function usage(errors: Parameters<typeof renderErrors>[0], birth: Birth): number {
  process.stderr.write(renderErrors(errors, birth.argv0));
  return EXIT.INVALID_ARGS;
}

/** The launcher tells how we were called: the search for the configuration and the messages start from that. (CLI-016, CTL-020) */
function birthOf({ argv0, environment }: Words): Birth {
  return { argv0, cwd: workingDirectory(), uid: process.getuid?.() ?? 0, environment, accounts: ACCOUNTS };
}

/** Node reads a name that is not UTF-8 as something else. */
function workingDirectory(): string {
  const cwd = process.cwd();
  return cwd.includes("\ufffd") ? textOf(realpathSync.native(".", { encoding: "buffer" })) : cwd;
}
