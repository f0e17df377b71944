import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { newBucket, TOLD_MS, takeTokens, tellAtMs, told } from "./rate.ts";

test("LOGX-012: a burst of ten seconds' lines, then so many a second; the others are counted, and told every ten seconds at most", () => {
  let bucket = newBucket(5, 1000);
  const take = (lines: number, nowMs: number): number => {
    const taken = takeTokens(bucket, 5, lines, nowMs);
    bucket = taken.bucket;
    return taken.passed;
  };
  assert.deepEqual([take(60, 1000), take(1, 1100), take(1, 1200), take(9, 2200)], [50, 0, 1, 5]);
  assert.equal(bucket.dropped, 15);
  assert.equal(tellAtMs(bucket), 1000);
  bucket = told(bucket, 2200);
  assert.equal(tellAtMs(bucket), null);
  take(9, 2300);
  assert.equal(tellAtMs(bucket), 2200 + TOLD_MS);
});

test("LOGX-012: never more than burst and rate, whatever comes when; passed and dropped are all", () => {
  const calls = fc.array(fc.tuple(fc.nat(100), fc.nat(3000)), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), calls, (rate, all) => {
      let [bucket, nowMs, passed, came] = [newBucket(rate, 0), 0, 0, 0];
      for (const [lines, laterMs] of all) {
        nowMs += laterMs;
        came += lines;
        const taken = takeTokens(bucket, rate, lines, nowMs);
        bucket = taken.bucket;
        passed += taken.passed;
        assert.ok(passed <= rate * 10 + (rate * nowMs) / 1000 + 1e-6);
      }
      assert.equal(passed + bucket.dropped, came);
    }),
  );
});
