import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Calendar, parseSchedule } from "../config/cronfields.ts";
import { zoneNamed } from "../config/zonenames.ts";
import type { Zone } from "../zone.ts";
import { countSlots, lastSlot, nextSlot } from "./slots.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

function calendar(text: string): Calendar {
  const schedule = parseSchedule(text);
  assert.ok(schedule.ok && schedule.value.kind === "calendar", text);
  return schedule.value;
}

function zone(name: string): Zone {
  const found = zoneNamed(name);
  assert.ok(found !== null, name);
  return found;
}

function second(time: string): number {
  return Date.parse(time) / 1000;
}

/** All slots after `from` up to `to`. */
function slotsBetween(schedule: Calendar, where: Zone, from: number, to: number): number[] {
  const slots: number[] = [];
  for (let slot = nextSlot(schedule, where, from); slot !== null && slot <= to; slot = nextSlot(schedule, where, slot)) slots.push(slot);
  return slots;
}

/** The same for schedules of whole minutes, by a look at each minute and at each that the clocks leave out. */
function reference(schedule: Calendar, where: Zone, from: number, to: number): number[] {
  const slots: number[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  // The hour that comes twice may have begun before.
  for (let instant = from - DAY; instant <= to; instant += MINUTE) {
    const local = instant + where(instant);
    let isDue = schedule.everyHour && isMatch(schedule, local);
    if (!schedule.everyHour) {
      const first = latest === Number.NEGATIVE_INFINITY ? local : latest + MINUTE;
      for (let time = first; time <= local; time += MINUTE) isDue ||= isMatch(schedule, time);
      latest = Math.max(latest, local);
    }
    if (isDue && instant > from) slots.push(instant);
  }
  return slots;
}

function isMatch({ minutes, hours, days, months, weekdays, eitherDay }: Calendar, local: number): boolean {
  const date = new Date(local * 1000);
  if (!minutes.includes(date.getUTCMinutes()) || !hours.includes(date.getUTCHours()) || !months.includes(date.getUTCMonth() + 1))
    return false;
  const isDay = days.includes(date.getUTCDate());
  const isWeekday = weekdays.includes(date.getUTCDay());
  return eitherDay ? isDay || isWeekday : isDay && isWeekday;
}

test("CRON-011: the days on which clocks change in Berlin", () => {
  const berlin = zone("Europe/Berlin");
  const of = (date: string, text: string): string => {
    // From midnight to four o'clock of local time, as the table has it.
    const from = second(`${date}T00:00:00Z`) - 1;
    const slots = slotsBetween(calendar(text), berlin, from, second(`${date}T02:00:00Z`));
    return slots.map((slot) => new Date(slot * 1000).toISOString().slice(11, 16)).join(" ");
  };
  assert.equal(of("2026-03-29", "30 2 * * *"), "01:00");
  assert.equal(of("2026-03-29", "*/20 2 * * *"), "01:00");
  assert.equal(of("2026-03-29", "0 2,3 * * *"), "01:00");
  assert.equal(of("2026-03-29", "0 * * * *"), "00:00 01:00 02:00");
  assert.equal(of("2026-10-25", "30 2 * * *"), "00:30");
  assert.equal(of("2026-10-25", "*/20 2 * * *"), "00:00 00:20 00:40");
  assert.equal(of("2026-10-25", "0 2,3 * * *"), "00:00 02:00");
  assert.equal(of("2026-10-25", "0 * * * *"), "00:00 01:00 02:00");
});

test("CRON-004: in the second of two hours nothing is run again by local time, and all of it in real time", () => {
  const berlin = zone("Europe/Berlin");
  const inSecond = second("2026-10-25T01:10:00Z");
  assert.equal(nextSlot(calendar("30 2 * * *"), berlin, inSecond), second("2026-10-26T01:30:00Z"));
  assert.equal(nextSlot(calendar("30 * * * *"), berlin, inSecond), second("2026-10-25T01:30:00Z"));
  assert.equal(nextSlot(calendar("*/30 */2 * * *"), berlin, inSecond), second("2026-10-25T01:30:00Z"));
});

const SAMPLES = [
  "*/20 * * * *",
  "7 */3 * * *",
  "30 2 * * *",
  "*/15 1-3 * * *",
  "0 0 * * *",
  "59 23 * * *",
  "0 0,12 * * 0",
  "30 0 1,28-31 * 1-5",
  "0 0-23 */2 * *",
];

type Change = { readonly instant: number; readonly zone: Zone; readonly before: number; readonly after: number };

/** Each kind of change of each zone of Node's in ten years, once. */
function changesOfAllZones(from: number, to: number): Change[] {
  const changes = new Map<string, Change>();
  // Many zones have had the same clocks.
  const zones = new Map<string, Zone>();
  for (const name of Intl.supportedValuesOf("timeZone")) {
    const where = zone(name);
    const samples = Array.from({ length: Math.floor((to - from) / (16 * DAY)) }, (_, index) => where(from + index * 16 * DAY));
    zones.set(samples.join(), where);
  }
  const step = 4 * DAY;
  for (const where of zones.values()) {
    for (let start = from; start < to; start += step) {
      const before = where(start);
      if (where(start + step) === before) continue;
      let [low, high] = [start, start + step];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (where(middle) === before) low = middle;
        else high = middle;
      }
      changes.set(`${high} ${before} ${where(high)}`, { instant: high, zone: where, before, after: where(high) });
    }
  }
  return [...changes.values()];
}

