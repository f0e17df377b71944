import assert from "node:assert/strict";
import { test } from "node:test";
import { good } from "../../config/load.fixture.ts";
import type { GroupConfig } from "../../config/model.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Runtime } from "../runtime.ts";
import { AutoLogs, isAutoLogName } from "./autologs.ts";

type Asked = { removed: string[]; made: [string, number][]; said: string[] };

/** As much of a daemon as AUTO logs need; `names` are those in the folder, null when it cannot be read. */
async function daemon(
  supervisord: string,
  names: readonly string[] | null,
  stuck = "",
): Promise<{ autoLogs: AutoLogs; asked: Asked; groups: readonly GroupConfig[] }> {
  const asked: Asked = { removed: [], made: [], said: [] };
  const text = `[supervisord]\nchildlogdir=/tmp\n${supervisord}\n[program:p]\ncommand=x\nstderr_logfile=/tmp/e\n[program:q]\ncommand=x\nredirect_stderr=true\n[program:n]\ncommand=x\nstdout_logfile=NONE\n`;
  const config = await good(text);
  const files = {
    list: async () => (names === null ? refuse("EACCES") : ok(names)),
    remove: async (path: string): Promise<Result<true, string>> => {
      if (path === stuck) return refuse("EPERM");
      asked.removed.push(path);
      return ok(true);
    },
    createExclusive: async (path: string, mode: number): Promise<Result<true, string>> => {
      asked.made.push([path, mode]);
      return path.includes("/tmp/p-stdout---a/") ? refuse("ENOENT") : ok(true);
    },
  };
  const activity = { write: (_: unknown, level: string, said: string) => asked.said.push(`${level} ${said}`) };
  const loop = { post: (act: (turn: null) => void) => act(null) };
  const runtime = {
    running: config,
    doors: { files, birth: { cwd: "/start" }, random: { word: () => "a1_b2c3d" } },
    activity,
    loop,
  } as unknown as Runtime;
  return { autoLogs: new AutoLogs(runtime), asked, groups: config.groups };
}

const OLD = "p-stdout---supervisor-xxxxxxxx.log";

test("CONF-376, CONF-139: old ones are deleted, unless nocleanup says otherwise", async () => {
  const clean = await daemon("", [OLD, "other.log"]);
  await clean.autoLogs.begin();
  assert.deepEqual(clean.asked.removed, [`/tmp/${OLD}`]);
  const kept = await daemon("nocleanup=true", [OLD]);
  await kept.autoLogs.begin();
  assert.deepEqual(kept.asked.removed, []);
});

test("CONF-379: what cannot be removed, and a folder that cannot be read, are told", async () => {
  const stuck = await daemon("", [OLD, "q-stdout---supervisor-xxxxxxxx.log"], `/tmp/${OLD}`);
  await stuck.autoLogs.begin();
  assert.deepEqual(stuck.asked.said, [`warn Failed to clean up '/tmp/${OLD}'`]);
  assert.equal(stuck.asked.removed.length, 1, "the others are removed");
  const unreadable = await daemon("", null);
  await unreadable.autoLogs.begin();
  assert.deepEqual(unreadable.asked.said, ["warn Could not clear childlog dir"]);
});

test("CONF-372, CONF-373, CONF-381: names and mode; none for NONE, a file, or a redirected stderr", async () => {
  const { autoLogs, asked, groups } = await daemon("identifier=my id", []);
  for (const group of groups) await autoLogs.create(group);
  const made = ["n-stderr", "p-stdout", "q-stdout"].map((name) => [`/tmp/${name}---my id-a1_b2c3d.log`, 0o600]);
  assert.deepEqual(asked.made, made);
});

test("CONF-380: better: an identifier with a slash costs the file, which is told, and not the start", async () => {
  const { autoLogs, asked, groups } = await daemon("identifier=a/b", []);
  for (const group of groups) await autoLogs.create(group);
  assert.deepEqual(asked.said, [
    "warn could not create /tmp/p-stdout---a/b-a1_b2c3d.log: ENOENT; the output of p goes there once it can be opened",
  ]);
});

test("PROC-216, CONF-376: AUTO logs and their backups are recognised by their names", () => {
  for (const name of [
    "cat-stdout---supervisor-a1b2c3_4.log",
    "a b-stderr---supervisor-xxxxxxxx.log.1",
    "c-stdout---supervisor-xxxxxxxx.log.9999",
  ]) {
    assert.equal(isAutoLogName(name, "supervisor"), true, name);
  }
});

test("PROC-216, CONF-376, CONF-377: better: text behind .log makes it somebody else's file, unlike in the original", () => {
  for (const name of [
    "cat-stdout---supervisor-xxxxxxxx.log.gz",
    "cat-stdout---supervisor-xxxxxxxx.log.1.bak",
    "---supervisor-xxxxxxxx.log",
    "c-stdout---supervisor-.log",
    "c-stdout---supervisor-xxx xxxx.log",
  ]) {
    assert.equal(isAutoLogName(name, "supervisor"), false, name);
  }
});

test("PROC-217, CONF-377, CONF-378, CONF-424: files of another identifier stay, and the identifier is no pattern", () => {
  assert.equal(isAutoLogName("cat-stdout---other-xxxxxxxx.log", "supervisor"), false);
  assert.equal(isAutoLogName("cat-stdout---supervisor-xxxxxxxx.log", "s.*"), false);
  assert.equal(isAutoLogName("cat-stdout---s.*-xxxxxxxx.log", "s.*"), true);
});
