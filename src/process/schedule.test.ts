import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseSchedule, type Schedule } from "../config/cronfields.ts";
import { zoneNamed } from "../config/zonenames.ts";
import type { Now } from "../doors.ts";
import type { Zone } from "../zone.ts";
import { LATE_MS_MAX, type Look, lookAt, nextSlotMs, type Position, positionNow } from "./schedule.ts";

const HOUR_MS = 3_600_000;

function schedule(text: string): Schedule {
  const result = parseSchedule(text);
  assert.ok(result.ok, text);
  return result.value;
}

function zone(name: string): Zone {
  const found = zoneNamed(name);
  assert.ok(found !== null, name);
  return found;
}

const UTC = zone("UTC");
const START = Date.parse("2026-11-29T10:00:00Z");
/** The monotonic clock began a little before. */
const BOOT = START - 5_000_000;

function at(time: string, steppedMs = 0): Now {
  const wallMs = Date.parse(`2026-11-${time}Z`);
  return { wallMs, monoMs: wallMs - steppedMs - BOOT };
}

function told({ dueMs, missed, restarted }: Look): string {
  const time = (ms: number): string => new Date(ms).toISOString().slice(8, 19);
  const due = dueMs === null ? [] : [`due ${time(dueMs)}`];
  return [
    ...due,
    ...(missed === null ? [] : [`missed ${missed.count} to ${time(missed.slotMs)}`]),
    ...(restarted ? ["restarted"] : []),
  ].join(", ");
}

test("CRON-003: a slot is due once, from its second on", () => {
  const daily = schedule("30 10 * * *");
  const first = positionNow(daily, at("29T10:00:00"));
  assert.equal(nextSlotMs(daily, UTC, first, at("29T10:00:00")), at("29T10:30:00").wallMs);
  assert.equal(lookAt(daily, UTC, first, at("29T10:29:59"), false).position, first);
  const look = lookAt(daily, UTC, first, at("29T10:30:00"), false);
  assert.equal(told(look), "due 29T10:30:00");
  assert.equal(told(lookAt(daily, UTC, look.position, at("29T10:30:00"), false)), "");
  assert.equal(told(lookAt(daily, UTC, look.position, at("29T11:30:00"), false)), "");
  assert.equal(nextSlotMs(daily, UTC, look.position, at("29T10:30:00")), at("30T10:30:00").wallMs);
});

test("CRON-006: up to a minute late a slot runs; later it is missed, or one is run for all", () => {
  const hourly = schedule("0 * * * *");
  const first = positionNow(hourly, at("29T10:30:00"));
  assert.equal(told(lookAt(hourly, UTC, first, at("29T11:01:00"), false)), "due 29T11:00:00");
  assert.equal(told(lookAt(hourly, UTC, first, at("29T11:01:01"), false)), "missed 1 to 29T11:00:00");
  assert.equal(told(lookAt(hourly, UTC, first, at("29T14:30:00"), false)), "missed 4 to 29T14:00:00");
  assert.equal(told(lookAt(hourly, UTC, first, at("29T14:00:30"), false)), "due 29T14:00:00, missed 3 to 29T13:00:00");
  assert.equal(told(lookAt(hourly, UTC, first, at("29T14:30:00"), true)), "due 29T14:00:00");
  assert.equal(told(lookAt(hourly, UTC, lookAt(hourly, UTC, first, at("29T14:30:00"), true).position, at("29T14:59:00"), true)), "");
});

test("CRON-006: a clock that jumps by years costs no look at each slot", () => {
  const often = schedule("* * * * * *");
  const past: Position = { handledMs: 0, aheadMs: 0 };
  assert.equal(told(lookAt(often, UTC, past, at("29T10:00:00"), false)), "due 29T10:00:00, missed 1000 to 29T09:59:59");
});

