/**
 * Whether the server is there and is one that we understand: most commands ask this first and say it in one line, with an exit status that
 * scripts know. (CTL-034..CTL-037, CTL-042, CTL-043, CLI-077)
 */

import { ok, type Result, refuse } from "../result.ts";
import { FAULTS } from "../rpc/faults.ts";
import { type Failure, isFault } from "./client/failure.ts";
import { EXIT } from "./exit.ts";
import type { Session } from "./session.ts";

/** The version of the methods, not of the program. */
const API_VERSION = "3.0";

type NotUp = { readonly text: string; readonly exit: number };

/** true: go on. false: it is not up, and that has been said. */
export async function upcheck(session: Session): Promise<Result<boolean, Failure>> {
  const answer = await session.supervisor.getVersion();
  if (answer.ok && answer.value === API_VERSION) return ok(true);
  const notUp = answer.ok ? otherVersion(answer.value) : explained(answer.error, session.serverUrl);
  if (notUp === null) return answer.ok ? ok(false) : refuse(answer.error);
  session.report({ ...notUp, data: { error: notUp.text } });
  if (!answer.ok && session.terminal.screen.errorIsTerminal) {
    const { advise } = await import("./advice.ts");
    session.hint(advise(answer.error, session));
  }
  return ok(false);
}

/** The line for a failure that every user may meet; null for the others. */
export function explained(failure: Failure, serverUrl: string): NotUp | null {
  if (isFault(failure, FAULTS.UNKNOWN_METHOD)) return { text: NO_NAMESPACE, exit: EXIT.UNIMPLEMENTED_FEATURE };
  if (failure.kind !== "connect") return null;
  if (failure.code === "ECONNREFUSED") return { text: `${serverUrl} refused connection`, exit: EXIT.INSUFFICIENT_PRIVILEGES };
  if (failure.code === "ENOENT") return { text: `${serverUrl} no such file`, exit: EXIT.NOT_RUNNING };
  return null;
}

function otherVersion(version: string): NotUp {
  const text =
    `Sorry, this version of supervisorctl expects to talk to a server with API version ${API_VERSION}, ` +
    `but the remote version is ${version}.`;
  return { text, exit: EXIT.NOT_INSTALLED };
}

const NO_NAMESPACE =
  "Sorry, supervisord responded but did not recognize the supervisor namespace commands that supervisorctl uses to control it.  " +
  "Please check that the [rpcinterface:supervisor] section is enabled in the configuration file (see sample.conf).";
