/** `status`: the table that monitoring scripts take apart by columns. (CTL-074..CTL-083) */
import { ok, type Result } from "../../result.ts";
import type { Failure } from "../client/failure.ts";
import type { Command, Line, Session } from "../session.ts";
import { hintAt } from "./orders.ts";
import { type Look, select, statusLines } from "./statustable.ts";

export const run: Command = async (session, args) => {
  if (args.options.has("watch")) {
    const { watch } = await import("./watch.ts");
    return watch(session, args.words);
  }
  return showStatus(session, args.words, args.options.has("wide"));
};

function look(session: Session): Look {
  return { hasColours: session.hasColours && !session.isJson, byWidth: session.terminal.screen.isTerminal };
}

function nameOf({ data }: Line): string {
  const name = typeof data === "object" && data !== null && "name" in data ? data["name"] : null;
  return typeof name === "string" ? name : "";
}

/** One look, as a table. */
async function showStatus(session: Session, names: readonly string[], isWide: boolean): Promise<Result<unknown, Failure>> {
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return infos;
  const { matching, errors } = select(infos.value, names);
  const explained = session.isJson || isWide ? await session.supervisor.explainAllProcesses() : null;
  const known = new Map(explained?.ok === true ? explained.value.map((one) => [`${one.group}:${one.name}`, one]) : []);
  for (const line of errors) session.report(line);
  for (const line of errors) await hintAt(session, nameOf(line));
  if (isWide && !session.isJson) {
    const { wideLines } = await import("./statuswide.ts");
    for (const line of wideLines(matching, { hasColours: session.hasColoursOfOurs, known })) session.report(line);
    return ok(null);
  }
  for (const line of statusLines(matching, { ...look(session), known })) session.report(line);
  return ok(null);
}
