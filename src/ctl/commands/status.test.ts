import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ok } from "../../result.ts";
import type { ProcessInfo } from "../client/infos.ts";
import { info, scene } from "../scene.fixture.ts";
import { select, statusLines } from "./statustable.ts";

const INFOS: readonly ProcessInfo[] = [
  info("cat", "RUNNING", { pid: 10462, description: "pid 10462, uptime 0:00:09" }),
  info("pair:a", "STARTING"),
  info("pair:b", "BACKOFF", { description: "Exited too quickly (process log may have details)" }),
  info("quiet", "STOPPED", { description: "Not started" }),
];

const status = (line: string, infos = INFOS) => scene({ methods: { getAllProcessInfo: async () => ok(infos) } }).run(line);

test("CTL-074: name in 33 columns, state in 10, description", async () => {
  assert.equal((await status("status cat")).text, "cat                              RUNNING   pid 10462, uptime 0:00:09\n");
});

test("CTL-075: the width is that of the rows shown, in characters", () => {
  const long = info("a-name-that-is-longer-than-thirty-characters", "RUNNING");
  const [first = { text: "" }, second = { text: "" }] = statusLines([long, info("cat", "RUNNING")]);
  assert.equal(first.text.indexOf("RUNNING"), 44 + 3);
  assert.equal(second.text.indexOf("RUNNING"), 44 + 3);
  const wide = statusLines([info("\u{1f600}".repeat(31), "RUNNING")])[0]?.text ?? "";
  assert.equal([...wide].indexOf("R"), 34);
});

test("CTL-076: an empty description leaves the blanks of the state's column", () => {
  assert.equal(statusLines([info("a", "STARTING")])[0]?.text, `${"a".padEnd(33)}STARTING  `);
});

test("CTL-077: nothing or all means all, whatever else is named", async () => {
  const all = (await status("status")).text;
  assert.equal(all.split("\n").length, 5);
  assert.deepEqual(await status("status all"), await status("status"));
  assert.equal((await status("status nothere all x:*")).text, all);
});

test("CTL-078: names in their order, groups as group:* or group:, twice is twice", async () => {
  const names = async (line: string) =>
    (await status(line)).text
      .split("\n")
      .map((each) => each.split(" ")[0])
      .join(" ")
      .trim();
  assert.equal(await names("status quiet cat"), "quiet cat");
  assert.equal(await names("status pair:* cat"), "pair:a pair:b cat");
  assert.equal(await names("status pair:"), "pair:a pair:b");
  assert.equal(await names("status pair:b pair:b"), "pair:b pair:b");
});

test("CTL-079: unknown names first, in their own words", async () => {
  const { text } = await status("status cat nothere nogroup:* pair");
  assert.deepEqual(text.split("\n").slice(0, 3), [
    "nothere: ERROR (no such process)",
    "nogroup: ERROR (no such group)",
    "pair: ERROR (no such process)",
  ]);
});

test("CTL-080: 0 while everything listed lives", async () => {
  const alive = ["RUNNING", "STARTING", "BACKOFF", "STOPPING"].map((state, at) => info(`p${at}`, state));
  assert.equal((await status("status", alive)).exit, 0);
});

test("CTL-081: 3 when anything listed is dead, also beside an unknown name", async () => {
  for (const state of ["STOPPED", "EXITED", "FATAL", "UNKNOWN"]) assert.equal((await status("status", [info("p", state)])).exit, 3, state);
  assert.equal((await status("status quiet nothere")).exit, 3);
});

test("CTL-082: 4 for an unknown name", async () => {
  assert.equal((await status("status nothere")).exit, 4);
  assert.equal((await status("status cat nothere")).exit, 4);
});

test("CTL-083: no programs, no output", async () => {
  assert.deepEqual(await status("status", []), { text: "", exit: 0 });
});

test("CTL-173: 0, 3 and 4", async () => {
  const exits = await Promise.all(["status cat", "status quiet", "status nothere"].map(async (line) => (await status(line)).exit));
  assert.deepEqual(exits, [0, 3, 4]);
});

test("a pattern stands for what it matches; without a match it is an unknown process", async () => {
  assert.match((await status("status pair:[ab] c*")).text, /^pair:a .*\npair:b .*\ncat /);
  assert.deepEqual(await status("status x*"), { text: "x*: ERROR (no such process)\n", exit: 4 });
});

test("--json has a row per process, with the name that status shows and what the server tells", async () => {
  const { text, exit } = await status("status --json cat nothere");
  const [missing, cat] = JSON.parse(text) as [object, object];
  assert.deepEqual(missing, { name: "nothere", error: "no such process" });
  assert.deepEqual(cat, {
    name: "cat",
    group: "cat",
    process: "cat",
    state: "RUNNING",
    pid: 10462,
    description: "pid 10462, uptime 0:00:09",
    start: 0,
    stop: 0,
    now: 1000,
    spawnerr: "",
    exitstatus: 0,
    stdout_logfile: "/tmp/cat.out",
    stderr_logfile: "/tmp/cat.err",
  });
  assert.equal(exit, 4);
});

test("colours only where they are asked for: on a screen that has them, or always, and only around the state", async () => {
  const methods = { getAllProcessInfo: async () => ok(INFOS) };
  const plain = "cat                              RUNNING   pid 10462, uptime 0:00:09\n";
  const coloured = "cat                              \u001b[32mRUNNING\u001b[0m   pid 10462, uptime 0:00:09\n";
  for (const [color, onTerminal, elsewhere] of [
    [null, plain, plain],
    ["never", plain, plain],
    ["auto", coloured, plain],
    ["always", coloured, coloured],
  ] as const) {
    for (const hasColours of [true, false]) {
      const world = scene({ methods, isTerminal: true, hasColours, settings: { color } });
      assert.equal((await world.run("status cat")).text, hasColours ? onTerminal : elsewhere, String(color));
    }
  }
});

test("any names choose without a crash, and only known rows come out", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 8 })), (names) => {
      const { matching } = select(INFOS, names);
      assert.ok(matching.every((row) => INFOS.includes(row)));
    }),
  );
});
