import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { COMMANDS } from "../commandtable.ts";
import { scene } from "../scene.fixture.ts";
import { offers, splitTyped } from "./offers.ts";
import { STUBS } from "./stubs.ts";

const PROCESSES = [
  { group: "db", name: "db" },
  { group: "web", name: "a" },
];

/** What is offered for a command line, without the descriptions. */
const offered = async (line: string, processes = PROCESSES): Promise<readonly string[]> => {
  const lines = await offers(splitTyped(line.split(" ")), COMMANDS, async () => processes);
  return lines.map((each) => each.split("\t")[0] ?? "");
};

test("actions, flags, options, signals", async () => {
  assert.deepEqual(await offered("sta"), ["start", "status"]);
  assert.deepEqual(await offered("-c x -u y --color -i sta"), ["start", "status"]);
  assert.deepEqual(await offered("--server"), ["--serverurl"]);
  assert.deepEqual(await offered("-c"), ["-c"]);
  assert.deepEqual(await offered("status --"), ["--json", "--watch", "--wide"]);
  assert.deepEqual(await offered("help vers"), ["version"]);
  assert.deepEqual(await offered("signal HU"), ["HUP"]);
  assert.deepEqual(await offered("completion "), ["bash", "zsh", "fish"]);
  assert.deepEqual(await offered("nothere "), []);
});

test("the value of a flag: files where it is one, nothing where it is not", async () => {
  for (const flag of ["-c", "--configuration", "-r", "--history-file"]) assert.deepEqual(await offered(`${flag} /et`), [":files"], flag);
  for (const flag of ["-s", "-u", "--password", "-i -u"]) assert.deepEqual(await offered(`${flag} `), [], flag);
  assert.deepEqual(splitTyped(["-c", "x", "-i", "-u", "m"]).flags, ["-c", "x", "-i"]);
});

test("names, and the flags with which they are asked for", async () => {
  assert.deepEqual(await offered("stop "), ["db", "web:a", "web:*", "all"]);
  assert.deepEqual(await offered("signal HUP d"), ["db"]);
  assert.deepEqual(await offered("update w"), ["web"]);
  assert.deepEqual(splitTyped(["-c", "x", "-s", "http://h:1", "stop", ""]).flags, ["-c", "x", "-s", "http://h:1"]);
});

test("a name with a control character is not typed by the shell", async () => {
  const evil = { group: "x\u001b]0;y\u0007", name: "x\u001b]0;y\u0007" };
  assert.deepEqual(await offered("stop ", [...PROCESSES, evil]), ["db", "web:a", "web:*", "all"]);
});

test("what is offered is described", async () => {
  const lines = async (line: string) => offers(splitTyped(line.split(" ")), COMMANDS, async () => PROCESSES);
  assert.deepEqual(await lines("vers"), ["version\tShow the version of the remote supervisord process"]);
  assert.deepEqual(await lines("update --d"), ["--dry-run\tonly tell what would be added, changed and removed"]);
  assert.deepEqual(await lines("--serv"), ["--serverurl\twhere supervisord listens: unix://path or http://host:port"]);
});

test("no words are a crash, and no offer is more than a line", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.constantFrom("-c", "--", "stop", "help", ""))), async (words) => {
      for (const line of await offers(splitTyped(words), COMMANDS, async () => PROCESSES)) assert.doesNotMatch(line, /\n|\t.*\t/);
    }),
  );
});

test("completion: the stubs by name; anything else is a wrong use", async () => {
  for (const [shell, stub] of STUBS) assert.equal((await scene().run(`completion ${shell}`)).text, stub);
  for (const words of ["", " tcsh", " bash zsh", " processes"]) assert.equal((await scene().run(`completion${words}`)).exit, 2, words);
});

test("the shells find no mistake in their stubs", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-stubs-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [shell, stub] of STUBS) {
    const file = path.join(folder, shell);
    writeFileSync(file, stub);
    const { error, status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    if (error === undefined) assert.equal(status, 0, `${shell}: ${stderr}`);
  }
});
