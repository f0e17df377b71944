import assert from "node:assert/strict";
import { test } from "node:test";
import { ok } from "../../result.ts";
import { failing, info, scene } from "../scene.fixture.ts";

const looks = (...given: readonly (readonly [string, string, number][])[]) => {
  let count = -1; // the first look is the one that tells unknown names
  return async () =>
    ok((given[Math.max(0, Math.min(count++, given.length - 1))] ?? []).map(([name, state, pid]) => info(name, state, { pid })));
};

test("without a terminal: the table, then a line for each change", async () => {
  const getAllProcessInfo = looks(
    [
      ["a", "RUNNING", 7],
      ["b", "STOPPED", 0],
    ],
    [
      ["a", "RUNNING", 7],
      ["b", "STARTING", 8],
    ],
    [["a", "RUNNING", 9]],
  );
  const { text, exit } = await scene({ methods: { getAllProcessInfo }, atSleep: (count) => count === 4 }).run("status --watch");
  const lines = text.split("\n").map((line) => line.trimEnd().split(/ +/).join(" "));
  assert.deepEqual(lines, ["a RUNNING", "b STOPPED", "b STARTING", "a RUNNING", "b: removed", ""]);
  assert.equal(exit, 0);
});

test("with --json every change is a line of JSON", async () => {
  const getAllProcessInfo = looks([["a", "RUNNING", 7]], [["a", "EXITED", 0]], []);
  const { text } = await scene({ methods: { getAllProcessInfo }, atSleep: (count) => count === 4 }).run("status --watch --json");
  const states = text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { state: string | null }).state);
  assert.deepEqual(states, ["RUNNING", "EXITED", null]);
});

test("on a terminal the table is painted in place, cut to the screen, and the screen is given back", async () => {
  const many = Array.from({ length: 20 }, (_, at): [string, string, number] => [`p${String(at).padStart(2, "0")}`, "RUNNING", 1]);
  const world = scene({ methods: { getAllProcessInfo: looks(many) }, isTerminal: true, atSleep: (count) => count === 2 });
  const { text } = await world.run("status --watch");
  assert.ok(text.startsWith("\u001b[?1049h\u001b[?25l\u001b[H20 processes, Ctrl-C to exit"));
  assert.ok(text.endsWith("\u001b[?25h\u001b[?1049l"));
  assert.ok(
    text.includes("p06 ") && !text.includes("p07 ") && text.includes("… and 13 more"),
    "10 rows: a title, 7 processes, what is left out, the cursor",
  );
});

test("a daemon that does not answer is said once, and watched on", async () => {
  let count = 0;
  const getAllProcessInfo = async () =>
    ++count === 3 || count === 4 ? failing({ kind: "connect", code: "ECONNREFUSED" }) : ok([info("a", "RUNNING")]);
  const world = scene({ methods: { getAllProcessInfo }, atSleep: (sleeps) => sleeps === 6 });
  await world.run("status --watch");
  assert.equal(world.noted(), "no answer: [Errno 111] Connection refused\n");
  assert.ok(count > 5);
});

test("an unknown name is said, and nothing is watched", async () => {
  const { text, exit } = await scene({ methods: { getAllProcessInfo: looks([["a", "RUNNING", 7]]) } }).run("status --watch nothere");
  assert.deepEqual({ text, exit }, { text: "nothere: ERROR (no such process)\n", exit: 4 });
});
