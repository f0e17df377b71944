/** What is known of a process beyond its state, in words for people: durations, ends of runs, what happens next. Pure. */
import { stopTimeText, uptimeText } from "../rpc/times.ts";
import type { Exit, Life } from "./client/infos.ts";

/** When it is told, in milliseconds, and the minutes that the daemon's clock is east of UTC. */
export type Clock = { readonly now: number; readonly zone: number };
/** Without a zone all times are told from now on. */
type AnyClock = { readonly now: number; readonly zone: number | null };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** `0.2 s`, `3 s`, `2:10:05`. */
export function ranText(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, seconds).toFixed(1)} s`;
  return seconds < 60 ? `${Math.floor(seconds)} s` : uptimeText(seconds);
}

/** Whole seconds: `12 s`. */
export function agoText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds === 0 ? "0 s" : ranText(seconds);
}

/** `10:31 PM`, on another day `Nov 28 10:31 PM`. */
export function timeText(at: number, { now, zone }: Clock): string {
  const text = stopTimeText(at, zone);
  const day = (ms: number) => Math.floor((ms + zone * 60_000) / DAY_MS);
  return day(at) === day(now) ? text.split(" ").slice(2).join(" ") : text;
}

/** `exit 1 after 3 s, not expected`; `SIGKILL after 2:10:05, out of memory (likely)`. (HIS-004) */
export function exitText({ code, signal, core, seconds, expected, reason, oom, survivors }: Exit): string {
  const how = code === null ? `${signal ?? "a signal"}${core ? " (core dumped)" : ""}` : `exit ${code}`;
  const parts = [`${how} after ${ranText(seconds)}`];
  if (reason !== "exit") parts.push(reason);
  if (oom !== "no" && oom !== "") parts.push(oom === "yes" ? "out of memory" : "out of memory (likely)");
  else if (!expected) parts.push("not expected");
  if (survivors !== null && survivors > 0) parts.push(`${survivors} ${survivors === 1 ? "process" : "processes"} left behind`);
  return parts.join(", ");
}

/** Exactly one of what can happen, with its time. (HIS-005) */
export function nextText({ next: { what, at, text }, ready }: Life, { now, zone }: AnyClock): string {
  if (at === null) return text;
  const seconds = Math.max(0, Math.ceil((at - now) / 1000));
  const when = zone === null || at - now < HOUR_MS ? `in ${ranText(seconds)}` : `at ${timeText(at, { now, zone })}`;
  switch (what) {
    case "stops":
    case "removed":
      return `${text} (SIGKILL ${when})`;
    case "starts":
      return `${text}; gives up ${when}`;
    case "runs":
      return ready === false ? `${text}; gives up ${when}` : `${text} (RUNNING ${when})`;
    default:
      return `${text} ${when}`;
  }
}
