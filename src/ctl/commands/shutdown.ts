/** `shutdown`: gives the order and does not wait for its end. (CTL-164..CTL-166, CTL-039) */

import { ok } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import { EXIT } from "../exit.ts";
import type { Command } from "../session.ts";
import { explained } from "../upcheck.ts";

export const run: Command = async (session) => {
  const answer = await session.supervisor.shutdown();
  if (answer.ok) {
    session.report({ text: "Shut down", exit: null, data: { result: "Shut down" } });
    return answer;
  }
  if (isFault(answer.error, FAULTS.SHUTDOWN_STATE)) {
    session.report({ text: "ERROR: already shutting down", exit: null, data: { error: "already shutting down" } });
    return ok(null);
  }
  const gone = alreadyGone(answer.error, session.serverUrl);
  if (gone === null) return answer;
  session.report({ text: `ERROR: ${gone}`, exit: EXIT.GENERIC, data: { error: gone } });
  return ok(null);
};

/** (CTL-039, CLI-079) */
function alreadyGone(failure: Failure, serverUrl: string): string | null {
  if (failure.kind !== "connect") return null;
  const text = explained(failure, serverUrl)?.text;
  return text === undefined ? null : `${text} (already shut down?)`;
}
