/** Questions before what cannot be taken back. They are asked in the shell and with -i, never of a script. (CTL-166, CTL-168) */
import { ok, type Result, refuse } from "../result.ts";
import type { Failure } from "./client/failure.ts";
import type { Session } from "./session.ts";

/** true: go on. Only an answer that begins with y or Y does. */
export async function isSure(session: Session, question: string): Promise<Result<boolean, Failure>> {
  if (!session.isInteractive) return ok(true);
  const answer = await session.world.keyboard.ask(question);
  if (answer === null) return refuse({ kind: "unexpected", error: "EOFError", text: "EOF when reading a line" });
  return ok(/^y/i.test(answer));
}
