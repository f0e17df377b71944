import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dueTicks, msToNextTick } from "./ticks.ts";

const T = Date.UTC(2026, 10, 24, 10, 29, 50);
const shown = (ticks: ReturnType<typeof dueTicks>) => ticks.events.map(({ period, when }) => `${period}@${when - T / 1000}`);
const noted = (wallMs: number) => dueTicks(null, wallMs).slices;

test("EVT-037: the first look only notes the slices", () => {
  assert.deepEqual(dueTicks(null, T + 1234).events, []);
});

test("EVT-036, EVT-038: one event when the slice changes, with the slice's start", () => {
  assert.deepEqual(shown(dueTicks(noted(T), T + 4999)), []);
  assert.deepEqual(shown(dueTicks(noted(T), T + 5000)), ["5@5"]);
  assert.deepEqual(shown(dueTicks(noted(T), T + 6460)), ["5@5"]);
});

test("EVT-039: 5, 60, 3600 in this order", () => {
  assert.deepEqual(shown(dueTicks(noted(T), T + 10_000)), ["5@10", "60@10"]);
  assert.deepEqual(shown(dueTicks(noted(T), T + 30 * 60_000 + 10_000)), ["5@1810", "60@1810", "3600@1810"]);
});

test("EVT-040: skipped slices are not made up, a jump back counts", () => {
  assert.deepEqual(shown(dueTicks(noted(T), T + 2 * 3_600_000)), ["5@7200", "60@7150", "3600@5410"]);
  assert.deepEqual(shown(dueTicks(noted(T), T - 3_600_000)), ["5@-3600", "60@-3650", "3600@-5390"]);
});

test("the next look is due at the next slice, and finds something then", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (wallMs) => {
      const { slices, nextWallMs } = dueTicks(null, wallMs);
      assert.ok(nextWallMs > wallMs && nextWallMs <= wallMs + 5000);
      assert.deepEqual(dueTicks(slices, nextWallMs - 1).events, []);
      assert.equal(dueTicks(slices, nextWallMs).events[0]?.period, 5);
    }),
  );
});

test("EVT-040: a clock that is set back or forward, by however much and how often, is noticed at the next look, and that is within five seconds", () => {
  const jump = fc.oneof(fc.integer({ min: -4000, max: 4000 }), fc.integer({ min: -1e11, max: 1e11 }));
  fc.assert(
    fc.property(fc.array(jump, { minLength: 1, maxLength: 20 }), (jumps) => {
      let wallMs = T;
      let { slices, nextWallMs } = dueTicks(null, wallMs);
      for (const ms of jumps) {
        wallMs += ms;
        const wait = msToNextTick(nextWallMs, wallMs);
        assert.ok(wait >= 0 && wait <= 5000);
        wallMs += wait;
        const ticks = dueTicks(slices, wallMs);
        assert.ok(ticks.events.length > 0, "there is something to tell when the wait is over");
        ({ slices, nextWallMs } = ticks);
      }
    }),
  );
});
