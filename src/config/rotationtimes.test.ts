import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRotationTime, rotationTimeRemedy } from "./rotationtimes.ts";

test("LOGX-020: never, a word, a word with a time; by the hour with minutes alone", () => {
  assert.deepEqual(parseRotationTime("never"), { ok: true, value: null });
  const of = (text: string) => {
    const read = parseRotationTime(text);
    assert.ok(read.ok && read.value?.kind === "calendar", text);
    const { minutes, hours, days, weekdays } = read.value;
    return [minutes.join(), hours.length, days.length === 31 ? "*" : days.join(), weekdays.length === 7 ? "*" : weekdays.join()];
  };
  assert.deepEqual(of("hourly"), ["0", 24, "*", "*"]);
  assert.deepEqual(of("hourly@:30"), ["30", 24, "*", "*"]);
  assert.deepEqual(of("Daily@03:05"), ["5", 1, "*", "*"]);
  assert.deepEqual(of("weekly@3:05"), ["5", 1, "*", "1"]);
  assert.deepEqual(of("monthly"), ["0", 1, "1", "*"]);
});

test("LOGX-020: what is none is said, with what may be meant", () => {
  for (const text of ["dayly", "daily@24:00", "daily@3", "daily@:30", "hourly@03:00", "daily@03:00@4", "never@03:00", ""]) {
    const read = parseRotationTime(text);
    assert.ok(!read.ok && read.error.endsWith("is not one of never, hourly, daily, weekly, monthly, with @HH:MM (hourly@:MM)"), text);
  }
  assert.equal(rotationTimeRemedy("dayly@03:00"), "did you mean daily@03:00?");
  assert.equal(rotationTimeRemedy("hourly@03:00"), "write hourly, or hourly@:30");
  assert.equal(rotationTimeRemedy("daily@25:00"), "write daily, or daily@03:00");
  assert.equal(rotationTimeRemedy("xyzzyxyz"), "write daily, or daily@03:00");
});
