/**
 * What start, stop and signal have in common: an order to one process, to a group, to all, or to those that a pattern matches, and a line for each
 * result. Each command declares its order; who gets it in which form is decided here. (CTL-085..CTL-109)
 */

import { ok, type Result } from "../../result.ts";
import { SCHEDULE_RESUMED } from "../../rpc/answerrows.ts";
import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { splitNamespec } from "../../rpc/namespec.ts";
import { atMost } from "../atmost.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { ProcessInfo, ResultRow } from "../client/infos.ts";
import type { Supervisor } from "../client/supervisor.ts";
import { isPattern, processMatcher } from "../patterns.ts";
import type { Line, Session } from "../session.ts";
import { type Named, type ResultWords, reportRows, rowOf } from "./resultlines.ts";

type Outcome<T> = Promise<Result<T, Failure>>;

export type Order = ResultWords & {
  toOne(supervisor: Supervisor, name: string): Outcome<true>;
  toGroup(supervisor: Supervisor, group: string): Outcome<readonly ResultRow[]>;
  toAll(supervisor: Supervisor): Outcome<readonly ResultRow[]>;
  /** To several by name, as one order; false: none of them depends on anything, so each gets it by itself. */
  toSeveral?(supervisor: Supervisor, names: readonly string[]): Outcome<readonly ResultRow[] | false>;
  /** The processes that get the order when it goes to a pattern: those that it would concern in a group. */
  concerns(info: ProcessInfo): boolean;
  readonly unknownGroupExit: number;
  /** Given to many it does not run jobs, but resumes their schedules. (CRON-002) */
  readonly resumesJobs?: true;
};

/** Processes of one pattern that are waited for at the same time. */
const AT_ONCE_MAX = 16;

/** Gives the order to each name in turn; `all` among them is everybody. An error of the server ends it. */
export async function giveOrder(session: Session, names: readonly string[], order: Order): Outcome<unknown> {
  if (names.includes("all")) return reportResults(session, order, await order.toAll(session.supervisor));
  const several = await giveToSeveral(session, names, order);
  if (several !== null) return several;
  for (const name of names) {
    const given = await (isPattern(name) ? giveToMatching : splitNamespec(name).process === null ? giveToGroup : giveToOne)(
      session,
      name,
      order,
    );
    if (!given.ok) return given;
  }
  return ok(null);
}

/** null: they get it one after the other, as any other supervisord has it. (DEP-007, DEP-020) */
async function giveToSeveral(session: Session, names: readonly string[], order: Order): Promise<Result<unknown, Failure> | null> {
  if (order.toSeveral === undefined || names.length < 2 || new Set(names).size < names.length) return null;
  if (names.some((name) => isPattern(name) || splitNamespec(name).process === null)) return null;
  const rows = await order.toSeveral(session.supervisor, names);
  if (rows.ok) return rows.value === false ? null : reportResults(session, order, ok(rows.value));
  // What a daemon has against it, another one first of all, it has against each of them as well.
  return rows.error.kind === "fault" ? null : rows;
}

async function giveToOne(session: Session, name: string, order: Order): Outcome<unknown> {
  const given = await order.toOne(session.supervisor, name);
  const { group, process } = splitNamespec(name);
  return reportOne(session, order, { group, name: process ?? name }, given);
}

async function giveToGroup(session: Session, name: string, order: Order): Outcome<unknown> {
  const { group } = splitNamespec(name);
  const given = await order.toGroup(session.supervisor, group);
  if (given.ok || !isFault(given.error, FAULTS.BAD_NAME)) return reportResults(session, order, given);
  session.report(noSuchGroup(group, order.unknownGroupExit));
  await hintAt(session, `${group}:*`);
  return ok(null);
}

/** (CTL-087, CTL-095, CTL-108) */
function noSuchGroup(group: string, exit: number): Line {
  return { text: `${group}: ERROR (no such group)`, exit, data: { name: group, error: "no such group" } };
}

async function giveToMatching(session: Session, pattern: string, order: Order): Outcome<unknown> {
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return infos;
  const matching = infos.value.filter(processMatcher(pattern));
  if (matching.length === 0)
    return reportResults(session, order, ok([{ name: pattern, group: pattern, status: FAULTS.BAD_NAME, description: "" }]));
  const jobs = order.resumesJobs === true ? await jobsOf(session) : NO_JOBS;
  const concerned = matching.filter((info) => !jobs.has(fullName(info)) && order.concerns(info));
  const given = atMost(AT_ONCE_MAX, concerned, (info) => giveApart(session, fullName(info), order));
  for (const [at, info] of concerned.entries()) {
    const reported = await reportOne(session, order, info, await (given[at] ?? ok(true)));
    if (!reported.ok) return reported;
  }
  return resume(
    session,
    order,
    matching.filter((info) => jobs.get(fullName(info)) === true),
  );
}

/** By `group:name`, whether the schedule is paused. */
type Jobs = ReadonlyMap<string, boolean>;
const NO_JOBS: Jobs = new Map();

function fullName({ group, name }: Named): string {
  return `${group}:${name}`;
}

/** Another supervisord has none. */
async function jobsOf(session: Session): Promise<Jobs> {
  const jobs = await session.supervisor.jobs();
  return jobs.ok ? new Map(jobs.value.map((job) => [fullName(job), job.paused])) : NO_JOBS;
}

async function resume(session: Session, order: Order, paused: readonly ProcessInfo[]): Outcome<unknown> {
  for (const { group, name } of paused) {
    const resumed = await session.supervisor.resumeJob(fullName({ group, name }));
    if (!resumed.ok) return resumed;
    reportRows(session, order, ok([{ group, name, status: SUCCESS, description: SCHEDULE_RESUMED }]));
  }
  return ok(null);
}

/** Over a connection of its own, so that several can be waited for. */
async function giveApart(session: Session, name: string, order: Order): Outcome<true> {
  const supervisor = session.connector.supervisor();
  const given = await order.toOne(supervisor, name);
  supervisor.close();
  return given;
}

async function reportOne(session: Session, order: Order, process: Named, given: Result<true, Failure>): Outcome<unknown> {
  const row = rowOf(process, given);
  return row.ok ? reportResults(session, order, ok([row.value])) : row;
}

/** The original's lines, and behind each that tells of a failure what a person at a terminal wants to know. */
async function reportResults(session: Session, order: Order, rows: Result<readonly ResultRow[], Failure>): Outcome<unknown> {
  if (!rows.ok || !session.terminal.screen.errorIsTerminal || session.isJson) return reportRows(session, order, rows);
  for (const row of rows.value) {
    const reported = reportRows(session, order, ok([row]));
    if (!reported.ok) return reported;
    if (row.status === SUCCESS) continue;
    const { explainRow, isExplicable } = await import("./explain.ts");
    if (isExplicable(row)) await explainRow(session, row);
  }
  return rows;
}

/** What was probably meant by a name that there is not, at a terminal. */
export async function hintAt(session: Session, name: string): Promise<void> {
  if (!session.terminal.screen.errorIsTerminal || session.isJson) return;
  const { hintAtName } = await import("./explain.ts");
  await hintAtName(session, name);
}
