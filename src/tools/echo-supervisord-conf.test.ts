import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { sampleConfig } from "../config/sample.ts";

const PROGRAM = fileURLToPath(new URL("./echo-supervisord-conf.ts", import.meta.url));

function echo(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ["--import", "tsx", PROGRAM, ...args], { encoding: "utf8" });
}

test("CLI-090: the sample goes to stdout and the code is 0", () => {
  const { status, stdout, stderr } = echo();
  assert.deepEqual([status, stderr], [0, ""]);
  assert.equal(stdout, sampleConfig());
});

test("CLI-091: every argument is ignored", () => {
  for (const args of [["-h"], ["-v"], ["foo", "--bar"]]) assert.equal(echo(...args).stdout, sampleConfig());
});
