import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import type { Scaled } from "../client/infos.ts";
import { fault, scene } from "../scene.fixture.ts";

const scaleSettled = async () => ok([]);
const scaled = (over: Partial<Scaled>) => async () => ok({ before: 2, after: 4, added: [], removed: [], failed: [], ...over });

test("SCL-001: scale tells from where to where, with the names; of many the rest is counted", async () => {
  const run = async (line: string, over: Partial<Scaled>) =>
    (await scene({ methods: { scale: scaled(over), scaleSettled } }).run(line)).text;
  assert.equal(await run("scale web 4", { added: ["web:web_02", "web:web_03"] }), "web: 2 -> 4 (added web_02, web_03)\n");
  assert.equal(await run("scale web 4", { before: 4 }), "web: already 4\n");
  assert.equal(await run("scale web --reset", { before: 4, after: 2, removed: ["web:web_03"] }), "web: 4 -> 2 (as in the file)\n");
  assert.equal(await run("scale web --reset", { before: 2, after: 2 }), "web: already 2\n");
  assert.equal(await run("scale a 4", { added: ["x:a_1", "y:a_1"] }), "a: 2 -> 4 (added x:a_1, y:a_1)\n");
  const many = Array.from({ length: 12 }, (_, at) => `web:w${at}`);
  assert.match(await run("scale web 14", { added: many }), /\(added w0, .*, w9 and 2 more\)\n$/);
});

test("SCL-004: what was added and failed has its line, and decides the exit", async () => {
  const failed = [{ name: "w1", group: "web", status: 50, description: "SPAWN_ERROR: web:w1" }];
  const done = await scene({
    methods: { scale: scaled({ added: ["web:w1"] }), scaleSettled: async () => ok(failed) },
  }).run("scale web 4");
  assert.deepEqual(done, { text: "web: 2 -> 4 (added w1)\nweb:w1: ERROR (spawn error)\n", exit: 7 });
});

test("SCL-002, HIS-008: what is in the way; another supervisord has no scale", async () => {
  for (const [name, text, told] of [
    ["BAD_NAME", "BAD_NAME: web", "no such program"],
    ["FAILED", "FAILED: process_name has no %(process_num)", "process_name has no %(process_num)"],
    ["UNKNOWN_METHOD", undefined, "this supervisord has no scale"],
  ] as const) {
    const methods = { scale: () => fault(name, text) };
    assert.deepEqual(await scene({ methods }).run("scale web 3"), { text: `web: ERROR (${told})\n`, exit: 1 });
  }
  for (const line of ["scale", "scale web", "scale web x", "scale web 100001", "scale web 1 2", "scale --reset"])
    assert.equal((await scene({ methods: {} }).run(line)).exit, 2, line);
});

test("SCL-004: the number is ordered once, and the wait is for what that added and removed", async () => {
  const world = scene({ methods: { scale: scaled({ added: ["web:w4"], removed: ["web:w1", "web:w0"] }), scaleSettled } });
  assert.equal((await world.run("scale web 4")).text, "web: 2 -> 4 (added w4; removed w1, w0)\n");
  const ordered = world.calls.filter((call) => call.startsWith("scale"));
  assert.equal(ordered.length, 2, ordered.join("\n"));
  assert.match(ordered[0] ?? "", /^scale\b.*web.*4/);
  assert.match(ordered[1] ?? "", /^scaleSettled\b.*web:w4.*web:w1.*web:w0/);
});
