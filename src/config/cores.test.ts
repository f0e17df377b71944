import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCores } from "./cores.ts";

test("CGR-001 a share of the processor in cores, or in percent of one; nothing else", () => {
  for (const [text, cores] of [
    ["1.5", 1.5],
    ["150%", 1.5],
    ["2", 2],
    [".5", 0.5],
    ["0.01", 0.01],
    [" 3 ", 3],
  ] as const)
    assert.deepEqual(parseCores(text), { ok: true, value: cores });
  for (const text of ["", "0", "0%", "-1", "x", "1,5", "1.5x", "%", "9000", "1e3"])
    assert.deepEqual(parseCores(text), { ok: false, error: `not a valid share of the processor: '${text}'` });
});
