/** `health`: whether supervisord is well, as its server tells containers: for HEALTHCHECK and probes that are commands. (CONT) */
import { ok, type Result } from "../../result.ts";
import type { Failure } from "../client/failure.ts";
import { pythonError } from "../errorline.ts";
import { EXIT, HEALTH_EXIT } from "../exit.ts";
import type { Command, Session } from "../session.ts";
import { explained } from "../upcheck.ts";

const NOT_OFFERED = "this server tells nothing of its health: it has health=false, or is no Holdfast";

export const run: Command = async (session, { options }) => {
  const answer = await session.connector.get(options.has("ready") ? "/readyz" : "/healthz");
  if (!answer.ok) return unreached(session, answer.error);
  const { status, reason, body } = answer.value;
  if (status === 404) {
    session.report({ text: `ERROR (${NOT_OFFERED})`, exit: EXIT.GENERIC, data: { error: NOT_OFFERED } });
    return ok(null);
  }
  if (status !== 200 && status !== 503) return { ok: false, error: { kind: "http", status, reason } };
  const text = body.toString("utf8").trimEnd();
  const isWell = status === 200;
  session.report({ text, exit: isWell ? null : HEALTH_EXIT.NOT_WELL, data: { ok: isWell, why: isWell ? [] : text.split("\n") } });
  return ok(null);
};

/** Nobody is there, or nobody who answers. A URL that cannot be used is a mistake like others. */
async function unreached(session: Session, failure: Failure): Promise<Result<unknown, Failure>> {
  if (failure.kind !== "connect" && failure.kind !== "broken" && failure.kind !== "deadline") return { ok: false, error: failure };
  const text = explained(failure, session.serverUrl)?.text ?? `${session.serverUrl}: ${pythonError(failure).text}`;
  session.report({ text, exit: HEALTH_EXIT.NO_CONNECTION, data: { error: text } });
  if (session.terminal.screen.errorIsTerminal) {
    const { advise } = await import("../advice.ts");
    session.hint(advise(failure, session));
  }
  return ok(null);
}
