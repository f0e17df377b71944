import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { INT_MAX, INT_MIN, VALUE_DEPTH_MAX } from "./bounds.ts";
import { plain } from "./calling.fixture.ts";
import { argumentOf, plainArgument, plainResult, resultOf } from "./plainvalues.ts";
import { Rendered } from "./values.ts";

const xml = (value: unknown): string => {
  const result = resultOf(value);
  assert.ok(result.ok, result.ok ? "" : result.error);
  return result.value instanceof Rendered ? Buffer.concat(result.value.xml).toString() : JSON.stringify(result.value);
};

test("numbers: 32 bits are whole, everything else that is finite is a double", () => {
  assert.equal(xml(INT_MAX), String(INT_MAX));
  assert.equal(xml(INT_MIN), String(INT_MIN));
  assert.equal(xml(INT_MAX + 1), `<value><double>${INT_MAX + 1}</double></value>\n`);
  assert.equal(xml(0.5), "<value><double>0.5</double></value>\n");
});

test("RPC-207: dates are local; bytes are base64 in lines of 76 characters, each with its line end, as Python writes them", () => {
  assert.equal(xml(new Date(2026, 10, 24, 5, 40, 7)), "<value><dateTime.iso8601>20261124T05:40:07</dateTime.iso8601></value>\n");
  assert.equal(xml(new Uint8Array([0, 255])), "<value><base64>\nAP8=\n</base64></value>\n");
  const long = `${"AAAA".repeat(19)}\nAA==\n`;
  assert.equal(xml(new Uint8Array(58)), `<value><base64>\n${long}</base64></value>\n`);
});

test("what XML-RPC cannot carry is refused, with where it is", () => {
  const deep = Array.from({ length: VALUE_DEPTH_MAX + 1 }).reduce<unknown>((inner) => [inner], 1);
  for (const [value, what] of [
    [null, /no null/],
    [undefined, /gave nothing.*give true/],
    [{ a: [1, { b: null }] }, /^a: b: XML-RPC has no null$/],
    [10n, /no bigint/],
    [Number.NaN, /no NaN/],
    [new Date(Number.NaN), /no valid date/],
    [deep, /nested deeper/],
  ] as const) {
    const result = resultOf(value);
    assert.match(result.ok ? "" : result.error, what);
  }
});

test("arguments come to a plug-in as plain values", () => {
  const value = new Map<string, number | { double: number } | readonly boolean[]>([
    ["__proto__", 1],
    ["b", { double: 0.5 }],
    ["c", [true]],
  ]);
  const argument = plainArgument(value) as object;
  assert.deepEqual(Object.entries(argument), [
    ["__proto__", 1],
    ["b", 0.5],
    ["c", [true]],
  ]);
  assert.deepEqual(plainArgument({ dateTime: [2026, 11, 24, 5, 40, 7] }), new Date(2026, 10, 24, 5, 40, 7));
});

test("what a plug-in passes on to one of our methods, and gets from it, keeps its meaning", () => {
  const leaf = fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("tree")), fc.dictionary(fc.string(), tie("tree"))),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const same = JSON.parse(JSON.stringify(value)) as unknown;
      assert.deepEqual(JSON.parse(JSON.stringify(plainArgument(argumentOf(value)))), same);
      const result = resultOf(value);
      assert.ok(result.ok);
      assert.deepEqual(JSON.parse(JSON.stringify(plainResult(result.value))), same);
      assert.deepEqual(JSON.parse(JSON.stringify(plain(result.value))), same);
    }),
  );
});
