/** What is known of a process beyond its state, in short texts for the list and the panel; nothing where it uses none of it. (HIS-009) */
import type { ExitRow, Life, LifeHealth, LifeJob } from "../../src/api/types.ts";
import type { Row } from "./flapping.ts";
import { clockTime, duration } from "./format.ts";
import type { Texts } from "./texts.ts";

/** A mark beside the state; `tone` as states have them. */
export type Mark = { readonly text: string; readonly tone: "good" | "warn" | "bad"; readonly title: string };

/** Readiness and health, and limits that are not enforced. */
export function marksOf({ state, life }: Row, { life: texts }: Texts): readonly Mark[] {
  const { ready, health, limits } = life;
  const marks: Mark[] = [];
  if (ready !== null)
    marks.push(ready ? mark(texts.ready, "good") : mark(isReloading({ state, life }) ? texts.reloading : texts.notReady, "warn"));
  if (health !== null && health.state !== "unknown") {
    const title = health.lastResult?.text ?? "";
    marks.push(health.state === "healthy" ? mark(texts.healthy, "good", title) : mark(texts.unhealthy, "bad", title));
  }
  const loose = (limits ?? []).filter(({ effective }) => effective.startsWith("not enforced"));
  if (loose.length > 0) {
    const title = loose.map(({ option, effective }) => `${option}: ${effective}`).join("\n");
    marks.push(mark(texts.notEnforced(loose.map(({ option }) => option).join(", ")), "warn", title));
  }
  return marks;
}

/** It runs, and is not ready since it takes up its configuration anew. (RDY-012) */
function isReloading({ state, life }: Pick<Row, "state" | "life">): boolean {
  return state === "RUNNING" && life.ready === false;
}

/** What it waits for, what it does just now, when it runs next, what it says of itself. `now`: the daemon's clock. */
export function lifeLine({ waitsFor, hook, job, statusText }: Life, { life: texts }: Texts, now: number): string {
  const parts: string[] = [];
  if (waitsFor !== null && waitsFor.length > 0) parts.push(texts.waitsFor(waitsFor.map((one) => `${one.target} (${one.now})`).join(", ")));
  if (hook !== null) parts.push(texts.hook(hook.name, duration(now - hook.since)));
  if (job !== null) parts.push(job.paused || job.next === null ? texts.paused : texts.nextRun(clockTime(job.next, now)));
  if (statusText !== null) parts.push(`“${statusText}”`);
  return parts.join(" · ");
}

/** Whether it uses anything beyond Supervisor. */
export function usesLife({ waitsFor, ready, statusText, health, hook, row, limits, job, tree, reload }: Life): boolean {
  return [waitsFor, ready, statusText, health, hook, row, limits, job, tree, reload].some((each) => each !== null);
}

/** What happens next, and when. */
export function nextLine({ state, life: { next, ready, waitsFor } }: Row, { life: texts }: Texts, now: number): string {
  const waits = (waitsFor ?? []).map(({ target, condition }) => texts.isSo(target, texts.conditions[condition] ?? condition));
  if (next.what === "runs" && ready === false) return state === "STARTING" ? texts.runsWhenReady : texts.reloads;
  const what = next.what === "starts" && waits.length > 0 ? texts.startsWhen(waits.join(", ")) : texts.nexts[next.what];
  return next.at === null ? what : `${what} · ${instant(next.at, texts, now)}`;
}

/** Since when it is ready, or until when it has to be. */
export function readyLine({ life: { ready, readyAt, next }, startedAt, state }: Row, { life: texts }: Texts, now: number): string {
  if (state === "RUNNING" && ready === false) return texts.reloading;
  if (ready !== true) return state === "STARTING" && next.at !== null ? texts.readyUntil(instant(next.at, texts, now)) : texts.notReady;
  if (readyAt === null) return texts.ready;
  const took = startedAt === null || readyAt < startedAt ? "" : ` · ${texts.took(duration(readyAt - startedAt))}`;
  return `${texts.readySince(clockTime(readyAt, now))}${took}`;
}

/** The verdict and the last check. A good check is not told each time, so its age is not known here. */
export function healthLine({ state, since, failures, lastAt, lastResult }: LifeHealth, { life: texts, ago }: Texts, now: number): string {
  const parts = [state === "unknown" ? texts.healthUnknown : texts.healthSince(texts[state], clockTime(since, now))];
  if (lastResult !== null) parts.push(`${texts.results[lastResult.result]}: ${lastResult.text} (${lastResult.ms} ms)`);
  if (lastAt !== null && lastResult?.result !== "ok") parts.push(ago(duration(now - lastAt)));
  if (failures > 0) parts.push(texts.failures(failures));
  return parts.join(" · ");
}

export function jobLine({ next, last, paused, queued, skipped }: LifeJob, { life: texts }: Texts, now: number): string {
  const parts = [paused || next === null ? texts.paused : texts.nextRun(instant(next, texts, now))];
  parts.push(last === null ? texts.neverRan : texts.lastRun(clockTime(last, now)));
  if (queued) parts.push(texts.queued);
  if (skipped > 0) parts.push(texts.skipped(skipped));
  return parts.join(" · ");
}

/** A moment to come, and how far it is. */
function instant(at: number, texts: Texts["life"], now: number): string {
  return texts.inTime(clockTime(at, now), duration(at - now + 999));
}

/** How a run ended and why, behind its code or signal. */
export function endText({ code, signal, core, expected, reason, oom, survivors }: ExitRow, texts: Texts): string {
  const { life } = texts;
  const parts = [code === null ? texts.bySignal(signal ?? "?", core) : texts.exitCode(code)];
  if (oom !== "no") parts.push(oom === "yes" ? life.oom : life.oomLikely);
  else if (reason !== "exit") parts.push(life.reasons[reason] ?? reason);
  else if (!expected) parts.push(texts.unexpected);
  if (survivors !== null && survivors > 0) parts.push(life.survivors(survivors));
  return parts.join(" · ");
}

function mark(text: string, tone: Mark["tone"], title = ""): Mark {
  return { text, tone, title };
}
