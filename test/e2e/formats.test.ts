/** What the keeper says of itself, to whoever wants to replace one by another. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { keeperNames } from "../../scripts/keeper.mjs";
import { ROOT } from "../tidy/tree.ts";

const KEEPER = path.join(ROOT, "dist", "holdfast-keeper");

/** As words of its own, or, with `program` in the environment, as words of whoever typed `supervisord`. */
function formats(program: Record<string, string>) {
  const { status, stdout } = spawnSync(KEEPER, ["--formats"], { encoding: "utf8", env: program });
  return { status, stdout };
}

test("UPG step 2: --formats is one line with version, build, protocols and tables", () => {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { version: string };
  const { build } = keeperNames();
  assert.deepEqual(formats({}), { status: 0, stdout: `holdfast-keeper ${version} ${build} protocol 1-2 table 1-1\n` });
});

test("UPG step 2: --formats of somebody who typed it behind supervisord is the daemon's business", () => {
  assert.deepEqual(formats({ HOLDFAST_PROGRAM_0: "/bin/true" }).stdout, "");
});

/** What the keeper says to the table in this file. */
function check(file: string) {
  const table = openSync(file, "r");
  const { status, stderr } = spawnSync(KEEPER, ["--check", "3"], { encoding: "utf8", env: {}, stdio: ["ignore", "pipe", "pipe", table] });
  closeSync(table);
  return { status, stderr };
}

test("UPG-032: --check takes the table of every release, and says in a line why it does not take one that was damaged", () => {
  const vectors = path.join(ROOT, "test", "contract", "vectors");
  const tables = readdirSync(vectors).filter((name) => /^table-\d+\.bin$/.test(name));
  assert.ok(tables.length > 0);
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-table-"));
  for (const name of tables) {
    const file = path.join(vectors, name);
    assert.deepEqual(check(file), { status: 0, stderr: "" }, name);
    const bytes = readFileSync(file);
    const changed = path.join(folder, name);
    writeFileSync(changed, bytes.subarray(0, -1));
    assert.match(check(changed).stderr, /^the table is cut off, or too long: \d+ bytes\n$/);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(changed, bytes);
    assert.deepEqual(check(changed).status, 1);
    assert.match(check(changed).stderr, /^the table is damaged/);
  }
  rmSync(folder, { recursive: true });
});
