import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { beginCheck, type Checked, checked, type Health, type HealthRules, newHealth, nextCheckMs } from "./health.ts";

const RULES: HealthRules = { healthcheckInterval: 30_000, healthcheckGrace: 10_000, healthcheckFailures: 3, healthcheckSuccesses: 1 };
const found = (result: Checked["result"]): Checked => ({ result, text: result, output: "", ms: 1 });

/** The verdicts after each result, all long after the grace time. */
function verdicts(rules: HealthRules, results: readonly Checked["result"][]): string[] {
  let health: Health = newHealth({ monoMs: 0, wallMs: 0 });
  return results.map((result, at) => {
    const now = { monoMs: 1e6 + at * 30_000, wallMs: 0 };
    health = checked(rules, beginCheck(health, now), found(result), now);
    return health.verdict;
  });
}

test("HLT-003 failures in a row make it unhealthy, one success in between begins the row anew", () => {
  assert.deepEqual(verdicts(RULES, ["failed", "failed", "ok", "failed", "failed", "failed", "ok"]), [
    "unknown",
    "unknown",
    "healthy",
    "healthy",
    "healthy",
    "unhealthy",
    "healthy",
  ]);
});

test("HLT-001 a success within the grace time counts, a failure does not", () => {
  const at = (monoMs: number) => ({ monoMs, wallMs: monoMs });
  let health = newHealth(at(0));
  for (let ms = 0; ms < 9999; ms += 1000) health = checked(RULES, health, found("failed"), at(ms));
  assert.deepEqual([health.verdict, health.failures], ["unknown", 0]);
  assert.equal(checked(RULES, health, found("ok"), at(9999)).verdict, "healthy");
  assert.equal(checked(RULES, health, found("failed"), at(10_000)).failures, 1);
});

test("HLT-005 a check that could not be made is neither failure nor success", () => {
  assert.deepEqual(verdicts(RULES, ["failed", "failed", "error", "error", "failed"]).at(-1), "unhealthy");
  assert.deepEqual(verdicts(RULES, ["failed", "failed", "error", "error"]).at(-1), "unknown");
  assert.deepEqual(verdicts({ ...RULES, healthcheckSuccesses: 2 }, ["ok", "error", "ok"]).at(-1), "healthy");
});

test("HLT-002 the next check comes an interval after the beginning of the last, give or take a tenth, and never before its end", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(100_000), (u, tookMs) => {
      const next = nextCheckMs(RULES, 1000, { monoMs: 1000 + tookMs, wallMs: 0 }, u);
      assert.ok(next >= 1000 + tookMs);
      if (tookMs <= 27_000) assert.ok(next >= 28_000 && next <= 34_000);
    }),
  );
});

test("the verdict is that of a count of the last results of one kind", () => {
  const result = fc.constantFrom<Checked["result"]>("ok", "failed", "error");
  fc.assert(
    fc.property(
      fc.array(result, { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      (results, failures, successes) => {
        const rules = { ...RULES, healthcheckFailures: failures, healthcheckSuccesses: successes };
        const told = results.filter((one) => one !== "error");
        let expected = "unknown";
        for (let end = 1; end <= told.length; end++) {
          const row = told.slice(0, end);
          if (row.length >= failures && row.slice(-failures).every((one) => one === "failed")) expected = "unhealthy";
          if (row.length >= successes && row.slice(-successes).every((one) => one === "ok")) expected = "healthy";
        }
        assert.equal(verdicts(rules, results).at(-1) ?? "unknown", expected);
      },
    ),
  );
});
