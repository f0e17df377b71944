/** `pid`: of the daemon, or of processes, a line each. (CTL-110..CTL-112) */

import { ok, type Result } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import { type Failure, isFault } from "../client/failure.ts";
import { EXIT } from "../exit.ts";
import { namesOf } from "../patterns.ts";
import type { Command, Session } from "../session.ts";

export const run: Command = async (session, args) => {
  if (args.words.length === 0) return pidOfDaemon(session);
  if (args.words.includes("all")) return pidsOfAll(session);
  const names = await namesOf(session.supervisor, args.words);
  if (!names.ok) return names;
  for (const name of names.value) {
    const told = await pidOf(session, name);
    if (!told.ok) return told;
  }
  return ok(null);
};

async function pidOfDaemon(session: Session): Promise<Result<unknown, Failure>> {
  const pid = await session.supervisor.getPID();
  if (pid.ok) session.report({ text: String(pid.value), exit: null, data: { name: "supervisord", pid: pid.value } });
  return pid;
}

async function pidsOfAll(session: Session): Promise<Result<unknown, Failure>> {
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return infos;
  for (const { group, name, pid } of infos.value) {
    session.report({ text: String(pid), exit: null, data: { name: makeNamespec({ group, process: name }), pid } });
  }
  return ok(null);
}

async function pidOf(session: Session, name: string): Promise<Result<unknown, Failure>> {
  const info = await session.supervisor.getProcessInfo(name);
  if (info.ok) {
    const { pid } = info.value;
    session.report({ text: String(pid), exit: pid === 0 ? EXIT.NOT_RUNNING : null, data: { name, pid } });
    return ok(null);
  }
  if (!isFault(info.error, FAULTS.BAD_NAME)) return info;
  session.report({ text: `No such process ${name}`, exit: EXIT.GENERIC, data: { name, error: "no such process" } });
  return ok(null);
}
