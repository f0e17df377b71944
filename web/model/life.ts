/** What is known of a process beyond its state, in short texts for the list and the panel; nothing where it uses none of it. (HIS-009) */
import type { ExitRow, Life } from "../../src/api/types.ts";
import { clockTime, duration } from "./format.ts";
import type { Texts } from "./texts.ts";

/** A mark beside the state; `tone` as states have them. */
export type Mark = { readonly text: string; readonly tone: "good" | "warn" | "bad"; readonly title: string };

/** Readiness and health, and limits that are not enforced. */
export function marksOf({ ready, health, limits }: Life, { life: texts }: Texts): readonly Mark[] {
  const marks: Mark[] = [];
  if (ready !== null) marks.push(ready ? mark(texts.ready, "good") : mark(texts.notReady, "warn"));
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

/** What it waits for, what it does just now, when it runs next, what it says of itself. `now`: the daemon's clock. */
export function lifeLine({ waitsFor, hook, job, statusText }: Life, { life: texts }: Texts, now: number): string {
  const parts: string[] = [];
  if (waitsFor !== null && waitsFor.length > 0) parts.push(texts.waitsFor(waitsFor.map((one) => `${one.target} (${one.now})`).join(", ")));
  if (hook !== null) parts.push(texts.hook(hook.name, duration(now - hook.since)));
  if (job !== null) parts.push(job.paused || job.next === null ? texts.paused : texts.nextRun(clockTime(job.next, now)));
  if (statusText !== null) parts.push(`“${statusText}”`);
  return parts.join(" · ");
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
