/**
 * What is wrong with a configuration that was read again, and what is doubtful in it: what `supervisord --check` shows, on standard error, so that
 * standard output stays what scripts know. Only a daemon of ours can tell.
 */
import { renderError } from "../../config/report.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { Session } from "../session.ts";

/** Every error with its place and remedy, on a terminal or not: a log of a deployment needs them most. */
export async function explainMistakes(session: Session, failure: Failure): Promise<void> {
  if (!isFault(failure, FAULTS.CANT_REREAD)) return;
  const report = await session.supervisor.checkConfig();
  if (!report.ok) return;
  for (const error of report.value.errors) session.note(renderError(error).trimEnd());
}

/** Warnings are for a person at a terminal, and for who asked for data. */
export async function tellDoubts(session: Session): Promise<void> {
  if (!session.terminal.screen.errorIsTerminal && !session.isJson) return;
  const report = await session.supervisor.checkConfig();
  if (!report.ok) return;
  for (const text of report.value.warnings) {
    if (session.isJson) session.report({ text: "", exit: null, data: { warning: text } });
    else session.hint(`Warning: ${text}`);
  }
}
