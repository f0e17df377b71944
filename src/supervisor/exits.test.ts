import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  cut,
  decodeHistory,
  ENDS_MAX,
  type End,
  type ExitHistory,
  encodeHistory,
  HISTORY_BYTES_MAX,
  NO_HISTORY,
  restartsOf,
  withEnd,
  withFailedHook,
  withRestart,
  withSurvivors,
} from "./exits.ts";

const END: End = {
  startedAt: 1_790_000_000_000,
  endedAt: 1_790_000_003_000,
  ranMs: 3000,
  code: 1,
  signal: null,
  core: false,
  expected: false,
  reason: "exit",
  oom: "no",
  cpuMs: 20,
  memory: 4_000_000,
  survivors: 0,
};

const ends = (count: number, changes: Partial<End> = {}): ExitHistory =>
  Array.from({ length: count }, (_, at) => ({ ...END, endedAt: at, ...changes })).reduce(withEnd, NO_HISTORY);

test("HIS-001 the last 20 ends are kept, the oldest go", () => {
  const { ends: kept } = ends(ENDS_MAX + 3);
  assert.deepEqual(
    kept.map(({ endedAt }) => endedAt),
    Array.from({ length: 20 }, (_, at) => at + 3),
  );
});

test("HIS-001 a record comes back as it was", () => {
  fc.assert(
    fc.property(fc.nat(25), fc.array(fc.constantFrom("restart", "retry", "unhealthy", "update")), (count, reasons) => {
      const history = reasons.reduce(withRestart, withFailedHook(ends(count), "pre_stop"));
      const { bytes, kept } = encodeHistory(history);
      const read = decodeHistory(bytes);
      assert.deepEqual(read.ok && read.value, kept);
      assert.equal(restartsOf(kept), reasons.filter((reason) => reason !== "update").length);
    }),
  );
});

test("HIS-001 20 usual ends fit; a record takes 4 KiB at most, and the older ends go first", () => {
  const usual = encodeHistory(ends(ENDS_MAX, { signal: "SIGKILL", code: null, oom: "likely", reason: "ready-timeout", survivors: 3 }));
  assert.ok(usual.bytes.length <= HISTORY_BYTES_MAX);
  assert.ok(usual.kept.ends.length >= 15, `${usual.kept.ends.length} ends fit`);
  const large = encodeHistory(ends(ENDS_MAX, { reason: "x".repeat(1000) }));
  assert.ok(large.bytes.length <= HISTORY_BYTES_MAX);
  assert.deepEqual(
    large.kept.ends.map(({ endedAt }) => endedAt),
    [17, 18, 19],
  );
});

test("HIS-002 kills for want of memory are counted, certain or not", () => {
  const history = (["no", "likely", "yes"] as const).reduce((all, oom) => withEnd(all, { ...END, oom }), NO_HISTORY);
  assert.equal(history.oomKills, 2);
});

test("CMN-029 cut to fewer ends a history keeps its counters", () => {
  const history = withRestart(ends(10), "retry");
  assert.deepEqual([cut(history, 5).ends.length, cut(history, 0).ends.length, cut(history, 0).restarts], [5, 0, { retry: 1 }]);
});

test("KILL-006 the number of survivors is added to its end when it is known", () => {
  const history = withSurvivors(ends(3, { survivors: null }), 1, 2);
  assert.deepEqual(
    history.ends.map(({ survivors }) => survivors),
    [null, 2, null],
  );
});

test("a damaged record is refused, one of a later release is read", () => {
  const { bytes } = encodeHistory(ends(2));
  const damaged = Uint8Array.from(bytes, (byte, at) => (at === 40 ? byte ^ 1 : byte));
  assert.equal(decodeHistory(damaged).ok, false);
  const later = encodeHistory({ ...ends(1), ...{ somethingNew: 1 } });
  assert.equal(decodeHistory(later.bytes).ok, true);
});
