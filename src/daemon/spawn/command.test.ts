import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessConfig } from "../../config/model.ts";
import type { FileInfo, Files } from "../../doors.ts";
import { ok, refuse } from "../../result.ts";
import { findCommand } from "./command.ts";

const FILE: FileInfo = { kind: "file", mode: 0o755, size: 1, device: 1n, inode: 1n, uid: 0, gid: 0, links: 1, mtimeMs: 0 };

/** What is at some paths; everything else is not there. */
function filesWith(found: Readonly<Record<string, Partial<FileInfo>>>, mayExecute = true): Files {
  const stat = async (path: string) => (found[path] === undefined ? refuse("ENOENT") : ok({ ...FILE, ...found[path] }));
  return { stat, mayExecute: async () => mayExecute } as unknown as Files;
}

function look(command: string, files: Files, environment: Record<string, string> = {}, path: string | undefined = "/usr/bin:/opt") {
  return findCommand(files, { command, environment } as unknown as ProcessConfig, path);
}

async function problem(command: string, files: Files): Promise<string> {
  const found = await look(command, files);
  return found.ok ? `found ${found.value.path}` : `${found.error.kind}: ${found.error.text}`;
}

test("PROC-026, PROC-063, PROC-064: the command is parsed before anything is looked for", async () => {
  assert.equal(await problem('cat "', filesWith({})), "not-executable: can't parse command 'cat \"': No closing quotation");
  assert.equal(await problem("", filesWith({})), "not-executable: command is empty");
});

test("PROC-065, CONF-387: the first place of PATH where the name exists counts, even when it cannot be executed", async () => {
  const files = filesWith({ "/usr/bin/foo": { kind: "directory" }, "/opt/foo": {} });
  assert.equal(await problem("foo", files), "not-executable: command at '/usr/bin/foo' is a directory");
  assert.equal(await problem("bar", files), "no-file: can't find command 'bar'");
});

test("PROC-066, PROC-067, PROC-068, CONF-390: a folder, no execute bit, no permission", async () => {
  assert.equal(await problem("/etc", filesWith({ "/etc": { kind: "directory" } })), "not-executable: command at '/etc' is a directory");
  assert.equal(await problem("/a", filesWith({ "/a": { mode: 0o644 } })), "not-executable: command at '/a' is not executable");
  assert.equal(await problem("/a", filesWith({ "/a": {} }, false)), "not-executable: no permission to run command '/a'");
});

test("PROC-069, CONF-386: a name with a slash is taken as it is", async () => {
  assert.equal(await problem("./run", filesWith({ "./run": {} })), "found ./run");
});

test("PROC-070, CONF-385: PATH of the program, else the daemon's, else the usual places", async () => {
  const files = filesWith({ "/own/x": {}, "/opt/x": {}, "/bin/x": {} });
  const path = async (environment: Record<string, string>, daemon: string | undefined) => {
    const found = await findCommand(files, { command: "x", environment } as unknown as ProcessConfig, daemon);
    return found.ok ? found.value.path : found.error.text;
  };
  assert.equal(await path({ PATH: "/own" }, "/opt"), "/own/x");
  assert.equal(await path({}, "/opt"), "/opt/x");
  assert.equal(await path({}, undefined), "/bin/x");
  assert.equal(await path({}, ""), "/bin/x");
  assert.equal(await path({ PATH: "" }, "/opt"), "can't find command 'x'");
});

test("CONF-388: the words are those of a shell, without variables or patterns", async () => {
  const found = await look("/a 'b c' d\\ e $X *", filesWith({ "/a": {} }));
  assert.deepEqual(found.ok && found.value.argv, ["/a", "b c", "d e", "$X", "*"]);
});
