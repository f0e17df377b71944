import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { delta, patched } from "./delta.ts";

const value = fc.jsonValue({ noUnicodeString: false }).map((one) => JSON.parse(JSON.stringify(one)) as unknown);
const object = fc.dictionary(
  fc.constantFrom("a", "b", "c", "__proto__", "1"),
  fc.oneof(value, fc.dictionary(fc.constantFrom("x", "y"), value)),
);

test("a value is its base with the difference, to the order of its keys, also after a way as JSON", () => {
  fc.assert(
    fc.property(fc.oneof(value, object), fc.oneof(value, object), (base, one) => {
      const change = JSON.parse(JSON.stringify(delta(base, one))) as ReturnType<typeof delta>;
      assert.equal(JSON.stringify(patched(base, change)), JSON.stringify(one));
    }),
    { numRuns: 300 },
  );
});

test("what is alike takes no room and is shared", () => {
  const base = { name: "a", environment: { A: "1", B: "2" }, exitCodes: [0], stdout: { logfile: { kind: "none" } } };
  const other = { ...structuredClone(base), name: "b", environment: { A: "1", B: "3" } };
  assert.equal(delta(base, structuredClone(base)), null);
  assert.deepEqual(delta(base, other), { name: ["b"], environment: { B: ["3"] } });
  assert.equal((patched(base, delta(base, other)) as typeof base).stdout, base.stdout);
  assert.deepEqual(delta({ a: 1, b: 2 }, { a: 1 }), { b: [] });
});
