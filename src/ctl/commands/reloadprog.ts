/** `reloadprog`: programs take up a new configuration of their own. Not `reload`, which is supervisord's. (RLD) */
import { randomUUID } from "node:crypto";
import { ok, type Result, refuse } from "../../result.ts";
import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { byCodePoint, makeNamespec, splitNamespec } from "../../rpc/namespec.ts";
import { atMost } from "../atmost.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { ProcessInfo } from "../client/infos.ts";
import type { Supervisor } from "../client/supervisor.ts";
import { EXIT } from "../exit.ts";
import { isPattern, processMatcher } from "../patterns.ts";
import { isRunning } from "../processstate.ts";
import type { Command, Session } from "../session.ts";
import { reportRows, rowOf } from "./resultlines.ts";
import { START } from "./start.ts";

const AT_ONCE_MAX = 16;
const NONE = "no reload_signal or reload_command";

export const run: Command = async (session, args) => {
  const names: string[] = [];
  for (const word of args.words) {
    const meant = await namesOf(session, word);
    if (!meant.ok) return meant;
    names.push(...meant.value);
  }
  const distinct = [...new Set(names)];
  const given = atMost(AT_ONCE_MAX, distinct, async (name) => {
    const supervisor = session.connector.supervisor();
    const reloaded = await supervisor.reloadProcess(name, randomUUID());
    supervisor.close();
    return reloaded;
  });
  for (const [at, name] of distinct.entries()) {
    const reported = await report(session, name, (await given[at]) ?? ok(true), args.options.has("or-restart"));
    if (!reported.ok) return reported;
  }
  return ok(null);
};

/** One by its name whatever its state; of several those that run. */
async function namesOf(session: Session, word: string): Promise<Result<readonly string[], Failure>> {
  const { group, process } = splitNamespec(word);
  if (word !== "all" && !isPattern(word) && process !== null) return ok([makeNamespec({ group, process })]);
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return infos;
  const isMeant = isPattern(word) ? processMatcher(word) : (info: ProcessInfo) => word === "all" || info.group === group;
  const meant = infos.value.filter(isMeant);
  if (meant.length === 0 && word !== "all") {
    if (isPattern(word)) problem(session, word, "no such process");
    else problem(session, group, "no such group");
  }
  const running = meant.filter(isRunning).sort((a, b) => byCodePoint(a.group, b.group) || byCodePoint(a.name, b.name));
  return ok(running.map((info) => makeNamespec({ group: info.group, process: info.name })));
}

async function report(
  session: Session,
  name: string,
  reloaded: Result<true, Failure>,
  orRestart: boolean,
): Promise<Result<unknown, Failure>> {
  if (reloaded.ok) {
    session.report({ text: `${name}: reloaded`, exit: null, data: { name, result: "reloaded" } });
    return ok(null);
  }
  const error = errorOf(reloaded.error);
  if (error === null) return refuse(reloaded.error);
  if (error === NONE && orRestart) return restart(session, session.supervisor, name);
  problem(session, name, error);
  return ok(null);
}

async function restart(session: Session, supervisor: Supervisor, name: string): Promise<Result<unknown, Failure>> {
  const stopped = await supervisor.stopProcess(name);
  if (!stopped.ok && !isFault(stopped.error, FAULTS.NOT_RUNNING)) return stopped;
  const started = await supervisor.startProcess(name);
  const { group, process } = splitNamespec(name);
  const row = rowOf({ group, name: process ?? name }, started);
  return row.ok ? reportRows(session, { ...START, words: { ...START.words, [SUCCESS]: "restarted" } }, ok([row.value])) : row;
}

/** null: it is no answer to this order. */
function errorOf(failure: Failure): string | null {
  if (failure.kind !== "fault") return null;
  if (isFault(failure, FAULTS.UNKNOWN_METHOD)) return "this supervisord has no reloadprog";
  if (isFault(failure, FAULTS.BAD_NAME)) return "no such process";
  if (isFault(failure, FAULTS.NOT_RUNNING)) return "not running";
  return isFault(failure, FAULTS.FAILED) ? failure.text.replace(/^FAILED: /, "") : null;
}

function problem(session: Session, name: string, error: string): void {
  session.report({ text: `${name}: ERROR (${error})`, exit: EXIT.GENERIC, data: { name, error } });
}
