import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { autostartsOf, changed, KEPT_MAX, type KeptStates, keptText, readKept } from "./kept.ts";

const bytes = (text: string) => Buffer.from(text);
const name = fc.string({ minLength: 1 }).map((text) => `g:${text}`);
const kept = fc.record(
  { enabled: fc.constantFrom(true, false, null), wanted: fc.constantFrom("up" as const, "down" as const, null) },
  { noNullPrototype: true },
);
const said = kept.filter(({ enabled, wanted }) => enabled !== null || wanted !== null);

test("BOOT-010: what is written is read as it was, in its order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, said), { selector: ([key]) => key }), (entries) => {
      const states: KeptStates = new Map(entries.filter(([key]) => key !== "g:__proto__"));
      const read = readKept(bytes(keptText(states, 0)));
      assert.ok(read.ok);
      assert.deepEqual([...read.value], [...states]);
    }),
  );
  const text = keptText(new Map([["web:web", { enabled: false, wanted: null }]]), 0);
  assert.deepEqual(JSON.parse(text), {
    version: 1,
    saved: "1970-01-01T00:00:00.000Z",
    programs: { "web:web": { enabled: false, wanted: null } },
  });
});

test("BOOT-013: torn, newer and other files are refused, and never throw", () => {
  const whole = keptText(new Map([["a:a", { enabled: true, wanted: "down" }]]), 0);
  for (let length = 0; length < whole.length - 1; length++) assert.equal(readKept(bytes(whole.slice(0, length))).ok, false, `${length}`);
  const refused = (text: string) => {
    const read = readKept(bytes(text));
    return read.ok ? null : read.error;
  };
  assert.equal(refused('{"version":2,"programs":{}}'), "version 2 is newer than 1");
  for (const text of ["", "null", "[]", "1", '{"programs":{}}', '{"version":1}', '{"version":1,"programs":[]}'])
    assert.ok(refused(text), text);
  assert.equal(readKept(Uint8Array.of(0xff)).ok, false);
  fc.assert(fc.property(fc.string(), (text) => void readKept(bytes(text))));
  const odd = readKept(bytes('{"version":1,"programs":{"a:a":{"enabled":"yes","wanted":"left","more":1},"b:b":7,"c:c":{"enabled":true}}}'));
  assert.deepEqual(odd.ok && [...odd.value], [["c:c", { enabled: true, wanted: null }]]);
});

test("BOOT-010: what changes nothing is the same states, and nothing is written for it", () => {
  const states: KeptStates = new Map([["a:a", { enabled: false, wanted: null }]]);
  assert.equal(
    changed(states, { names: ["a:a"], change: { enabled: false } }, () => true),
    states,
  );
  assert.equal(
    changed(states, { names: ["b:b"], change: { wanted: null } }, () => true),
    states,
  );
  const undone = changed(states, { names: ["a:a"], change: { enabled: null } }, () => true);
  assert.equal(undone?.size, 0);
});

test("BOOT-013: beyond the bound what is not configured goes first, the oldest of it; where all are configured it is refused", () => {
  const full: KeptStates = new Map(Array.from({ length: KEPT_MAX }, (_, at) => [`g:${at}`, { enabled: true, wanted: null }]));
  const next = changed(full, { names: ["new:new"], change: { enabled: false } }, (one) => one === "g:0");
  assert.equal(next?.size, KEPT_MAX);
  assert.deepEqual([next?.has("g:0"), next?.has("g:1"), next?.has("g:2"), next?.has("new:new")], [true, false, true, true]);
  assert.equal(
    changed(full, { names: ["new:new"], change: { enabled: false } }, () => true),
    null,
  );
});

test("BOOT-011, BOOT-012: what starts by itself: enabled or not, with all the last order of a client", () => {
  const states: KeptStates = new Map([
    ["a:a", { enabled: true, wanted: "down" }],
    ["b:b", { enabled: null, wanted: "up" }],
    ["c:c", { enabled: false, wanted: null }],
  ]);
  assert.deepEqual(
    [...autostartsOf(states, "enable")],
    [
      ["a:a", true],
      ["c:c", false],
    ],
  );
  assert.deepEqual(
    [...autostartsOf(states, "all")],
    [
      ["a:a", false],
      ["b:b", true],
      ["c:c", false],
    ],
  );
});
