/**
 * Runs one line: finds the command, gives it its words, and turns what it could not do into an error line. Whatever happens here, the shell goes
 * on and the exit status is set. (CTL-012..CTL-015, CTL-046..CTL-050)
 */
import { nearest } from "../config/nearest.ts";
import { readArguments } from "./arguments.ts";
import type { Failure } from "./client/failure.ts";
import { errorLine, pythonError } from "./errorline.ts";
import { EXIT } from "./exit.ts";
import { parseCommandLine } from "./line.ts";
import { perform } from "./perform.ts";
import type { CommandRow, Session } from "./session.ts";

/** Resolves when the command has ended; `session` says how. */
export async function runLine(session: Session, text: string): Promise<void> {
  const line = parseCommandLine(text);
  if (line.kind === "empty") return;
  if (line.kind === "unknown") return unknownSyntax(session, line.line, null);
  if (line.name === "help") return help(session, line.argument);
  const name = line.name === "EOF" ? "quit" : line.name;
  const row = session.commands.find((command) => command.name === name);
  if (row === undefined) return unknownSyntax(session, line.line, line.name);
  await runCommand(session, row, line.argument);
}

async function runCommand(session: Session, row: CommandRow, argument: string): Promise<void> {
  const args = readArguments(row, argument);
  if (!args.ok) return session.wrongUse(args.error, EXIT.INVALID_ARGS, row);
  for (;;) {
    session.begin(args.value.options.has("json") ? row.json : null);
    const outcome = await perform(session, row, args.value);
    const again = !outcome.ok && (await settle(session, outcome.error)) === "again";
    session.end();
    if (!again) return;
  }
}

/** A server that wants a password is asked again when there is somebody to ask for it. (CTL-047, CTL-048, CTL-050) */
async function settle(session: Session, failure: Failure): Promise<"done" | "again"> {
  session.exit = EXIT.GENERIC;
  if (failure.kind === "http" && failure.status === 401) {
    if (!session.isJson) session.say("Server requires authentication");
    if (session.isInteractive) {
      if (await signIn(session)) return "again";
      return settle(session, { kind: "unexpected", error: "EOFError", text: "EOF when reading a line" });
    }
  }
  const error = pythonError(failure);
  const { advise } = await import("./advice.ts");
  const advice = advise(failure, session);
  session.report({ text: errorLine(error, advice), exit: EXIT.GENERIC, data: { error: error.text, class: error.class, advice } });
  const { explainMistakes } = await import("./commands/mistakes.ts");
  await explainMistakes(session, failure);
  return "done";
}

/** false: there was no answer to the questions. */
async function signIn(session: Session): Promise<boolean> {
  const { keyboard } = session.terminal;
  const username = await keyboard.ask("Username:");
  const password = username === null ? null : await keyboard.askHidden("Password:");
  if (username === null || password === null) return false;
  session.say("");
  session.signIn(username, password);
  return true;
}

/** (CTL-014) */
function unknownSyntax(session: Session, line: string, name: string | null): void {
  session.report({ text: `*** Unknown syntax: ${line}`, exit: EXIT.GENERIC, data: null });
  const near =
    name === null
      ? null
      : nearest(
          name,
          session.commands.map((command) => command.name),
        );
  if (near !== null) session.hint(`did you mean ${near}? The action help lists all.`);
}

async function help(session: Session, topic: string): Promise<void> {
  const { helpList, helpOn } = await import("./help.ts");
  const lines = topic === "" ? helpList(session.commands) : (helpOn(topic, session.commands) ?? [`*** No help on ${topic}`]);
  for (const line of lines) session.say(line);
}
