/** What a server sends, read: rows as they should be are kept, others are mended or refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asConfigReport, asExplained, asProcessInfos } from "./infos.ts";

const ROW = {
  name: "web",
  group: "web",
  start: 1,
  stop: 0,
  now: 2,
  state: 20,
  statename: "RUNNING",
  spawnerr: "",
  exitstatus: 0,
  logfile: "/l",
  stdout_logfile: "/l",
  stderr_logfile: "",
  pid: 7,
  description: "pid 7",
};

test("a row that is as it should be is kept", () => assert.deepEqual(asProcessInfos([ROW, ROW]), { ok: true, value: [ROW, ROW] }));

test("a member that is missing or of another type reads as nothing, and what came is left as it is", () => {
  const { description: _, ...row } = { ...ROW, pid: "7", spawnerr: null };
  const before = structuredClone(row);
  assert.deepEqual(asProcessInfos([row]), { ok: true, value: [{ ...ROW, pid: 0, spawnerr: "", description: "" }] });
  assert.deepEqual(row, before);
});

test("values that only XML-RPC has become ours", () => {
  const explained = asExplained({
    group: "g",
    name: "n",
    reason: "",
    exitstatus: -1,
    signal: "",
    restarts: 2,
    life: null,
    lastWords: ["a", 1],
  });
  const value = { group: "g", name: "n", reason: "", exitstatus: null, signal: null, restarts: 2, life: null, lastWords: ["a"] };
  assert.deepEqual(explained, { ok: true, value });
  const report = asConfigReport({ errors: [{ message: "m", file: "", line: 0 }, "x"], warnings: [] });
  const errors = [{ message: "m", file: null, line: null, excerpt: null, hint: null }];
  assert.deepEqual(report, { ok: true, value: { errors, warnings: [] } });
});

test("an answer of another shape is refused", () => {
  for (const answer of ["", { ...ROW }, [ROW, 1]]) assert.equal(asProcessInfos(answer).ok, false);
});
