/** The lines of `why`, from what the daemon tells. Lines without content are left out. Pure. (HIS-004) */
import { stopTimeText } from "../../rpc/times.ts";
import type { Life, Why } from "../client/infos.ts";
import { agoText, type Clock, exitText, nextText, ranText, timeText } from "../lifetexts.ts";
import { displayWidth, padded } from "../width.ts";

/** Ends that are shown; --json has all of them. */
const EXITS_SHOWN = 5;
const LABEL_WIDTH = 13;
/** A reason that is how the last run ended: the last exits say it. */
const IS_EXIT = /^(?:exit code |SIG|signal |a signal)/;

/** States in which a program that is not ready is worth a line: in all others none is. */
const MAY_BE_READY: ReadonlySet<string> = new Set(["STARTING", "RUNNING"]);

export function whyLines(name: string, why: Why): readonly string[] {
  const clock = { now: why.now, zone: why.zone };
  const rows: readonly (readonly [label: string, texts: readonly string[]])[] = [
    ["waits for", waits(why.life)],
    ["next", [nextText(why.life, clock)]],
    ["now", now(why.life, clock)],
    ["health", health(why, clock)],
    ["status", why.life.statusText === null ? [] : [`"${why.life.statusText}"`]],
    ["job", job(why.life, clock)],
    ["reason", why.reason === "" || IS_EXIT.test(why.reason) ? [] : [why.reason]],
    ["last exits", exits(why, clock)],
    ["restarts", restarts(why)],
    ["limits", (why.life.limits ?? []).map(({ option, wanted, effective }) => `${option} ${wanted}: ${effective}`)],
    [why.lastWordsOf, why.lastWords.map((line) => `| ${line}`)],
  ];
  const lines = rows.flatMap(([label, texts]) =>
    texts.map((text, at) => `  ${padded(at === 0 ? label : "", LABEL_WIDTH, displayWidth)}${text}`),
  );
  return [`${name}: ${head(why, clock)}`, ...lines];
}

/** `STOPPED since Nov 28 10:31 PM, 12 s ago (wanted: up, by autostart)`. */
function head({ state, since, life }: Why, { now: nowMs, zone }: Clock): string {
  const when = since === null ? "" : ` since ${stopTimeText(since, zone)}, ${agoText(nowMs - since)} ago`;
  return `${state}${when} (wanted: ${life.wanted}, by ${life.wantedBy})`;
}

function waits({ waitsFor }: Life): readonly string[] {
  return (waitsFor ?? []).map(({ target, condition, now: is }) => `${target}: ${is}, wanted ${condition}`);
}

function now({ hook, tree }: Life, clock: Clock): readonly string[] {
  const lines: string[] = [];
  if (hook !== null) {
    const most = ranText((hook.deadline - hook.since) / 1000);
    lines.push(`${hook.name} since ${agoText(clock.now - hook.since)} (pid ${hook.pid}, at most ${most})`);
  }
  if (tree !== null && tree > 0) lines.push(`${tree} ${tree === 1 ? "process" : "processes"} of the last run being ended`);
  return lines;
}

function health({ state: is, life: { health: found, ready, readyAt } }: Why, clock: Clock): readonly string[] {
  const lines: string[] = [];
  if (ready === true) lines.push(`ready${readyAt === null ? "" : ` since ${timeText(readyAt, clock)}`}`);
  else if (ready === false && MAY_BE_READY.has(is)) lines.push("not ready");
  if (found === null) return lines;
  const { state, failures, lastAt, lastResult } = found;
  const parts = [
    lastResult === null ? "" : lastResult.text,
    failures === 0 ? "" : `${failures} ${failures === 1 ? "failure" : "failures"}`,
  ];
  if (lastAt !== null) parts.push(`last ${agoText(clock.now - lastAt)} ago`);
  const detail = parts.filter((part) => part !== "").join(", ");
  return [...lines, detail === "" ? state : `${state}: ${detail}`];
}

function job({ job: found }: Life, clock: Clock): readonly string[] {
  if (found === null) return [];
  const { last, queued, skipped } = found;
  const parts = [last === null ? "never run" : `last run ${timeText(last, clock)}`];
  if (queued) parts.push("one run queued");
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return [parts.join(", ")];
}

function exits({ exits: all }: Why, clock: Clock): readonly string[] {
  const shown = all.slice(-EXITS_SHOWN).reverse();
  const times = shown.map(({ endedAt }) => timeText(endedAt, clock));
  const width = Math.max(0, ...times.map(({ length }) => length));
  return shown.map((exit, at) => `${(times[at] ?? "").padStart(width)}  ${exitText(exit)}`);
}

function restarts({ restarts: counts, failedHooks, life }: Why): readonly string[] {
  const all = (of: Readonly<Record<string, number>>) => Object.entries(of).map(([name, count]) => `${count} ${name}`);
  const parts = [life.row === null || life.row === 0 ? "" : `${life.row} in a row`, all(counts).join(", ")];
  const hooks = all(failedHooks);
  if (hooks.length > 0) parts.push(`failed hooks: ${hooks.join(", ")}`);
  const text = parts.filter((part) => part !== "").join("; ");
  return text === "" ? [] : [text];
}
