/** `logs`: the logs of several processes as lines, with their names in front, as they are or as they grow. */

import { ok, type Result, refuse } from "../../result.ts";
import { makeNamespec } from "../../rpc/namespec.ts";
import { anyOf } from "../abort.ts";
import { atMost } from "../atmost.ts";
import type { Failure } from "../client/failure.ts";
import type { ProcessInfo } from "../client/infos.ts";
import type { Channel } from "../client/supervisor.ts";
import { pythonError } from "../errorline.ts";
import { EXIT } from "../exit.ts";
import { type Choice, LINES_DEFAULT, TIMELESS } from "../logs/choice.ts";
import { programColours } from "../logs/colours.ts";
import { parseSince } from "../logs/linetimes.ts";
import { showLive } from "../logs/live.ts";
import { byTime, type Lines } from "../logs/order.ts";
import { type LogSource, readEnd } from "../logs/source.ts";
import { NAME_STYLES, paint } from "../paint.ts";
import type { Arguments, Command, Session } from "../session.ts";
import { upcheck } from "../upcheck.ts";
import { streamProblem } from "./followed.ts";
import { select } from "./statustable.ts";

const READ_AT_ONCE = 4;
/** Each one followed is a connection; the original's daemon has a thousand descriptors for everything. */
const FOLLOWED_MAX = 200;

export type Wish = { readonly choice: Choice; readonly channels: readonly Channel[]; readonly isFollowed: boolean };

export const run: Command = async (session, args) => {
  const wish = readWish(args, session.terminal.clock.wallMs());
  if (!wish.ok) {
    session.wrongUse(`Error: ${wish.error}`, EXIT.INVALID_ARGS, args.row);
    return ok(null);
  }
  const up = await upcheck(session);
  if (!up.ok || !up.value) return up;
  const infos = await session.supervisor.getAllProcessInfo();
  if (!infos.ok) return infos;
  const { matching, errors } = select(infos.value, args.words);
  for (const line of errors) session.report({ ...line, exit: EXIT.GENERIC });
  const processes = [...new Set(matching)];
  const { sources, without } = sourcesOf(processes, wish.value.channels);
  for (const name of without) if (args.words.length > 0) session.note(`${name}: no log file`);
  const labels = new Labels(session, sources, processes.length > 1);
  if (!wish.value.isFollowed) return showEnds(session, sources, wish.value.choice, labels);
  if (sources.length <= FOLLOWED_MAX) return showAllLive(session, sources, wish.value.choice, labels);
  session.wrongUse(
    `Error: ${sources.length} logs are more than can be followed at a time (${FOLLOWED_MAX}); name fewer`,
    EXIT.INVALID_ARGS,
    null,
  );
  return ok(null);
};

export function readWish({ options }: Pick<Arguments, "options">, nowMs: number): Result<Wish, string> {
  const lines = options.get("lines");
  if (lines !== undefined && !/^\d{1,9}$/.test(lines)) return refuse(`--lines takes a number, not ${lines}`);
  const since = options.get("since");
  const sinceMs = since === undefined ? null : parseSince(since, nowMs);
  if (since !== undefined && sinceMs === null)
    return refuse(`--since takes a time such as 10m, 14:30 or 2026-01-31T14:30:00, not ${since}`);
  const grep = options.get("grep");
  const expression = grep === undefined ? null : readExpression(grep);
  if (grep !== undefined && expression === null) return refuse(`--grep takes a regular expression; ${grep} is none`);
  const only = (["stdout", "stderr"] as const).filter((channel) => options.has(channel));
  return ok({
    // With --since the time says how much.
    choice: { lines: lines !== undefined ? Number(lines) : sinceMs === null ? LINES_DEFAULT : null, sinceMs, grep: expression, nowMs },
    channels: only.length > 0 ? only : ["stdout", "stderr"],
    isFollowed: options.has("follow"),
  });
}

function readExpression(text: string): RegExp | null {
  try {
    return new RegExp(text, "u");
  } catch {
    return null;
  }
}

