/** `jobs`: the processes with a schedule, when they ran last and when they run next; and pausing and resuming schedules. (CRON-002) */
import { ok, type Result } from "../../result.ts";
import { FAULTS, SUCCESS } from "../../rpc/faults.ts";
import { makeNamespec, splitNamespec } from "../../rpc/namespec.ts";
import { type Failure, isFault } from "../client/failure.ts";
import type { JobInfo } from "../client/infos.ts";
import { EXIT } from "../exit.ts";
import { isPattern, processMatcher } from "../patterns.ts";
import type { Command, Line, Session } from "../session.ts";
import { characters, displayWidth, padded } from "../width.ts";

const VERBS = ["pause", "resume"] as const;
type Verb = (typeof VERBS)[number];

export const run: Command = async (session, args) => {
  const [first, ...names] = args.words;
  if (first === undefined) return list(session);
  const verb = VERBS.find((word) => word === first);
  if (verb === undefined || names.length === 0) {
    const what = verb === undefined ? `takes pause or resume, not ${first}` : `${verb} requires a process name`;
    session.wrongUse(`Error: jobs ${what}`, EXIT.INVALID_ARGS, args.row);
    return ok(null);
  }
  for (const name of names) {
    const done = await give(session, verb, name);
    if (!done.ok) return done;
  }
  return ok(null);
};

async function list(session: Session): Promise<Result<unknown, Failure>> {
  const jobs = await session.supervisor.jobs();
  if (!jobs.ok) return known(session, jobs);
  const { isTerminal } = session.terminal.screen;
  const { head, lines } = jobLines(jobs.value, isTerminal);
  if (isTerminal && !session.isJson && lines.length > 0) session.say(head);
  for (const line of lines) session.report(line);
  return jobs;
}

const HEADS = ["NAME", "SCHEDULE", "LAST RUN", "RESULT", "NEXT RUN", "SKIPPED"];

/** A line for each job, and the heads of their columns, for where somebody looks. */
export function jobLines(jobs: readonly JobInfo[], byWidth: boolean): { readonly head: string; readonly lines: readonly Line[] } {
  const measure = byWidth ? displayWidth : characters;
  const cells = jobs.map((job) => [
    nameOf(job),
    job.timezone === "" ? job.schedule : `${job.schedule} (${job.timezone})`,
    job.lastRun === "" ? "never" : job.lastRun,
    job.result === "" ? "-" : job.result,
    nextOf(job),
    String(job.overlaps + job.missed),
  ]);
  const widths = HEADS.map((head, column) => Math.max(measure(head), ...cells.map((row) => measure(row[column] ?? ""))));
  const text = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0, measure)))
      .join("  ")
      .trimEnd();
  const lines = jobs.map((job, at) => ({ text: text(cells[at] ?? []), exit: null, data: { ...job, namespec: nameOf(job) } }));
  return { head: text(HEADS), lines };
}

function nextOf({ nextRun, queued }: JobInfo): string {
  const next = nextRun.replace(/^next run /, "").replace(/^schedule /, "");
  return queued ? `at its end, ${next}` : next;
}

function nameOf({ group, name }: JobInfo): string {
  return makeNamespec({ group, process: name });
}

async function give(session: Session, verb: Verb, name: string): Promise<Result<unknown, Failure>> {
  const isOne = name !== "all" && !isPattern(name) && splitNamespec(name).process !== null;
  if (isOne) return giveToOne(session, verb, name);
  const jobs = await session.supervisor.jobs();
  if (!jobs.ok) return known(session, jobs);
  const { group } = splitNamespec(name);
  const isMeant = isPattern(name) ? processMatcher(name) : (job: JobInfo) => name === "all" || job.group === group;
  const meant = jobs.value.filter(isMeant);
  if (meant.length === 0 && name !== "all") session.report(problem(name, "no schedule", EXIT.GENERIC));
  for (const job of meant) {
    const done = await giveToOne(session, verb, nameOf(job));
    if (!done.ok) return done;
  }
  return ok(null);
}

async function giveToOne(session: Session, verb: Verb, name: string): Promise<Result<unknown, Failure>> {
  const done = verb === "pause" ? await session.supervisor.pauseJob(name) : await session.supervisor.resumeJob(name);
  if (done.ok) {
    const result = verb === "pause" ? "schedule paused" : "schedule resumed";
    session.report({ text: `${name}: ${result}`, exit: null, data: { name, result, code: SUCCESS } });
    return done;
  }
  if (!isFault(done.error, FAULTS.BAD_NAME)) return known(session, done);
  const has = done.error.kind === "fault" && done.error.text.includes("no schedule");
  session.report(problem(name, has ? "no schedule" : "no such process", EXIT.GENERIC));
  return ok(null);
}

/** Another supervisord has no such method. (HIS-008) */
function known(session: Session, answer: Result<unknown, Failure>): Result<unknown, Failure> {
  if (answer.ok || !isFault(answer.error, FAULTS.UNKNOWN_METHOD)) return answer;
  const error = "this supervisord has no jobs";
  session.report({ text: `jobs: ERROR (${error})`, exit: EXIT.GENERIC, data: { error } });
  return ok(null);
}

function problem(name: string, error: string, exit: number): Line {
  return { text: `${name}: ERROR (${error})`, exit, data: { name, error } };
}