test("CRON-004, CRON-009: around every change of the clocks of every zone in ten years the slots are those of a look at each minute", () => {
  const changes = changesOfAllZones(second("2019-01-03T00:00:00Z"), second("2029-01-01T00:00:00Z"));
  assert.ok(changes.length > 100, `${changes.length} changes`);
  for (const [index, { instant, zone: where, before, after }] of changes.entries()) {
    const plain: Zone = (second) => (second < instant ? before : after);
    for (const text of [SAMPLES[index % SAMPLES.length], SAMPLES[(index * 7 + 3) % SAMPLES.length]]) {
      const schedule = calendar(text ?? "");
      const [from, to] = [instant - DAY, instant + DAY];
      const slots = reference(schedule, plain, from, to);
      const name = `${text} ${new Date(instant * 1000).toISOString()}`;
      assert.deepEqual(slotsBetween(schedule, where, from, to), slots, name);
      // A daemon may begin to ask at any moment, also within hours that come twice.
      for (let asked = instant - 3 * HOUR; asked < instant + 3 * HOUR; asked += 7 * MINUTE) {
        const next = slots.find((slot) => slot > asked);
        if (next !== undefined)
          assert.equal(nextSlot(schedule, where, asked), next, `${name} asked at ${new Date(asked * 1000).toISOString()}`);
      }
    }
  }
});

const anyList = (min: number, max: number): fc.Arbitrary<string> =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map(String);
const anyField = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant("*"),
    fc.integer({ min: 1, max: Math.max(1, max) }).map((step) => `*/${step}`),
    anyList(min, max),
  );

/** With days and months that come often enough. */
const anyCalendar = fc
  .tuple(anyField(0, 59), anyField(0, 23), fc.oneof(fc.constant("*"), anyList(1, 28)), fc.constant("*"), anyField(0, 7))
  .map((fields) => calendar(fields.join(" ")));

const anyZone = fc.constantFrom(
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
  "America/St_Johns",
  "Asia/Kathmandu",
);

test("CRON-009: whole weeks of any schedule are those of a look at each minute", () => {
  const start = second("2026-01-01T00:00:00Z");
  fc.assert(
    fc.property(anyCalendar, anyZone, fc.integer({ min: 0, max: 360 * 1440 }), (schedule, name, minutes) => {
      const where = zone(name);
      const from = start + minutes * MINUTE;
      assert.deepEqual(slotsBetween(schedule, where, from, from + 14 * DAY), reference(schedule, where, from, from + 14 * DAY));
    }),
    { numRuns: 60 },
  );
});

test("CRON-009: the next slot does not depend on where in between one asks, and the last slot is the one before it", () => {
  const start = second("2026-01-01T00:00:00Z");
  fc.assert(
    fc.property(anyCalendar, anyZone, fc.integer({ min: 0, max: 360 * DAY }), fc.nat({ max: 999 }), (schedule, name, seconds, part) => {
      const where = zone(name);
      const from = start + seconds;
      const slot = nextSlot(schedule, where, from);
      assert.ok(slot !== null && slot > from);
      const between = from + Math.floor(((slot - 1 - from) * part) / 1000);
      assert.equal(nextSlot(schedule, where, between), slot);
      const after = nextSlot(schedule, where, slot);
      assert.ok(after !== null && after > slot);
      assert.equal(lastSlot(schedule, where, from, after - 1), slot);
      assert.equal(lastSlot(schedule, where, from, slot - 1), null);
      assert.equal(countSlots(schedule, where, from, after, 5), 2);
    }),
    { numRuns: 200 },
  );
});

test("CRON-009: rare slots are found up to five years ahead, seconds to the second", () => {
  const berlin = zone("Europe/Berlin");
  const from = second("2026-11-29T10:00:00Z");
  assert.equal(nextSlot(calendar("0 0 29 2 *"), berlin, from), second("2028-02-28T23:00:00Z"));
  assert.equal(nextSlot(calendar("30 * 1 1 *"), berlin, from), second("2026-12-31T23:30:00Z"));
  assert.equal(nextSlot(calendar("5,50 59 23 31 12 *"), berlin, from), second("2026-12-31T22:59:05Z"));
  assert.equal(nextSlot(calendar("*/7 * * * * *"), berlin, from + 3), from + 7);
  assert.equal(nextSlot(calendar("*/7 * * * * *"), berlin, from + 56), from + 60);
  // A Sunday the 29th of February is in 2032 only, and there is a Monday every week.
  assert.equal(nextSlot(calendar("0 0 29 2 */7"), berlin, from), null);
  assert.equal(nextSlot(calendar("0 0 29 2 1"), berlin, from), second("2027-01-31T23:00:00Z"));
  assert.equal(lastSlot(calendar("0 0 29 2 */7"), berlin, from, from + DAY), null);
});

test("CRON-009: a zone is asked a few times for a slot, however far away it is", () => {
  let asked = 0;
  const berlin = zone("Europe/Berlin");
  const counting: Zone = (instant) => {
    asked += 1;
    return berlin(instant);
  };
  nextSlot(calendar("30 2 29 2 *"), counting, second("2026-11-29T10:00:00Z"));
  assert.ok(asked <= 60, `asked ${asked} times`);
  asked = 0;
  nextSlot(calendar("*/5 * * * *"), counting, second("2026-11-29T10:00:00Z"));
  assert.ok(asked <= 10, `asked ${asked} times`);
});
