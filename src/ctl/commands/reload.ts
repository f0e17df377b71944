/** `reload`: restarts the daemon with all its programs. (CTL-167, CTL-168) */

import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { isFault } from "../client/failure.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { isSure } from "../question.ts";

export const run: Command = async (session, args) => {
  if (args.words.length > 0) {
    session.wrongUse("Error: reload accepts no arguments", EXIT.GENERIC, args.row);
    return ok(null);
  }
  const sure = await isSure(session, "Really restart the remote supervisord process y/N? ");
  if (!sure.ok || !sure.value) return sure;
  const answer = await session.supervisor.restart();
  if (answer.ok) {
    session.report({ text: "Restarted supervisord", exit: null, data: { result: "Restarted supervisord" } });
    return answer;
  }
  if (!isFault(answer.error, FAULTS.SHUTDOWN_STATE)) return answer;
  session.report({ text: "ERROR: already shutting down", exit: EXIT.GENERIC, data: { error: "already shutting down" } });
  return ok(null);
};
