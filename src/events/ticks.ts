/** TICK events: one of each size whenever the wall clock has entered another slice of that size since the last look. */
import type { SupervisorEvent } from "./types.ts";

type TickEvent = Extract<SupervisorEvent, { kind: "tick" }>;

/** The start of the slice in force for each size, in whole seconds since 1970. */
export type TickSlices = { readonly [period in TickEvent["period"]]: number };

export type Ticks = {
  readonly slices: TickSlices;
  /** In this order: 5, 60, 3600. (EVT-039) */
  readonly events: readonly TickEvent[];
  /** When there is something to do again, wall clock. */
  readonly nextWallMs: number;
};

const PERIODS = [5, 60, 3600] as const;
const SHORTEST_MS = 5000;

/**
 * What is due. `last` is null at the first look, which only notes the slices (EVT-037). Slices that were skipped are not made up, and a clock that
 * jumps back counts like any change. (EVT-036, EVT-038, EVT-040)
 */
export function dueTicks(last: TickSlices | null, wallMs: number): Ticks {
  const slices: TickSlices = { 5: sliceStart(5, wallMs), 60: sliceStart(60, wallMs), 3600: sliceStart(3600, wallMs) };
  const changed = last === null ? [] : PERIODS.filter((period) => slices[period] !== last[period]);
  return {
    slices,
    events: changed.map((period) => ({ kind: "tick", period, when: slices[period] })),
    nextWallMs: (slices[5] + 5) * 1000,
  };
}

/** How long nothing is due: 0 also when the clock was set back, since that is another slice; never longer than a slice, so that a jump is noticed. */
export function msToNextTick(nextWallMs: number, wallMs: number): number {
  const left = nextWallMs - wallMs;
  return left > SHORTEST_MS ? 0 : Math.max(0, left);
}

function sliceStart(period: number, wallMs: number): number {
  return Math.floor(wallMs / 1000 / period) * period;
}
