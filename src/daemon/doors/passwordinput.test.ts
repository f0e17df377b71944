import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { matchesScrypt, parseScrypt } from "../../http/passwords.ts";
import { onlyLine } from "./passwordinput.ts";

test("a password is one line; its end is no part of it, blanks are", () => {
  for (const [input, password] of [
    ["a", "a"],
    ["a\n", "a"],
    ["a\r\n", "a"],
    [" ä b \n", " ä b "],
  ] as const)
    assert.deepEqual(onlyLine(input), { ok: true, value: password });
  for (const input of ["", "\n", "a\nb", "a\n\n"]) assert.equal(onlyLine(input).ok, false, JSON.stringify(input));
});

test("supervisord --hash-password: each time another text, in which the servers find the password", async () => {
  const main = path.join(import.meta.dirname, "../main.ts");
  const hash = (password: string) =>
    new Promise<string>((resolve, reject) => {
      const args = ["--import", "tsx", main, "--hash-password"];
      const child = execFile(process.execPath, args, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
      child.stdin?.end(`${password}\n`);
    });
  const made = await Promise.all([hash("géheim:x"), hash("géheim:x")]);
  assert.notEqual(made[0], made[1]);
  for (const text of made) {
    const parsed = parseScrypt(text.trimEnd());
    assert.ok(parsed?.ok, text);
    assert.equal(await matchesScrypt(parsed.value, "géheim:x"), true);
    assert.equal(await matchesScrypt(parsed.value, "geheim:x"), false);
  }
});
