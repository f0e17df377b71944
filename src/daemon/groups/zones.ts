/** Time zones as schedules name them: those of Node by their names, and the host's as the times of the activity log have it. */
import { zoneNamed } from "../../config/zonenames.ts";
import type { Clock } from "../../doors.ts";
import { assert } from "../../result.ts";
import type { Zones } from "../../supervisor/jobs.ts";
import type { Zone } from "../../zone.ts";

const KNOWN = new WeakMap<object, Zones>();

/** The same zones for the same clock: what is asked of them is remembered. */
export function zonesOf(clock: Pick<Clock, "offsetMinutes">): Zones {
  const known = KNOWN.get(clock) ?? makeZones(clock);
  KNOWN.set(clock, known);
  return known;
}

function makeZones(clock: Pick<Clock, "offsetMinutes">): Zones {
  const host: Zone = (second) => clock.offsetMinutes(second * 1000) * 60;
  const named = new Map<string, Zone>();
  return (name) => {
    if (name === null) return host;
    const zone = named.get(name) ?? zoneNamed(name);
    assert(zone !== null, `${name} is a time zone`);
    named.set(name, zone);
    return zone;
  };
}
