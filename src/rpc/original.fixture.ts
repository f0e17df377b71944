/** The original's own code, where it is installed, as an oracle: a Python script that imports it, JSON in and out. */
import { spawnSync } from "node:child_process";

const PYTHON = "/usr/bin/python3";

/** Why the original cannot be asked; false when it can. */
export const originalMissing: false | string = (() => {
  const probe = spawnSync(PYTHON, ["-c", "import supervisor.xmlrpc"], { encoding: "utf8" });
  return probe.status === 0 ? false : `${PYTHON} with the original's package is not installed`;
})();

/** Runs `script` with `input` as JSON on its standard input; its standard output is JSON. */
export function askOriginal(script: string, input: unknown): unknown {
  const run = spawnSync(PYTHON, ["-c", script], { input: JSON.stringify(input), encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}
