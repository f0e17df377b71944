import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Calendar, parseSchedule, type Schedule } from "./cronfields.ts";
import { isZoneName, nearestZone, zoneNamed } from "./zonenames.ts";

function fault(text: string): string {
  const schedule = parseSchedule(text);
  return schedule.ok ? `good: ${JSON.stringify(schedule.value)}` : schedule.error;
}

function calendar(text: string): Calendar {
  const schedule = parseSchedule(text);
  assert.ok(schedule.ok && schedule.value.kind === "calendar", text);
  return schedule.value;
}

test("CRON: fields with lists, ranges, steps and names", () => {
  const one = calendar("30 2 1,15 jan-mar,DEC mon-fri");
  assert.deepEqual(
    [one.seconds, one.minutes, one.hours, one.days, one.months, one.weekdays],
    [[0], [30], [2], [1, 15], [1, 2, 3, 12], [1, 2, 3, 4, 5]],
  );
  assert.deepEqual([one.eitherDay, one.everyHour], [true, false]);
  const six = calendar("*/15 5/20 */6 * * *");
  assert.deepEqual(
    [six.seconds, six.minutes, six.hours],
    [
      [0, 15, 30, 45],
      [5, 25, 45],
      [0, 6, 12, 18],
    ],
  );
  assert.deepEqual([six.eitherDay, six.everyHour], [false, true]);
  assert.deepEqual(calendar("10-30/10,12 0 * * *").minutes, [10, 12, 20, 30]);
  assert.deepEqual(calendar("  0\t0  * * * ").hours, [0]);
});

