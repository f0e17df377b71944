/** What `--check` doubts: commands and folders, for the user that each program will run as. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { IniSection } from "../../config/ini.ts";
import { MAIN, world } from "../../config/load.fixture.ts";
import { loadConfig } from "../../config/load.ts";
import type { ProcessConfig } from "../../config/model.ts";
import type { FileInfo } from "../../doors.ts";
import { ok, refuse } from "../../result.ts";
import { doubtsOf } from "./checking.ts";

const PLAIN: FileInfo = { kind: "file", mode: 0o755, size: 1, device: 1n, inode: 1n, uid: 0, gid: 0, links: 1, mtimeMs: 0 };
const FOLDER: FileInfo = { ...PLAIN, kind: "directory" };

const TREE: Readonly<Record<string, Partial<FileInfo> | "EACCES">> = {
  "/": FOLDER,
  "/bin": FOLDER,
  "/bin/cat": {},
  "/srv": FOLDER,
  "/srv/plain": { mode: 0o644 },
  "/srv/group": { mode: 0o750, gid: 44 },
  "/srv/link-to-no-folder": {},
  "/private": { ...FOLDER, mode: 0o700 },
  "/private/tool": {},
  "/work": FOLDER,
  "/work/run.sh": {},
  "/unseen/tool": "EACCES",
};

/** The doubts about [program:x] with these lines; the daemon is root unless `uid` says otherwise. */
async function doubts(lines: string, { uid = 0, supervisord = "nodaemon=true" } = {}): Promise<readonly string[]> {
  const text = `[supervisord]\n${supervisord}\n[program:x]\n${lines}\n`;
  const doors = world({ files: { [MAIN]: text }, uid, environment: { PATH: "/bin:/usr/bin" } });
  const sections = new Map<ProcessConfig, IniSection>();
  const onProcess = (process: ProcessConfig, section: IniSection) => sections.set(process, section);
  const loaded = await loadConfig(doors, { file: MAIN, flags: new Map(), listening: { onProcess } });
  assert.ok(loaded.ok);
  const stat = async (path: string) => {
    const found = TREE[path];
    return found === undefined ? refuse("ENOENT") : found === "EACCES" ? refuse(found) : ok({ ...PLAIN, ...found });
  };
  const mayExecute = async (path: string) => uid === 0 || !path.startsWith("/private");
  const found = await doubtsOf({ ...doors, files: { ...doors.files, stat, mayExecute } }, loaded.value, sections);
  return found.map((one) => one.replaceAll(MAIN, "MAIN"));
}

test("a command that is there is not doubted, by its path, in PATH, or relative to the folder that supervisord runs in", async () => {
  for (const command of ["/bin/cat", "cat", "./run.sh"]) assert.deepEqual(await doubts(`command=${command}`), []);
});

test("a command that is not there is told with the places that were searched, and the line", async () => {
  assert.deepEqual(await doubts("command=gunicorn app:app"), [
    "[program:x]: there is no command gunicorn in PATH (/bin, /usr/bin); give its whole path, or set PATH in environment (MAIN:4)",
  ]);
  assert.deepEqual(await doubts("command=/srv/none"), ["[program:x]: there is no command /srv/none (MAIN:4)"]);
  assert.deepEqual(await doubts("command=./none.sh"), ["[program:x]: there is no command /work/none.sh (MAIN:4)"]);
  assert.deepEqual(await doubts("command=run.sh\nenvironment=PATH=/work"), []);
});

test("a command that cannot be executed: a folder, no x bit, a quote that does not end", async () => {
  assert.deepEqual(await doubts("command=/srv"), ["[program:x]: the command /srv is a directory (MAIN:4)"]);
  assert.deepEqual(await doubts("command=/srv/plain"), [
    "[program:x]: the command /srv/plain is not executable: chmod +x /srv/plain (MAIN:4)",
  ]);
  assert.match((await doubts("command=sh -c 'a"))[0] ?? "", /the command cannot be taken apart: No closing quotation \(MAIN:4\)/);
});

