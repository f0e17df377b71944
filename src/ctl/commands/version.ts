/** `version`: of the daemon. (CTL-171) */
import { ok } from "../../result.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { upcheck } from "../upcheck.ts";

export const run: Command = async (session, args) => {
  if (args.words.length > 0) {
    session.wrongUse("Error: version accepts no arguments", EXIT.GENERIC, args.row);
    return ok(null);
  }
  const up = await upcheck(session);
  if (!up.ok || !up.value) return up;
  const version = await session.supervisor.getSupervisorVersion();
  if (version.ok) session.report({ text: version.value, exit: null, data: { version: version.value } });
  return version;
};
