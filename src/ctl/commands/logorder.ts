/** `rotate` and `reopen`: whose logs are meant, and a line for each. (LOGX-023, LOGX-024) */
import { ok, type Result } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { byCodePoint, makeNamespec, splitNamespec } from "../../rpc/namespec.ts";
import { type Failure, isFault } from "../client/failure.ts";
import { EXIT } from "../exit.ts";
import { isPattern, processMatcher } from "../patterns.ts";
import type { Session } from "../session.ts";

type Meant = { readonly name: string /** Not called by its own name: that it has no log is no mistake. */; readonly isOneOfMany: boolean };

export async function orderLogs(
  session: Session,
  words: readonly string[],
  done: string,
  order: (name: string) => Promise<Result<true, Failure>>,
): Promise<Result<unknown, Failure>> {
  const named = new Set<string>();
  for (const word of words) {
    const meant = await namesOf(session, word);
    if (!meant.ok) return meant;
    for (const { name, isOneOfMany } of meant.value) {
      if (named.has(name)) continue;
      named.add(name);
      const ordered = await order(name);
      const reported = report(session, { name, isOneOfMany }, done, ordered);
      if (!reported.ok) return reported;
    }
  }
  return ok(null);
}

async function namesOf(session: Session, word: string): Promise<Result<readonly Meant[], Failure>> {
  const { group, process } = splitNamespec(word);
  if (word !== "all" && !isPattern(word) && process !== null) return ok([{ name: makeNamespec({ group, process }), isOneOfMany: false }]);
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return infos;
  const matches = isPattern(word) ? processMatcher(word) : null;
  const meant = infos.value.filter((info) => matches?.(info) ?? (word === "all" || info.group === group));
  if (meant.length === 0 && word !== "all")
    problem(session, matches === null ? group : word, matches === null ? "no such group" : "no such process");
  const sorted = meant.sort((a, b) => byCodePoint(a.group, b.group) || byCodePoint(a.name, b.name));
  return ok(sorted.map((info) => ({ name: makeNamespec({ group: info.group, process: info.name }), isOneOfMany: true })));
}

function report(session: Session, { name, isOneOfMany }: Meant, done: string, ordered: Result<true, Failure>): Result<unknown, Failure> {
  if (ordered.ok) {
    session.report({ text: `${name}: ${done}`, exit: null, data: { name, result: done } });
    return ok(null);
  }
  const { error } = ordered;
  if (error.kind !== "fault") return ordered;
  if (isOneOfMany && isFault(error, FAULTS.NO_FILE)) return ok(null);
  const words = wordsOf(error);
  if (words === null) return ordered;
  problem(session, name, words);
  return ok(null);
}

/** null: it is no answer to this order. */
function wordsOf(failure: Extract<Failure, { readonly kind: "fault" }>): string | null {
  if (isFault(failure, FAULTS.UNKNOWN_METHOD)) return "this supervisord cannot do that";
  if (isFault(failure, FAULTS.BAD_NAME)) return "no such process";
  const isOurs = [FAULTS.NO_FILE, FAULTS.BAD_ARGUMENTS, FAULTS.FAILED].some((code) => isFault(failure, code));
  return isOurs ? failure.text.replace(/^[A-Z_]+: /, "") : null;
}

function problem(session: Session, name: string, error: string): void {
  session.report({ text: `${name}: ERROR (${error})`, exit: EXIT.GENERIC, data: { name, error } });
}