test("CRON: weekdays are 0 to 7, where 0 and 7 are Sunday", () => {
  assert.deepEqual(calendar("0 0 * * 0").weekdays, [0]);
  assert.deepEqual(calendar("0 0 * * 7").weekdays, [0]);
  assert.deepEqual(calendar("0 0 * * sun").weekdays, [0]);
  assert.deepEqual(calendar("0 0 * * 5-7").weekdays, [0, 5, 6]);
  assert.deepEqual(calendar("0 0 * * fri-sun").weekdays, [0, 5, 6]);
  assert.deepEqual(calendar("0 0 * * *").weekdays, [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(calendar("0 0 * * */2").weekdays, [0, 2, 4, 6]);
});

test("CRON: a day or weekday that begins with * restricts nothing for the other", () => {
  assert.equal(calendar("0 0 13 * 5").eitherDay, true);
  assert.equal(calendar("0 0 */2 * 5").eitherDay, false);
  assert.equal(calendar("0 0 13 * *").eitherDay, false);
});

test("CRON: words stand for fields, @every for a duration", () => {
  const words = { "@yearly": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@hourly": "0 * * * *" };
  for (const [word, fields] of Object.entries(words)) assert.deepEqual(calendar(word), { ...calendar(fields), text: word }, word);
  assert.deepEqual(calendar("@Daily").hours, [0]);
  assert.deepEqual(parseSchedule("@every 90s"), { ok: true, value: { kind: "every", ms: 90_000, text: "@every 90s" } });
  assert.deepEqual(parseSchedule("@every 1.5h"), { ok: true, value: { kind: "every", ms: 5_400_000, text: "@every 1.5h" } });
});

test("CRON: what is wrong with a schedule is told", () => {
  const faults = {
    "61 * * * *": "minute 61 is not 0 to 59",
    "* 24 * * *": "hour 24 is not 0 to 23",
    "* * 0 * *": "day 0 is not 1 to 31",
    "* * * 13 *": "month 13 is not 1 to 12",
    "* * * * 8": "weekday 8 is not 0 to 7",
    "60 * * * * *": "second 60 is not 0 to 59",
    "* * * * fry": "weekday 'fry' is not a number or a name from sun to sat",
    "* * * foo *": "month 'foo' is not a number or a name from jan to dec",
    "a * * * *": "minute 'a' is not a number",
    "1,,2 * * * *": "minute '' is not a number",
    "-5 * * * *": "minute '' is not a number",
    "1.5 * * * *": "minute '1.5' is not a number",
    "*5 * * * *": "minute '*5' is not a number",
    "30-10 * * * *": "minute 30-10 runs backwards",
    "1-2-3 * * * *": "minute '1-2-3' is not a range",
    "*/0 * * * *": "minute step 0 is not 1 to 59",
    "*/60 * * * *": "minute step 60 is not 1 to 59",
    "*/x * * * *": "minute step x is not 1 to 59",
    "*/2/3 * * * *": "minute '*/2/3' has more than one step",
    "* * * *": "4 fields instead of 5 or 6",
    "*": "1 field instead of 5 or 6",
    "": "0 fields instead of 5 or 6",
    "0 0 30 2 *": "it never comes (February 30)",
    "0 0 31 4,6,9,11 *": "it never comes (April 31)",
    "0 0 30,31 feb *": "it never comes (February 30)",
    "@every": "@every needs one duration behind it, such as @every 10m",
    "@every 1 h": "@every needs one duration behind it, such as @every 10m",
    "@every 999ms": "@every is at least 1s",
    "@every 10x": "not a valid duration: '10x'",
    "@reboot": "@reboot is not one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @every DURATION",
  };
  for (const [text, what] of Object.entries(faults)) assert.equal(fault(text), `not a valid schedule: '${text}': ${what}`);
  // Either of the two suffices, and there are Mondays in February; there is a 29th in leap years.
  for (const text of ["0 0 30 2 1", "0 0 29 2 *", "0 0 31 1,2 *"]) assert.equal(parseSchedule(text).ok, true, text);
});

test("CRON: whatever stands there is a schedule or a fault, and a schedule survives the store", () => {
  const part = fc.oneof(
    fc.constantFrom("*", "*/2", "1-5", "mon", "@every", "@daily", "1h", "7", "0", "31", ","),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const schedule = parseSchedule(parts.join(" "));
      if (!schedule.ok) return schedule.error.startsWith("not a valid schedule: ");
      assert.deepEqual(JSON.parse(JSON.stringify(schedule.value)) as Schedule, schedule.value);
      const { value } = schedule;
      return value.kind === "every"
        ? value.ms >= 1000
        : [value.minutes, value.hours, value.days, value.months].every((list) => list.length > 0);
    }),
    { numRuns: 300 },
  );
});

test("CRON: time zones by name, with the nearest for a misspelt one", () => {
  for (const name of ["Europe/Berlin", "europe/berlin", "UTC", "Asia/Kolkata", "US/Pacific", "Etc/GMT+5"])
    assert.ok(isZoneName(name), name);
  for (const name of ["Europe/Berln", "", "Mars", "CEST-1"]) assert.equal(isZoneName(name), false, name);
  assert.equal(nearestZone("Europe/Berln"), "Europe/Berlin");
  assert.equal(nearestZone("UTCC"), "UTC");
  assert.equal(nearestZone("nowhere at all"), null);
});

test("CRON: the offset of a zone at an instant, to the second", () => {
  const offset = (name: string, time: string): number | undefined => zoneNamed(name)?.(Date.parse(time) / 1000);
  assert.equal(offset("Europe/Berlin", "2026-03-29T00:59:59Z"), 3600);
  assert.equal(offset("Europe/Berlin", "2026-03-29T01:00:00Z"), 7200);
  assert.equal(offset("America/St_Johns", "2026-01-01T00:00:00Z"), -12_600);
  assert.equal(offset("Asia/Kathmandu", "2026-01-01T00:00:00Z"), 20_700);
  assert.equal(offset("Africa/Monrovia", "1970-01-01T00:00:00Z"), -2670);
  assert.equal(offset("UTC", "2026-01-01T00:00:00Z"), 0);
  assert.equal(zoneNamed("Europe/Berln"), null);
});
