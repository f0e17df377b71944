/**
 * When a schedule comes next in a time zone. It goes through local dates and times, never minute by minute, and asks the zone a few times for each
 * slot. All in whole seconds since 1970; "local" seconds are what the clocks on the wall show, counted as if they stood in UTC. (CRON-004, CRON-009)
 */
import type { Calendar } from "../config/cronfields.ts";
import type { Zone } from "../zone.ts";

const DAY = 86_400;
/** How far ahead is looked. */
const AHEAD_SECONDS = 5 * 366 * DAY;
/** No clock is moved by more at once: islands that change the side of the date line. */
const CHANGE_MAX = 25 * 3600;
/** No zone is farther from UTC. */
const OFFSET_MAX = 16 * 3600;
/** Clocks are not changed twice within so long. */
const QUIET_SECONDS = 4 * DAY;

/** The first slot after an instant; null: there is none within five years. */
export function nextSlot(calendar: Calendar, zone: Zone, after: number): number | null {
  return calendar.everyHour ? nextInRealTime(calendar, zone, after + 1) : nextByLocalTime(calendar, zone, after);
}

/** Every instant whose local time matches, also in an hour that comes twice. */
function nextInRealTime(calendar: Calendar, zone: Zone, first: number): number | null {
  const end = first + AHEAD_SECONDS;
  for (let from = first; from < end; ) {
    const offset = zone(from);
    const local = nextLocal(calendar, from + offset, end + OFFSET_MAX);
    const slot = local === null ? end : local - offset;
    const change = firstChange(zone, from, slot);
    if (change === null) return local === null ? null : slot;
    // Until then nothing matched; from there on other clocks count.
    from = change;
  }
  return null;
}

/** Each local date and time once: the first of two, and what falls into a gap at its end. */
function nextByLocalTime(calendar: Calendar, zone: Zone, after: number): number | null {
  const latest = latestLocal(zone, after);
  const local = nextLocal(calendar, latest + 1, latest + AHEAD_SECONDS);
  return local === null ? null : firstInstant(zone, local);
}

/** The latest time that the clocks have shown by an instant: in an hour that comes a second time it is the end of the first. */
function latestLocal(zone: Zone, instant: number): number {
  const local = instant + zone(instant);
  const change = changeBetween(zone, instant - CHANGE_MAX, instant);
  return change === null ? local : Math.max(local, change - 1 + zone(change - 1));
}

/** When the clocks show a local time or a later one for the first time. */
function firstInstant(zone: Zone, local: number): number {
  const from = local - OFFSET_MAX;
  const change = changeBetween(zone, from, local + OFFSET_MAX);
  const before = local - zone(from);
  if (change === null || before < change) return before;
  return Math.max(change, local - zone(change));
}

/** The first instant after `from`, up to `to`, from which on the clocks differ from what they were at `from`; null: there is none. */
function firstChange(zone: Zone, from: number, to: number): number | null {
  for (let start = from; start < to; start += QUIET_SECONDS) {
    const change = changeBetween(zone, start, Math.min(to, start + QUIET_SECONDS));
    if (change !== null) return change;
  }
  return null;
}

/** The same for two instants between which there is one change at most. */
function changeBetween(zone: Zone, from: number, to: number): number | null {
  const offset = zone(from);
  if (zone(to) === offset) return null;
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** The first local time from `from` on, before `end`, that matches. */
function nextLocal(calendar: Calendar, from: number, end: number): number | null {
  const firstDay = Math.floor(from / DAY);
  for (let day = firstDay; day * DAY < end; ) {
    const { next, matches } = look(calendar, day);
    const time = matches ? nextTime(calendar, day === firstDay ? from - day * DAY : 0) : null;
    if (time !== null) return day * DAY + time;
    day = next;
  }
  return null;
}

/** Whether a day matches, and which is worth a look after it: a month that is not meant is passed over. */
function look({ months, days, weekdays, eitherDay }: Calendar, day: number): { readonly next: number; readonly matches: boolean } {
  const date = new Date(day * DAY * 1000);
  if (!months.includes(date.getUTCMonth() + 1)) {
    return { next: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000 / DAY, matches: false };
  }
  const isDay = days.includes(date.getUTCDate());
  const isWeekday = weekdays.includes(date.getUTCDay());
  return { next: day + 1, matches: eitherDay ? isDay || isWeekday : isDay && isWeekday };
}

/** The first second of a day from `from` on that matches; null: there is none left. */
function nextTime({ hours, minutes, seconds }: Calendar, from: number): number | null {
  const hourNow = Math.floor(from / 3600);
  const minuteNow = Math.floor(from / 60) % 60;
  const first = (hours[0] ?? 0) * 3600 + (minutes[0] ?? 0) * 60 + (seconds[0] ?? 0);
  const hour = hours.find((one) => one >= hourNow);
  if (hour === undefined) return null;
  if (hour > hourNow) return hour * 3600 + (first % 3600);
  const minute = minutes.find((one) => one >= minuteNow);
  const second = seconds.find((one) => one >= from % 60);
  if (minute === minuteNow && second !== undefined) return hour * 3600 + minute * 60 + second;
  const nextMinute = minutes.find((one) => one > minuteNow);
  if (nextMinute !== undefined) return hour * 3600 + nextMinute * 60 + (seconds[0] ?? 0);
  const nextHour = hours.find((one) => one > hourNow);
  return nextHour === undefined ? null : nextHour * 3600 + (first % 3600);
}

/** The last slot after `after` up to `until`; null: there is none. */
export function lastSlot(calendar: Calendar, zone: Zone, after: number, until: number): number | null {
  const first = nextSlot(calendar, zone, after);
  if (first === null || first > until) return null;
  // Of the instants before which there is still a slot to come by `until`, the last one.
  let [has, hasNot] = [after, until];
  while (hasNot - has > 1) {
    const middle = Math.floor((has + hasNot) / 2);
    const slot = nextSlot(calendar, zone, middle);
    if (slot !== null && slot <= until) has = middle;
    else hasNot = middle;
  }
  return nextSlot(calendar, zone, has);
}

/** How many slots there are after `after` up to `until`, counted up to `most`. */
export function countSlots(calendar: Calendar, zone: Zone, after: number, until: number, most: number): number {
  let count = 0;
  for (let slot = nextSlot(calendar, zone, after); slot !== null && slot <= until && count < most; slot = nextSlot(calendar, zone, slot))
    count += 1;
  return count;
}
