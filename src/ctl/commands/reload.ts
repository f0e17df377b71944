/** `reload`: restarts the daemon with all its programs. (CTL-167, CTL-168) */

import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import { EXIT } from "../exit.ts";
import type { Command } from "../session.ts";
import { explainMistakes } from "./mistakes.ts";

export const run: Command = async (session) => {
  const answer = await session.supervisor.restart();
  if (answer.ok) {
    session.report({ text: "Restarted supervisord", exit: null, data: { result: "Restarted supervisord" } });
    return answer;
  }
  const why = whyNot(answer.error);
  if (why === null) return answer;
  session.report({ text: `ERROR: ${why}`, exit: EXIT.GENERIC, data: { error: why } });
  await explainMistakes(session, answer.error);
  return ok(null);
};

/** What the daemon answers: it is on its way down, or the configuration is broken and everything goes on as it is. */
function whyNot(failure: Failure): string | null {
  if (isFault(failure, FAULTS.SHUTDOWN_STATE)) return "already shutting down";
  return failure.kind === "fault" && failure.code === FAULTS.CANT_REREAD ? failure.text : null;
}