test("CRON-005: set back by up to three hours, handled slots are not run again; by more, it begins anew", () => {
  const hourly = schedule("0 * * * *");
  const { position } = lookAt(hourly, UTC, positionNow(hourly, at("29T11:59:00")), at("29T12:00:00"), false);
  const backTwo = -2 * HOUR_MS;
  for (const time of ["29T10:00:00", "29T11:00:00", "29T12:00:00"])
    assert.equal(told(lookAt(hourly, UTC, position, at(time, backTwo), false)), "");
  assert.equal(told(lookAt(hourly, UTC, position, at("29T13:00:00", backTwo), false)), "due 29T13:00:00");
  const backFour = lookAt(hourly, UTC, position, at("29T08:10:00", -4 * HOUR_MS), false);
  assert.equal(told(backFour), "restarted");
  assert.equal(told(lookAt(hourly, UTC, backFour.position, at("29T08:11:00", -4 * HOUR_MS), false)), "");
  assert.equal(told(lookAt(hourly, UTC, backFour.position, at("29T09:00:00", -4 * HOUR_MS), false)), "due 29T09:00:00");
});

test("CRON-005: set forward, the slots in between are missed", () => {
  const hourly = schedule("0 * * * *");
  const first = positionNow(hourly, at("29T10:30:00"));
  assert.equal(told(lookAt(hourly, UTC, first, at("29T20:30:00", 10 * HOUR_MS), false)), "missed 10 to 29T20:00:00");
});

test("CRON: @every goes by the monotonic clock, whatever the wall shows", () => {
  const every = schedule("@every 10m");
  const first = positionNow(every, at("29T10:00:00"));
  assert.equal(nextSlotMs(every, UTC, first, at("29T10:00:00")), at("29T10:10:00").wallMs);
  assert.equal(told(lookAt(every, UTC, first, at("29T10:09:59"), false)), "");
  assert.equal(told(lookAt(every, UTC, first, at("29T18:09:59", 8 * HOUR_MS), false)), "");
  assert.equal(told(lookAt(every, UTC, first, at("29T05:09:59", -5 * HOUR_MS), false)), "");
  const look = lookAt(every, UTC, first, at("29T10:10:03"), false);
  assert.equal(told(look), "due 29T10:10:00");
  assert.equal(told(lookAt(every, UTC, look.position, at("29T10:19:59"), false)), "");
  assert.equal(told(lookAt(every, UTC, look.position, at("29T10:20:00"), false)), "due 29T10:20:00");
  assert.equal(told(lookAt(every, UTC, first, at("29T10:35:00"), false)), "missed 3 to 29T10:30:00");
  assert.equal(told(lookAt(every, UTC, first, at("29T10:35:00"), true)), "due 29T10:30:00");
});

test("CRON-003: however often one looks, each slot is due, or missed, exactly once", () => {
  const anySchedule = fc
    .constantFrom("* * * * *", "*/7 * * * *", "0 */2 * * *", "30 2 * * *", "*/20 * * * * *", "@every 45s", "@every 17m")
    .map(schedule);
  const anyZone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York").map(zone);
  fc.assert(
    fc.property(
      anySchedule,
      anyZone,
      fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 60 }),
      (what, where, pauses) => {
        // An hour that comes twice in Berlin is among it.
        const start = Date.parse("2026-10-25T00:00:00Z");
        let now: Now = { wallMs: start, monoMs: start - BOOT + 1e9 };
        const first = positionNow(what, now);
        let position = first;
        let handled = 0;
        for (const pauseMs of pauses) {
          now = { wallMs: now.wallMs + pauseMs, monoMs: now.monoMs + pauseMs };
          const look = lookAt(what, where, position, now, false);
          handled += (look.dueMs === null ? 0 : 1) + (look.missed?.count ?? 0);
          if (look.dueMs !== null) assert.ok(look.dueMs <= now.wallMs && look.dueMs >= now.wallMs - LATE_MS_MAX);
          position = look.position;
          const next = nextSlotMs(what, where, position, now);
          assert.ok(next !== null && next > now.wallMs);
        }
        let expected = 0;
        for (
          let one = first, next = nextSlotMs(what, where, one, now);
          next !== null && next <= now.wallMs;
          next = nextSlotMs(what, where, one, now)
        ) {
          one = { ...one, handledMs: what.kind === "every" ? one.handledMs + what.ms : next };
          expected += 1;
        }
        assert.equal(handled, expected);
      },
    ),
    { numRuns: 200 },
  );
});
