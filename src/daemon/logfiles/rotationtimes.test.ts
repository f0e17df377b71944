import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRotationTime } from "../../config/rotationtimes.ts";
import { zoneNamed } from "../../config/zonenames.ts";
import { lookAt, nextSlotMs, type Position } from "../../process/schedule.ts";

const berlin = zoneNamed("Europe/Berlin") ?? assert.fail();
const at = (text: string) => Date.parse(text);

/** The minutes, by the clocks of Berlin, at which a log is rotated that is looked at each minute from one instant to another. */
function rotations(word: string, from: string, to: string, jumps: ReadonlyMap<string, number> = new Map()): string[] {
  const read = parseRotationTime(word);
  assert.ok(read.ok && read.value !== null);
  const schedule = read.value;
  let position: Position = { handledMs: at(from), aheadMs: at(from) };
  let ahead = at(from);
  const found: string[] = [];
  for (let mono = 0; mono + at(from) <= at(to); mono += 60_000) {
    ahead += jumps.get(new Date(mono + at(from)).toISOString().slice(0, 16)) ?? 0;
    const now = { monoMs: mono, wallMs: mono + ahead };
    const look = lookAt(schedule, berlin, position, now, true);
    position = look.position;
    if (look.dueMs !== null) found.push(new Date(now.wallMs + berlin(now.wallMs / 1000) * 1000).toISOString().slice(5, 16));
  }
  return found;
}

test("LOGX-020: by the hour, the day, the week (Monday), the month (the 1st), at the minute that is written", () => {
  assert.deepEqual(rotations("hourly@:30", "2026-07-01T00:00Z", "2026-07-01T02:59Z"), ["07-01T02:30", "07-01T03:30", "07-01T04:30"]);
  assert.deepEqual(rotations("daily@03:00", "2026-07-01T02:00Z", "2026-07-03T02:00Z"), ["07-02T03:00", "07-03T03:00"]);
  assert.deepEqual(rotations("weekly", "2026-07-01T00:00Z", "2026-07-08T00:00Z"), ["07-06T00:00"]);
  assert.deepEqual(rotations("monthly@12:00", "2026-07-01T11:00Z", "2026-08-02T00:00Z"), ["08-01T12:00"]);
});

test("LOGX-020: the hour that comes twice counts once, one that is left out comes with the next minute there is", () => {
  const autumn = ["2026-10-24T22:00Z", "2026-10-25T03:00Z"] as const;
  assert.deepEqual(rotations("daily@02:30", ...autumn), ["10-25T02:30"]);
  assert.deepEqual(rotations("hourly", ...autumn), ["10-25T01:00", "10-25T02:00", "10-25T03:00", "10-25T04:00"]);
  const spring = ["2026-03-28T23:30Z", "2026-03-29T02:30Z"] as const;
  assert.deepEqual(rotations("daily@02:30", ...spring), ["03-29T03:00"]);
  assert.deepEqual(rotations("hourly@:15", ...spring), ["03-29T01:15", "03-29T03:00", "03-29T03:15", "03-29T04:15"]);
});

test("LOGX-020: times that the clock jumps over rotate once; one that it goes back over does not rotate again", () => {
  const day = 86_400_000;
  const span = ["2026-07-01T00:00Z", "2026-07-01T03:00Z"] as const;
  assert.deepEqual(rotations("hourly", ...span, new Map([["2026-07-01T00:30", 3 * day]])), [
    "07-04T02:30",
    "07-04T03:00",
    "07-04T04:00",
    "07-04T05:00",
  ]);
  assert.deepEqual(rotations("daily@02:30", ...span, new Map([["2026-07-01T00:40", -3_600_000]])), ["07-01T02:30"]);
  assert.deepEqual(rotations("daily@02:30", ...span, new Map([["2026-07-01T00:40", -5 * day]])), ["07-01T02:30"]);
});

test("LOGX-020: the next time is known beforehand, so that nothing has to look for it", () => {
  const read = parseRotationTime("monthly@03:00");
  assert.ok(read.ok && read.value !== null);
  const wallMs = at("2026-07-01T02:00Z");
  const now = { monoMs: 5, wallMs };
  assert.equal(nextSlotMs(read.value, berlin, { handledMs: wallMs, aheadMs: wallMs - 5 }, now), at("2026-08-01T01:00Z"));
});
