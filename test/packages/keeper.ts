/** The keeper's own end-to-end scenarios (keeper/tests/e2e.c), for keepers that were built for somewhere else. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { ROOT, text } from "../tidy/tree.ts";

export const SCENARIOS = [...text("keeper/tests/e2e.c").matchAll(/\{"(\w+)", \w+, /g)].map(([, name = ""]) => name);

/** The program that runs them: `FILE run KEEPER [NAME]`. */
export function keeperScenarios(): string {
  const build = path.join(ROOT, "build", "keeper");
  const made = spawnSync("make", ["-s", "-C", path.join(ROOT, "keeper"), `BUILD=${build}`, path.join(build, "e2e")], { encoding: "utf8" });
  assert.deepEqual([made.status, made.stdout], [0, ""], made.stderr);
  assert.ok(SCENARIOS.length >= 15, SCENARIOS.join());
  return path.join(build, "e2e");
}
