/** Time zones by their names, as Node's own data have them: a pure function of the name and the instant. */
import type { Zone } from "../zone.ts";
import { nearest } from "./nearest.ts";

/** The nearest name that there is, for a misspelt one. */
export function nearestZone(name: string): string | null {
  return nearest(name, [...Intl.supportedValuesOf("timeZone"), "UTC"]);
}

/** null: there is no zone of that name. */
export function zoneNamed(name: string): Zone | null {
  const format = formatOf(name);
  return format === null ? null : remembered((second) => offsetIn(format.format(second * 1000)));
}

export function isZoneName(name: string): boolean {
  return formatOf(name) !== null;
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** `…, GMT+05:30`, `GMT-00:44:30`, or `GMT` alone. */
function offsetIn(text: string): number {
  const [, sign, hours, minutes, seconds] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  const offset = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return sign === "-" ? 0 - offset : offset;
}

/** Clocks are not changed twice within so long. */
const STRETCH_SECONDS = 4 * 86_400;
const STRETCHES_MAX = 2000;

/** The same zone, asked once for each few days in which clocks do not change. */
function remembered(zone: Zone): Zone {
  const offsets = new Map<number, number | null>();
  return (second) => {
    const stretch = Math.floor(second / STRETCH_SECONDS);
    let offset = offsets.get(stretch);
    if (offset === undefined) {
      const first = zone(stretch * STRETCH_SECONDS);
      offset = zone((stretch + 1) * STRETCH_SECONDS - 1) === first ? first : null;
      if (offsets.size >= STRETCHES_MAX) offsets.clear();
      offsets.set(stretch, offset);
    }
    return offset ?? zone(second);
  };
}
