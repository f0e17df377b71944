// The recorded scenarios of ../shared/conformance against bin/.
//   node test/compat/run-conformance.mjs [--only GLOBS] [--jobs N] [--keep]
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { run } from "../../scripts/command.mjs";
import { inRoot, SHARED } from "../../scripts/places.mjs";
import { judge, notYet } from "./judge.mjs";

const { values } = parseArgs({
  options: { only: { type: "string" }, jobs: { type: "string", default: "2" }, keep: { type: "boolean", default: false } },
});
/** Faster ones are of no interest to whoever looks for time. */
const SLOW_S = 2;
const harness = path.join(SHARED, "conformance", "run.mjs");

process.exitCode = existsSync(harness) ? await main() : leftOut();

function leftOut() {
  console.log("skip the recorded scenarios: the folder shared/conformance is not beside the project (HOLDFAST_SHARED names another place)");
  console.log("0 passed, 0 failed, 1 skipped");
  return 0;
}

async function main() {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-conformance-"));
  try {
    const results = path.join(folder, "results.json");
    const args = [harness, "--bin", inRoot("bin"), "--jobs", values.jobs, "--json", results];
    if (values.only !== undefined) args.push("--only", values.only);
    if (values.keep) args.push("--keep");
    const { output } = await run(process.execPath, args);
    if (!existsSync(results)) {
      console.log(`FAIL the harness itself:\n${output}\n0 passed, 1 failed, 0 skipped`);
      return 1;
    }
    /** @type {readonly (import("./judge.mjs").Found & { seconds: number })[]} */
    const found = JSON.parse(readFileSync(results, "utf8"));
    for (const { name, seconds } of found) if (seconds >= SLOW_S) console.log(`took ${seconds.toFixed(1)} ${name}`);
    return judge(found, notYet("conformance"), { complete: values.only === undefined });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
