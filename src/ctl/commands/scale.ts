/** `scale`: another number of processes for a program, until the file says another one. (SCL) */
import { randomUUID } from "node:crypto";
import { NUMPROCS_MAX } from "../../config/numprocs.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { FAULTS } from "../../rpc/faults.ts";
import { splitNamespec } from "../../rpc/namespec.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { Scaled } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import type { Command, Line, Session } from "../session.ts";
import { reportRows } from "./resultlines.ts";
import { START } from "./start.ts";

/** So many names are printed; of more the rest is counted. */
const NAMES_MAX = 10;

export const run: Command = async (session, args) => {
  const isReset = args.options.has("reset");
  const [program, count, more] = args.words;
  const numprocs = isReset ? -1 : countOf(count);
  if (program === undefined || (isReset ? count : more) !== undefined || numprocs === null) {
    const what = isReset ? "--reset takes one program" : `takes a program and a number from 0 to ${NUMPROCS_MAX}`;
    session.wrongUse(`Error: scale ${what}`, EXIT.INVALID_ARGS, args.row);
    return ok(null);
  }
  return scale(session, program, numprocs);
};

function countOf(word: string | undefined): number | null {
  if (word === undefined || !/^\d{1,6}$/.test(word)) return null;
  return Number(word) <= NUMPROCS_MAX ? Number(word) : null;
}

/** The number is ordered once, by its token. The wait for what that added and removed may be given again after a break: it undoes no newer order. */
async function scale(session: Session, program: string, numprocs: number): Promise<Result<unknown, Failure>> {
  const ordered = await session.supervisor.scale(program, numprocs, randomUUID());
  if (!ordered.ok) return problem(session, program, ordered.error);
  const { added, removed } = ordered.value;
  const failed = await session.supervisor.scaleSettled(added, removed);
  if (!failed.ok) return problem(session, program, failed.error);
  session.report(lineOf(program, ordered.value, numprocs === -1));
  return reportRows(session, START, failed);
}

function lineOf(program: string, { before, after, added, removed }: Scaled, isReset: boolean): Line {
  const data = { program, before, after, added, removed };
  if (before === after && added.length + removed.length === 0) return { text: `${program}: already ${after}`, exit: null, data };
  const names = [...added, ...removed].map((name) => splitNamespec(name));
  const isOneGroup = names.every(({ group }) => group === names[0]?.group);
  const shown = (list: readonly string[]) => namesText(list.map((name) => (isOneGroup ? (splitNamespec(name).process ?? name) : name)));
  const parts = [...(added.length > 0 ? [`added ${shown(added)}`] : []), ...(removed.length > 0 ? [`removed ${shown(removed)}`] : [])];
  return { text: `${program}: ${before} -> ${after} (${isReset ? "as in the file" : parts.join("; ")})`, exit: null, data };
}

function namesText(names: readonly string[]): string {
  if (names.length <= NAMES_MAX) return names.join(", ");
  return `${names.slice(0, NAMES_MAX).join(", ")} and ${names.length - NAMES_MAX} more`;
}

function problem(session: Session, program: string, failure: Failure): Result<unknown, Failure> {
  const error = errorOf(failure);
  if (error === null) return refuse(failure);
  session.report({ text: `${program}: ERROR (${error})`, exit: EXIT.GENERIC, data: { program, error } });
  return ok(null);
}

/** null: it is no answer to this order. */
function errorOf(failure: Failure): string | null {
  if (failure.kind !== "fault") return null;
  if (isFault(failure, FAULTS.UNKNOWN_METHOD)) return "this supervisord has no scale";
  if (isFault(failure, FAULTS.BAD_NAME)) return "no such program";
  if (isFault(failure, FAULTS.FAILED) || isFault(failure, FAULTS.CANT_REREAD)) return failure.text.replace(/^[A-Z_]+: /, "");
  return null;
}
