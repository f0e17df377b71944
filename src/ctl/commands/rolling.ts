/** `restart --rolling` and `--each`: the daemon restarts a few at a time, and here is a line for each as it ends. Ctrl-C ends only the lines. (ROLL) */
import { randomUUID } from "node:crypto";
import { ok, type Result, refuse } from "../../result.ts";
import { ROLLING } from "../../rpc/answerrows.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { byCodePoint, makeNamespec, splitNamespec } from "../../rpc/namespec.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { OperationInfo, ProcessInfo } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import { isPattern, processMatcher } from "../patterns.ts";
import type { Line, Session } from "../session.ts";

export type Rolling = { readonly option: "rolling" | "each"; readonly atOnce: number };

export async function rolling(session: Session, words: readonly string[], { option, atOnce }: Rolling): Promise<Result<unknown, Failure>> {
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return infos;
  const names = namesOf(session, words, infos.value);
  if (names.length === 0) return ok(null);
  const options = { atOnce, each: option === "each", token: randomUUID() };
  const begun = await session.supervisor.rollingRestart(names, options);
  if (!begun.ok) return problem(session, words, option, begun.error);
  return follow(session, begun.value);
}

/** Full names, each once, in the order of the words and within a group by name. What there is not has its line. */
function namesOf(session: Session, words: readonly string[], infos: readonly ProcessInfo[]): readonly string[] {
  const names = words.flatMap((word) => {
    const meant = infos.filter(matcher(word));
    if (meant.length === 0 && word !== "all") session.report(noSuch(word));
    return meant.sort((a, b) => byCodePoint(a.group, b.group) || byCodePoint(a.name, b.name)).map(({ group, name }) => `${group}:${name}`);
  });
  return [...new Set(names)];
}

function matcher(word: string): (info: ProcessInfo) => boolean {
  if (word === "all") return () => true;
  if (isPattern(word)) return processMatcher(word);
  const { group, process } = splitNamespec(word);
  return (info) => info.group === group && (process === null || info.name === process);
}

function noSuch(word: string): Line {
  const { group, process } = splitNamespec(word);
  const [name, error] = process === null && !isPattern(word) ? [group, "no such group"] : [word, "no such process"];
  return { text: `${name}: ERROR (${error})`, exit: EXIT.GENERIC, data: { name, error } };
}

/** What was told already is known by its name: a daemon that took over tells all of it again. */
async function follow(session: Session, id: number): Promise<Result<unknown, Failure>> {
  const told = new Set<string>();
  for (;;) {
    const now = await session.supervisor.operation(id, told.size);
    if (!now.ok) return now;
    for (const row of now.value.results) {
      const name = makeNamespec({ group: row.group, process: row.name });
      if (told.has(name)) continue;
      told.add(name);
      session.report(resultLine(name, row));
    }
    if (now.value.ended === "") continue;
    for (const line of leftLines(now.value)) session.report(line);
    return ok(null);
  }
}

function resultLine(name: string, { group, name: process, result, text }: OperationInfo["results"][number]): Line {
  const base = { name, group, process };
  if (result === "restarted") return { text: `${name}: restarted`, exit: null, data: { ...base, result } };
  if (result === "skipped") return { text: `${name}: skipped (${text})`, exit: null, data: { ...base, result, reason: text } };
  return { text: `${name}: ERROR (${text})`, exit: EXIT.GENERIC, data: { ...base, error: text } };
}

/** A line for each group. */
function leftLines({ left, ended }: OperationInfo): readonly Line[] {
  const counts = new Map<string, number>();
  for (const name of left) counts.set(splitNamespec(name).group, (counts.get(splitNamespec(name).group) ?? 0) + 1);
  return [...counts].map(([group, count]) => ({
    text: `${group}: ${count} not restarted`,
    exit: EXIT.GENERIC,
    data: { name: group, notRestarted: count, error: ended },
  }));
}

function problem(session: Session, words: readonly string[], option: string, failure: Failure): Result<unknown, Failure> {
  if (failure.kind !== "fault") return refuse(failure);
  const text = failure.text.replace(/^[A-Z_]+: /, "");
  const report = (name: string, error: string): void =>
    session.report({ text: `${name}: ERROR (${error})`, exit: EXIT.GENERIC, data: { name, error } });
  if (isFault(failure, FAULTS.UNKNOWN_METHOD)) for (const word of words) report(word, `this supervisord has no --${option}`);
  else if (text.endsWith(`: ${ROLLING}`)) report(text.slice(0, -ROLLING.length - 2), ROLLING);
  else if (isFault(failure, FAULTS.BAD_NAME)) report(text, "no such process");
  else if (isFault(failure, FAULTS.BAD_ARGUMENTS)) report(words.join(" "), text);
  else return refuse(failure);
  return ok(null);
}
