import assert from "node:assert/strict";
import { test } from "node:test";
import type { OptionValue } from "../../src/api/types.ts";
import type { Row } from "./flapping.ts";
import { mayBeNumbered, removedBy, scalable } from "./scale.ts";
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
