/**
 * The door to the clocks. The monotonic one is the kernel's CLOCK_MONOTONIC in milliseconds with its fractions, so it can be compared with
 * the keeper's times and with what an earlier daemon wrote down.
 */
import type { Clock } from "../../doors.ts";
import { millisOf } from "../../link/messages.ts";
import type { Zone } from "../../zone.ts";

/** setTimeout takes 31 bits of milliseconds; a longer wait is made of several. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

export function realClock(zone: Zone): Clock {
  let timer: NodeJS.Timeout | null = null;
  let armedMs = Number.POSITIVE_INFINITY;
  let rings = (): void => {};
  const monoMs = (): number => millisOf(process.hrtime.bigint());

  /** Node's timers count in whole milliseconds of their own and may come a fraction early: then the rest is waited for. */
  const wait = (untilMs: number): void => {
    const leftMs = Math.max(0, Math.ceil(untilMs - monoMs()));
    timer = setTimeout(
      () => {
        timer = null;
        if (monoMs() >= untilMs) rings();
        else wait(untilMs);
      },
      Math.min(leftMs, TIMEOUT_MAX_MS),
    );
  };

  return {
    now: () => ({ monoMs: monoMs(), wallMs: Date.now() }),
    alarm(untilMs, ring) {
      rings = ring;
      // Set after every turn, most often to the same time.
      if (timer !== null && untilMs === armedMs) return;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      armedMs = untilMs ?? Number.POSITIVE_INFINITY;
      if (armedMs !== Number.POSITIVE_INFINITY) wait(armedMs);
    },
    offsetMinutes: (wallMs) => zone(Math.floor(wallMs / 1000)) / 60,
  };
}
