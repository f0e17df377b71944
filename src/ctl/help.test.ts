import assert from "node:assert/strict";
import { test } from "node:test";
import { inColumns } from "./columns.ts";
import { COMMANDS } from "./commandtable.ts";
import { helpList, helpOn } from "./help.ts";
import { scene } from "./scene.fixture.ts";

test("CTL-066: help is an empty line, the title, a ruler of its length, the commands in columns, an empty line; no server is needed", async () => {
  const world = scene();
  const { text, exit } = await world.run("help");
  const title = "default commands (type help <topic>):";
  assert.ok(text.startsWith(`\n${title}\n${"=".repeat(title.length)}\nadd `));
  assert.equal(exit, 0);
  assert.deepEqual(world.calls, []);
});

test("CTL-067: the columns of the original's commands, trailing blanks included; ours follow in a table of their own", () => {
  assert.deepEqual(helpList(COMMANDS), [
    "",
    "default commands (type help <topic>):",
    "=====================================",
    "add    exit      open  reload  restart   start   tail   ",
    "avail  fg        pid   remove  shutdown  status  update ",
    "clear  maintail  quit  reread  signal    stop    version",
    "",
    "",
    "holdfast commands (type help <topic>):",
    "======================================",
    "completion  disable  health  logs        reopen  scale    wait",
    "deps        enable   jobs    reloadprog  rotate  upgrade  why ",
    "",
  ]);
});

test("columns: as few rows as fit, filled down, one column when nothing else fits", () => {
  assert.deepEqual(inColumns([], 79), []);
  assert.deepEqual(inColumns(["one"], 79), ["one"]);
  assert.deepEqual(inColumns(["a".repeat(50), "b".repeat(60)], 79), ["a".repeat(50), "b".repeat(60)]);
  assert.deepEqual(inColumns(["aa", "b", "c", "dd"], 6), ["aa  c ", "b   dd"]);
});

test("CTL-068: help help", async () => {
  const { text } = await scene().run("help help");
  assert.equal(text, "help\t\tPrint a list of available actions\nhelp <action>\tPrint help for <action>\n");
});

test("CTL-069: help on what there is not", async () => {
  const world = scene();
  assert.deepEqual(await world.run("help nothere"), { text: "*** No help on nothere\n", exit: 0 });
  assert.deepEqual(await world.run("help EOF"), { text: "*** No help on EOF\n", exit: 0 });
  assert.deepEqual(await world.run("help start stop"), { text: "*** No help on start stop\n", exit: 0 });
});

const firstLines = (name: string): readonly string[] => (helpOn(name, COMMANDS) ?? []).map((line) => line.split("\t")[0] ?? "");

test("CTL-070: usages of add to open", () => {
  const usages = ["add", "avail", "clear", "exit", "fg", "maintail", "open"].map((name) =>
    firstLines(name).filter((line) => line.startsWith(name)),
  );
  assert.deepEqual(usages, [
    ["add <name> [...]"],
    ["avail"],
    ["clear <name>", "clear <name> <name>", "clear all"],
    ["exit"],
    ["fg <process>"],
    ["maintail -f ", "maintail -100", "maintail"],
    ["open <url>"],
  ]);
});

test("CTL-071: usages of pid to signal", () => {
  const usages = ["pid", "quit", "reload", "remove", "reread", "restart", "shutdown", "signal"].map((name) =>
    firstLines(name).filter((line) => line.startsWith(name)),
  );
  assert.deepEqual(usages, [
    ["pid", "pid <name>", "pid all"],
    ["quit"],
    ["reload "],
    ["remove <name> [...]"],
    ["reread "],
    ["restart <name>", "restart <gname>:*", "restart <name> <name>", "restart all"],
    ["shutdown "],
    ["signal <signal name> <name>", "signal <signal name> <gname>:*", "signal <signal name> <name> <name>", "signal <signal name> all"],
  ]);
});

test("CTL-072: usages of start to version", () => {
  const usages = ["start", "status", "stop", "tail", "update", "version"].map((name) =>
    firstLines(name).filter((line) => line.startsWith(name)),
  );
  const four = (name: string) => [`${name} <name>`, `${name} <gname>:*`, `${name} <name> <name>`];
  assert.deepEqual(usages, [
    [...four("start"), "start all"],
    [...four("status"), "status"],
    [...four("stop"), "stop all"],
    ["tail [-f] <name> [stdout|stderr] (default stdout)", "tail -f <name>", "tail -100 <name>", "tail <name> stderr"],
    ["update", "update all", "update <gname> [...]"],
    ["version"],
  ]);
});

test("CTL-073: restart's note, tail's examples, maintail's empty line; what is ours comes behind and never after a wrong use", async () => {
  const restart = COMMANDS.find((row) => row.name === "restart");
  assert.equal(restart?.usage.at(-1), "Note: restart does not reread config files. For that, see reread and update.");
  const tail = COMMANDS.find((row) => row.name === "tail");
  assert.equal(tail?.usage[1], "Ex:");
  assert.equal(COMMANDS.find((row) => row.name === "maintail")?.usage.at(-1), "");
  assert.ok(helpOn("status", COMMANDS)?.some((line) => line.includes("--json")));
  const wrong = await scene().run("start");
  assert.ok(!wrong.text.includes("--json"));
});

test("every command has its help, and its name is in the first line of it", () => {
  for (const row of COMMANDS) assert.ok(row.usage[0]?.startsWith(row.name), row.name);
});
