import assert from "node:assert/strict";
import { test } from "node:test";
import type { OptionValue } from "../../src/api/types.ts";
import type { Row } from "./flapping.ts";
import { isBad, isOver, type Operation, type Rolling, rollingText } from "./rolling.ts";
import { countIn, mayBeNumbered, removedBy, scalable } from "./scale.ts";
import { TEXTS } from "./texts.ts";
import { EMPTY_WORLD } from "./world.ts";

test("SCL-001, SCL-002: whose name holds its number can have more or fewer; the highest go first; others of the group do not count", () => {
  const names = ["web_00", "web_01", "web_10", "web_x", "api"];
  const rows = new Map(names.map((name) => [`g:${name}`, { group: "g", name } as Row]));
  const world = { ...EMPTY_WORLD, groups: [{ name: "g", members: [...rows.keys()] }], rows };
  const option = (name: string, value: string, section = "program:web"): OptionValue => ({
    ...{ section, option: name, value, file: null, line: null },
  });
  const of = (processName: string, numprocs = "2") =>
    scalable([option("process_name", processName), option("numprocs", numprocs), option("numprocs", "9", "group:g")], "g", world);
  const it = of("%(program_name)s_%(process_num)02d");
  assert.deepEqual(it, { program: "web", members: ["g:web_00", "g:web_01", "g:web_10"], written: 2 });
  assert.deepEqual(it === null ? [] : removedBy(it, 1), ["g:web_10", "g:web_01"]);
  assert.deepEqual(of("%(ENV_X)s_%(process_num)d")?.members, ["g:web_00", "g:web_01", "g:web_10"]);
  assert.equal(of("%(program_name)s"), null);
  assert.deepEqual([mayBeNumbered({ group: "web1", name: "web1" }), mayBeNumbered({ group: "web", name: "web_0" })], [false, true]);
});

test("ROLL-001, ROLL-002, ROLL-004: what is said of a rolling restart: how far it is, what failed, what is left, what ended it", () => {
  const results = [
    { group: "web", name: "web_0", result: "restarted", text: "" },
    { group: "web", name: "web_1", result: "skipped", text: "STOPPED" },
  ] as const;
  const operation: Operation = { ended: "", results, underWay: ["web:web_2"], left: ["web:web_3"] };
  const begun: Rolling = { what: "web", total: 4, operation: null, refused: null };
  const said = (change: Partial<Rolling>) => rollingText({ ...begun, ...change }, TEXTS.en);
  assert.equal(said({}), "Rolling restart of web…");
  assert.equal(said({ operation }), "Rolling restart of web: 1 of 4 · now web:web_2 · left out: web:web_1 (STOPPED)");
  const failed = [...results, { group: "web", name: "web_2", result: "failed", text: "spawn error" } as const];
  const ended = { ...begun, operation: { ended: "failed", results: failed, underWay: [], left: ["web:web_3"] } } as const;
  assert.equal(
    rollingText(ended, TEXTS.en),
    "Rolling restart of web: 1 of 4 · left out: web:web_1 (STOPPED) · failed: web:web_2 (spawn error) · 1 not restarted · ended by the failure",
  );
  assert.deepEqual(
    [isBad(ended), isOver(ended), isBad({ ...begun, operation }), isOver({ ...begun, operation })],
    [true, true, false, false],
  );
  assert.equal(rollingText({ ...begun, refused: "FAILED: no" }, TEXTS.zh), "滚动重启 web: 失败: FAILED: no");
});

test("SCL: a number of processes is typed in digits: what is another number in JavaScript is a slip", () => {
  assert.deepEqual(["12", "0", "007"].map(countIn), [12, 0, 7]);
  for (const slip of ["1e3", "4.0", "-0", "+4", "0x10", " 4", "４", ""]) assert.equal(countIn(slip), null, slip);
});
