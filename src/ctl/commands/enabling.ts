/** What `enable` and `disable` have in common: all processes that the words mean are changed together, or none. (BOOT-011) */
import { ok, type Result, refuse } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { makeNamespec, splitNamespec } from "../../rpc/namespec.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { ConfigInfo } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import { isPattern, processMatcher } from "../patterns.ts";
import type { Command, Session } from "../session.ts";
import { giveOrder } from "./orders.ts";
import { START } from "./start.ts";
import { STOP } from "./stop.ts";

export const enable: Command = async (session, { words, options }) => {
  const done = await setEnabled(session, words, true);
  if (!done.ok || done.value.length === 0 || !options.has("now")) return done;
  return giveOrder(session, done.value, START);
};

/** What is to stay down is stopped first: nothing is lost when the second half fails. */
export const disable: Command = async (session, { words, options }) => {
  if (options.has("now")) {
    const stopped = await giveOrder(session, words, STOP);
    if (!stopped.ok) return stopped;
  }
  return setEnabled(session, words, false);
};

/** Gives the names of those that were changed. */
async function setEnabled(session: Session, words: readonly string[], isEnabled: boolean): Promise<Result<readonly string[], Failure>> {
  const meant = await namesOf(session, words);
  if (!meant.ok || meant.value.length === 0) return meant;
  const done = await session.supervisor.setEnabled(meant.value, isEnabled);
  const error = done.ok ? null : errorOf(done.error);
  if (!done.ok && error === null) return refuse(done.error);
  for (const name of meant.value) {
    if (error !== null) problem(session, name, error);
    else session.report({ text: `${name}: ${isEnabled ? "enabled" : "disabled"}`, exit: null, data: { name, enabled: isEnabled } });
  }
  return ok(error === null ? meant.value : []);
}

/** Configured ones, in use or not: one that is added later may be disabled before. */
async function namesOf(session: Session, words: readonly string[]): Promise<Result<readonly string[], Failure>> {
  const infos = await session.supervisor.getAllConfigInfo();
  if (!infos.ok) return infos;
  const active = await session.supervisor.getAllProcessInfo();
  if (!active.ok) return active;
  const all = [...infos.value, ...active.value];
  const found = new Set<string>();
  for (const word of words) {
    const matching = all.filter(meantBy(word));
    for (const { group, name } of matching) found.add(makeNamespec({ group, process: name }));
    if (matching.length > 0 || word === "all") continue;
    const { group, process } = splitNamespec(word);
    if (process === null && !isPattern(word)) problem(session, group, "no such group");
    else problem(session, word, "no such process");
  }
  return ok([...found]);
}

function meantBy(word: string): (info: Pick<ConfigInfo, "group" | "name">) => boolean {
  if (word === "all") return () => true;
  if (isPattern(word)) return processMatcher(word);
  const { group, process } = splitNamespec(word);
  return (info) => info.group === group && (process === null || info.name === process);
}

/** null: it is no answer to this order. */
function errorOf(failure: Failure): string | null {
  if (failure.kind !== "fault") return null;
  if (isFault(failure, FAULTS.UNKNOWN_METHOD)) return "this supervisord has no enable";
  if (isFault(failure, FAULTS.BAD_NAME)) return "no such process";
  return isFault(failure, FAULTS.FAILED) ? failure.text.replace(/^FAILED: /, "") : null;
}

function problem(session: Session, name: string, error: string): void {
  session.report({ text: `${name}: ERROR (${error})`, exit: EXIT.GENERIC, data: { name, error } });
}