/** A channel without a log is left out; a process without any is named. */
function sourcesOf(
  processes: readonly ProcessInfo[],
  channels: readonly Channel[],
): { readonly sources: readonly LogSource[]; readonly without: readonly string[] } {
  const sources: LogSource[] = [];
  const without: string[] = [];
  for (const info of processes) {
    const name = makeNamespec({ group: info.group, process: info.name });
    const logged = channels.filter((channel) => info[`${channel}_logfile`] !== "");
    for (const channel of logged) sources.push({ name, channel });
    if (logged.length === 0) without.push(name);
  }
  return { sources, without };
}

async function showEnds(
  session: Session,
  sources: readonly LogSource[],
  choice: Choice,
  labels: Labels,
): Promise<Result<unknown, Failure>> {
  const ends = atMost(READ_AT_ONCE, sources, async (source) => {
    const supervisor = session.connector.supervisor();
    const end = await readEnd(supervisor, source, choice);
    supervisor.close();
    return end;
  });
  const found: Lines<LogSource>[] = [];
  for (const [at, source] of sources.entries()) {
    const end = await ends[at];
    if (end === undefined) continue;
    if (!end.ok) {
      session.exit = EXIT.GENERIC;
      session.note(`${source.name}: the log cannot be read: ${pythonError(end.error).text}`);
      continue;
    }
    if (end.value.isTimeless) session.note(`${source.name}: ${source.channel}: ${TIMELESS}`);
    found.push({ source, lines: end.value.lines });
  }
  const ordered = found.length > 1 ? byTime(found, choice.nowMs) : null;
  if (found.length > 1 && ordered === null) session.hint("not every log has times at the start of its lines: one log after the other");
  for (const { source, line } of ordered ?? found.flatMap(({ source, lines }) => lines.map((line) => ({ source, line })))) {
    const data = { ...source, line: programColours(line, true) };
    session.report({ text: labels.labelled(source, line), exit: null, data, isOutput: true });
  }
  return ok(null);
}

async function showAllLive(
  session: Session,
  sources: readonly LogSource[],
  choice: Choice,
  labels: Labels,
): Promise<Result<unknown, Failure>> {
  const isJson = session.isJson;
  session.begin(null); // no document at the end: every line is one of its own
  const { clock, screen } = session.terminal;
  await session.terminal.interruptible(async (interrupted) => {
    const signal = anyOf(interrupted, screen.closed);
    const shown = sources.map(async (source) => {
      const note = (problem: string): void => session.note(`${source.name}: ${source.channel}: ${problem}`);
      const take = (lines: readonly string[]): void => {
        for (const line of lines) {
          if (isJson) session.emit({ ...source, line: programColours(line, true) });
          else session.say(labels.labelled(source, line), true);
        }
      };
      const end = await showLive({ connector: session.connector, clock, source, choice, signal, take, note });
      const problem = streamProblem(end);
      if (problem === null) return;
      session.exit = EXIT.GENERIC;
      note(problem);
    });
    await Promise.all(shown);
  });
  return ok(null);
}

/** What stands in front of a line: nothing for one process, else its name, and its channel if that is stderr, in a colour of its own. */
class Labels {
  readonly #labels = new Map<string, string>();
  readonly #hasColours: boolean;

  constructor(session: Session, sources: readonly LogSource[], areNeeded: boolean) {
    this.#hasColours = session.hasColoursOfOurs;
    if (!areNeeded) return;
    const names = [...new Set(sources.map((source) => source.name))];
    const width = Math.max(0, ...sources.map((source) => plainLabel(source).length));
    for (const source of sources) {
      const label = `${plainLabel(source).padEnd(width)} | `;
      const style = NAME_STYLES[names.indexOf(source.name) % NAME_STYLES.length];
      this.#labels.set(plainLabel(source), session.hasColoursOfOurs && style !== undefined ? paint(style, label) : label);
    }
  }

  labelled(source: LogSource, line: string): string {
    return (this.#labels.get(plainLabel(source)) ?? "") + programColours(line, this.#hasColours);
  }
}

function plainLabel({ name, channel }: LogSource): string {
  return channel === "stdout" ? name : `${name} stderr`;
}
