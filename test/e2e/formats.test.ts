/** What the keeper says of itself, to whoever wants to replace one by another. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
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
