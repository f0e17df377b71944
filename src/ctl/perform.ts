/**
 * Carries a command out the way its row of `commandtable.ts` says: counts the words, looks whether the server is there, asks the user, then runs it. A word
 * too many is told before the server is looked for, a missing one after it, as the original does.
 */
import { ok, type Result, refuse } from "../result.ts";
import type { Failure } from "./client/failure.ts";
import { EXIT } from "./exit.ts";
import type { Arguments, CommandRow, Session } from "./session.ts";
import { upcheck } from "./upcheck.ts";

export async function perform(session: Session, row: CommandRow, args: Arguments): Promise<Result<unknown, Failure>> {
  const { words, needs, exitIfDown, asksFirst } = row;
  if (words === "none" && args.words.length > 0) return wrongWords(session, row, "accepts no arguments", EXIT.GENERIC);
  if (needs === "server") {
    const up = await upcheck(session);
    if (up.ok && !up.value && exitIfDown !== undefined) session.exit = exitIfDown;
    if (!up.ok || !up.value) return up;
  }
  if (typeof words === "object" && args.words.length < words.least) {
    return wrongWords(session, row, `requires ${words.what}`, words.exit ?? EXIT.GENERIC);
  }
  if (asksFirst !== undefined && session.isInteractive) {
    const answer = await session.terminal.keyboard.ask(asksFirst);
    if (answer === null) return refuse({ kind: "unexpected", error: "EOFError", text: "EOF when reading a line" });
    if (!/^y/i.test(answer)) return ok(null);
  }
  const { run } = await row.load();
  return run(session, args);
}

/** Another command as a part of one, with all that its row wants. */
export async function performNamed(session: Session, name: string, args: Arguments): Promise<Result<unknown, Failure>> {
  const row = session.commands.find((command) => command.name === name);
  return row === undefined ? ok(null) : perform(session, row, args);
}

function wrongWords(session: Session, row: CommandRow, what: string, exit: number): Result<unknown, Failure> {
  session.wrongUse(`Error: ${row.name} ${what}`, exit, row);
  return ok(null);
}