test("the user that the program runs as counts: modes of the file and of every folder above it", async () => {
  assert.deepEqual(await doubts("command=/private/tool"), []);
  assert.deepEqual(await doubts("command=/private/tool\nuser=web\nenv_home=true"), [
    "[program:x]: the user web may not execute the command /private/tool (MAIN:4)",
  ]);
  assert.deepEqual(await doubts("command=/private/tool", { supervisord: "nodaemon=true\nuser=web" }), [
    "[program:x]: the user web may not execute the command /private/tool (MAIN:5)",
  ]);
  assert.deepEqual(await doubts("command=/srv/group\nuser=web\nenv_home=true"), [], "by its group");
  assert.deepEqual(await doubts("command=/srv/group\nuser=nobody\nenv_home=true"), [
    "[program:x]: the user nobody may not execute the command /srv/group (MAIN:4)",
  ]);
  assert.equal((await doubts("command=/private/tool", { uid: 1000 })).length, 1);
});

test("a directory that is not there, is none, or may not be entered", async () => {
  assert.deepEqual(await doubts("command=cat\ndirectory=/srv/none"), ["[program:x]: there is no directory /srv/none (MAIN:5)"]);
  assert.deepEqual(await doubts("command=cat\ndirectory=/srv/plain"), ["[program:x]: the directory /srv/plain is no directory (MAIN:5)"]);
  assert.deepEqual(await doubts("command=cat\ndirectory=/private\nuser=web\nenv_home=true"), [
    "[program:x]: the user web may not enter the directory /private (MAIN:5)",
  ]);
  assert.deepEqual(await doubts("command=cat\ndirectory=/srv"), []);
});

test("what cannot be seen is not doubted, and what many processes share is said once", async () => {
  assert.deepEqual(await doubts("command=/unseen/tool"), []);
  const many = "command=/srv/none\nnumprocs=50\nprocess_name=%(process_num)d";
  assert.deepEqual(await doubts(many), ["[program:x]: there is no command /srv/none (MAIN:4)"]);
});

test("ENV-007: where these options are in use, a user without a HOME of its own is told of env_home, unless it may have one", async () => {
  const told = "[program:x]: user=web without HOME: set env_home=true (MAIN:5)";
  assert.deepEqual(await doubts("command=cat\nuser=web\nclear_env=true"), [told]);
  assert.deepEqual(await doubts("command=cat\nuser=33\nclear_env=true"), [told.replace("web", "33")]);
  assert.deepEqual(await doubts("command=cat\nuser=web"), [], "a file that knows nothing of them gets no advice about them");
  for (const lines of ["env_home=true", "environment=HOME=/x", "envfile=-/srv/x", ""]) {
    assert.deepEqual(await doubts(`command=cat\nuser=${lines === "" ? "root" : "web"}\n${lines}`), []);
  }
});

test("ENV-003: an envfile that is not there, and may not be missing, is doubted", async () => {
  assert.deepEqual(await doubts("command=cat\nenvfile=/bin/cat,/srv/none,-/srv/nor,/srv"), [
    "[program:x]: there is no envfile /srv/none (MAIN:5)",
    "[program:x]: the envfile /srv is no file (MAIN:5)",
  ]);
});

test("LIM-006 max_memory_restart above memory_max is told", async () => {
  const line = "[program:x]: max_memory_restart is above memory_max: the kernel kills it before that (MAIN:6)";
  assert.deepEqual(await doubts("command=cat\nmemory_max=1GB\nmax_memory_restart=2GB"), [line]);
  assert.deepEqual(await doubts("command=cat\nmemory_max=1GB\nmax_memory_restart=900MB"), []);
});

test("KILL-006 a wrapper without killtree or killasgroup is told where another program has killtree; CMN-001: and nowhere else", async () => {
  const other = "\n[program:y]\ncommand=cat\nkilltree=true";
  const line = "[program:x]: bash may leave running what it has started: set killtree=true, or killasgroup=true (MAIN:4)";
  const found = async (lines: string): Promise<readonly string[]> => (await doubts(lines)).filter((one) => one.includes("leave running"));
  assert.deepEqual(await found(`command=/work/bash -c true${other}`), [line]);
  for (const lines of [
    `command=bash x${"\nkilltree=true"}${other}`,
    `command=bash x${"\nkillasgroup=true"}${other}`,
    `command=cat${other}`,
    "command=bash x",
  ])
    assert.deepEqual(await found(lines), [], lines);
});
