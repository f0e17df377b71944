import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as arbitrary from "../../test/contract/arbitraries.ts";
import { encodeKeeperFrame, welcomeFrames } from "../../test/sim/keeper/codec.ts";
import { Client } from "./client.ts";
import type { KeeperFrame } from "./codec.ts";
import type { Report, Welcome } from "./messages.ts";

function started(): { readonly client: Client; readonly welcomes: Welcome[]; readonly reports: Report[]; readonly failures: string[] } {
  const welcomes: Welcome[] = [];
  const reports: Report[] = [];
  const failures: string[] = [];
  const client = new Client({ welcome: (w) => welcomes.push(w), report: (r) => reports.push(r), failed: (f) => failures.push(f) });
  return { client, welcomes, reports, failures };
}

const ready: Report = { type: "daemonized", report: 0n, pid: 7 };
const sample = (): Welcome => fc.sample(arbitrary.welcome, { numRuns: 1, seed: 1 })[0] as Welcome;
const framesOf = (welcome: Welcome, ...reports: Report[]): KeeperFrame[] => [
  ...welcomeFrames(welcome),
  ...reports.map((value) => ({ type: "report", value }) as const),
];

test("the welcome is put together, the reports follow in their order", () => {
  fc.assert(
    fc.property(
      arbitrary.welcome,
      fc.array(arbitrary.report, { maxLength: 5 }),
      fc.integer({ min: 1, max: 64 }),
      (welcome, reports, step) => {
        const seen = started();
        const stream = Buffer.concat(framesOf(welcome, ...reports).map(encodeKeeperFrame));
        for (let at = 0; at < stream.length; at += step) seen.client.push(stream.subarray(at, at + step));
        assert.deepEqual(seen.welcomes, [welcome]);
        assert.deepEqual(seen.reports, reports);
        assert.deepEqual(seen.failures, []);
      },
    ),
    { numRuns: 50 },
  );
});

test("a refusal instead of a welcome is the end, with the keeper's words", () => {
  const seen = started();
  seen.client.push(
    encodeKeeperFrame({ type: "report", value: { type: "refused", report: 0n, batch: 0n, code: 3, text: "version 1 to 1" } }),
  );
  assert.deepEqual(seen.failures, ["refused: version 1 to 1"]);
});

test("frames of a later protocol are passed over", () => {
  const seen = started();
  const later = Buffer.from([7, 0, 0, 0, 0x67, 0x12, 1, 2, 3, 4, 5]);
  for (const frame of framesOf(sample(), ready)) seen.client.push(Buffer.concat([later, encodeKeeperFrame(frame), later]));
  assert.deepEqual([seen.welcomes.length, seen.reports, seen.failures], [1, [ready], []]);
});

test("what is malformed or out of order ends it once, and nothing follows", () => {
  const [head, ...others] = framesOf(sample(), ready).map(encodeKeeperFrame) as [Buffer, ...Buffer[]];
  const malformed = Buffer.from([3, 0, 0, 0, 94, 0, 1]);
  for (const wrong of [[...others], [head, head], [head, malformed], [head, ...others, head], [head, Buffer.from([0, 0, 0, 0])]]) {
    const seen = started();
    for (const frame of [...wrong, malformed, head, ...others]) seen.client.push(frame);
    assert.equal(seen.failures.length, 1, JSON.stringify(seen.failures));
  }
});
