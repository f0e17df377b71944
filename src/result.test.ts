import assert from "node:assert/strict";
import { test } from "node:test";
import { unreachable } from "./result.ts";

test("what should not be there is shown, also with the large numbers of the keeper's reports in it", () => {
  const report = { type: "of a later version", report: 7n } as unknown as never;
  assert.throws(() => unreachable(report), /^Error: unreachable: \{"type":"of a later version","report":"7n"\}$/);
});
