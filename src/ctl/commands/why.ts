/** `why`: why processes are as they are: what is wanted of each, what happens next, and how its last runs ended. (HIS-004) */
import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import { isFault } from "../client/failure.ts";
import { EXIT } from "../exit.ts";
import type { Command, Line, Session } from "../session.ts";
import { hintAt } from "./orders.ts";
import { select } from "./statustable.ts";
import { whyLines } from "./whylines.ts";

export const run: Command = async (session, { words }) => {
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return infos;
  const { matching, errors } = select(infos.value, words);
  for (const { group, name } of matching) {
    const told = await tell(session, makeNamespec({ group, process: name }), `${group}:${name}`);
    if (!told.ok) return told;
  }
  for (const line of errors) {
    session.report({ ...line, exit: EXIT.GENERIC });
    await hintAt(session, line.text.slice(0, line.text.indexOf(": ERROR")));
  }
  return ok(null);
};

async function tell(session: Session, name: string, full: string) {
  const why = await session.supervisor.why(full);
  if (why.ok) {
    session.report({ text: whyLines(name, why.value).join("\n"), exit: null, data: why.value });
    return why;
  }
  const error = isFault(why.error, FAULTS.UNKNOWN_METHOD)
    ? "this supervisord has no why"
    : isFault(why.error, FAULTS.BAD_NAME)
      ? "no such process"
      : null;
  if (error === null) return why;
  const line: Line = { text: `${name}: ERROR (${error})`, exit: EXIT.GENERIC, data: { name, error } };
  session.report(line);
  return ok(null);
}
