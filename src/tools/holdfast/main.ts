/**
 * The entry point of `holdfast VERB`: what has no running supervisord as its object. What runs and controls programs is supervisord and supervisorctl; no
 * verb repeats a command of those.
 */
import path from "node:path";
import { forgetOurs, readBirth } from "../../birth.ts";
import { helpText, mistake, readCommandLine } from "../../config/commandline.ts";
import type { ConfigError } from "../../config/model.ts";
import { suggested } from "../../config/nearest.ts";
import { quoted } from "../../config/quoting.ts";
import { renderErrors } from "../../config/report.ts";
import { HOLDFAST_VERSION } from "../../version.ts";
import { EXIT, programOf, type Verb } from "./verb.ts";
import { VERBS } from "./verbs.ts";

// What was said last may still be on its way to a slow reader.
void main().then((exit) => process.stdout.write("", () => process.exit(exit)));

/** Resolves with the exit status. */
async function main(): Promise<number> {
  const words = readBirth(process.env, process.argv);
  forgetOurs(process.env);
  const [first = "--help", ...rest] = words.args;
  if (first === "-h" || first === "--help" || first === "help") return say(overview());
  if (first === "--version") return say(`${HOLDFAST_VERSION}\n`);
  const verb = VERBS.find(({ name }) => name === first);
  if (verb === undefined) return wrong(words.argv0, [unknown(first)]);
  return await perform(verb, words.argv0, rest, words.environment);
}

async function perform(verb: Verb, argv0: string, args: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
  const program = programOf(verb);
  const called = `${argv0} ${verb.name}`;
  const line = readCommandLine(program, args, verb.check ?? (() => null));
  if (line.kind === "act") return say(helpText(program, called));
  if (line.kind === "wrong") return wrong(called, line.errors);
  const tooMany = line.words[verb.wordsMax];
  if (tooMany !== undefined) return wrong(called, [mistake(`${quoted(tooMany)} is one word too many`)]);
  const root = path.dirname(path.dirname(process.argv[1] ?? ""));
  const fail = (sentence: string): number => {
    process.stderr.write(`holdfast ${verb.name}: ${sentence}\n`);
    return EXIT.FAILED;
  };
  return await verb.run({ flags: line.flags, words: line.words, root, environment, cwd: process.cwd(), say, fail });
}

function say(text: string): number {
  process.stdout.write(text);
  return EXIT.SUCCESS;
}

function wrong(called: string, errors: readonly ConfigError[]): number {
  process.stderr.write(renderErrors(errors, called));
  return EXIT.WRONG_USE;
}

function overview(): string {
  const width = Math.max(...VERBS.map(({ name }) => name.length));
  const rows = VERBS.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}`);
  return `holdfast -- what is done without a running supervisord.

Usage: holdfast VERB [options]

Verbs:
${rows.join("\n")}

"holdfast VERB --help" says more of each. Programs are run by supervisord and controlled by supervisorctl.
`;
}

function unknown(word: string): ConfigError {
  const names = VERBS.map(({ name }) => name);
  return mistake(`there is no verb ${quoted(word)}`, suggested(word, names));
}
