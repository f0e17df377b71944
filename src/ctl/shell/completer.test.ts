import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ok } from "../../result.ts";
import { COMMANDS } from "../commandtable.ts";
import { failing, info, scene } from "../scene.fixture.ts";
import { complete, needsProcesses } from "./completer.ts";
import { NameCache } from "./namecache.ts";

const PROCESSES = [
  { group: "unique", name: "unique" },
  { group: "zoo", name: "m-1" },
  { group: "zoo", name: "m-2" },
];
const words = (line: string) => complete(line, COMMANDS, PROCESSES).words;

test("CTL-059: names with colons, stars and dashes are one word", () => {
  assert.equal(complete("stop zoo:m-", COMMANDS, PROCESSES).word, "zoo:m-");
  assert.deepEqual(words("stop zoo:m-"), ["zoo:m-1 ", "zoo:m-2 "]);
  assert.deepEqual(words("stop zoo:*"), ["zoo:* "]);
});

test("CTL-060: the first word: help and every command, a blank behind each", () => {
  const names = ["help", ...COMMANDS.map((row) => row.name)].map((name) => `${name} `);
  assert.deepEqual(words(""), names);
  assert.deepEqual(words("vers"), ["version "]);
  assert.deepEqual(words("sta"), ["start ", "status "]);
});

test("CTL-061: after help commands, after add, remove and update groups, after the others processes or nothing", () => {
  assert.deepEqual(words("help vers"), ["version "]);
  for (const command of ["add", "remove", "update"]) assert.deepEqual(words(`${command} zo`), ["zoo "]);
  for (const command of ["clear", "fg", "pid", "restart", "start", "status", "stop", "tail"]) {
    assert.deepEqual(words(`${command} uni`), ["unique "], command);
    assert.ok(needsProcesses(`${command} uni`, COMMANDS));
  }
  for (const command of ["avail", "reread", "shutdown", "nothere"]) assert.deepEqual(words(`${command} `), []);
  assert.ok(!needsProcesses("vers", COMMANDS) && !needsProcesses("help ", COMMANDS));
});

test("CTL-062: the plain name where it is the group's and no colon is typed; else the group's name with it, and the group", () => {
  assert.deepEqual(words("stop "), ["unique ", "zoo:m-1 ", "zoo:* ", "zoo:m-2 ", "all "]);
  assert.deepEqual(words("stop unique:"), ["unique:unique ", "unique:* "]);
});

test("CTL-063: only help completes commands behind it, where the original takes h, e, l and p for it, too", () => {
  for (const word of ["h", "e", "el", "p"]) assert.deepEqual(words(`${word} c`), []);
});

test("CTL-064: the names are asked for once, until the next command", async () => {
  const world = scene({ methods: { getAllProcessInfo: async () => ok([info("a", "RUNNING")]) } });
  const names = new NameCache(() => world.session.connector);
  assert.equal((await names.get())[0]?.name, "a");
  await names.get();
  assert.deepEqual(world.calls, ["getAllProcessInfo"]);
  names.forget();
  await names.get();
  assert.equal(world.calls.length, 2);
  const down = scene({ methods: { getAllProcessInfo: () => failing({ kind: "connect", code: "ENOENT" }) } });
  assert.deepEqual(await new NameCache(() => down.session.connector).get(), []);
});

test("CTL-065: signal: signals first, where the original offers processes, then processes", () => {
  assert.ok(words("signal HU").includes("HUP "));
  assert.deepEqual(words("signal HUP uni"), ["unique "]);
});

test("options of ours, once a dash is typed", () => {
  assert.deepEqual(words("status --"), ["--json ", "--watch ", "--wide "]);
  assert.deepEqual(words("version -"), ["--json "]);
});

test("any line is completed without a crash, and only with what continues its last word", () => {
  fc.assert(
    fc.property(fc.string(), (line) => {
      const { words: offered, word } = complete(line, COMMANDS, PROCESSES);
      assert.ok(offered.every((each) => each.startsWith(word)));
    }),
  );
});
