import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLimit } from "./limits.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95883                unlimited            processes
Max open files            1024                 1048576              files
`;

test("the kernel's table of limits is read", () => {
  assert.deepEqual(parseLimit(LIMITS, "nofile"), { soft: 1024n, hard: 1048576n });
  assert.deepEqual(parseLimit(LIMITS, "nproc"), { soft: 95883n, hard: 2n ** 64n - 1n });
});

test("a table without the line gives nothing", () => {
  assert.equal(parseLimit("", "nofile"), null);
});
