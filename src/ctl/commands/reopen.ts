/** `reopen`: log files are opened again by their names, after something has moved them. Without a name all of them, as SIGUSR2 does it. (LOGX-024) */
import { ok } from "../../result.ts";
import type { Command } from "../session.ts";
import { orderLogs } from "./logorder.ts";

export const run: Command = async (session, args) => {
  if (args.words.length > 0) return orderLogs(session, args.words, "reopened", (name) => session.supervisor.reopenLogs(name));
  const reopened = await session.supervisor.reopenLogs("");
  if (!reopened.ok) return reopened;
  session.report({ text: "all logs: reopened", exit: null, data: { name: "all logs", result: "reopened" } });
  return ok(null);
};
